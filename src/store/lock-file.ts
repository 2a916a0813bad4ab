import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

/** The ledger can't be opened; the message says why, to the operator. */
export class StoreUnavailable extends Error {}

/** Another process has it. */
export class StoreLocked extends StoreUnavailable {}

/** Held as a lock of the operating system, so it is gone with the process however that ends. */
export function lockFile(file: string, held: string): Sqlite.Database {
  return lockOn(file, `${held} (${file} is locked)`);
}

function lockOn(file: string, refusal: string): Sqlite.Database {
  const lock = new Sqlite(file, { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') throw new StoreLocked(refusal);
    throw error;
  }
}

/** Whether a process holds the lock; the file is only read. */
export function isLocked(file: string): boolean {
  let lock: Sqlite.Database | undefined;
  try {
    lock = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 0 });
    lock.prepare('select 1 from sqlite_schema').get();
    return false;
  } catch (error) {
    return error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY';
  } finally {
    lock?.close();
  }
}

const open = 'another process has the ledger open';

/**
 * Locks the file of a ledger, for one service or command that writes: others may read it meanwhile, so the lock is a file
 * beside it. Who finds that file missing or unmarked can't know whether somebody removed it under a running service. He has
 * to lock the database file itself first, as each handle that has it open holds a lock on it, and marks the lock file then.
 */
export function lockLedger(file: string): Sqlite.Database {
  const lock = `${file}-lock`;
  if (isMarked(lock)) return lockFile(lock, open);
  const alone = lockOn(file, `${open} (${file} is in use, though ${lock} is not)`);
  try {
    return marked(lockFile(lock, open));
  } finally {
    alone.close();
  }
}

/** What no lock file is by being made anew. */
const isMarked = (lock: string): boolean => (statSync(lock, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** The lock is held before and after: in this locking mode a commit keeps it. */
function marked(lock: Sqlite.Database): Sqlite.Database {
  try {
    lock.exec('rollback');
    // Without a file of its own beside the lock.
    lock.pragma('journal_mode = MEMORY');
    lock.pragma('user_version = 1');
  } catch {
    // On a full disk, say. Then the next start looks again.
  }
  lock.exec('begin exclusive');
  return lock;
}
