import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { checkDatabase } from '../../helpers/database.ts';
import { initiative, meeting, mou } from '../../helpers/decide.ts';
import { poster } from '../../helpers/ledger.ts';
import '../../helpers/on-postgres.ts';
import { execute, sharedCluster } from '../../helpers/postgres.ts';

const scriptOf = (name: string): string =>
  readFileSync(new URL(`../../../migrations/${name}`, import.meta.url), 'utf8');

let databases = 0;

/** A ledger of the owner, served by an instance that has the role of the service. */
async function serve(t: Test) {
  const cluster = await sharedCluster();
  const name = `damaged_${process.pid}_${++databases}`;
  await execute(cluster.url('postgres'), `create database ${name}`);
  const owner = cluster.url(name);
  const service = owner.replace('postgres@', 'milestone_ledger_service@');
  await (await openStore(owner)).close();
  await execute(owner, scriptOf('postgres-service-role.sql'));
  const logged: string[] = [];
  const signer = join(t.testdir(), 'signer');
  const start = async () => {
    const app = await openLedgerApp(
      readConfig({ DATABASE_URL: service, SIGNER_DIR: signer }),
      pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
    );
    const post = poster(app);
    const ready = async (): Promise<number> => (await app.inject('/readyz')).statusCode;
    return { app, post, ready };
  };
  const instance = await start();
  let { app } = instance;
  t.teardown(async () => {
    await app.close();
    await checkDatabase(owner);
    await execute(cluster.url('postgres'), `drop database ${name} with (force)`);
  });
  const { body } = await instance.post(initiative(), mou({ recordId: 'a' }), mou({ repeat: 260 }));
  await app.inject(`/v1/events/${body.recorded[261].eventId}/proof`);
  return {
    ...instance,
    owner,
    service,
    /** What was logged, at least as a warning, since the last call. */
    logged: () => logged.splice(0).join(''),
    async restart() {
      await app.close();
      const again = await start();
      ({ app } = again);
      return again;
    },
  };
}

const unavailable = { status: 503, body: { code: 'storage-unavailable' } };
const repair = (owner: string): Promise<object[]> => execute(owner, scriptOf('postgres-repair.sql'));

const aheadAt = (position: number): string =>
  `insert into events values (${position}, 'x', 'sci', 'x', 1, 'MoUSigned', 'mou', null, null, 0, 'x', null, 'x', null)`;

for (const [what, statement, cause] of [
  ['an event beyond the head', aheadAt(263), /events has a row beyond it \(263\)/],
  ['an event far beyond the head', aheadAt(900), /events has a row beyond it \(900\)/],
  [
    'a record beyond the head',
    `insert into records (position, made, initiative_id, record_id, kind, version, standing, named, facets, words)
      values (263, 263, 'sci', 'x', 'mou', 1, 1, 0, '[]', '')`,
    /records has a row beyond it \(263\)/,
  ],
  [
    'a tile beyond the head',
    `insert into tiles values (0, 1, sha256('x'), decode(repeat('00', 8192), 'hex'))`,
    /tiles has a row beyond it \(1\)/,
  ],
] as const)
  test(`${what}, which the role of the service can leave, is found, named, and repaired by the script`, async (t) => {
    const { post, ready, owner, service, logged } = await serve(t);
    logged();
    await execute(service, statement);
    t.equal(await ready(), 503, 'also before somebody posts');
    t.match(logged(), cause);
    if (statement.includes('263')) {
      t.match(await post(mou()), unavailable);
      t.match(logged(), cause);
    }
    await repair(owner);
    t.equal(await ready(), 200, 'it goes on by itself');
    t.equal((await post(mou({ repeat: 260 }))).status, 201);
  });

test('a head that the owner moved back is found, and the script moves it to the end of what was acknowledged', async (t) => {
  const { post, ready, owner, service, logged, restart } = await serve(t);
  t.equal((await post(meeting(), mou())).status, 201, 'not signed yet');
  for (const change of [
    'position = position - 1',
    'root_hash = sha256(root_hash)',
    'recorded_at = recorded_at - 1',
  ])
    await t.rejects(execute(service, `update head set ${change}`), {
      message: 'the head only moves forward',
    });
  await t.rejects(execute(service, 'update head set id = 1'), { code: '42501' });
  await execute(
    owner,
    `set session_replication_role = replica;
    update head set position = 2, root_hash = sha256('x'), recorded_at = (select recorded_at from events where position = 2)`,
  );
  logged();
  t.equal(await ready(), 503);
  t.match(logged(), /events has a row beyond it \(3\)/);
  t.equal((await post(mou())).status, 503);
  await repair(owner);
  const again = await restart();
  t.equal(await again.ready(), 200);
  t.equal((await again.post(mou())).body.recorded[0].position, 265);
});

for (const [what, statement, cause] of [
  [
    'without events',
    `update head set position = 900, recorded_at = recorded_at + 1`,
    /the log ends at 900, and its last event is at 266/,
  ],
  [
    'with an event that is none and a false root',
    `${aheadAt(267)}; update head set position = 267, root_hash = sha256('x')`,
    /does not have the root that the head names/,
  ],
] as const)
  test(`a head that the role of the service moved forward ${what} is not signed, and the script moves it back`, async (t) => {
    const { app, post, ready, owner, service, logged, restart } = await serve(t);
    const { body } = await post(meeting(), mou());
    const { eventId } = body.recorded[1];
    // Signs what is there by now.
    t.equal((await app.inject(`/v1/events/${eventId}/proof`)).statusCode, 200);
    t.equal((await post(mou(), mou())).status, 201);
    await execute(service, statement);
    logged();
    if (what === 'without events') t.equal(await ready(), 503, 'also before somebody posts');
    t.match(await post(mou()), unavailable);
    t.equal(await ready(), 503);
    t.match(logged(), cause);
    const last = 'select event_id from events where position = 266';
    const [{ event_id } = { event_id: '' }] = (await execute(owner, last)) as { event_id: string }[];
    // It may be signed by now, as it was acknowledged; what is behind it is not.
    await app.inject(`/v1/events/${event_id}/proof`);
    t.same(await execute(owner, 'select size from checkpoints where size > 266'), []);
    await repair(owner);
    const again = await restart();
    t.equal(await again.ready(), 200);
    t.equal((await again.post(mou())).body.recorded[0].position, 267, 'what was acknowledged is there');
  });

test('the script removes nothing where what was signed is not there', async (t) => {
  const { owner } = await serve(t);
  await execute(owner, aheadAt(270));
  await execute(
    owner,
    `set session_replication_role = replica;
    update checkpoints set root_hash = sha256(root_hash) where size = 262`,
  );
  await t.rejects(repair(owner), { message: /checkpoint of size 262 was signed/ });
  t.equal((await execute(owner, 'select 1 from events where position = 270')).length, 1);
  await execute(owner, `set session_replication_role = replica; delete from events where position = 270`);
});

test('each privilege that is missing is found and named, and the service goes on when it is back', async (t) => {
  const { app, post, ready, owner, logged } = await serve(t);
  const grants = [
    ...scriptOf('postgres-service-role.sql').matchAll(/^grant ([^;]*) on ([\s\S]*?) to /gm),
  ].flatMap(([, privileges = '', tables = '']) => {
    const privilegesOf = privileges.match(/update \([^)]*\)|\w+/g) ?? [];
    return tables.split(/,\s*/).flatMap((table) => privilegesOf.map((one) => `${one} on ${table}`));
  });
  t.ok(grants.length >= 17, `${grants}`);
  for (const grant of [...grants, 'select on records', 'select on view_versions']) {
    logged();
    await execute(owner, `revoke ${grant} from milestone_ledger_service`);
    t.equal(await ready(), 503, grant);
    t.match(logged(), /lacks privileges: |permission denied/, grant);
    await execute(owner, `grant ${grant} to milestone_ledger_service`);
    t.equal(await ready(), 200, grant);
  }
  await execute(owner, 'revoke insert on events from milestone_ledger_service');
  for (const answer of await Promise.all([post(mou()), post(mou())])) t.match(answer, unavailable);
  t.match(logged(), /permission denied for table events/);
  t.equal((await app.inject('/v1/initiatives/sci/summary')).statusCode, 200, 'reads go on');
  await execute(owner, 'grant insert on events to milestone_ledger_service');
  t.equal((await post(mou())).status, 201);
  t.equal(await ready(), 200);
});

test('a table that is gone is 503 for what needs it, not ready, and no bug', async (t) => {
  const { app, post, ready, owner, logged } = await serve(t);
  for (const table of ['records', 'openings', 'tiles', 'head', 'events']) {
    logged();
    await execute(owner, `alter table ${table} rename to gone`);
    t.match(
      await post(meeting(table, '2023', { coChairs: [{ name: 'Ada' }] }), mou({ repeat: 300 })),
      unavailable,
      table,
    );
    t.equal(
      (await app.inject('/v1/initiatives/sci/mous?limit=3')).json().code,
      ['records', 'head', 'events'].includes(table) ? 'storage-unavailable' : undefined,
      table,
    );
    t.equal(await ready(), 503, table);
    const lines = logged();
    t.match(lines, new RegExp(`\\W${table}\\W+ does not exist`), table);
    t.notMatch(lines, 'which is a bug');
    await execute(owner, `alter table gone rename to ${table}`);
    t.equal(await ready(), 200, table);
  }
  t.equal((await post(mou())).status, 201);
});

test('a trigger that fails what is written is not ready until it is gone', async (t) => {
  const { post, ready, owner, logged } = await serve(t);
  await execute(
    owner,
    `create function no() returns trigger language plpgsql as $$ begin raise 'not here'; end $$;
    create trigger no before insert on openings for each row execute function no()`,
  );
  t.equal(await ready(), 200, 'nobody can know');
  t.match(await post(meeting('m', '2023', { coChairs: [{ name: 'Ada' }] })), unavailable);
  t.equal(await ready(), 503, 'what is tried has a row for each table');
  t.match(logged(), /not here/);
  await execute(owner, 'drop trigger no on openings; drop function no');
  t.equal(await ready(), 200);
});
