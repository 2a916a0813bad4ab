import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { copyLedger } from '../../src/copy/copy-ledger.ts';
import { itemsOf } from '../../src/rules.ts';
import { openStore } from '../../src/store/open-store.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { later, makeSource } from '../copy/source.ts';
import { runCommand } from '../helpers/command.ts';
import { checkDatabase, ledgerFile } from '../helpers/database.ts';
import { binaries, execute, postgresDatabase, sharedCluster, startCluster } from '../helpers/postgres.ts';
import { proxyTo } from '../helpers/proxy.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const source = await makeSource(t, 4_000);
const options = { skip: binaries === undefined && 'PostgreSQL is not on this machine' };

const copy = (from: string, to: string) => runCommand(['copy', '--from', from, '--to', to], {});

/** Copies, and kills the process when it says that it has done a part. */
async function killed(from: string, to: string): Promise<void> {
  const child = spawn(process.execPath, [main, 'copy', '--from', from, '--to', to], { env: {} });
  child.stdout.once('data', () => child.kill('SIGKILL'));
  const [, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error('it was not killed in the middle');
}

/** What was begun is taken for nothing else, and says what to do. */
async function isUnfinished(t: Test, url: string): Promise<void> {
  await t.rejects(openStore(url), { message: /unfinished copy of log.example.org\/two/ });
  const again = await copy(source, url);
  t.match(again, {
    code: 2,
    out: '',
    err: /broken off. Then delete the file or the database, and copy again/,
  });
  const served = await runCommand(['serve'], { DATABASE_URL: url, SIGNER_DIR: '', PORT: '0' });
  t.not(served.code, 0);
  t.match(`${served.out}${served.err}`, /unfinished copy/);
  const verified = await runCommand(['verify'], { DATABASE_URL: url });
  t.match(verified, { code: 2, err: /unfinished copy/ });
}

t.test('a copy to a file that was killed is taken for no ledger, and the source is as it was', async (t) => {
  const to = `file:${join(t.testdir(), 'copy.db')}`;
  await killed(source, to);
  await isUnfinished(t, to);
  const next = `file:${ledgerFile(t)}`;
  const done = await copy(source, next);
  t.match(done, { code: 0, err: '' });
  t.match(done.out, /^20 %: 1000 of \d+ events/);
  t.match(done.out, /\ncopied: root hash [0-9a-f]{64}, records, numbers and counts are the same\n$/);
});

t.test('so is one to PostgreSQL', options, async (t) => {
  const to = await postgresDatabase(t);
  await killed(source, to);
  await isUnfinished(t, to);
});

t.test('a connection that is lost once costs nothing', options, async (t) => {
  const proxy = await proxyTo(t, await sharedCluster());
  for (const [text, when] of [
    ['insert into tiles', 'before'],
    ['commit', 'after'],
  ] as const) {
    const url = await postgresDatabase(t);
    const midway = (position: number): void => {
      if (position === 1_000) proxy.cutAt(text, when);
    };
    const to = proxy.url(url.slice(url.lastIndexOf('/') + 1));
    t.match(await copyLedger(source, to, midway), { difference: undefined });
    await checkDatabase(url);
  }
  t.equal(proxy.cuts, 2);
});

t.test('a server that is gone in the middle ends it with the reason', options, async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.end());
  const to = cluster.url('postgres');
  const midway = (position: number): void => {
    if (position === 1_000) void cluster.stop('immediate');
  };
  await t.rejects(copyLedger(source, to, midway), { message: /The copy can't be written: / });
  await cluster.start();
  await isUnfinished(t, to);

  await execute(to, 'drop schema public cascade; create schema public');
  t.match(await copyLedger(source, to), { difference: undefined });
  const back = `file:${join(t.testdir(), 'back.db')}`;
  await t.rejects(copyLedger(to, back, midway), { name: 'CannotVerify', message: /can't be read: / });
  await isUnfinished(t, back);
});

t.test('whoever records in the copy meanwhile is found', options, async (t) => {
  const to = await postgresDatabase(t);
  // A service that was there before.
  const other = await openStore(to);
  const recorder = new Recorder(other, () => later);
  let recorded: Promise<unknown> | undefined;
  const meddle = (): void => {
    recorded ??= recorder.record({
      initiativeId: 'sci',
      principal: 'officer',
      authority: 'operator',
      items: itemsOf({ type: 'MoUSigned', occurredOn: '2024' }),
      dryRun: false,
    });
  };
  await t.rejects(copyLedger(source, to, meddle), { message: /Somebody else has recorded in it meanwhile/ });
  await recorded;
  await recorder.stop();
  await other.close();
});

t.test('wrong usage is said', async (t) => {
  for (const [args, message] of [
    [['--from', source], /required option '--to <url>'/],
    [['--from', source, '--to', 'mysql://x/y'], /It must be file:PATH, or postgres:/],
    [['--from', '/data/ledger.db', '--to', 'file:x'], /It must be file:PATH, or postgres:/],
  ] as const)
    t.match(await runCommand(['copy', ...args], {}), { code: 2, err: message });
});
