import { join } from 'node:path';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { Upkeep } from '../../../src/store/rebuild/upkeep.ts';
import { readModels } from '../../../src/views/read-models.ts';
import { runCommand } from '../../helpers/command.ts';
import { emptyDatabase } from '../../helpers/database.ts';
import { corrected, initiative, mou } from '../../helpers/decide.ts';
import { buildLedgerApp, poster } from '../../helpers/ledger.ts';
import '../../helpers/on-postgres.ts';
import { effort, moreInLong } from '../../helpers/effort.ts';
import { execute, startCluster } from '../../helpers/postgres.ts';

async function serve(t: Test, url: string, { clock = Date.now, signer = '' } = {}) {
  const store = await openStore(url, { clock });
  const app = await buildLedgerApp(store, readConfig({ DATABASE_URL: url, SIGNER_DIR: signer }), clock);
  t.teardown(() => app.close());
  const post = poster(app);
  const ready = async () => (await app.inject('/readyz')).json();
  return { store, app, post, ready };
}

/** Sets what sessions of a database begin with. */
async function set(t: Test, url: string, settings: Record<string, string>): Promise<void> {
  const name = url.slice(url.lastIndexOf('/') + 1);
  for (const [setting, value] of Object.entries(settings)) {
    await execute(patient(url), `alter database ${name} set ${setting} = '${value}'`);
    t.teardown(() => execute(patient(url), `alter database ${name} reset ${setting}`));
  }
}

/** For the statements of a test itself. */
const patient = (url: string): string => `${url}?options=-cstatement_timeout%3D0`;

const hourMs = 3_600_000;

for (const [what, byMs] of [
  ['ahead', 3 * hourMs],
  ['behind', -3 * hourMs],
] as const) {
  test(`an instance whose clock is hours ${what} stamps nothing and says so; the others record`, async (t) => {
    const url = await emptyDatabase(t);
    let offMs = 0;
    const right = await serve(t, url);
    const signer = join(t.testdir(), 'signer');
    const wrong = await serve(t, url, { clock: () => Date.now() + offMs, signer });
    t.equal((await right.post(initiative())).status, 201);
    t.equal((await wrong.post(mou())).status, 201);
    offMs = byMs;
    t.match(await wrong.post(mou()), {
      status: 503,
      body: { code: 'clock-differs', detail: /^The clock of this instance says / },
    });
    t.match(await wrong.ready(), { code: 'clock-differs' });
    const { status, body } = await right.post(mou());
    t.equal(status, 201);
    t.match(await right.ready(), { status: 'ok' });
    const proof = `/v1/events/${body.recorded[0].eventId}/proof`;
    t.match(
      (await wrong.app.inject(proof)).json(),
      { code: 'clock-differs' },
      'nor does it date a checkpoint',
    );
    const late = await serve(t, url, { clock: () => Date.now() + offMs });
    t.match(await late.ready(), { code: 'clock-differs' }, 'from its start on');
    offMs = 0;
    t.match(await wrong.ready(), { status: 'ok' });
    t.equal((await wrong.post(mou())).status, 201);
    t.equal((await late.post(mou())).status, 201);
    t.equal((await wrong.app.inject(proof)).statusCode, 200);
  });
}

for (const level of ['serializable', 'repeatable read'].slice(0, effort(1, 2)))
  test(
    `with ${level} as the default two instances record at once, sign, and rebuild meanwhile`,
    moreInLong,
    async (t) => {
      const url = await emptyDatabase(t);
      await set(t, url, { default_transaction_isolation: level });
      const first = await serve(t, url, { signer: join(t.testdir(), 'signer') });
      const second = await serve(t, url);
      await first.post(initiative(), mou({ recordId: 'a' }));
      let isRebuilt = false;
      const officer = async ({ post, app }: typeof first, name: string): Promise<void> => {
        for (let i = 0; !isRebuilt || i < 10; i++) {
          const { status, body } = await post(
            mou({ recordId: `${name}-${i}` }),
            corrected('a', { data: { title: `${name} ${i}` } }),
          );
          if (status !== 201) throw new Error(JSON.stringify(body));
          const [{ eventId }] = body.recorded;
          if (app === first.app) t.equal((await app.inject(`/v1/events/${eventId}/proof`)).statusCode, 200);
        }
      };
      const rebuilt = async (): Promise<void> => {
        await execute(
          url,
          `begin isolation level read committed; set local session_replication_role = replica;
        update records set title_key = -1; commit`,
        );
        t.match(await new Upkeep(second.store, readModels).run(['records', 'counts'], () => {}), [
          { swapped: true },
          { differences: 0 },
        ]);
        isRebuilt = true;
      };
      await Promise.all([officer(first, 'f'), officer(second, 's'), rebuilt()]);
    },
  );

test('a checkpoint is published when it is on disk, whatever the server does by default', async (t) => {
  const url = await emptyDatabase(t);
  await set(t, url, { synchronous_commit: 'off' });
  await execute(
    url,
    `create table told (setting text);
    create function tell() returns trigger language plpgsql as $$
      begin insert into told values (tg_table_name || ' ' || current_setting('synchronous_commit')); return new; end $$;
    create trigger tell before insert on checkpoints for each row execute function tell();
    create trigger tell before insert on signing_keys for each row execute function tell()`,
  );
  t.teardown(() =>
    execute(
      url,
      'drop trigger tell on checkpoints; drop trigger tell on signing_keys; drop function tell; drop table told',
    ),
  );
  const { post, app, ready } = await serve(t, url, { signer: join(t.testdir(), 'signer') });
  const { body } = await post(initiative());
  await app.inject(`/v1/events/${body.recorded[0].eventId}/proof`);
  t.same(await execute(url, 'select setting from told'), [
    { setting: 'signing_keys on' },
    { setting: 'checkpoints on' },
  ]);
  t.notMatch((await ready()).warnings.join(), 'synchronous_commit', 'so it keeps what it promises');
});

test('a server that may lose what was acknowledged is told of at the start and by /readyz', async (t) => {
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line).msg) });

  const cluster = await startCluster(['synchronous_standby_names=nobody', 'synchronous_commit=local']);
  t.teardown(() => cluster.end());
  const url = cluster.url('postgres');
  const weak = await serve(t, url);
  t.equal((await weak.post(initiative())).status, 201);
  const { status, warnings } = await weak.ready();
  t.equal(status, 'ok');
  t.match(warnings, [/^fsync is off/, /^full_page_writes is off/, /^synchronous_commit is local although/]);
  const config = readConfig({ DATABASE_URL: url, SIGNER_DIR: '' });
  const app = await openLedgerApp(config, log);
  await app.close();
  t.same(logged, warnings);
  const strong = await startCluster(['fsync=on', 'full_page_writes=on']);
  t.teardown(() => strong.end());
  t.same(await (await serve(t, strong.url('postgres'))).ready(), { status: 'ok' });
});

test("the server's time-outs end no rebuild, and what ends one is told", async (t) => {
  const url = await emptyDatabase(t);
  const { post, store } = await serve(t, url);
  await post(initiative(), mou({ repeat: 900 }));
  await execute(url, `set session_replication_role = replica; update records set title_key = -1`);
  await set(t, url, {
    statement_timeout: '1ms',
    lock_timeout: '1ms',
    idle_in_transaction_session_timeout: '1ms',
    idle_session_timeout: '2s',
  });
  const { code, out, err } = await runCommand(['rebuild', 'records'], { DATABASE_URL: url });
  t.equal(code, 0, err);
  t.match(out, /records: 901 rows differ/);

  await execute(patient(url), 'create view records_rebuilt as select 1');
  t.teardown(() => execute(patient(url), 'drop view records_rebuilt'));
  const failed = await runCommand(['rebuild', 'records'], { DATABASE_URL: url });
  t.equal(failed.code, 2);
  t.match(failed.err, /^milestone-ledger: .* \("records_rebuilt" is not a table\)\n$/);
  await t.rejects(
    new Upkeep(store, readModels).run(['records'], () => {}),
    {
      code: 'storage-unavailable',
      cause: { message: /not a table/ },
    },
  );
});
