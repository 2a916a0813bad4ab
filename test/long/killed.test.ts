import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { serveChild } from '../helpers/child.ts';
import { ledgerFile } from '../helpers/database.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { ndjson } from '../helpers/import.ts';
import { range, StreamReader } from '../helpers/streaming.ts';
import { until } from '../helpers/until.ts';

const lines = 5_000;
const file = ndjson(
  ...Array.from({ length: lines }, (_, i) => mou({ note: `${i % 3_000} ${'x'.repeat(200)}` })),
);

/** As `inject` gives it: without a type. */
const jsonOf = async (answer: Response): Promise<ReturnType<typeof JSON.parse>> => answer.json();

/** A service that people use all the time; it is killed and started again on the same file. */
async function used(t: Test, database: string) {
  let service = await serveChild(t, database);
  const acknowledged: { position: number; eventId: string }[] = [];
  /** Summaries by the position that they speak of, as they were read. */
  const summaries = new Map<number, unknown>();
  const ids: number[] = [];
  let posted = 0;

  const url = (path: string): string => `${service.url}${path}`;
  const get = async (path: string) => jsonOf(await fetch(url(path)));
  const post = async (event: object): Promise<void> => {
    const answer = await fetch(url('/v1/initiatives/sci/events'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    if (answer.status !== 201) throw new Error(await answer.text());
    acknowledged.push(...((await answer.json()) as { recorded: typeof acknowledged }).recorded);
  };
  /** Does something again and again until the service is gone. */
  const untilKilled = async (work: () => Promise<void>): Promise<void> => {
    const { child } = service;
    while (!child.killed) {
      try {
        await work();
      } catch (error) {
        if (!child.killed) throw error;
      }
    }
  };
  const officer = () => post(mou({ recordId: `p-${posted++}` }));
  const reader = async (): Promise<void> => {
    const before = Math.max(0, ...acknowledged.map(({ position }) => position));
    const { asOf, basis: _, ...summary } = await get('/v1/initiatives/sci/summary');
    if (asOf.position < before) t.fail(`a read saw ${asOf.position} after ${before} was acknowledged`);
    summaries.set(asOf.position, summary);
  };
  return {
    url,
    get,
    post,
    acknowledged,
    /** Posts, reads and follows the stream until what is begun has come far enough, and kills the service then. */
    async killIn(work: Promise<unknown>, far: Promise<void>): Promise<void> {
      const { child } = service;
      const exit = once(child, 'exit');
      const ended = work.then(
        () => true,
        () => false,
      );
      const last = ids.at(-1) ?? 0;
      const stream = await StreamReader.open(t, Number(new URL(service.url).port), `?after=${last}`);
      const users = [officer, officer, officer, reader].map(untilKilled);
      await Promise.race([far, ended]);
      child.kill('SIGKILL');
      t.same(await exit, [null, 'SIGKILL']);
      await Promise.all(users);
      t.notOk(await ended, 'it was killed in the midst');
      t.equal(await stream.ended, 'broken');
      ids.push(...stream.ids);
      service = await serveChild(t, database);
    },
    /** What was acknowledged is there; what was read is read again; and a stream goes on without a gap. */
    async check(): Promise<void> {
      const db = new Sqlite(database, { readonly: true });
      const logged = db.prepare<[], string>('select event_id from events order by position').pluck().all();
      db.close();
      t.ok(acknowledged.length > 20, `${acknowledged.length} posts were acknowledged`);
      t.same(
        acknowledged.filter(({ position, eventId }) => logged[position - 1] !== eventId),
        [],
      );
      t.ok(summaries.size > 3, `${summaries.size} summaries were read`);
      // Each takes a while, so not all of them.
      const every = Math.ceil(summaries.size / 30);
      const some = [...summaries].filter((_, i) => i % every === 0);
      const again = await Promise.all(
        some.map(async ([position]): Promise<[number, unknown]> => {
          const {
            asOf,
            basis: _,
            ...summary
          } = await get(`/v1/initiatives/sci/summary?asOfPosition=${position}`);
          return [asOf.position, summary];
        }),
      );
      t.same(again, some, 'summaries are those that were read at these positions');
      const stream = await StreamReader.open(t, Number(new URL(service.url).port), '', {
        'last-event-id': `${ids.at(-1) ?? 0}`,
      });
      await stream.until((reader) => ids.length + reader.ids.length >= logged.length);
      t.same([...ids, ...stream.ids], range(1, logged.length), 'each position once, in order');
    },
  };
}

test('after kill -9 in the midst of an import and of a rebuild, everything acknowledged is there', async (t) => {
  const database = ledgerFile(t);
  const ledger = await used(t, database);
  await ledger.post(initiative());
  const importing = async () => {
    const answer = await fetch(ledger.url('/v1/initiatives/sci/import'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: file,
    });
    if (answer.status !== 200) throw new Error(await answer.text());
    return jsonOf(answer);
  };
  const counted = async (): Promise<number> =>
    (await ledger.get('/v1/initiatives/sci/summary')).counts.mous.total;
  const third = async (): Promise<void> => {
    while ((await counted()) < lines / 3);
  };
  await ledger.killIn(importing(), third());
  await ledger.check();
  const rest = await importing();
  t.match(rest, { lines, failed: 0 });
  t.equal(rest.alreadyRecorded + rest.recorded, lines);
  t.ok(rest.alreadyRecorded > 0 && rest.recorded > 0, 'the import goes on where it was');
  t.match(await importing(), { lines, recorded: 0, alreadyRecorded: lines, failed: 0 });

  const begun = Promise.withResolvers<void>();
  const rebuilding = async (): Promise<void> => {
    const { body } = await fetch(ledger.url('/v1/rebuild'), { method: 'POST' });
    for await (const line of createInterface({ input: Readable.fromWeb(body ?? new ReadableStream()) })) {
      if ('outcome' in JSON.parse(line)) return;
      begun.resolve();
    }
    throw new Error('it was broken off');
  };
  await ledger.killIn(rebuilding(), begun.promise);
  // The next start removes what it left, beside its work.
  const left = (): number => {
    const db = new Sqlite(database, { readonly: true });
    const tables = db
      .prepare<[], number>("select count(*) from sqlite_schema where name like '%_rebuilt'")
      .pluck();
    const count = tables.get() ?? 0;
    db.close();
    return count;
  };
  await until(() => left() === 0);
  await ledger.check();

  const db = new Sqlite(database, { readonly: true });
  const recorded = (ids: string): number =>
    db.prepare<[string], number>('select count(*) from events where record_id like ?').pluck().get(ids) ?? 0;
  t.equal(recorded('mou-%'), lines, 'no line was recorded twice');
  t.equal(await counted(), lines + recorded('p-%'));
  db.close();
});

test('a sync goes on where kill -9 broke it off, beside people who post', async (t) => {
  const database = ledgerFile(t);
  const ledger = await used(t, database);
  await ledger.post(initiative());
  await ledger.post(mou({ data: { externalId: 'gone' } }));
  const list = (title: string): string =>
    ndjson(...Array.from({ length: lines }, (_, i) => mou({ data: { externalId: `k${i}`, title } })));
  const sync = async (title: string, expect?: string) => {
    const query = new URLSearchParams({ key: 'externalId', reason: 'May', ...(expect && { expect }) });
    const answer = await fetch(ledger.url(`/v1/initiatives/sci/sync?${query}`), {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: list(title),
    });
    if (answer.status !== 200) throw new Error(await answer.text());
    return jsonOf(answer);
  };
  for (const [title, done] of [
    ['T', { new: lines, changed: 0 }],
    ['U', { new: 0, changed: lines }],
  ] as const) {
    const { hash, events, correlationId } = await sync(title);
    t.equal(events, lines);
    const db = new Sqlite(database, { readonly: true });
    const recorded = db.prepare<[string], number>('select count(*) from events where leaf like ?').pluck();
    const count = (): number => recorded.get(`%${correlationId}%`) ?? 0;
    const third = (): Promise<void> => until(() => count() > 0);
    await ledger.killIn(sync(title, hash), third());
    await ledger.check();
    const before = count();
    const rest = await sync(title, hash);
    t.match(rest, { ...done, gone: 1, refused: 0, recorded: lines - before, alreadyRecorded: before });
    t.ok(before > 0 && before < lines, `${before} were recorded before the kill`);
    t.match(await sync(title, hash), { recorded: 0, alreadyRecorded: lines });
    t.match(await sync(title), { new: 0, changed: 0, unchanged: lines, events: 0 });
    db.close();
  }
});
