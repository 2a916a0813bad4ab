import { constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { StoreUnavailable } from '../lock-file.ts';

/** A handle that only reads; its user closes it by this. */
export interface ReadHandle {
  handle: Sqlite.Database;
  close(): void;
}

/**
 * Opens a database file to read it. Where nothing may be written beside it, as on a medium that can only be read, SQLite can't,
 * since others might be writing: a -wal is read through a -shm. A ledger that was closed in order has neither, so a copy of
 * it is read, which is removed by `close`. Throws StoreUnavailable where its newest events are still in the -wal.
 */
export function openReadonly(file: string): ReadHandle {
  try {
    const handle = opened(file);
    return { handle, close: () => void handle.close() };
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError && /^SQLITE_(CANTOPEN|READONLY)/.test(error.code))) throw error;
    if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
      throw new StoreUnavailable(
        `${file} was not closed in order: its newest events are in ${file}-wal, and to read them something must be written beside it. Copy both files to where that is possible.`,
        { cause: error },
      );
    }
    // With a -shm somebody may have it open.
    if (existsSync(`${file}-shm`) || !existsSync(file)) throw error;
    return copyOf(file);
  }
}

/** SQLite looks at a file at the first query. */
function opened(file: string): Sqlite.Database {
  const handle = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    // The file may come from a stranger: what its schema calls may do nothing, and pages may not lead beyond themselves.
    handle.pragma('trusted_schema = off');
    handle.pragma('cell_size_check = on');
    handle.prepare('select 1 from sqlite_schema').get();
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

function copyOf(file: string): ReadHandle {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, 'ledger.db');
    const before = statSync(file);
    // Where the file system can, without a second time the space.
    copyFileSync(file, copy, constants.COPYFILE_FICLONE);
    const after = statSync(file);
    if (after.mtimeMs !== before.mtimeMs || existsSync(`${file}-shm`))
      throw new StoreUnavailable(`${file} is in use, and may only be read by this user.`);
    const handle = opened(copy);
    return {
      handle,
      close() {
        handle.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new StoreUnavailable(
      `Nothing may be written beside ${file}, so a copy of it is read, and that can't be made: ${error.message}. Set TMPDIR to a directory with room.`,
      { cause: error },
    );
  }
}
