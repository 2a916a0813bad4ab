import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { StoreUnavailable } from '../../../src/store/lock-file.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { runCommand } from '../../helpers/command.ts';
import { emptyDatabase } from '../../helpers/database.ts';
import { given, initiative, mou, now, openLedger } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';
import { onlyLong } from '../../helpers/effort.ts';
import { type Cluster, execute, sharedCluster, startCluster } from '../../helpers/postgres.ts';
import { proxyTo } from '../../helpers/proxy.ts';

/** A ledger on a way that can be cut. */
async function givenProxy(t: Test) {
  const url = await emptyDatabase(t);
  const proxy = await proxyTo(t, await sharedCluster());
  const ledger = await openLedger(t, () => now, proxy.url(url.slice(url.lastIndexOf('/') + 1)));
  await ledger.post(initiative());
  return { ledger, proxy };
}

// What stays prepared is sent by its name, which has its first words.
for (const [text, when, what] of [
  ['begin', 'before', 'before it has begun'],
  ['cross join idempotency_keys', 'before', 'while facts are read'],
  ['cross join idempotency_keys', 'within', 'when the server has a part of the questions'],
  ['insert into events', 'within', 'when the server has nothing of what is written'],
  ['insert into records', 'within', 'when the server has a part of what is written'],
  ['update head', 'within', 'when the server has nearly all of it'],
  ['commit', 'within', 'when the server has all but COMMIT'],
  ['insert into records', 'after', 'while it is written'],
  ['commit', 'before', 'before COMMIT arrives'],
  ['commit', 'after', 'after COMMIT, before its answer'],
] as const) {
  test(`a connection that is lost ${what} costs no request, and none is recorded twice`, async (t) => {
    const { ledger, proxy } = await givenProxy(t);
    proxy.cutAt(text, when);
    const receipts = await Promise.all(
      ['a', 'b', 'c'].map((recordId) =>
        ledger.post(mou({ recordId, data: { title: recordId } }), { key: recordId }),
      ),
    );
    const last = await ledger.post({ events: [mou(), mou()] });
    t.equal(proxy.cuts, 1);
    t.same(
      [...receipts, last].map(({ recorded, kept }) => [recorded.map(({ position }) => position), kept]),
      [
        [[2], false],
        [[3], false],
        [[4], false],
        [[5, 6], false],
      ],
    );
    t.same(
      ledger
        .rows('events')
        .slice(1, 4)
        .map(({ event_id }) => event_id),
      receipts.map(({ recorded }) => recorded[0]?.eventId),
      'what was answered is what is there',
    );
    t.equal(ledger.end(), 6);
  });
}

for (const when of ['before', 'after'] as const) {
  test(`a read whose connection is lost ${when} it arrives is tried once more, and no write is`, async (t) => {
    const { ledger, proxy } = await givenProxy(t);
    const { store } = ledger;
    proxy.cutAt('from head', when);
    t.equal((await store.head()).position, 1);
    proxy.cutAt('"records"', when);
    t.match(await store.db.selectFrom('records').select('record_id').execute(), [{ record_id: 'sci' }]);
    t.equal(proxy.cuts, 2);

    proxy.cutAt('from head', when, 2);
    await t.rejects(async () => store.head(), { code: 'storage-unavailable' });
    t.equal(proxy.cuts, 4, 'a second time is the last');
    proxy.cutAt('into signing_keys', when);
    const key = { vkey: 'v', signs_from: 1, signs_until: null };
    await t.rejects(async () => store.keepSigningKey(key), { code: 'storage-unavailable' });
    t.equal(proxy.cuts, 5);
    t.equal((await store.head()).position, 1);
  });
}

test('a stream that can not begin is answered with 503', async (t) => {
  const url = await emptyDatabase(t);
  const proxy = await proxyTo(t, await sharedCluster());
  const { app, post } = await serve(t, proxy.url(url.slice(url.lastIndexOf('/') + 1)));
  await post(initiative());
  proxy.cutAt('from "events"', 'before', 2);
  const answer = await app.inject('/v1/events/stream');
  t.equal(proxy.cuts, 2);
  t.equal(answer.statusCode, 503);
  t.equal(answer.json().code, 'storage-unavailable');
});

test('reads go on where the server ended all connections', async (t) => {
  const url = await emptyDatabase(t);
  const { app, post } = await serve(t, url);
  await post(initiative());
  const read = () => Promise.all(Array.from({ length: 8 }, () => app.inject('/v1/events?limit=1')));
  await read();
  await execute(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'milestone-ledger' and datname = current_database()`,
  );
  t.same(
    (await read()).map(({ statusCode }) => statusCode),
    Array.from({ length: 8 }, () => 200),
  );
});

test('connections that the server ends cost no request', async (t) => {
  const ledger = await given(t);
  for (let i = 0; i < 5; i++) {
    await execute(
      ledger.url,
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await ledger.post(mou());
  }
  t.equal(ledger.end(), 6);
});

test('a deadlock or another conflict is tried again', async (t) => {
  const ledger = await given(t);
  await execute(
    ledger.url,
    `create sequence attempts;
    create function conflict() returns trigger language plpgsql as $$
      begin if nextval('attempts') < 3 then raise 'a conflict' using errcode = '40P01'; end if; return new; end $$;
    create trigger conflict before insert on records for each row execute function conflict()`,
  );
  t.teardown(() =>
    execute(ledger.url, 'drop trigger conflict on records; drop function conflict; drop sequence attempts'),
  );
  const { recorded } = await ledger.post(mou());
  t.equal(recorded[0]?.position, 2);
});

const serve = async (t: Test, url: string, directory = t.testdir()) => {
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: url, SIGNER_DIR: join(directory, 'signer') }),
    false,
  );
  t.teardown(() => app.close());
  const post = (payload: object, key?: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/events',
      payload,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  return { app, post };
};

test('while the server is down requests get 503, and the ledger goes on by itself when it is back', async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.end());
  const { app, post } = await serve(t, cluster.url('postgres'));
  t.equal((await post(initiative())).statusCode, 201);
  await cluster.stop('immediate');
  const [posted, ...waited] = await Promise.all([post(mou()), post(mou()), post(mou())]);
  for (const answer of [
    posted,
    ...waited,
    await app.inject('/v1/initiatives/sci'),
    await app.inject('/v1/events'),
  ]) {
    t.equal(answer.statusCode, 503);
    t.equal(answer.json().code, 'storage-unavailable');
    t.ok(answer.headers['retry-after']);
    t.notMatch(answer.body, cluster.directory, 'without its words');
  }
  t.equal((await app.inject('/readyz')).statusCode, 503);
  t.equal((await app.inject('/livez')).statusCode, 200);
  await cluster.start();
  t.equal((await post(mou())).statusCode, 201);
  t.equal((await app.inject('/readyz')).statusCode, 200);
  t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 1);
});

test('a server that restarts while requests are under way loses none', onlyLong, async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.end());
  const { app, post } = await serve(t, cluster.url('postgres'));
  await post(initiative());
  let acknowledged = 0;
  let restarted = false;
  const officer = async (): Promise<void> => {
    while (!restarted) if ((await post(mou())).statusCode === 201) acknowledged += 1;
  };
  const officers = Array.from({ length: 8 }, officer);
  for (const how of ['fast', 'immediate'] as const) {
    await cluster.stop(how);
    await cluster.start();
  }
  const before = acknowledged;
  while (acknowledged < before + 10)
    await post(mou()).then(({ statusCode }) => statusCode === 201 && acknowledged++);
  restarted = true;
  await Promise.all(officers);
  t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, acknowledged);
});

/** A trigger that stands for what goes wrong where the log is written. */
const trigger = (body: string): Trouble => ({
  begin: (url) =>
    execute(
      url,
      `create function trouble() returns trigger language plpgsql as $$ begin ${body}; return new; end $$;
      create trigger trouble before update on head for each row execute function trouble()`,
    ),
  end: (url) => execute(url, 'drop trigger trouble on head; drop function trouble'),
});

const lock = (statement: string): Trouble => {
  let client: pg.Client;
  return {
    async begin(url) {
      client = new pg.Client(url);
      await client.connect();
      await client.query(`begin; ${statement}`);
    },
    end: () => client.end(),
  };
};

/** As if it had become a standby. */
const readOnly: Trouble = {
  begin: (url) => setReadOnly(url, 'on'),
  end: (url) => setReadOnly(url, 'off'),
};

const setReadOnly = (url: string, is: 'on' | 'off'): Promise<unknown> =>
  execute(
    url,
    `begin read write; alter database ${url.slice(url.lastIndexOf('/') + 1)} set default_transaction_read_only = ${is}; commit;
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );

interface Trouble {
  begin: (url: string) => Promise<unknown>;
  end: (url: string) => Promise<unknown>;
}

test(
  'what can not be recorded is refused after some tries, and goes through when the trouble is over',
  onlyLong,
  async (t) => {
    const troubles = {
      'a full disk': [trigger(`raise 'no space left on device' using errcode = 'disk_full'`), ''],
      'a slow server': [trigger('perform pg_sleep(60)'), '?statement_timeout=100'],
      'a server that takes no writes': [readOnly, ''],
      'somebody who holds the end of the log': [lock('select 1 from head for update'), '?lock_timeout=100'],
    } as const;
    // Side by side, as each is tried for seconds.
    await Promise.all(
      Object.entries(troubles).map(async ([name, [trouble, setting]]) => {
        const url = await emptyDatabase(t);
        const { app, post } = await serve(t, `${url}${setting}`, join(t.testdir(), name));
        await post(initiative());
        await trouble.begin(url);
        const refused = await post(mou(), 'k');
        t.equal(refused.json().code, 'storage-unavailable', name);
        t.ok(refused.headers['retry-after'], name);
        t.equal((await app.inject('/readyz')).statusCode, 503, name);
        t.equal((await app.inject('/v1/initiatives/sci')).statusCode, 200, `${name}: reads go on`);
        await trouble.end(url);
        t.equal((await app.inject('/readyz')).statusCode, 200, name);
        t.equal((await post(mou(), 'k')).statusCode, 201, name);
        t.equal((await post(mou(), 'k')).headers['idempotent-replayed'], 'true', name);
      }),
    );
  },
);

test('reads for which no connection is free are refused, and later are not', onlyLong, async (t) => {
  const url = await emptyDatabase(t);
  const { app, post } = await serve(t, `${url}?lock_timeout=4000`);
  await post(initiative());
  const trouble = lock('lock table records in access exclusive mode');
  await trouble.begin(url);
  const read = () =>
    Promise.all(Array.from({ length: 20 }, (_, i) => app.inject(`/v1/initiatives/sci/mous?limit=${i + 1}`)));
  for (const answer of await read()) {
    t.equal(answer.json().code, 'storage-unavailable');
    t.ok(answer.headers['retry-after']);
  }
  await trouble.end(url);
  for (const { statusCode } of await read()) t.equal(statusCode, 200);
});

test('of several hosts the one that answers is used', async (t) => {
  const url = await emptyDatabase(t);
  const proxy = await proxyTo(t, await sharedCluster());
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { port: number };
  closed.close();
  const several = proxy.url(url.slice(url.lastIndexOf('/') + 1)).replace('@', `@127.0.0.1:${port},`);
  const store = await openStore(several);
  t.equal((await store.head()).position, 0);
  await store.close();
});

test('a database that can not be used ends the start with one line, without its password', async (t) => {
  const { directory } = (await sharedCluster()) satisfies Cluster;
  const socket = encodeURIComponent(directory);
  for (const [url, why] of [
    ['postgres://u:s3cret@127.0.0.1:1/db', 'ECONNREFUSED'],
    [`postgres://postgres:s3cret@${socket}/absent`, 'does not exist'],
    [`postgres://nobody:s3cret@${socket}/postgres`, 'nobody'],
    ['postgres://u:s3cret@[::1/db', 'Invalid URL'],
  ] as const) {
    const error = await openStore(url).then(
      () => undefined,
      (error: unknown) => error,
    );
    t.ok(error instanceof StoreUnavailable, why);
    t.match(String(error), why);
    t.notMatch(String(error), 's3cret');
  }
});

for (const [text, what] of [
  ['server_encoding', 'while the connection is made'],
  ['"kysely_migration"', 'while the tables are looked at'],
  ['fingerprint_key', 'behind that'],
] as const) {
  test(`a database that goes away ${what} can not be used`, async (t) => {
    const { proxy, ledger } = await givenProxy(t);
    proxy.cutAt(text, 'before');
    const error = await openStore(ledger.url).catch((error: unknown) => error);
    t.ok(error instanceof StoreUnavailable, String(error));
    t.equal(proxy.cuts, 1);
  });
}

test('a database that goes away when the ledger is open ends the start with one line', async (t) => {
  const { proxy, ledger } = await givenProxy(t);
  proxy.cutAt('"checkpoints"', 'before', 2);
  const env = { DATABASE_URL: ledger.url, SIGNER_DIR: '', PORT: '0', ALLOW_CLOCK_JUMP: 'true' };
  const { code, out, err } = await runCommand(['serve'], env);
  t.equal(code, 2, out);
  t.match(
    err,
    /^milestone-ledger: The database is not available at the moment. \(Connection terminated.*\)\n$/,
  );
});
