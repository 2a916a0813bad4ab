import { readFileSync } from 'node:fs';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type Test, test } from 'tap';
import type { App } from '../../../src/app.ts';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { migrate, postgresMigrations } from '../../../src/store/migrate.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { Upkeep } from '../../../src/store/rebuild/upkeep.ts';
import { readModels } from '../../../src/views/read-models.ts';
import { emptyDatabase } from '../../helpers/database.ts';
import { initiative, mou } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';
import { effort, moreInLong, onlyLong } from '../../helpers/effort.ts';
import { execute, sharedCluster, startCluster } from '../../helpers/postgres.ts';
import { until } from '../../helpers/until.ts';

const sci = '/v1/initiatives/sci';
/** The version of `records` that this code writes, and one that later code would. */
const own = readModels.find(({ name }) => name === 'records')?.version ?? 0;
const later = own + 1;

async function open(t: Test, url: string): Promise<App> {
  const app = await openLedgerApp(readConfig({ DATABASE_URL: url, SIGNER_DIR: '' }), false);
  t.teardown(() => app.close());
  return app;
}

const post = (app: App, payload: object) => app.inject({ method: 'POST', url: `${sci}/events`, payload });
const rebuild = async (app: App) => {
  const { body } = await app.inject({ method: 'POST', url: '/v1/rebuild' });
  return JSON.parse(body.trim().split('\n').at(-1) ?? '');
};
const countOf = async (app: App): Promise<number> =>
  (await app.inject(`${sci}/summary`)).json().counts.mous.total;

async function untilReady(app: App): Promise<void> {
  await until(async () => (await app.inject('/readyz')).statusCode === 200);
}

/** Rebuilds as code that writes another version of `records` would. */
async function rebuildAs(url: string, version: number): Promise<void> {
  const others = readModels.map((one) => (one.name === 'records' ? { ...one, version } : one));
  const store = await openStore(url);
  try {
    await new Upkeep(store, others).run(['records'], () => {});
  } finally {
    await store.close();
  }
}

test(
  'reads and posts through two instances go on beside a rebuild that swaps, and all of them are right',
  onlyLong,
  async (t) => {
    const url = await emptyDatabase(t);
    const [one, two] = [await open(t, url), await open(t, url)];
    await post(one, initiative());
    for (let i = 0; i < 3; i++) await post(one, { events: Array.from({ length: 500 }, () => mou()) });
    t.same([await countOf(one), await countOf(two)], [1_500, 1_500]);
    // Neither instance has counted this from the tables yet.
    await execute(url, 'update records set standing = 0 where position > 1; delete from count_snapshots');
    let rebuilding = true;
    let posted = 0;
    const officer = async (app: App, name: string): Promise<void> => {
      for (let i = 0; i < 10 || rebuilding; i++) {
        const recordId = `${name}-${i}`;
        const { statusCode, body } = await post(app, mou({ recordId }));
        if (statusCode !== 201) t.fail('refused', { body });
        posted += 1;
        const record = (await app.inject(`${sci}/records/${recordId}`)).json();
        if (record.recordId !== recordId) t.fail('what was posted is read', { record });
      }
    };
    const rebuilds = rebuild(one).finally(() => {
      rebuilding = false;
    });
    await Promise.all([rebuilds, officer(one, 'a'), officer(two, 'b'), officer(one, 'c'), officer(two, 'd')]);
    t.match(await rebuilds, { outcome: 'done', views: [{ swapped: true }, { view: 'counts' }] });
    t.same([await countOf(one), await countOf(two)], [1_500 + posted, 1_500 + posted]);
    t.match(await rebuild(two), { views: [{ swapped: false, differences: 0 }, { differences: 0 }] });
  },
);

test(
  'an instance of another version is not ready, while those of the version in the database serve',
  moreInLong,
  async (t) => {
    const url = await emptyDatabase(t);
    const app = await open(t, url);
    await post(app, initiative());
    await post(app, mou());
    await rebuildAs(url, later);
    const asked = [
      () => app.inject(`${sci}/summary`),
      () => post(app, mou()),
      () => app.inject('/readyz'),
      () => rebuild(app).then((problem) => ({ statusCode: problem.status, json: () => problem })),
    ];
    // Whatever is asked first notices it.
    for (const first of asked.slice(0, effort(2, asked.length))) {
      await rebuildAs(url, own);
      t.equal((await app.inject('/readyz')).statusCode, 200, 'ready again, without a restart');
      t.equal((await post(app, mou())).statusCode, 201);
      await rebuildAs(url, later);
      for (const ask of [first, ...asked]) {
        const answer = await ask();
        t.equal(answer.statusCode, 503);
        t.match(answer.json(), {
          code: 'not-ready',
          detail: `records: the tables are of version ${later}, this instance is of version ${own}.`,
        });
      }
    }
    t.equal((await app.inject('/livez')).statusCode, 200);

    const late = await open(t, url);
    t.equal((await late.inject('/readyz')).statusCode, 503, 'what a later version wrote is left as it is');
    t.match(await execute(url, "select version from view_versions where view = 'records'"), [
      { version: later },
    ]);
    await rebuildAs(url, own);
    t.equal((await late.inject('/readyz')).statusCode, 200);
  },
);

test('what a later version has migrated is not opened', async (t) => {
  const url = await emptyDatabase(t);
  await (await openStore(url)).close();
  await execute(url, "insert into kysely_migration values ('9999-later', '2026-12-02T00:00:00.000Z')");
  await t.rejects(openStore(url), {
    message: /the migration 9999-later, which this one/,
  });
  await execute(url, "delete from kysely_migration where name = '9999-later'");
});

test('columns that a later version adds disturb no instance that is recording', async (t) => {
  const url = await emptyDatabase(t);
  const app = await open(t, url);
  const eventId = '018cd97e-9200-4000-8000-000000000000';
  const record = async () => {
    const events = [mou({ eventId, data: { title: 'T' } }), mou({ data: { title: 'T' } })];
    const { statusCode } = await app.inject({
      method: 'POST',
      url: `${sci}/events`,
      headers: { 'idempotency-key': 'k' },
      payload: { events },
    });
    return [statusCode, (await post(app, mou({ eventId, data: { title: 'T' } }))).statusCode];
  };
  await post(app, initiative());
  t.same(await record(), [201, 200]);
  const tables = ['events', 'records', 'head', 'idempotency_keys', 'record_numbers', 'view_versions'];
  const all = (change: string) =>
    execute(url, tables.map((table) => `alter table ${table} ${change}`).join(';'));
  await all('add column later_text text');
  t.same(await record(), [201, 200]);
  t.equal((await post(app, mou())).statusCode, 201);
  await all('drop column later_text');
  t.equal((await post(app, mou())).statusCode, 201);
});

test('an instance of a later version rebuilds before it is ready', async (t) => {
  const url = await emptyDatabase(t);
  const first = await open(t, url);
  await post(first, initiative());
  await first.close();
  await execute(url, 'update view_versions set version = 0; update records set title_key = -1');
  // Both want to, and one waits for the other.
  const apps = [await open(t, url), await open(t, url)];
  for (const app of apps) await untilReady(app);
  t.equal((await post(apps[0] as App, mou())).statusCode, 201);
  t.equal(await countOf(apps[1] as App), 1);
});

test('only the owner of the tables rebuilds, and the service keeps its privileges', async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.end());
  const owner = cluster.url('postgres');
  const service = owner.replace('postgres@', 'milestone_ledger_service@');
  await (await openStore(owner)).close();
  const role = new URL('../../../migrations/postgres-service-role.sql', import.meta.url);
  await execute(owner, readFileSync(role, 'utf8'));
  const app = await open(t, service);
  await post(app, initiative());
  t.match(await rebuild(app), {
    status: 403,
    code: 'rebuild-not-allowed',
    detail: /command rebuild as this role/,
  });
  await execute(owner, 'update records set title_key = -1; update view_versions set version = 0');
  const late = await open(t, service);
  t.match((await late.inject('/readyz')).json().detail, /^records and counts/);
  const store = await openStore(owner);
  t.match(await new Upkeep(store, readModels).run(['records', 'counts'], () => {}), [
    { swapped: true },
    { swapped: true },
  ]);
  await store.close();
  for (const one of [app, late]) {
    await untilReady(one);
    t.equal((await post(one, mou())).statusCode, 201);
  }
  t.equal(await countOf(app), 2);
  await t.rejects(execute(service, 'delete from records'), { code: '42501' });
});

test('the tables are migrated beside instances of the version before, which are recording', async (t) => {
  const cluster = await sharedCluster();
  const name = `before_${process.pid}`;
  await execute(cluster.url('postgres'), `create database ${name}`);
  const url = cluster.url(name);
  t.teardown(() => execute(cluster.url('postgres'), `drop database ${name} with (force)`));
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  });
  await migrate(db, Object.fromEntries(Object.entries(postgresMigrations).slice(0, 2)), 'public');
  await db.destroy();
  await execute(url, `insert into head values (1, 0, 0, sha256(''))`);

  const group = new pg.Client(url);
  await group.connect();
  t.teardown(() => group.end());
  await group.query('begin');
  await group.query('select position from head for update');
  const opening = openStore(url);
  const waits = `select 1 from pg_stat_activity where datname = '${name}' and wait_event_type = 'Lock'`;
  await until(async () => (await execute(cluster.url('postgres'), waits)).length > 0);
  await group.query('lock table events, records, idempotency_keys in row exclusive mode');
  await group.query('commit');
  await (await opening).close();
});
