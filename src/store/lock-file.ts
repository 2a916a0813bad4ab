import Sqlite from 'better-sqlite3';

/** The ledger can't be opened; the message says why, to the operator. */
export class StoreUnavailable extends Error {}

/** Another process has it. */
export class StoreLocked extends StoreUnavailable {}

/** Held as a lock of the operating system, so it is gone with the process however that ends. */
export function lockFile(file: string, held: string): Sqlite.Database {
  const lock = new Sqlite(file, { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') {
      throw new StoreLocked(`${held} (${file} is locked)`);
    }
    throw error;
  }
}
