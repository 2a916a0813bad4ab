import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { verifyLedger } from '../../src/verify/verify.ts';
import { runCommand } from '../helpers/command.ts';
import { checkDatabase, ledgerFile } from '../helpers/database.ts';
import { initiative, meeting, mou, openLedger } from '../helpers/decide.ts';
import { binaries, execute, newName, postgresDatabase, sharedCluster } from '../helpers/postgres.ts';

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

test('the file of a ledger in use is copied as of one moment', async (t) => {
  const url = `file:${ledgerFile(t)}`;
  const directory = t.testdir();
  const out = join(directory, 'backup.db');
  const run = (database: string) => runCommand(['backup', '--out', out], { DATABASE_URL: database });
  writeFileSync(`${out}.part`, 'what one that was broken off left');
  const range = await beside(t, url, async () => {
    const done = await run(url);
    t.match(done, { code: 0, err: '' });
    t.match(done.out, /^100 %: (\d+) of \1 pages\n.*backup.db: \d+ events, root hash [0-9a-f]{64}\n/m);
    // The signer goes on, and knows of more by then.
    t.match(done.out, `To verify it: DATABASE_URL=file:${out} SIGNER_DIR= npm run`);
  });
  t.same(readdirSync(directory), ['backup.db'], 'no part is left');
  await isWhole(t, `file:${out}`, range);
  t.match(await run(url), { code: 2, out: '', err: /backup.db exists already/ });

  // Restored: in its place, it goes on.
  const { end, post } = await openLedger(t, undefined, `file:${out}`);
  const before = end();
  await post(mou());
  t.equal(end(), before + 1);
});

test('what can not be copied leaves no file', async (t) => {
  const url = `file:${ledgerFile(t)}`;
  await openLedger(t, undefined, url);
  const directory = t.testdir({ there: 'something' });
  const out = join(directory, 'backup.db');
  const run = (database: string, to: string) =>
    runCommand(['backup', '--out', to], { DATABASE_URL: database });
  const [none, absent, nowhere, postgres] = await Promise.all([
    run(`file:${join(directory, 'there')}`, out),
    run(`file:${join(directory, 'absent.db')}`, out),
    run(url, join(directory, 'absent', 'backup.db')),
    run('postgres://nobody@127.0.0.1:1/none', out),
  ]);
  t.match(none, { code: 2, out: '', err: /can't be read/ });
  t.match(absent, { code: 2, out: '', err: /There is no file/ });
  t.match(nowhere, { code: 2, out: '', err: /backup.db can't be written: / });
  t.match(postgres, { code: 2, out: '', err: /pg_dump/ });
  t.same(readdirSync(directory), ['there']);
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
  const again = newName();
  await execute(cluster.url('postgres'), `create database ${again}`);
  t.teardown(() => execute(cluster.url('postgres'), `drop database ${again} with (force)`));
  const restored = cluster.url(again);
  await run('pg_restore', '-d', again, '--exit-on-error', dump);
  await isWhole(t, restored, range);
  await t.rejects(execute(restored, 'delete from events'), { message: /events are never deleted/ });
});
