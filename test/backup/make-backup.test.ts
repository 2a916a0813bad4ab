import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { makeBackup, unfinished, type Work } from '../../src/backup/make-backup.ts';
import { lockFile } from '../../src/store/lock-file.ts';
import { backupState, stateFile } from '../../src/store/sqlite/backups.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { directoryFor } from '../helpers/database.ts';
import { given, meeting, mou, type TestLedger } from '../helpers/decide.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { range, turnUntil } from '../helpers/streaming.ts';

const begin = Date.parse('2026-12-01T03:15:00.000Z');
const hourMs = 3_600_000;

/** Makes backups of a ledger, so many hours after the beginning. */
function backingUp(t: Test, { file, store }: TestLedger, directory = directoryFor(t)) {
  const make = (hours: number, more: Partial<Work> = {}) =>
    makeBackup({
      ...{ file, origin: store.origin, directory, keepDays: 30, nowMs: begin + hours * hourMs },
      ...{ mayVerifyWhole: true, ...more },
    });
  const there = () => readdirSync(directory).filter((name) => name !== 'lock' && name !== stateFile);
  return { directory, make, there };
}

test('a backup is verified, and then has its name and stands in the list', async (t) => {
  const ledger = await given(t, meeting('jic-4', '2023-12-14'), mou({ repeat: 300 }));
  const { directory, make, there } = backingUp(t, ledger);
  const { state, failure } = await make(0);
  t.equal(failure, undefined);
  const first = {
    file: 'ledger-20261201T031500Z-302.db',
    madeAt: '2026-12-01T03:15:00.000Z',
    position: 302,
    rootHash: Buffer.from((await ledger.store.head()).rootHash).toString('hex'),
    verified: 'whole',
  };
  t.same(state, { origin: ledger.store.origin, backups: [first], wholeVerifiedAt: first.madeAt });
  t.same(await backupState(directory), state);
  t.same(there(), [first.file], 'nothing is left beside it');
  t.equal(statSync(join(directory, first.file)).mode & 0o777, 0o600, 'it has the names of persons');
  t.match(await verifyLedger(`file:${join(directory, first.file)}`), { findings: [], size: 302 });

  await ledger.post(mou());
  const hashes = await make(1);
  t.match(hashes.state?.backups.at(-1), { position: 303, verified: 'hashes' });
  t.equal(hashes.state?.wholeVerifiedAt, first.madeAt);
  t.match((await make(2, { mayVerifyWhole: false })).state?.backups.at(-1), { verified: 'hashes' });
  t.match((await make(24, { mayVerifyWhole: false })).state?.backups.at(-1), { verified: 'hashes' });
  const whole = await make(25);
  t.match(whole.state?.backups.at(-1), { verified: 'whole' }, 'once a day');
  t.equal(whole.state?.wholeVerifiedAt, '2026-12-02T04:15:00.000Z');
  t.match((await make(-48)).state?.backups.at(-1), { verified: 'whole' }, 'the clock was set back');
});

test('only what the service made is removed, and what an unfinished one left', async (t) => {
  const ledger = await given(t);
  const { directory, make, there } = backingUp(t, ledger);
  // One that has the name of a backup, as somebody may have brought it here, is not in the list.
  const foreign = ['ledger-20260101T000000Z-1.db', 'ledger.db', 'notes.txt', 'ledger.db.part'];
  for (const name of foreign) writeFileSync(join(directory, name), 'of somebody else');
  for (const suffix of ['', '-journal', '-wal', '-shm'])
    writeFileSync(join(directory, unfinished + suffix), 'half a backup');
  for (const hours of [0, 1, 2, 24, 27, 28]) t.notOk((await make(hours, { keepDays: 2 })).failure);
  const own = ['20261201T051500Z', '20261202T031500Z', '20261202T061500Z', '20261202T071500Z'];
  t.same(there().sort(), [...foreign, ...own.map((at) => `ledger-${at}-1.db`)].sort());
  for (const name of foreign) t.equal(readFileSync(join(directory, name), 'utf8'), 'of somebody else');
  const taken = await make(29, { nowMs: Date.parse('2026-01-01T00:00:00.000Z') });
  t.match(taken.failure, /there is a file .*ledger-20260101T000000Z-1\.db already/);
  t.equal(readFileSync(join(directory, foreign[0] ?? ''), 'utf8'), 'of somebody else');
});

test('a copy that does not verify is thrown away, and what was there stays', async (t) => {
  const ledger = await given(t, mou({ repeat: 5 }));
  const { directory, make, there } = backingUp(t, ledger);
  await make(0);
  const before = there();
  // What only the whole verification finds, and what the hashes show.
  const harms = [
    ['update records set standing = 1 - standing where position = 3', 24, /\(record-differs\)/],
    ['update head set root_hash = zeroblob(32)', 25, /\(head-differs\)/],
  ] as const;
  for (const [harm, hours, found] of harms) {
    const rows = ledger.rows('head');
    await ledger.run(harm);
    const { failure, state } = await make(hours);
    t.match(failure, /^The copy was thrown away, because it does not verify: .* Run verify\./);
    t.match(failure, found);
    t.same(there(), before);
    t.match(state, { failure: { what: failure }, backups: { length: 1 } });
    t.same(await backupState(directory), state);
    const db = new Sqlite(ledger.file);
    db.prepare('update head set root_hash = ?').run(rows[0]?.root_hash);
    db.exec('update records set standing = 1 where position = 3');
    db.close();
  }
  const { state } = await make(26);
  t.equal(state?.backups.length, 2);
  t.equal(state?.failure, undefined, 'and all is well');
});

test('on a full disk no backup is made, none is lost, and the next one is made when there is room', async (t) => {
  const directory = smallDisk(t, '4m');
  if (directory === undefined) return;
  const ledger = await given(t, mou({ repeat: 20 }));
  const { make, there } = backingUp(t, ledger, directory);
  t.notOk((await make(0)).failure);
  const before = there();
  const filler = fillUp(directory);
  // There is room for what locks the directory and says why there is no backup.
  truncateSync(filler, statSync(filler).size - 2 ** 16);
  const { failure } = await make(1);
  t.match(failure, /BACKUP_DIR: 1 MiB are free in .*, and a backup needs \d+ MiB\. Make room/);
  t.same(
    there().filter((name) => name !== 'filler'),
    before,
  );
  rmSync(filler);
  t.equal((await make(2)).state?.backups.length, 2);
});

test('a disk that fills up meanwhile leaves no half of a backup', async (t) => {
  const directory = smallDisk(t, '32m');
  if (directory === undefined) return;
  const ledger = await given(t, ...range(1, 10).map(() => mou({ repeat: 99, note: 'x'.repeat(8_000) })));
  t.ok(
    statSync(ledger.file).size + statSync(`${ledger.file}-wal`).size > 6 * 2 ** 20,
    'it takes several turns',
  );
  const { make, there } = backingUp(t, ledger, directory);
  const made = make(0);
  const part = join(directory, unfinished);
  await turnUntil(() => existsSync(part) && statSync(part).size > 0);
  const fill = fillUp(directory);
  const { failure } = await made;
  t.match(failure, /BACKUP_DIR: .* can't be used: the disk is full\. Make room on it\./);
  rmSync(fill);
  t.same(there(), []);
  t.notOk((await make(1)).failure);
});

/** Leaves no room on a file system; gives the file that takes it. */
function fillUp(directory: string): string {
  const filler = join(directory, 'filler');
  for (const size of [2 ** 20, 4_096])
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(size));
    } catch {
      // It is full.
    }
  return filler;
}

test('a directory that can not be used is named, with what to do', async (t) => {
  const ledger = await given(t);
  const place = directoryFor(t);
  const at = (name: string) => backingUp(t, ledger, join(place, name));
  t.match(await at('absent').make(0), {
    failure: /BACKUP_DIR: there is no directory .*absent\. Mount .* mkdir -m 700/,
    state: undefined,
  });
  writeFileSync(join(place, 'file'), '');
  t.match(
    (await at('file').make(0)).failure,
    /BACKUP_DIR: .*file can't be used: it is a file, not a directory/,
  );
  mkdirSync(join(place, 'other'));
  const other = at('other');
  await other.make(0, { origin: 'log.example.org/other' });
  t.match(
    (await other.make(1)).failure,
    /other has the backups of the log log\.example\.org\/other, and this/,
  );
  t.equal(other.there().length, 1);
  writeFileSync(join(place, 'other', stateFile), '{');
  t.match((await other.make(2)).failure, /backups\.json is damaged\. Delete it/);
  rmSync(join(place, 'other', stateFile));
  const lock = lockFile(join(place, 'other', 'lock'), 'a test');
  t.match((await other.make(2)).failure, /another service makes a backup there/);
  lock.close();
  t.equal((await other.make(3)).state?.backups.length, 1);
  t.equal(other.there().length, 2, 'what is in no list stays');
  t.ok(existsSync(ledger.file));
});
