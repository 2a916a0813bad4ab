import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { StoreUnavailable } from '../../../src/store/lock-file.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { verifyLedger } from '../../../src/verify/verify.ts';
import { runCommand } from '../../helpers/command.ts';
import { emptyDatabase } from '../../helpers/database.ts';
import { given, initiative, mou, now, openLedger } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';
import { poolerTo } from '../../helpers/pooler.ts';
import { binaries, type Cluster, execute, sharedCluster } from '../../helpers/postgres.ts';
import { proxyTo } from '../../helpers/proxy.ts';

const nameIn = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

for (const [how, options] of [
  ['the same connection first', {}],
  ['each in its turn', { first: true }],
  ['one connection only', { sizeMax: 1 }],
] as const)
  test(`behind a pooler in transaction mode (${how}) the ledger does not start, and says why`, async (t) => {
    const { url } = await given(t);
    const pooler = await poolerTo(t, await sharedCluster(), 'transaction', options);
    const error = await openStore(pooler.url(nameIn(url))).catch((error: unknown) => error);
    t.ok(error instanceof StoreUnavailable, String(error));
    t.match(String(error), /behind a pooler .* pool_mode session/);
  });

test('behind a pooler in session mode the ledger works', async (t) => {
  const pooler = await poolerTo(t, await sharedCluster(), 'session');
  const ledger = await openLedger(t, () => now, pooler.url(nameIn(await emptyDatabase(t))));
  await ledger.post(initiative());
  t.equal((await ledger.post(mou({ repeat: 3 }))).recorded.length, 3);
});

test('a database of another encoding ends the service and every command with the line that says so', async (t) => {
  const cluster = await sharedCluster();
  const name = `latin_${process.pid}`;
  await execute(
    cluster.url('postgres'),
    `create database ${name} template template0 encoding 'LATIN1' locale_provider libc locale 'C'`,
  );
  t.teardown(() => execute(cluster.url('postgres'), `drop database ${name} with (force)`));
  const env = { DATABASE_URL: cluster.url(name), SIGNER_DIR: '', PORT: '0' };
  const file = join(t.testdir({ 'events.ndjson': '' }), 'events.ndjson');
  for (const command of [['serve'], ['migrate'], ['rebuild'], ['import', '--initiative', 'sci', file]])
    t.match(
      await runCommand(command, env),
      { code: 2, err: /^milestone-ledger: The database is encoded as LATIN1; it must be UTF8\.\n$/ },
      command.join(' '),
    );
  for (const command of [['verify'], ['export', '--out', join(t.testdir(), 'log')]])
    t.match(
      await runCommand(command, env),
      { code: 2, err: /^milestone-ledger: [^\n]*\n$/ },
      command.join(' '),
    );
});

test('a URL with a password that is not encoded is refused in one line, without it, and no other host is asked', async (t) => {
  for (const password of ['s3/cret', 's3#cret', 's3?cret', '12/cret', '12#cret', '12?cret', 's3@c/ret']) {
    const url = `postgres://user:${password}@127.0.0.1:1/db`;
    const error = await openStore(url).catch((error: unknown) => error);
    t.ok(error instanceof StoreUnavailable, password);
    const why = /^The URL of the database can't be read: .* \/ is written as %2F, /;
    t.match((error as Error).message, why, password);
    t.notMatch(String(error), 'cret');
    await t.rejects(verifyLedger(url), { message: why }, password);
  }
  const env = { DATABASE_URL: 'postgres://user:s3/cret@127.0.0.1/db', SIGNER_DIR: '', PORT: '0' };
  for (const command of ['serve', 'verify', 'migrate', 'rebuild', 'export'])
    t.match(
      await runCommand([command], env),
      { code: 2, err: /^milestone-ledger: The URL of the database can't be read: [^\n]*\n$/ },
      command,
    );
  await t.rejects(openStore('postgres://user:s3%2Fcr%40t@127.0.0.1:1/db?application_name=a@b'), {
    message: /ECONNREFUSED/,
  });
});

/** A server that says that it speaks TLS, and does not. */
async function brokenTls(t: Test, { directory }: Cluster): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    client.once('data', (data) => {
      // SSLRequest
      if (data.length === 8) {
        client.write('S');
        client.once('data', () => client.destroy());
        return;
      }
      const upstream = connect(join(directory, '.s.PGSQL.5432'));
      sockets.add(upstream);
      upstream.on('error', () => {});
      upstream.write(data);
      client.pipe(upstream).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('sslmode=prefer goes on without TLS where there is none, as libpq does', async (t) => {
  const name = nameIn(await emptyDatabase(t));
  const cluster = await sharedCluster();
  const [without, broken] = [(await proxyTo(t, cluster)).host, await brokenTls(t, cluster)];
  for (const host of [without, broken, `${without},${broken}`]) {
    const store = await openStore(`postgres://postgres@${host}/${name}?sslmode=prefer`);
    t.equal((await store.head()).position, 0, host);
    await store.close();
  }
  await t.rejects(openStore(`postgres://postgres@${without}/${name}?sslmode=require`), {
    message: /does not support SSL/,
  });
});

test('a ledger in another schema works, and so does its dump, restored as documented', async (t) => {
  const cluster = await sharedCluster();
  const [name, restored] = [`schema_${process.pid}`, `restored_${process.pid}`];
  const admin = cluster.url('postgres');
  for (const database of [name, restored]) {
    await execute(admin, `create database ${database}`);
    t.teardown(() => execute(admin, `drop database if exists ${database} with (force)`));
  }
  await execute(
    cluster.url(name),
    `create schema "My ledger"; alter database ${name} set search_path = "My ledger"`,
  );
  const ledger = await openLedger(t, () => now, cluster.url(name));
  await ledger.post(initiative());
  await ledger.post(mou({ repeat: 300 }));
  const root = (await ledger.store.head()).rootHash;
  await ledger.close();
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(binaries ?? '', program), args, { stdio: 'pipe' });
  const dump = join(t.testdir(), 'ledger.dump');
  run('pg_dump', '-Fc', '-f', dump, cluster.url(name));
  run('pg_restore', '-d', cluster.url(restored), '--exit-on-error', dump);

  t.same((await verifyLedger(cluster.url(restored))).findings, []);
  const again = await openStore(cluster.url(restored));
  t.same((await again.head()).rootHash, root);
  await again.check();
  await again.close();
  const { code, out, err } = await runCommand(['rebuild'], { DATABASE_URL: cluster.url(restored) });
  t.equal(code, 0, err);
  t.match(out, /records: is what the log makes it/);
  for (const script of ['postgres-service-role.sql', 'postgres-repair.sql'])
    await execute(
      cluster.url(restored),
      readFileSync(new URL(`../../../migrations/${script}`, import.meta.url), 'utf8'),
    );
  const service = await openStore(cluster.url(restored).replace('postgres@', 'milestone_ledger_service@'));
  await service.check();
  await service.close();

  const second = `${cluster.url(restored)}?options=-csearch_path%3Dsecond`;
  await execute(cluster.url(restored), 'create schema second');
  const other = await openStore(second);
  t.equal((await other.head()).position, 0, 'where a schema is named, it is that one');
  await other.close();
  await t.rejects(openStore(cluster.url(restored)), {
    message: /holds ledgers in the schemas My ledger, second\. Say which/,
  });
  t.equal((await openStoreAndClose(second)).position, 0);
  await t.rejects(openStore(`${cluster.url(restored)}?options=-csearch_path%3Dabsent`), {
    message: /names no schema that there is/,
  });
});

async function openStoreAndClose(url: string) {
  const store = await openStore(url);
  try {
    return await store.head();
  } finally {
    await store.close();
  }
}
