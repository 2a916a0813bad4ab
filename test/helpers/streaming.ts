import { get, type IncomingMessage } from 'node:http';
import type { KyselyPlugin } from 'kysely';
import type { Test } from 'tap';
import { noGrants } from '../../src/access/rights.ts';
import { buildApp } from '../../src/app.ts';
import { Authentication } from '../../src/http/authentication.ts';
import { addRoutes } from '../../src/http/routes/routes.ts';
import { EventHub, type HubLimits } from '../../src/http/wire/event-hub.ts';
import { pages } from '../../src/pages/catalogue.ts';
import { Upkeep } from '../../src/store/rebuild/upkeep.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { ScopeCounts } from '../../src/views/counts.ts';
import { OverallCounts } from '../../src/views/overall.ts';
import type { Ending } from './child.ts';
import { ledgerFile } from './database.ts';
import { initiative, mou } from './decide.ts';
import { listen } from './shell.ts';

export type Streaming = Awaited<ReturnType<typeof openStreaming>>;

/** A ledger served on a port, with limits of its own; `sci` is registered. The store is checked when all is closed. */
export async function openStreaming(t: Test, limits: Partial<HubLimits> = {}) {
  const file = ledgerFile(t);
  let queries = 0;
  const sqlite = await openSqlite(file);
  const counting: KyselyPlugin = {
    transformQuery({ node }) {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const store: Store = {
    ...sqlite,
    db: sqlite.db.withPlugin(counting),
    leafLines(after, to) {
      queries += 1;
      return sqlite.leafLines(after, to);
    },
  };
  const failures: unknown[] = [];
  const failed = (error: unknown) => failures.push(error);
  const recorder = new Recorder(store, Date.now, () => hub.wake());
  const hub = new EventHub(store, failed, limits);
  const upkeep = new Upkeep(store, []);
  const counts = new ScopeCounts(store, failed);
  const overall = new OverallCounts(store, counts);
  const authentication = new Authentication(store, noGrants, Date.now, failed);
  const ledger = { store, recorder, authentication, counts, overall, upkeep, hub, signer: undefined };
  const app = await buildApp({
    log: false,
    routes: (app) => addRoutes(app, ledger, Date.now, pages),
    ready: () => [],
    onClose: async () => {
      await recorder.stop();
      await hub.close();
      await store.close();
    },
  });
  t.teardown(async () => {
    await app.close();
    if (failures.length > 0) throw failures[0];
  });
  const port = await listen(app);
  /** Records events in one request; gives their positions. */
  const post = async (events: object[], initiativeId = 'sci', defaults: object = {}): Promise<number[]> => {
    const url = `/v1/initiatives/${initiativeId}/events`;
    const answer = await app.inject({ method: 'POST', url, payload: { defaults, events } });
    if (answer.statusCode !== 201) throw new Error(answer.body);
    return answer.json().recorded.map(({ position }: { position: number }) => position);
  };
  await post([initiative()]);
  return { app, port, file, hub, store, recorder, post, queries: () => queries };
}

export interface SentEvent {
  id: number;
  data: ReturnType<typeof JSON.parse>;
}

/** A reader of an event stream over a socket, which understands as much of the format as there is. */
export class StreamReader {
  readonly events: SentEvent[] = [];
  readonly comments: string[] = [];
  readonly response: IncomingMessage;
  /** How the stream ended: whether the end was sent, or the connection broke. */
  readonly ended: Promise<'ended' | 'broken'>;
  #text = '';
  #changed = Promise.withResolvers<void>();

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('error', () => {});
    this.ended = new Promise((resolve) =>
      response.on('close', () => resolve(response.complete ? 'ended' : 'broken')),
    );
  }

  static open(
    t: Ending,
    port: number,
    query = '',
    headers: Record<string, string> = {},
  ): Promise<StreamReader> {
    return new Promise((resolve, reject) => {
      const options = { port, path: `/v1/events/stream${query}`, headers, agent: false as const };
      const request = get(options, (response) => resolve(new StreamReader(response)));
      request.on('error', reject);
      t.teardown(() => request.destroy());
    });
  }

  get ids(): number[] {
    return this.events.map(({ id }) => id);
  }

  /** Resolves as soon as it holds, which is asked whenever something arrived. */
  async until(holds: (reader: StreamReader) => boolean): Promise<void> {
    while (!holds(this)) await this.#changed.promise;
  }

  close(): void {
    this.response.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#text + text).split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id, data] = /^id: (\d+)\ndata: (.+)$/.exec(block) ?? [];
      if (data !== undefined) this.events.push({ id: Number(id), data: JSON.parse(data) });
      else if (block.startsWith(': ')) this.comments.push(block.slice(2));
      else throw new Error(`no block of an event stream: ${block}`);
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Events with many sources: more than twenty megabytes, which no two sockets hold. */
export async function recordMuch(post: Streaming['post']): Promise<void> {
  const sources = range(1, 12).map((i) => ({
    publisher: `P${i}`,
    quote: 'x'.repeat(2_000),
    note: 'y'.repeat(2_000),
  }));
  for (let i = 0; i < 25; i++)
    await post(
      range(1, 20).map(() => mou()),
      'sci',
      { sources },
    );
}

/** Lets the event loop turn until it holds. */
export async function turnUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** The positions from one to another. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
