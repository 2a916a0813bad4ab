import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { type BackupOptions, Backups } from '../../src/backup/backups.ts';
import { type Outcome, unfinished, type Work } from '../../src/backup/make-backup.ts';
import { backupInThread } from '../../src/backup/thread.ts';
import { ConfigError, readConfig } from '../../src/config.ts';
import { type BackupState, backupName, backupState, stateFile } from '../../src/store/sqlite/backups.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { directoryFor, ledgerFile } from '../helpers/database.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { turnUntil } from '../helpers/streaming.ts';
import { until } from '../helpers/until.ts';

const begin = Date.parse('2026-12-01T03:15:00.000Z');
const minuteMs = 60_000;
const url = '/v1/initiatives/sci/events';

/** Backups that make none, of a ledger whose time is the test's; `pass` lets time go by. */
function scheduled(t: Test, more: Partial<BackupOptions> = {}) {
  let nowMs = begin;
  const waiting = new Set<{ work: () => void; atMs: number }>();
  const [attempts, told]: [number[], string[]] = [[], []];
  let failure: string | undefined;
  const state = (atMs: number): BackupState => ({
    origin: 'o',
    backups: [backupAt(atMs)],
    ...(failure !== undefined && { failure: { at: '', what: failure } }),
  });
  const backups = new Backups({
    ...{
      store: { origin: 'o', hasFailed: () => false },
      file: 'ledger.db',
      directory: more.directory ?? t.testdir(),
    },
    ...{ everyMs: 60 * minuteMs, keepDays: 30, clock: () => nowMs, mayVerifyWhole: () => true },
    made: () => told.push('made'),
    failed: (what) => told.push(what),
    later(work, ms) {
      const one = { work, atMs: nowMs + ms };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
    async make({ nowMs }: Work): Promise<Outcome> {
      attempts.push((nowMs - begin) / minuteMs);
      return { state: state(nowMs), ...(failure !== undefined && { failure }) };
    },
    ...more,
  });
  t.teardown(() => backups.stop());
  const pass = async (minutes: number): Promise<void> => {
    const endMs = nowMs + minutes * minuteMs;
    for (;;) {
      await turnUntil(() => waiting.size > 0);
      const [next] = [...waiting];
      if (!next || next.atMs > endMs) break;
      waiting.delete(next);
      nowMs = Math.max(nowMs, next.atMs);
      next.work();
    }
    nowMs = endMs;
  };
  return {
    ...{ backups, attempts, told, pass, waiting },
    fails: (what: string | undefined) => {
      failure = what;
    },
    /** The clock is set, and nothing waits less for it. */
    set: (minutes: number) => {
      nowMs += minutes * minuteMs;
      for (const one of waiting) one.atMs += minutes * minuteMs;
    },
  };
}

const backupAt = (atMs: number) => ({
  file: backupName(atMs, 1),
  madeAt: new Date(atMs).toISOString(),
  position: 1,
  rootHash: '',
  verified: 'hashes' as const,
});

/** A directory in which the newest backup was made then. */
function directoryWith(t: Test, atMs: number): string {
  const backup = backupAt(atMs);
  const state: BackupState = { origin: 'o', backups: [backup] };
  return t.testdir({ [backup.file]: '', [stateFile]: JSON.stringify(state), [unfinished]: 'half' });
}

test('the first backup is made at once, and each of the next ones when it is due', async (t) => {
  const { backups, attempts, told, pass } = scheduled(t);
  t.same(backups.state(), { origin: 'o', backups: [] });
  backups.start();
  await pass(0);
  t.same(attempts, [0]);
  await pass(59);
  t.same(attempts, [0]);
  await pass(130);
  t.same(attempts, [0, 60, 120, 180]);
  t.same(told, ['made', 'made', 'made', 'made']);
  t.equal(backups.state().backups.at(-1)?.madeAt, '2026-12-01T06:15:00.000Z');
});

test('after a restart the newest backup says when the next one is due', async (t) => {
  const directory = directoryWith(t, begin - 20 * minuteMs);
  const { backups, attempts, pass } = scheduled(t, { directory });
  backups.start();
  await pass(39);
  t.same(attempts, []);
  t.equal(backups.state().backups.length, 1);
  t.notOk(readdirSync(directory).includes(unfinished), 'what was left is cleared at the start');
  await pass(2);
  t.same(attempts, [40]);

  const late = scheduled(t, { directory: directoryWith(t, begin - 500 * minuteMs) });
  late.backups.start();
  await late.pass(30);
  t.same(late.attempts, [0], 'one that is overdue is made once');
  const other = scheduled(t, {
    directory: directoryWith(t, begin),
    store: { origin: 'another', hasFailed: () => false },
  });
  other.backups.start();
  await other.pass(0);
  t.same(other.attempts, [0], 'that of another log is not its own');
});

test('a clock that is set makes nobody wait for ever, and a machine that slept makes up for it', async (t) => {
  const { backups, attempts, pass, set } = scheduled(t, {
    directory: directoryWith(t, begin + 900_000 * minuteMs),
  });
  backups.start();
  await pass(61);
  t.same(attempts, [60], 'the newest one is from the future');
  set(300);
  await pass(2);
  t.equal(attempts.length, 2);
  set(-5_000);
  await pass(62);
  t.equal(attempts.length, 3);
});

test('a failure is told once, and tried again at the next time', async (t) => {
  const { backups, attempts, told, pass, fails } = scheduled(t);
  backups.start();
  fails('The disk is full.');
  await pass(125);
  t.same(attempts, [0, 60, 120]);
  t.same(told, ['The disk is full.']);
  t.match(backups.state().failure, { at: '2026-12-01T05:15:00.000Z', what: 'The disk is full.' });
  fails('The directory is gone.');
  await pass(60);
  fails(undefined);
  await pass(60);
  fails('The disk is full.');
  await pass(60);
  t.same(told, ['The disk is full.', 'The directory is gone.', 'made', 'The disk is full.']);
  fails(undefined);
  await pass(60);
  t.equal(backups.state().failure, undefined);
});

test('a thread that fails is told of, and the next one is tried', async (t) => {
  const errors: unknown[] = [];
  const bug = new Error('a bug');
  let isFirst = true;
  const { backups, pass, attempts } = scheduled(t, {
    failed: (_what, error) => errors.push(error),
    async make({ nowMs }) {
      attempts.push(nowMs);
      if (isFirst) throw bug;
      return { state: { origin: 'o', backups: [backupAt(nowMs)] } };
    },
  });
  backups.start();
  await pass(1);
  t.same(errors, [bug]);
  t.match(backups.state().failure, { what: /bug/ });
  isFirst = false;
  await pass(60);
  t.equal(attempts.length, 2);
  t.equal(backups.state().failure, undefined);
});

test('of a ledger whose storage failed nothing is copied', async (t) => {
  const { backups, attempts, told, pass } = scheduled(t, { store: { origin: 'o', hasFailed: () => true } });
  backups.start();
  await pass(61);
  t.same(attempts, []);
  t.match(told, [/^The storage of the ledger failed/]);
});

test('a stop breaks off what is being made, and nothing comes after it', async (t) => {
  const directory = t.testdir();
  const begun = Promise.withResolvers<void>();
  const { backups, waiting, told } = scheduled(t, {
    directory,
    make: (_work, signal) => {
      writeFileSync(join(directory, unfinished), 'half a backup');
      begun.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
  });
  backups.start();
  await turnUntil(() => waiting.size > 0);
  for (const one of waiting) {
    waiting.delete(one);
    one.work();
  }
  await begun.promise;
  await backups.stop();
  t.same(readdirSync(directory), []);
  t.equal(waiting.size, 0);
  t.same(told, []);
});

/** A service that backs up; its log. */
async function serving(t: Test, env: Record<string, string>) {
  const lines: { msg: string; level: number; backup?: { position: number } }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const app = await openLedgerApp(readConfig({ SIGNER_DIR: '', ...env }), log);
  t.teardown(() => app.close());
  const post = async (payload: object) => (await app.inject({ method: 'POST', url, payload })).statusCode;
  return { app, post, lines };
}

test('the service backs up by itself while it records, and goes on where it was after a restart', async (t) => {
  const [DATABASE_URL, BACKUP_DIR] = [`file:${ledgerFile(t)}`, directoryFor(t)];
  const first = await serving(t, { DATABASE_URL, BACKUP_DIR });
  t.equal(await first.post(initiative()), 201);
  while (!first.lines.some(({ msg }) => msg === 'backup made and verified'))
    t.equal(await first.post(mou()), 201);
  const state = await backupState(BACKUP_DIR);
  const [backup] = state?.backups ?? [];
  t.match(backup, { verified: 'whole' });
  t.match(await verifyLedger(`file:${join(BACKUP_DIR, backup?.file ?? '')}`), { findings: [] });
  await first.app.close();
  const again = await serving(t, { DATABASE_URL, BACKUP_DIR });
  t.equal(await again.post(mou()), 201);
  await again.app.close();
  t.same(await backupState(BACKUP_DIR), state, 'the next one is due in an hour');
  t.notOk(again.lines.some(({ level }) => level >= 40));
});

test('what fails is logged with what to do, and the service goes on', async (t) => {
  const BACKUP_DIR = join(directoryFor(t), 'absent');
  const { app, post, lines } = await serving(t, { DATABASE_URL: `file:${ledgerFile(t)}`, BACKUP_DIR });
  await until(() => lines.some(({ level }) => level >= 50));
  t.match(
    lines.find(({ level }) => level >= 50)?.msg,
    /^No backup could be made, which is tried again every 60 minutes\. BACKUP_DIR: there is no directory .*absent\. Mount/,
  );
  t.equal(await post(initiative()), 201);
  t.equal((await app.inject('/readyz')).statusCode, 200);
});

test('a service that closes does not wait for its backup, and leaves none unfinished', async (t) => {
  const [DATABASE_URL, BACKUP_DIR] = [`file:${ledgerFile(t)}`, directoryFor(t)];
  const { app, post, lines } = await serving(t, { DATABASE_URL, BACKUP_DIR });
  await post({ events: [initiative(), mou({ repeat: 900 })] });
  await until(
    () => readdirSync(BACKUP_DIR).includes(unfinished) || lines.some(({ msg }) => /backup/.test(msg)),
  );
  await app.close();
  t.notOk(readdirSync(BACKUP_DIR).some((name) => name.startsWith(unfinished)));
  const [present, state] = [readdirSync(BACKUP_DIR), await backupState(BACKUP_DIR)];
  t.same(
    present.filter((name) => name.startsWith('ledger-')),
    (state?.backups ?? []).map(({ file }) => file),
  );
});

test('a thread that is broken off says so, and one that can not work says why', async (t) => {
  const directory = t.testdir();
  const work: Work = {
    ...{ file: join(directory, 'absent.db'), origin: 'o', directory, keepDays: 1, nowMs: begin },
    mayVerifyWhole: true,
  };
  const ended = new AbortController();
  const broken = backupInThread(work, ended.signal);
  ended.abort();
  await t.rejects(broken, { name: 'AbortError' });
  t.match((await backupInThread(work, new AbortController().signal)).failure, /absent\.db/);
  t.match(JSON.parse(readFileSync(join(directory, stateFile), 'utf8')).failure, { what: /absent\.db/ });
});

test('with PostgreSQL BACKUP_DIR is refused, with the way to back up there', (t) => {
  const env = { DATABASE_URL: 'postgres://localhost/ledger', BACKUP_DIR: '/backups' };
  t.throws(
    () => readConfig(env),
    new ConfigError(
      'BACKUP_DIR is for a ledger in SQLite. Unset it, and back up PostgreSQL with pg_dump: docs/postgres.md ("Backup").',
    ),
  );
  for (const wrong of [
    { BACKUP_EVERY: '0' },
    { BACKUP_KEEP: '0' },
    { BACKUP_DIR: '~/b' },
    { BACKUP_DIR: '' },
  ])
    t.throws(() => readConfig(wrong), ConfigError);
  t.end();
});
