import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { readConfig } from '../../src/config.ts';
import { decide, putInPlace } from '../../src/store/sqlite/put-in-place.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { runCommand } from '../helpers/command.ts';
import { directoryFor } from '../helpers/database.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { binaries, postgresDatabase } from '../helpers/postgres.ts';

const url = '/v1/initiatives/sci/events';
const nowMs = Date.parse('2026-12-01T03:15:00.000Z');

/** A ledger that is signed, and a place for its backups. Each use of it opens and closes it. */
function ledgerIn(t: Test) {
  const directory = directoryFor(t);
  const at = (name: string): string => join(directory, name);
  const env = { DATABASE_URL: `file:${at('data/ledger.db')}`, SIGNER_DIR: at('signer') };
  mkdirSync(at('data'));
  const open = async (more: Record<string, string> = {}) => {
    const app = await openLedgerApp(readConfig({ ...env, ...more }), false);
    t.teardown(() => app.close());
    return app;
  };
  /** Posts, and has it signed. */
  const post = async (...events: object[]): Promise<void> => {
    const app = await open();
    const { statusCode, body } = await app.inject({ method: 'POST', url, payload: { events } });
    t.equal(statusCode, 201, body);
    const { recorded } = JSON.parse(body);
    t.equal((await app.inject(`/v1/events/${recorded.at(-1).eventId}/proof`)).statusCode, 200);
    await app.close();
  };
  const backUp = async (name: string): Promise<string> => {
    t.match(await runCommand(['backup', '--out', at(name)], env), { code: 0 });
    return at(name);
  };
  const restore = (backup: string, more: Record<string, string> = {}) =>
    runCommand(['restore', '--backup', backup], { ...env, ...more });
  /** Without what locks the ledger. */
  const inData = () => readdirSync(at('data')).filter((name) => !/-lock(-journal)?$/.test(name));
  return { at, env, open, post, backUp, restore, inData, file: at('data/ledger.db') };
}

/** All files of a ledger, byte for byte. */
const bytesOf = (file: string): Map<string, string> =>
  new Map(
    readdirSync(dirname(file)).map((name) => [name, readFileSync(join(dirname(file), name)).toString('hex')]),
  );

test('a backup that has all that was signed is put in the place of the ledger, which is moved aside', async (t) => {
  const { post, backUp, restore, inData, file, at, open } = ledgerIn(t);
  await post(initiative(), mou({ repeat: 20 }));
  const backup = await backUp('backup.db');
  const { code, out, err } = await restore(backup);
  t.equal(code, 0, err);
  t.match(out, /^100 %: 21 of 21 events\nrestored: 21 events of \S+, root hash [0-9a-f]{64}\n/);
  t.match(out, /The ledger that was there is now .*ledger\.db-before-\d{8}T\d{6}Z \(21 events\)\. Delete it/);
  t.match(out, /\nNext: start the service/);
  t.notMatch(out, 'Not compared');
  const aside = inData().find((name) => /-before-\d{8}T\d{6}Z$/.test(name)) ?? '';
  t.same(
    inData().filter((name) => !name.startsWith('ledger.db-before-')),
    ['ledger.db'],
  );
  t.ok(existsSync(backup), 'the backup stays');
  for (const one of [file, at(`data/${aside}`)])
    t.match(await verifyLedger(`file:${one}`), { findings: [], size: 21 });
  // With the signer that it had, it goes on.
  await post(mou());
  t.equal((await (await open()).inject('/readyz')).statusCode, 200);
});

test('a ledger that is lost, or damaged, or was killed, is replaced', async (t) => {
  const { post, backUp, restore, inData, file } = ledgerIn(t);
  await post(initiative(), mou({ repeat: 20 }));
  const backup = await backUp('backup.db');
  const harms: Record<string, () => void> = {
    lost: () => rmSync(file),
    'lost with its lock': () => {
      for (const name of readdirSync(dirname(file))) rmSync(join(dirname(file), name));
    },
    'lost with its directory': () => rmSync(dirname(file), { recursive: true }),
    'no database': () => writeFileSync(file, 'x'.repeat(10_000)),
    'no database, and no lock': () => {
      writeFileSync(file, 'x'.repeat(10_000));
      rmSync(`${file}-lock`);
    },
    'with a -wal and a hot journal of somebody else': () => {
      writeFileSync(`${file}-wal`, 'x'.repeat(10_000));
      writeFileSync(`${file}-journal`, 'x'.repeat(10_000));
    },
    empty: () => writeFileSync(file, ''),
  };
  for (const [what, harm] of Object.entries(harms)) {
    harm();
    const { code, out, err } = await restore(backup);
    t.equal(code, 0, `${what}: ${out} ${err}`);
    const here = inData().filter((name) => !name.includes('-before-'));
    t.same(here, ['ledger.db'], what);
    t.match(await verifyLedger(`file:${file}`), { findings: [], size: 21 }, what);
  }
});

test('while a service has the ledger open nothing is restored', async (t) => {
  const { post, backUp, restore, open, file } = ledgerIn(t);
  await post(initiative());
  const backup = await backUp('backup.db');
  const app = await open();
  const before = readdirSync(dirname(file));
  t.match(await restore(backup), {
    code: 2,
    out: '',
    err: /^milestone-ledger: another process has the ledger open/,
  });
  t.same(readdirSync(dirname(file)), before);
  t.equal((await app.inject('/readyz')).statusCode, 200);
});

test('what is no backup of a ledger, or a damaged one, changes nothing', async (t) => {
  const { post, backUp, restore, at, file, env } = ledgerIn(t);
  await post(initiative(), mou({ repeat: 20 }));
  const backup = await backUp('backup.db');
  const before = bytesOf(file);
  writeFileSync(at('text'), 'no ledger');
  t.match(await restore(at('text')), { code: 2, err: /text can't be read: it is no SQLite database/ });
  t.match(await restore(at('absent')), { code: 2, err: /There is no file .*absent/ });
  t.match(await restore(at('signer')), { code: 2, err: /signer is a directory/ });
  t.match(await restore(file), { code: 2, err: /is the ledger of DATABASE_URL itself/ });
  const run = (args: string[], more = {}) => runCommand(['restore', ...args], { ...env, ...more });
  for (const args of [[], ['--backup', backup, '--bundle', backup]])
    t.match(await run(args), { code: 2, err: /--backup FILE or --bundle FILE, and not both/ });
  t.match(await run(['--backup', backup], { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' }), {
    code: 2,
    err: /pg_restore.* copy --from file:BACKUP/,
  });
  const damaged = at('damaged.db');
  copyFileSync(backup, damaged);
  const db = new Sqlite(damaged);
  db.exec('update records set standing = 1 - standing where position = 3');
  db.close();
  const refused = await restore(damaged);
  t.match(refused, { code: 1, err: '' });
  t.match(
    refused.out,
    /damaged\.db does not verify: .* at position 3 \(record-differs\).*\. Nothing was changed\./,
  );
  t.same(bytesOf(file), before);
});

/** A backup, and a ledger that has more, which was signed. */
async function older(t: Test) {
  const ledger = ledgerIn(t);
  await ledger.post(initiative(), mou({ repeat: 10 }));
  const backup = await ledger.backUp('older.db');
  await ledger.post(mou({ repeat: 5 }));
  return { ...ledger, backup };
}

test('a backup that is older than what was signed is refused, and nothing is changed', async (t) => {
  const { backup, restore, file } = await older(t);
  const before = bytesOf(file);
  const { code, out, err } = await restore(backup);
  t.match({ code, err }, { code: 1, err: '' });
  t.match(
    out,
    /older\.db \(11 events of \S+\) is older than what was signed: SIGNER_DIR, .*, knows of a checkpoint of 16 events/,
  );
  for (const way of [
    '1. Restore a newer',
    '2. If the ledger',
    '3. If nobody',
    'SIGNER_DIR= npm run',
    'continue --origin NAME',
  ])
    t.match(out, way);
  t.same(bytesOf(file), before);
});

test('the first way out: a newer backup', async (t) => {
  const { backup, backUp, restore, post, file } = await older(t);
  const newer = await backUp('newer.db');
  rmSync(file);
  t.equal((await restore(backup)).code, 1);
  t.notOk(existsSync(file));
  t.equal((await restore(newer)).code, 0);
  await post(mou());
  t.match(await verifyLedger(`file:${file}`), { findings: [], size: 17 });
});

test('the second way out: a bundle', async (t) => {
  const { backup, restore, env, at, file, post } = await older(t);
  t.match(await runCommand(['export', '--bundle', at('bundle')], env), { code: 0 });
  rmSync(file);
  t.equal((await restore(backup)).code, 1);
  t.match(await runCommand(['restore', '--bundle', at('bundle')], env), { code: 0 });
  await post(mou());
  t.match(await verifyLedger(`file:${file}`), { findings: [], size: 17 });
});

/** A restored ledger goes on under a new name, at position 12, with a new signer, which is given. */
async function goOnWithout(t: Test, { env, at, open, file }: ReturnType<typeof ledgerIn>): Promise<string> {
  const renamed = await runCommand(['continue', '--origin', 'log.example.org/new'], env);
  t.match(renamed, { code: 0, out: /goes on as log\.example\.org\/new from position 12/ });
  const SIGNER_DIR = at('signer-2');
  const app = await open({ SIGNER_DIR });
  const posted = await app.inject({ method: 'POST', url, payload: mou() });
  t.equal(posted.statusCode, 201);
  await app.inject(`/v1/events/${posted.json().recorded[0].eventId}/proof`);
  await app.close();
  t.match(await verifyLedger(`file:${file}`, { signerDirectory: SIGNER_DIR }), { findings: [], size: 13 });
  return SIGNER_DIR;
}

test('the third way out: without what was lost, under a new name', async (t) => {
  const ledger = await older(t);
  const { backup, restore, open } = ledger;
  const restored = await restore(backup, { SIGNER_DIR: '' });
  t.match(restored, {
    code: 0,
    out: /\(16 events\)\. Delete it .*\nNot compared with what was signed: SIGNER_DIR is empty/,
  });
  // With the old signer it can be read, and nothing is recorded.
  const forked = await open();
  const refused = await forked.inject({ method: 'POST', url, payload: mou() });
  t.match(refused.json(), { code: 'history-fork' });
  t.equal((await forked.inject('/v1/initiatives/sci')).statusCode, 200);
  await forked.close();
  const SIGNER_DIR = await goOnWithout(t, ledger);
  // What is of the former name is of another log by now.
  const other = await restore(backup, { SIGNER_DIR });
  t.match(other, {
    code: 1,
    out: /is of another log than SIGNER_DIR, .*signer-2, which signs log\.example\.org\/new/,
  });
});

test('the way back: what a later version has migrated gives way to a backup of this version', async (t) => {
  const ledger = await older(t);
  const { backup, restore, env, file } = ledger;
  const later = new Sqlite(file);
  later.exec("insert into kysely_migration values ('9999-later', '2026-12-02T00:00:00.000Z')");
  later.close();
  const before = bytesOf(file);
  const unknown = /it has the migration 9999-later, which this one does not know/;
  for (const command of ['migrate', 'verify'])
    t.match(await runCommand([command], env), { code: 2, err: unknown });
  t.same(bytesOf(file), before);
  const restored = await restore(backup, { SIGNER_DIR: '' });
  t.match(restored, { code: 0, out: /^100 %: 11 of 11 events\nrestored: 11 events/ });
  await goOnWithout(t, ledger);
});

test('a backup with another history than the signed one is refused', async (t) => {
  const { backup, restore, at, env, open, file } = await older(t);
  // The older one went on elsewhere, under the same name, until it was as long as the signed one, and longer.
  const elsewhere = at('elsewhere.db');
  copyFileSync(backup, elsewhere);
  const app = await open({ DATABASE_URL: `file:${elsewhere}`, SIGNER_DIR: '' });
  await app.inject({ method: 'POST', url, payload: mou({ repeat: 8 }) });
  await app.close();
  const before = bytesOf(file);
  const { code, out } = await restore(elsewhere);
  t.equal(code, 1);
  t.match(out, /elsewhere\.db \(19 events of \S+\) has another history than what was signed/);
  t.same(bytesOf(file), before);
  t.equal((await runCommand(['verify'], env)).code, 0);
});

test('a directory of the signer that knows of nothing is said, and one that can not be read is in the way', async (t) => {
  const { backup, restore, at, file } = await older(t);
  const before = bytesOf(file);
  mkdirSync(at('damaged'));
  writeFileSync(at('damaged/state.json'), '{');
  t.match(await restore(backup, { SIGNER_DIR: at('damaged') }), { code: 2, err: /state\.json is damaged/ });
  t.same(bytesOf(file), before);
  t.match(await restore(backup, { SIGNER_DIR: at('none') }), {
    code: 0,
    out: /Not compared with what was signed: SIGNER_DIR, .*none, knows of nothing\. If that directory is lost, docs\/prove\.md/,
  });
});

test('a restore that is broken off anywhere leaves the old ledger or the new one', async (t) => {
  const { backup, restore, inData, file, post, env } = await older(t);
  const [old, wal] = [readFileSync(file), 'what a killed service left'];
  const begin = (): void => {
    for (const name of inData()) rmSync(join(dirname(file), name), { force: true });
    writeFileSync(file, old);
  };
  // Before it is decided: the old one, and what was copied is removed by the next.
  begin();
  copyFileSync(backup, `${file}.restoring`);
  t.match(await verifyLedger(`file:${file}`), { findings: [], size: 16 });
  t.equal((await restore(backup)).code, 1);
  t.same(inData(), ['ledger.db']);

  /** Each of the steps after the decision, as far as they were done. */
  const steps = ['-wal', '-shm', '-journal', ''];
  for (let done = 0; done <= steps.length; done++)
    for (const how of ['the service', 'the command'] as const) {
      begin();
      for (const suffix of steps.slice(0, -1)) writeFileSync(file + suffix, wal);
      copyFileSync(backup, `${file}.restoring`);
      decide(`${file}.restoring`, file, nowMs);
      for (const suffix of steps.slice(0, done))
        renameSync(file + suffix, `${file}-before-20261201T031500Z${suffix}`);
      // Without it, whoever locks the ledger makes an empty file where none is.
      if (done === steps.length) rmSync(`${file}-lock`, { force: true });
      const what = `${done} steps done, then ${how}`;
      if (how === 'the command') {
        const { code, out } = await restore(backup);
        t.equal(code, 0, what);
        t.match(out, /^restored: 11 events .*\nAn earlier restore was broken off, and is done now/, what);
      } else {
        const { code, out } = await runCommand(['migrate'], env);
        t.equal(code, 0, `${what}: ${out}`);
      }
      t.match(await verifyLedger(`file:${file}`), { findings: [], size: 11 }, what);
      t.same(
        inData().filter((name) => name.includes('-before-')),
        steps.map((suffix) => `ledger.db-before-20261201T031500Z${suffix}`).sort(),
        what,
      );
      t.ok(readFileSync(`${file}-before-20261201T031500Z`).equals(old), 'the old one is whole');
    }
  begin();
  await post(mou());
});

test('a ledger that was moved aside is never overwritten', async (t) => {
  const { at } = ledgerIn(t);
  const file = at('data/ledger.db');
  for (const text of ['first', 'second', 'third']) {
    writeFileSync(at('data/part'), text);
    decide(at('data/part'), file, nowMs);
    putInPlace(file);
  }
  const aside = ['20261201T031500Z', '20261201T031501Z'].map((stamp) => `${file}-before-${stamp}`);
  t.same(
    [file, ...aside].map((name) => readFileSync(name, 'utf8')),
    ['third', 'first', 'second'],
  );
  t.equal(putInPlace(file), undefined, 'there is nothing to do');
});

test('the restored file belongs to whom the ledger belonged', async (t) => {
  if (process.getuid?.() !== 0) return void t.comment('not tried: only root can give files away');
  const { post, backUp, env, file, at } = ledgerIn(t);
  await post(initiative());
  const backup = await backUp('backup.db');
  const { chownSync, chmodSync } = await import('node:fs');
  chownSync(file, 12_345, 12_346);
  chmodSync(file, 0o640);
  const options = { url: env.DATABASE_URL, signerDirectory: env.SIGNER_DIR, nowMs };
  const restored = await restoreBackup(backup, options);
  t.match(restored, { position: 1, isEarlier: false, aside: { events: 1 }, signed: { size: 1 } });
  t.match(statSync(file), { uid: 12_345, gid: 12_346 });
  t.equal(statSync(file).mode & 0o777, 0o640);
  t.ok(existsSync(at('backup.db')));
});

const options = { skip: binaries === undefined && 'PostgreSQL is not on this machine' };

test('a backup goes on on the other engine, to which copy brings it', options, async (t) => {
  const { post, backUp, open, env } = ledgerIn(t);
  await post(initiative(), mou({ repeat: 20 }));
  const backup = await backUp('backup.db');
  const to = await postgresDatabase(t);
  const copied = await runCommand(['copy', '--from', `file:${backup}`, '--to', to], env);
  t.match(copied, { code: 0, out: /copied: root hash/ });
  t.match(await verifyLedger(to, { signerDirectory: env.SIGNER_DIR }), { findings: [], size: 21 });
  const app = await open({ DATABASE_URL: to });
  t.equal((await app.inject({ method: 'POST', url, payload: mou() })).statusCode, 201);
  await app.close();
});
