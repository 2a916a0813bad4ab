import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkRows } from '../helpers/check-store.ts';
import { type Ending, serveChild } from '../helpers/child.ts';
import { initiative } from '../helpers/decide.ts';
import { Pair } from '../helpers/pair.ts';
import { postgresRows } from '../helpers/postgres.ts';
import { range, StreamReader } from '../helpers/streaming.ts';
import { Officer, type Patience } from './officer.ts';

export type Stage = 'both servers' | 'no primary' | 'the new primary' | 'both servers again';

export interface Options {
  clients: number;
  patience: Patience;
  /** Resolves when a stage has lasted long enough. */
  lasts: (stage: Stage, officers: Officer[]) => Promise<void>;
}

export interface Outcome {
  officers: Officer[];
  /** When. All clients post all the time. */
  killedMs: number;
  promotedMs: number;
  rejoinedMs: number;
  /** What /readyz answered in each stage. */
  readiness: Partial<Record<Stage, number>>;
}

/**
 * A service is used while the primary of its database is killed, its synchronous standby promoted, and the old primary taken
 * back as a standby. Throws where something that was acknowledged is missing or twice, or anything else is not as it should.
 */
export async function failOver(t: Ending, { clients, patience, lasts }: Options): Promise<Outcome> {
  const pair = await Pair.start();
  t.teardown(() => pair.end());
  const { url } = await serveChild(t, '', {
    DATABASE_URL: pair.url,
    SIGNER_DIR: join(pair.primary.directory, 'signer'),
  });
  const officers = Array.from({ length: clients }, (_, i) => new Officer(url, `client-${i}`, patience));
  await officers[0]?.post(initiative(), 'initiative');
  let isOver = false;
  const working = Promise.all(officers.map((officer) => officer.work(() => isOver)));
  const follower = new Follower(t, url);
  const following = follower.read();
  // Whoever fails is heard of in the end.
  for (const work of [working, following]) work.catch(() => {});

  const readiness: Outcome['readiness'] = {};
  const stage = async (name: Stage): Promise<void> => {
    readiness[name] = (await fetch(`${url}/readyz`)).status;
    await Promise.race([lasts(name, officers), working, following]);
  };
  await stage('both servers');
  await pair.primary.stop('killed');
  const killedMs = performance.now();
  await stage('no primary');
  await pair.promote();
  const promotedMs = performance.now();
  const all = officers.map(({ acknowledged }) => acknowledged);
  while (all.some((acknowledged) => (acknowledged.at(-1)?.atMs ?? 0) < promotedMs))
    await Promise.race([pause(20), working, following]);
  await stage('the new primary');
  await pair.rejoin();
  const rejoinedMs = performance.now();
  await stage('both servers again');
  isOver = true;
  await working;

  const acknowledged = all.flat();
  await follower.readsTo(acknowledged.length);
  await following;
  assert.deepEqual(
    follower.ids,
    range(1, acknowledged.length),
    'the stream has each position once, in order',
  );
  await pair.caughtUp();
  for (const cluster of [pair.primary, pair.standby]) {
    const rows = await postgresRows(cluster.url('postgres'));
    checkRows(rows);
    const ids = rows('events').map(({ event_id }) => event_id);
    assert.equal(ids.length, acknowledged.length, 'every event is there once, and none that nobody posted');
    for (const { eventId, position } of acknowledged) assert.equal(ids[position - 1], eventId);
  }
  return { officers, killedMs, promotedMs, rejoinedMs, readiness };
}

/** A reader of the event stream, which goes on where it was when the stream breaks. */
class Follower {
  readonly ids: number[] = [];
  readonly #t: Ending;
  readonly #port: number;
  #stream: StreamReader | undefined;
  #isOver = false;

  constructor(t: Ending, url: string) {
    this.#t = t;
    this.#port = Number(new URL(url).port);
  }

  async read(): Promise<void> {
    while (!this.#isOver) {
      const stream = await StreamReader.open(this.#t, this.#port, `?after=${this.ids.length}`);
      this.#stream = stream;
      await stream.ended;
      this.ids.push(...stream.ids);
      if (stream.response.statusCode === 200) continue;
      assert.equal(stream.response.statusCode, 503);
      await pause(20);
    }
  }

  /** Ends it as soon as it has read so many. */
  async readsTo(position: number): Promise<void> {
    while (this.ids.length + (this.#stream?.ids.length ?? 0) < position) await pause(20);
    this.#isOver = true;
    this.#stream?.close();
  }
}
