import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { openLedgerApp, openLedger as openSigningLedger } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { connectionsTo, runOver } from '../../../src/store/postgres/connection.ts';
import { runCommand } from '../../helpers/command.ts';
import { checkDatabase } from '../../helpers/database.ts';
import { initiative, mou, now, openLedger } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';
import { Pair } from '../../helpers/pair.ts';
import { type Cluster, execute } from '../../helpers/postgres.ts';
import { proxyTo } from '../../helpers/proxy.ts';

/** Ends with this process. */
const pair = await Pair.start();
const { primary, standby } = pair;
const hostOf = ({ directory }: Cluster): string => encodeURIComponent(directory);
const urlOf = (database: string, ...hosts: string[]): string =>
  `postgres://postgres@${hosts.join(',')}/${database}`;

/** A database of its own for each test. */
let databases = 0;
async function newDatabase(t: Test): Promise<string> {
  const name = `ledger_${++databases}`;
  await execute(primary.url('postgres'), `create database ${name}`);
  t.teardown(() => checkDatabase(primary.url(name)));
  return name;
}

async function serve(t: Test, url: string) {
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: url, SIGNER_DIR: join(t.testdir(), 'signer') }),
    false,
  );
  t.teardown(() => app.close());
  const post = (payload: object, key: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/events',
      payload,
      headers: { 'idempotency-key': key },
    });
  t.equal((await post(initiative(), 'initiative')).statusCode, 201);
  return { app, post };
}

test('of several hosts the one that takes writes is used, though another one answers first', async (t) => {
  const name = await newDatabase(t);
  const { app } = await serve(t, urlOf(name, hostOf(standby), hostOf(primary)));
  t.equal((await app.inject('/readyz')).statusCode, 200);
});

test('an instance that signs does not start on a standby, and says so in one line', async (t) => {
  const name = await newDatabase(t);
  await (await openStore(primary.url(name))).close();
  await pair.caughtUp();
  const env = { DATABASE_URL: standby.url(name), SIGNER_DIR: join(t.testdir(), 'signer'), PORT: '0' };
  const { code, err } = await runCommand(['serve'], env);
  t.equal(code, 2);
  t.match(err, /^milestone-ledger: The database is not available.*read-only.*\n$/);
});

test('a standby is read only as long as no host takes writes', async (t) => {
  const proxy = await proxyTo(t, primary);
  const connections = connectionsTo(urlOf('postgres', proxy.host, hostOf(standby)));
  t.teardown(() => connections.end());
  const readsStandby = async (): Promise<boolean> => {
    const { rows } = await runOver(connections, { text: 'select pg_is_in_recovery() as is', isRead: true });
    return rows[0].is;
  };
  t.equal(await readsStandby(), false);
  const client = await connections.reader();
  connections.leave(client);
  client.release();
  t.equal(await readsStandby(), false, 'a connection of no use is no reason to leave its host');
  await proxy.shut();
  t.equal(await readsStandby(), true);
  await proxy.open();
  while (await readsStandby()) await pause(50);
});

/** Cancels the waits for the standby in this database, if there are any. */
const cancelWaits = (name: string): Promise<object[]> =>
  execute(
    primary.url('postgres'),
    `select pg_cancel_backend(pid) from pg_stat_activity where datname = '${name}' and wait_event = 'SyncRep'`,
  );

async function cancelOneWait(name: string): Promise<void> {
  while ((await cancelWaits(name)).length === 0);
}

test('a wait for the standby that is cancelled acknowledges nothing', async (t) => {
  const name = await newDatabase(t);
  const { app, post } = await serve(t, primary.url(name));
  const counted = async () => (await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total;
  /** Cancels waits until there is an answer. */
  const inVain = async (asked: ReturnType<typeof post>) => {
    let isAnswered = false;
    void asked.then(() => {
      isAnswered = true;
    });
    while (!isAnswered) await cancelWaits(name);
    return asked;
  };

  await pair.waitFor('nobody');
  const posted = post(mou(), 'a');
  // What else waits, such as the write of a checkpoint, may be cancelled before.
  while ((await counted()) === 0) await cancelWaits(name);
  t.equal(await counted(), 1, 'it is in the log');
  await pair.waitFor('standby');
  t.equal((await posted).headers['idempotent-replayed'], undefined);
  t.equal((await posted).statusCode, 201);

  await pair.waitFor('nobody');
  const refused = await inVain(post(mou(), 'b'));
  t.equal(refused.json().code, 'storage-unavailable');
  t.ok(refused.headers['retry-after']);
  t.equal(await counted(), 2, 'it is in the log too');
  t.equal((await inVain(app.inject('/readyz'))).statusCode, 503);
  await pair.waitFor('standby');
  t.equal((await app.inject('/readyz')).statusCode, 200);
  t.equal((await post(mou(), 'b')).headers['idempotent-replayed'], 'true');
  t.equal(await counted(), 2);
});

test('no checkpoint is signed of what the standby may lack', async (t) => {
  const name = await newDatabase(t);
  const directory = join(t.testdir(), 'signer');
  const config = readConfig({ DATABASE_URL: primary.url(name), SIGNER_DIR: directory });
  const { signer, close } = await openSigningLedger(config, false);
  t.teardown(close);
  const signedSize = () => JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')).size;
  // It does not wait for the standby, like a server that crashed while it did.
  const hasty = await openLedger(t, () => now, `${primary.url(name)}?options=-csynchronous_commit%3Dlocal`);
  await hasty.post(initiative());
  t.equal((await signer?.sign())?.size, 1);

  await pair.waitFor('nobody');
  await hasty.post(mou());
  const signed = t.rejects(async () => signer?.sign(), { code: 'storage-unavailable' });
  await cancelOneWait(name);
  await signed;
  t.equal(signedSize(), 1);
  await pair.waitFor('standby');
  t.equal((await signer?.sign())?.size, 2);
  t.equal(signedSize(), 2);
});

test('a primary that falls silent is left for the standby that was promoted, within 10 s', async (t) => {
  const name = await newDatabase(t);
  const proxy = await proxyTo(t, primary);
  const { app, post } = await serve(t, urlOf(name, proxy.host, hostOf(standby)));
  proxy.silence();
  const posted = post(mou(), 'k');
  await execute(standby.url('postgres'), 'select pg_promote()');
  const promotedMs = performance.now();
  let answer = await posted;
  while (answer.statusCode === 503) answer = await post(mou(), 'k');
  const tookMs = performance.now() - promotedMs;
  t.comment(`after ${tookMs} ms`);
  t.equal(answer.statusCode, 201);
  t.ok(tookMs <= 10_000);
  t.equal((await app.inject('/readyz')).statusCode, 200);
  t.match(await execute(standby.url(name), 'select position from head'), [{ position: '2' }]);
});
