import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import type { App } from '../../src/app.ts';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { copyLedger } from '../../src/copy/copy-ledger.ts';
import { recordColumns } from '../../src/db/schema.ts';
import { fileOf, isPostgres, openStore } from '../../src/store/open-store.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { rowsOf } from '../helpers/check-store.ts';
import { checkDatabase, ledgerFile, runOn } from '../helpers/database.ts';
import { effort, moreInLong, onlyLong } from '../helpers/effort.ts';
import { binaries, postgresDatabase, postgresRows } from '../helpers/postgres.ts';
import { allAnswers, type Values } from './all-answers.ts';
import { later, makeSource, repeats, valuesOf } from './source.ts';

/** MILESTONES=100000 takes minutes, and a longer --timeout. */
const milestones = Number(process.env['MILESTONES'] ?? effort(1_200, 2_000));
const source = await makeSource(t, milestones);

/** An empty database of the other engine, where that is on this machine. */
const elsewhere = async (t: Test): Promise<string> =>
  binaries === undefined ? `file:${ledgerFile(t)}` : postgresDatabase(t);

const serve = (url: string): Promise<App> =>
  openLedgerApp(
    readConfig({ DATABASE_URL: url, SIGNER_DIR: '' }),
    false,
    () => later,
    () => later,
  );

/** The rows of the tables that a copy must have alike. */
async function tablesOf(url: string): Promise<object> {
  let rows: Awaited<ReturnType<typeof postgresRows>>;
  if (isPostgres(url)) rows = await postgresRows(url);
  else {
    const db = new Sqlite(fileOf(url), { readonly: true });
    rows = rowsOf(db);
    t.teardown(() => db.close());
  }
  return {
    events: rows('events'),
    head: rows('head'),
    tiles: rows('tiles'),
    openings: rows('openings'),
    // On PostgreSQL there are columns that only earlier versions fill.
    records: rows('records').map((row) => recordColumns.map((column) => row[column])),
    record_numbers: rows('record_numbers'),
    // Its id is its place.
    idempotency_keys: rows('idempotency_keys').map((row) => ({ ...row, id: 0 })),
  };
}

async function copiedTwice(t: Test): Promise<string[]> {
  const [middle, last] = [await elsewhere(t), `file:${ledgerFile(t)}`];
  const steps: number[] = [];
  const there = await copyLedger(source, middle, (position) => steps.push(position));
  t.equal(there.difference, undefined);
  t.ok(steps.length > 1 && steps.at(-1) === there.size, `${steps}`);
  const back = await copyLedger(middle, last);
  t.same(back, there);
  t.match(there, { origin: 'log.example.org/two', checkpoints: 2, keptAnswers: milestones / 100 });
  t.ok(there.names > milestones / 25, `${there.names} names`);
  return [source, middle, last];
}

t.test(
  'a copy of a copy has the same rows, and answers every question alike, byte for byte',
  moreInLong,
  async (t) => {
    const urls = await copiedTwice(t);
    const [tables, ...copies] = await Promise.all(urls.map(tablesOf));
    // tap's own comparison takes long for tables.
    for (const copy of copies) t.ok(isDeepStrictEqual(copy, tables), 'the same rows');
    for (const url of urls) {
      await checkDatabase(url);
      t.same((await verifyLedger(url)).findings, []);
    }

    let values: Values | undefined;
    const asked = [];
    for (const url of urls.slice(0, effort(2, 3))) {
      const app = await serve(url);
      values ??= await valuesOf(app);
      // What it warns of is the server's, not the ledger's.
      asked.push(await allAnswers(app, values, ['/readyz']));
      await app.close();
    }
    const [first = [], ...others] = asked;
    const good = first.filter(({ status }) => status === 200);
    t.ok(good.length > 500, `${good.length} of ${first.length} answers`);
    for (const answers of others) {
      t.equal(answers.length, first.length);
      const other = answers.find(
        ({ body, status }, i) => body !== first[i]?.body || status !== first[i]?.status,
      );
      t.equal(other, undefined);
    }
  },
);

t.test(
  'what was recorded before is known again in a copy, and it goes on from there',
  onlyLong,
  async (t) => {
    const [, ...copies] = await copiedTwice(t);
    const original = await serve(source);
    for (const copy of copies) {
      const app = await serve(copy);
      const post = (to: App, { payload, key }: { payload: object; key?: string }) => {
        const headers = key === undefined ? {} : { 'idempotency-key': key };
        return to.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload, headers });
      };
      const keyed = await post(app, repeats.keyed);
      t.equal(keyed.statusCode, 201);
      t.equal(keyed.headers['idempotent-replayed'], 'true');
      t.equal(keyed.body, (await post(original, repeats.keyed)).body);
      const other = { ...repeats.byEventId, key: repeats.keyed.key };
      t.equal((await post(app, other)).json().code, 'idempotency-key-reused');
      const byEventId = await post(app, repeats.byEventId);
      t.match(byEventId.json(), { recorded: [{ replayed: true, recordId: 'jic-3' }] });
      t.equal((await post(app, repeats.erased)).json().code, 'event-exists', 'its name was erased');
      const next = { type: 'MoUSigned', occurredOn: '2024' };
      const [{ position, recordId }] = (await post(app, { payload: next })).json().recorded;
      const url = '/v1/initiatives/sci/events?dryRun=true';
      const expected = (await original.inject({ method: 'POST', url, payload: next })).json().recorded;
      t.match(expected, [{ position, recordId }]);
      await app.close();
      t.same((await verifyLedger(copy)).findings, []);
    }
    await original.close();
  },
);

t.test('a ledger is copied while it records, as it was at the start', onlyLong, async (t) => {
  const live = `file:${ledgerFile(t)}`;
  await copyLedger(source, live);
  const app = await serve(live);
  let copying = true;
  let posts = 0;
  const posting = (async () => {
    while (copying) {
      const payload = {
        events: [
          {
            type: 'RecordCorrected',
            recordId: 'r-2',
            changes: { data: { title: `T${posts}` } },
            reason: { code: 'other', text: 'X' },
          },
          { type: 'MoUSigned', occurredOn: '2024' },
        ],
      };
      const answer = await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload });
      t.equal(answer.statusCode, 201);
      posts += 1;
    }
  })();
  const copy = await elsewhere(t);
  const copied = await copyLedger(live, copy);
  copying = false;
  await posting;
  await app.close();
  t.ok(posts > 0);
  t.equal(copied.difference, undefined);
  await checkDatabase(copy);
});

t.test('an empty ledger is copied, and into one that was only migrated', async (t) => {
  const [empty, migrated] = [`file:${ledgerFile(t)}`, await elsewhere(t)];
  for (const url of [empty, migrated]) await (await openStore(url)).close();
  t.match(await copyLedger(empty, migrated), { size: 0, difference: undefined });
  const one = await openStore(empty);
  const other = await openStore(migrated);
  t.equal(other.origin, one.origin);
  t.same(other.fingerprintKey, one.fingerprintKey);
  await one.close();
  await other.close();
});

t.test('what can not be copied is refused with the reason, and nothing is changed', async (t) => {
  const directory = t.testdir({ text: 'Not a database, but a text of some length. '.repeat(100) });
  const at = (name: string): string => `file:${join(directory, name)}`;
  const full = `file:${ledgerFile(t)}`;
  await copyLedger(source, full);
  const foreign = await openStore(at('foreign'), { origin: 'log.example.org/three' });
  const refused = async (from: string, to: string, message: RegExp): Promise<void> => {
    await t.rejects(copyLedger(from, to), { message }, `${message}`);
  };
  await refused(at('absent'), at('new'), /There is no file/);
  await refused(at('text'), at('new'), /can't be read/);
  t.notOk(existsSync(join(directory, 'new')), 'no copy was begun');
  await refused(source, source, /the same file/);
  await refused(source, full, /one is a copy of the other/);
  await refused(source, at('foreign'), /another process has the ledger open/);
  await foreign.keepSigningKey({ vkey: 'x', signs_from: 0, signs_until: null });
  await foreign.close();
  await refused(source, at('foreign'), /There is a ledger already, log.example.org\/three/);
  await refused(source, at('text'), /--to: .*text can't be used: it is no SQLite database/);
  await refused(source, at('text/below'), /text is a file, not a directory/);
  await refused(
    'postgres://nobody@127.0.0.1:1/none',
    at('new'),
    /127.0.0.1:1\/none can't be read: connect ECONNREFUSED/,
  );
  await refused(
    source,
    'postgres://u:secret@127.0.0.1:1/none',
    /postgres:\/\/127.0.0.1:1\/none can't be used: connect/,
  );
});

t.test('a difference is named, and the copy stays unfinished', async (t) => {
  const broken = `file:${ledgerFile(t)}`;
  await copyLedger(source, broken);
  const fixed = new Sqlite(fileOf(broken));
  const root = fixed.prepare('select root_hash from head').pluck().get();
  const claims = fixed
    .prepare("select last_number from record_numbers where initiative_id = 'sci' and kind = 'claim'")
    .pluck()
    .get();
  const tries: [change: string, undo: string, difference: RegExp][] = [
    [
      "update records set keys = 'x' where position = 400",
      `update records set keys = '{"pillar":["p-3"],"zone":["z-2"]}' where position = 400`,
      /^position 400: records: column keys is "x", the log makes it "{.*}"$/,
    ],
    [
      'update records set to_position = 9 where position = 400',
      'update records set to_position = null where position = 400',
      /^position 400: records: column to_position is 9, the log makes it empty$/,
    ],
    [
      "update record_numbers set last_number = 99 where initiative_id = 'sci' and kind = 'claim'",
      `update record_numbers set last_number = ${claims} where initiative_id = 'sci' and kind = 'claim'`,
      new RegExp(`^record_numbers: sci/claim: column last_number is 99, the log makes it ${claims}$`),
    ],
    [
      "insert into record_numbers values ('x', 'mou', 1)",
      "delete from record_numbers where initiative_id = 'x'",
      /^record_numbers: x\/mou: column last_number is 1, the log makes it empty$/,
    ],
    ['update head set root_hash = zeroblob(32)', '', /the root hash is 0{64}; the leaves give [0-9a-f]{64}/],
  ];
  for (const [change, undo, difference] of tries) {
    await runOn(broken, change);
    const copy = `file:${join(t.testdir(), 'copy.db')}`;
    t.match((await copyLedger(broken, copy)).difference, difference);
    await t.rejects(openStore(copy), { message: /unfinished copy of log.example.org\/two/ });
    await t.rejects(verifyLedger(copy), { name: 'CannotVerify', message: /unfinished copy/ });
    await t.rejects(copyLedger(copy, `${copy}2`), { message: /unfinished copy/ });
    await t.rejects(copyLedger(source, copy), { message: /delete the file or the database, and copy again/ });
    await runOn(broken, undo);
  }
  fixed.prepare('update head set root_hash = ?').run(root);
  fixed.close();
});
