import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { fileOf } from '../../src/store/open-store.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { checkDatabase, ledgerFile } from '../helpers/database.ts';
import { initiative, meeting, mou, openLedger } from '../helpers/decide.ts';
import { binaries, execute, postgresDatabase, sharedCluster } from '../helpers/postgres.ts';

/** A ledger that goes on recording while the work is done; gives how large it was before and after that. */
async function beside(t: Test, url: string, work: () => Promise<unknown>): Promise<[number, number]> {
  const { post, end, close } = await openLedger(t, undefined, url);
  await post(initiative());
  await post(meeting('jic-4', '2023-12-14', { coChairs: [{ name: 'Tan Ah Kow' }] }));
  await post({ events: Array.from({ length: 600 }, (_, i) => mou({ recordId: `m-${i}` })) }, { key: 'k' });
  const before = end();
  let working = true;
  const worked = work().finally(() => {
    working = false;
  });
  do await post(mou());
  while (working);
  await worked;
  await post(mou());
  const after = end();
  await close();
  return [before, after];
}

async function isWhole(t: Test, url: string, [before, after]: [number, number]): Promise<void> {
  await checkDatabase(url);
  const { findings, size } = await verifyLedger(url);
  t.same(findings, []);
  t.ok(size >= before && size < after, `${size} of ${before} to ${after} events`);
}

test('a file that SQLite writes from one in use is a whole ledger', async (t) => {
  const url = `file:${ledgerFile(t)}`;
  const backup = join(t.testdir(), 'backup.db');
  const range = await beside(t, url, async () => {
    const db = new Sqlite(fileOf(url), { readonly: true });
    db.prepare('vacuum into ?').run(backup);
    db.close();
  });
  await isWhole(t, `file:${backup}`, range);
});

const options = { skip: binaries === undefined && 'PostgreSQL is not on this machine' };

test('a dump of PostgreSQL that is restored is a whole ledger, guarded as before', options, async (t) => {
  const cluster = await sharedCluster();
  const url = await postgresDatabase(t);
  const name = url.slice(url.lastIndexOf('/') + 1);
  const dump = join(t.testdir(), 'ledger.dump');
  const run = (program: string, ...args: string[]): Promise<unknown> =>
    promisify(execFile)(join(binaries ?? '', program), ['-h', cluster.directory, '-U', 'postgres', ...args]);
  const range = await beside(t, url, () => run('pg_dump', '-Fc', '-f', dump, name));
  await execute(cluster.url('postgres'), 'create database restored');
  t.teardown(() => execute(cluster.url('postgres'), 'drop database restored with (force)'));
  const restored = cluster.url('restored');
  await run('pg_restore', '-d', 'restored', '--exit-on-error', dump);
  await isWhole(t, restored, range);
  await t.rejects(execute(restored, 'delete from events'), { message: /events are never deleted/ });
});
