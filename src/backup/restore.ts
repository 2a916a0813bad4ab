import { chmodSync, chownSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { forkOf, signedTreeOf } from '../signer/fork.ts';
import { readState, type SignerState } from '../signer/signer-files.ts';
import { lockFile, lockLedger, StoreUnavailable } from '../store/lock-file.ts';
import { fileOf, isPostgres, pathOf } from '../store/open-store.ts';
import { makeDirectory, orUnusable } from '../store/place.ts';
import { realFile } from '../store/real-file.ts';
import { backupSqlite } from '../store/sqlite/backup.ts';
import { rootIn } from '../store/sqlite/open-reader.ts';
import { decide, decided, putInPlace } from '../store/sqlite/put-in-place.ts';
import { firstOf } from '../verify/findings.ts';
import { CannotVerify } from '../verify/reader.ts';
import { endOf } from '../verify/start.ts';
import { withStoredLedger } from '../verify/stored-ledger.ts';
import { verifyLedger } from '../verify/verify.ts';

/** The backup is not what may take the place of the ledger. Nothing was changed; the message says so, and the ways out. */
export class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused';
}

export interface Restored extends End {
  /** Whether it was what an earlier restore, which was broken off, had decided. */
  isEarlier: boolean;
  /** Where the ledger is that was there, and how many events it has, if it can be read; absent: there was none. */
  aside?: { file: string; events: number | undefined };
  /** What was signed last; undefined: it was not asked, or SIGNER_DIR knows of nothing. */
  signed: SignerState | undefined;
}

/** The end of a log. */
interface End {
  origin: string;
  position: number;
  /** Hex. */
  rootHash: string;
}

export interface RestoreOptions {
  /** DATABASE_URL */
  url: string;
  /** SIGNER_DIR; empty: what was signed is not asked. */
  signerDirectory: string;
  nowMs: number;
  /** Told how much of the backup was verified. */
  progress?: (events: number, of: number) => void;
}

/**
 * Puts a backup in the place of a ledger in SQLite that nobody has open, after it has verified all of it, and that it has all that was
 * signed. The backup stays, and the ledger that was there is moved aside. A crash leaves the one or the other, never half of each.
 * Throws RestoreRefused; CannotVerify for what is no ledger; StoreUnavailable.
 */
export async function restoreBackup(path: string, options: RestoreOptions): Promise<Restored> {
  if (isPostgres(options.url))
    throw new StoreUnavailable(
      'DATABASE_URL names PostgreSQL, and a backup is a file of SQLite. For a dump use pg_restore. A backup is brought into an empty database by copy --from file:BACKUP --to URL.',
    );
  const [backup, file] = [realFile(path), fileOf(options.url)];
  // Looked at before anything is written.
  await endIn(backup);
  if (backup === file) throw new StoreUnavailable('The backup is the ledger of DATABASE_URL itself.');
  try {
    makeDirectory(dirname(file));
    using _lock = lockedLedger(file);
    return await restoreInto(file, backup, options);
  } catch (error) {
    throw orUnusable(error, 'DATABASE_URL', pathOf(options.url), 'a file to write');
  }
}

/** The caller holds the lock of the file. */
async function restoreInto(file: string, backup: string, options: RestoreOptions): Promise<Restored> {
  if (existsSync(decided(file))) return { ...(await placed(file)), isEarlier: true, signed: undefined };
  const part = `${file}.restoring`;
  removeAll(part);
  try {
    writeFileSync(part, '', { mode: 0o600 });
    await backupSqlite(backup, part, () => {});
    const end = await verified(part, backup, options);
    const signed = await requireSigned(part, end, backup, options.signerDirectory);
    giveToOwner(part, file);
    decide(part, file, options.nowMs);
    return { ...(await placed(file)), isEarlier: false, signed };
  } finally {
    removeAll(part);
  }
}

/** Whoever opened the ledger next would do it, too. */
async function placed(file: string): Promise<Omit<Restored, 'isEarlier' | 'signed'>> {
  // Before it is in its place: there, the lock that is held says that somebody has it open.
  const end = await endIn(decided(file));
  const aside = putInPlace(file);
  if (aside === undefined) return end;
  // What is damaged may be why a backup is restored.
  const events = await endIn(aside).then(
    ({ position }) => position,
    (error: unknown) => {
      if (error instanceof CannotVerify) return undefined;
      throw error;
    },
  );
  return { ...end, aside: { file: aside, events } };
}

const endIn = (file: string): Promise<End> =>
  withStoredLedger(`file:${file}`, async (ledger) => {
    const start = await ledger.start();
    const { position, root_hash } = endOf(start);
    return { origin: start.origin, position, rootHash: root_hash.toHex() };
  });

/** Throws StoreUnavailable while a service or a command has the ledger open. */
function lockedLedger(file: string): Disposable {
  const wasThere = existsSync(file);
  const lock = lockOf(file);
  // The lock makes an empty file where there was none.
  if (!wasThere) rmSync(file, { force: true });
  return { [Symbol.dispose]: () => void lock.close() };
}

function lockOf(file: string): Sqlite.Database {
  try {
    return lockLedger(file);
  } catch (error) {
    // What is no database any more can't be locked itself; the file beside it can.
    const isDamaged =
      error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(error.code);
    if (!isDamaged) throw error;
    return lockFile(`${file}-lock`, 'another process has the ledger open');
  }
}

/** The end of the copy that is to be put in place. Throws RestoreRefused where anything is wrong with it. */
async function verified(part: string, backup: string, { progress = () => {} }: RestoreOptions): Promise<End> {
  const { findings, count } = await verifyLedger(`file:${part}`, { progress });
  if (count === 0) return endIn(part);
  throw new RestoreRefused(
    `${backup} does not verify: ${firstOf(findings, count)}. Nothing was changed.
Restore another backup, or a bundle. What is wrong with this one: DATABASE_URL=file:${backup} SIGNER_DIR= npm run -s ledger -- verify`,
  );
}

/** Throws RestoreRefused where the backup lacks something that was signed. Gives what was signed last. */
async function requireSigned(
  part: string,
  end: End,
  backup: string,
  directory: string,
): Promise<SignerState | undefined> {
  const signed = directory === '' ? undefined : stateIn(directory);
  if (!signed) return undefined;
  const inBackup = `${backup} (${end.position} events of ${end.origin})`;
  if (signed.origin !== end.origin)
    throw new RestoreRefused(
      `${inBackup} is of another log than SIGNER_DIR, ${directory}, which signs ${signed.origin}. Nothing was changed.
Restore a backup of ${signed.origin}, or set SIGNER_DIR to the directory that signs ${end.origin}.`,
    );
  const fork = await forkOf({ rootAt: async (size) => rootIn(part, size) }, end, signedTreeOf(signed));
  if (fork === undefined) return signed;
  const isOlder = end.position < signed.size;
  throw new RestoreRefused(
    `${inBackup} ${isOlder ? 'is older than what was signed' : 'has another history than what was signed'}: SIGNER_DIR, ${directory}, knows of a checkpoint of ${signed.size} events with root ${signed.rootHash}. Nothing was changed. The ways out:
1. Restore a newer backup that has these ${signed.size} events.
2. If the ledger in place can still be read, or a bundle has them, restore that: restore --bundle FILE, where no ledger is.
3. If nobody has them, restore this one all the same, and let the log go on under a new name:
   SIGNER_DIR= npm run -s ledger -- restore --backup ${backup}
   npm run -s ledger -- continue --origin NAME
   Then start with a new SIGNER_DIR, and a new BACKUP_DIR.`,
  );
}

function stateIn(directory: string): SignerState | undefined {
  try {
    return readState(directory);
  } catch (error) {
    throw orUnusable(error, 'SIGNER_DIR', directory, 'a directory');
  }
}

/** An operator may restore as root what the service opens as another user. */
function giveToOwner(part: string, file: string): void {
  const there = statSync(file, { throwIfNoEntry: false });
  if (there) chmodSync(part, there.mode & 0o777);
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = there ?? statSync(dirname(file));
  for (const one of [part, `${file}-lock`, `${file}-lock-journal`])
    if (existsSync(one)) chownSync(one, uid, gid);
}

function removeAll(part: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(part + suffix, { force: true });
}
