import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { recordColumns } from '../../../src/db/schema.ts';
import { itemsOf } from '../../../src/rules.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { Upkeep } from '../../../src/store/rebuild/upkeep.ts';
import { Recorder } from '../../../src/store/recorder.ts';
import type { Rebuilt, Store } from '../../../src/store/store.ts';
import { ScopeCounts } from '../../../src/views/counts.ts';
import { readModels } from '../../../src/views/read-models.ts';
import { type Ending, startProgram } from '../../helpers/child.ts';
import { runCommand } from '../../helpers/command.ts';
import { checkDatabase } from '../../helpers/database.ts';
import { corrected, initiative, meeting, mou, reinstated, retracted } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';
import { onlyLong } from '../../helpers/effort.ts';
import { binaries, type Cluster, execute, newName, sharedCluster } from '../../helpers/postgres.ts';
import { until } from '../../helpers/until.ts';
import { dayOf } from '../../verify/sample.ts';

const all = ['records', 'counts'];
const none = () => {};

/** The columns of a row that is copied under another position and record id. */
const copied = recordColumns.filter((column) => column !== 'position' && column !== 'record_id').join();

/** A database that holds the sample, and that nobody has open. */
let filled: Promise<string> | undefined;

/** A ledger of over a thousand events with corrections, retractions and snapshots of counts. */
async function sample(t: Test) {
  const cluster = await sharedCluster();
  const admin = cluster.url('postgres');
  filled ??= fill(cluster);
  const name = newName();
  await execute(admin, `create database ${name} template ${await filled}`);
  const url = cluster.url(name);
  t.teardown(async () => {
    await checkDatabase(url);
    await execute(admin, `drop database ${name} with (force)`);
  });
  return open(t, url);
}

async function open(t: Ending, url: string) {
  const store = await openStore(url);
  t.teardown(() => store.close());
  const failed = (error: unknown): void => {
    throw error;
  };
  const counts = new ScopeCounts(store, failed);
  const recorder = new Recorder(store, Date.now, (changes) => counts.observe(changes));
  const post = (body: object) =>
    recorder.record({
      initiativeId: 'sci',
      principal: 'officer',
      authority: 'operator',
      items: itemsOf(body),
      dryRun: false,
    });
  const { position } = await store.head();
  return { url, store, recorder, counts, post, end: position };
}

async function fill(cluster: Cluster): Promise<string> {
  const name = newName();
  await execute(cluster.url('postgres'), `create database ${name} template template_ledger`);
  const { store, counts, post } = await open({ teardown() {} }, cluster.url(name));
  await post(initiative());
  await post(meeting('jic-4', '2023-12-14', { coChairs: [{ name: 'Tan Ah Kow' }] }));
  for (let from = 0; from < 1_200; from += 300) {
    const events = Array.from({ length: 300 }, (_, i) =>
      mou({
        ...(i % 2 === 0 ? { recordId: `r-${from + i}` } : {}),
        occurredOn: from < 600 ? dayOf(from + i) : '2023-12-14',
        data: { title: `Title ${from + i}`, ...(i % 10 === 0 ? { meetingId: 'jic-4' } : {}) },
      }),
    );
    await post({ events });
    await post(corrected(`r-${from}`, { data: { title: `Other ${from}` } }));
    await post(corrected(`r-${from}`, { data: { pillar: 'p' } }));
    await post(retracted(`r-${from + 2}`));
    await post(reinstated(`r-${from + 2}`));
    await counts.settled();
  }
  await store.close();
  return name;
}

const rebuild = (store: Store, names = all, told = none): Promise<Rebuilt[]> =>
  new Upkeep(store, readModels).run(names, told);

const rows = (url: string) =>
  Promise.all(
    ['records', 'record_numbers', 'count_snapshots', 'view_versions'].map((table) =>
      execute(url, `select * from ${table} order by 1, 2`),
    ),
  );

/** Tables, indexes, constraints, settings, owners and privileges, as pg_dump writes them. */
const schema = (url: string): string =>
  execFileSync(join(binaries ?? '', 'pg_dump'), ['--schema-only', url], { encoding: 'utf8' })
    // Random in each dump.
    .replace(/^\\(un)?restrict .*$/gm, '');

/** Changes rows as somebody who has the database would. */
const tamper = (url: string, statements: string) =>
  execute(url, `set session_replication_role = replica; ${statements}`);

test('read models that are what the log makes them are not swapped', async (t) => {
  const { url, store, end } = await sample(t);
  const before = [await rows(url), schema(url)];
  const progress: number[] = [];
  const rebuilt = await new Upkeep(store, readModels).run(all, ({ events }) => progress.push(events));
  t.same(rebuilt, [
    { view: 'records', swapped: false, differences: 0, first: [] },
    { view: 'counts', swapped: false, differences: 0, first: [] },
  ]);
  t.ok((progress[0] ?? end) < end, 'it is told in between');
  t.equal(progress.at(-1), end);
  t.equal(store.swaps(), 0);
  t.same([await rows(url), schema(url)], before);
});

test('what was changed is told with its position and repaired, and the tables are as the migrations made them', async (t) => {
  const { url, store, end } = await sample(t);
  await execute(
    url,
    `do $$ begin create role reader; exception when duplicate_object then null; end $$;
     grant select on records, count_snapshots to reader with grant option;
     grant update (to_position, title_key) on records to reader`,
  );
  const before = [await rows(url), schema(url)];
  await tamper(
    url,
    `update records set named = 0, keys = 'x' where position = 10;
     update records set to_position = 7 where position = 11;
     update records set to_position = null where position = (select min(prev_position) from records);
     update records set to_position = 1000000 where position = 12;
     delete from records where position = 100;
     insert into records (position, record_id, ${copied}) select 5000, 'mou-5000', ${copied} from records where position = 101;
     update record_numbers set last_number = 3 where kind = 'mou';
     insert into record_numbers values ('sci', 'claim', 9);
     update count_snapshots set tally = '\\x00' where position = (select min(position) from count_snapshots);
     insert into count_snapshots values ('nobody', 300, 0, '\\x00')`,
  );
  const [records, counts] = await rebuild(store);
  const told = (rebuilt: Rebuilt | undefined) =>
    rebuilt?.first.map(({ table, position, detail }) => `${table} ${position}: ${detail}`).join('\n') ?? '';
  for (const line of [
    'records 10: column named is 0, the log makes it 1, column keys is "x", the log makes it empty',
    'records 11: column to_position is 7, the log makes it empty',
    'records 12: column to_position is 1000000, the log makes it empty',
    'records 100: the row is missing',
    'records 5000: the row belongs to no event',
    'record_numbers undefined: sci/claim: column last_number is 9, the log makes it empty',
  ])
    t.ok(told(records).includes(line), line, { lines: told(records) });
  t.match(told(records), /^records \d+: column to_position is empty, the log makes it \d+$/m);
  t.match(records, { view: 'records', swapped: true, differences: 8 });
  t.match(told(counts), /of "sci" are not those.*\n?/);
  t.match(counts, { view: 'counts', swapped: true, differences: 3 });
  t.same(await rows(url), before[0]);
  t.equal(schema(url), before[1]);
  t.equal(store.swaps(), 1);

  await tamper(url, 'update records set title_key = -1');
  const [again] = await rebuild(store, ['records']);
  t.match(again, { swapped: true, differences: end });
  t.equal(again?.first.length, 100, 'no more than the first are told');
  t.same(await rows(url), before[0]);
  t.equal(schema(url), before[1], 'also after a second swap');
  await execute(url, 'drop owned by reader');
});

test('what is told of a row is told as of one position, also while others record', onlyLong, async (t) => {
  const { url, store, post } = await sample(t);
  // Their rows are compared long before the events that supersede them are rebuilt.
  const ids = Array.from({ length: 20 }, (_, i) => `r-${4 + 2 * i}`);
  await post({ events: ids.slice(0, 10).map((id) => corrected(id, { data: { title: 'later' } })) });
  await tamper(
    url,
    `update records set named = 0 where version = 1 and record_id in (${ids.map((id) => `'${id}'`).join()})`,
  );
  let isRebuilt = false;
  const officer = async (): Promise<void> => {
    for (let i = 0; !isRebuilt; i++)
      await post(corrected(ids[10 + (i % 10)] ?? '', { data: { title: `beside ${i}` } }));
  };
  const [[records]] = await Promise.all([
    rebuild(store).finally(() => {
      isRebuilt = true;
    }),
    officer(),
  ]);
  t.same(
    records?.first.map(({ detail }) => detail),
    ids.map(() => 'column named is 0, the log makes it 1'),
  );
  t.match(await rebuild(store), [{ differences: 0 }, { differences: 0 }]);
});

test('a leaf that can not be folded stops it with position and cause, and the old model serves on', async (t) => {
  const poison: [statement: string, undo: string, position: number, cause: RegExp][] = [
    ["leaf = 'nonsense'", 'leaf = before.leaf', 700, /position 700 does not fit: .*JSON/],
    ["record_id = 'other'", 'record_id = before.record_id', 701, /its columns say otherwise/],
  ];
  const { url, store, post } = await sample(t);
  await execute(url, 'create table before as select * from events');
  t.teardown(() => execute(url, 'drop table before'));
  for (const [change, undo, position, cause] of poison) {
    await tamper(url, `update events set ${change} where position = ${position}`);
    const before = [await rows(url), schema(url)];
    await t.rejects(rebuild(store), { position, message: cause }, change);
    t.same([await rows(url), schema(url)], before);
    await tamper(
      url,
      `update events set ${undo} from before where events.position = ${position} and before.position = ${position}`,
    );
  }
  t.equal((await post(mou())).recorded.length, 1);
  t.match(await rebuild(store), [{ differences: 0 }, { differences: 0 }]);
});

const left = (url: string) =>
  execute(
    url,
    "select relname from pg_class where relname ~ '^(records|count_snapshots)_(rebuilt|replaced)$'",
  );

test(
  'a rebuild that ends midway leaves nothing that harms, and the next one removes it',
  onlyLong,
  async (t) => {
    const { url, store, post } = await sample(t);
    await tamper(url, 'update records set title_key = -1');
    // Its connection is cut.
    let cut: Promise<unknown> | undefined;
    await t.rejects(
      rebuild(store, all, () => {
        cut ??= execute(
          url,
          `select pg_terminate_backend(pid) from pg_stat_activity where pid in
          (select pid from pg_locks where locktype = 'advisory') and datname = current_database()`,
        );
      }),
      { code: 'storage-unavailable' },
    );
    await cut;
    // Its process is stopped.
    const upkeep = new Upkeep(store, readModels);
    await t.rejects(
      upkeep.run(all, () => void upkeep.stop()),
      { code: 'shutting-down' },
    );
    // As when the process is killed between the swap and its end.
    await execute(
      url,
      'create table if not exists records_replaced (); create table if not exists count_snapshots_rebuilt ()',
    );
    t.equal((await post(mou())).recorded.length, 1);
    // The server may not have noticed yet that the other side of the connection is gone.
    const again = async (): Promise<Rebuilt[]> => {
      for (;;) {
        try {
          return await rebuild(store);
        } catch (error) {
          if ((error as { code?: unknown }).code !== 'rebuild-running') throw error;
        }
      }
    };
    t.match(await again(), [{ swapped: true }, { swapped: false }]);
    t.same(await left(url), []);
  },
);

/** Begins to read a table and doesn't end, so that it can't be swapped; gives what ends it. */
async function reading(url: string): Promise<() => Promise<void>> {
  const reader = new pg.Client(url);
  await reader.connect();
  await reader.query('begin; select 1 from records limit 1');
  return () => reader.end();
}

test('tables that are being read are waited for; posts go on, and another rebuild is refused', async (t) => {
  const { url, store, post } = await sample(t);
  const other = await openStore(url);
  t.teardown(() => other.close());
  await tamper(url, 'update records set title_key = -1');
  const read = await reading(url);
  let isDone = false;
  const rebuilt = rebuild(store).finally(() => {
    isDone = true;
  });
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'lock table%'
      and datname = current_database()`;
  while ((await execute(url, waiting)).length === 0) await post(mou());
  await t.rejects(rebuild(other), { code: 'rebuild-running', message: /Another instance/ });
  await post(mou());
  t.notOk(isDone);
  await read();
  t.match(await rebuilt, [{ swapped: true }, { swapped: false }]);
  const snapshot = { initiative_id: 'sci', position: 7, tally: Buffer.alloc(1) };
  await other.keepSnapshot(snapshot);
  t.same(
    await execute(url, 'select 1 from count_snapshots where position = 7'),
    [],
    'counts of what is gone',
  );
  await other.head();
  t.equal(other.swaps(), 1, 'the other one sees it with the next head');
  t.match(await rebuild(other), [{ swapped: false }, { swapped: false }]);
});

test(
  'the command rebuilds beside whoever serves; killed in the middle, it leaves what the next start removes',
  onlyLong,
  async (t) => {
    const { url, post, end } = await sample(t);
    await tamper(url, 'update records set title_key = -1 where position = 40');
    const read = await reading(url);
    const child = startProgram(['rebuild'], { DATABASE_URL: url });
    const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'lock table%'
    and datname = current_database()`;
    await until(async () => (await execute(url, waits)).length > 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await read();
    const locks = `select 1 from pg_locks join pg_database on database = pg_database.oid
    where locktype = 'advisory' and datname = current_database()`;
    await until(async () => (await execute(url, locks)).length === 0);
    t.ok((await left(url)).length > 0);
    t.equal((await post(mou())).recorded.length, 1);
    const app = await openLedgerApp(readConfig({ DATABASE_URL: url, SIGNER_DIR: '' }), false);
    t.teardown(() => app.close());
    await until(async () => (await left(url)).length === 0);

    const { code, out, err } = await runCommand(['rebuild'], { DATABASE_URL: url });
    t.equal(code, 0, err);
    t.equal(
      out.slice(out.indexOf('100 %')),
      `100 %: ${end + 1} of ${end + 1} events
position 40: records: column title_key is -1, the log makes it 281959467736895
records: 1 row differs; the rebuilt one is in use now
counts: is what the log makes it
`,
    );
    await tamper(
      url,
      "create table good as select leaf from events where position = 9; update events set leaf = 'x' where position = 9",
    );
    const stopped = await runCommand(['rebuild'], { DATABASE_URL: url });
    t.match(stopped, {
      code: 1,
      out: /^position 9: the leaf at position 9 does not fit: .* stay as they are\.$/m,
    });
    await tamper(url, 'update events set leaf = good.leaf from good where position = 9; drop table good');
  },
);
