import { rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { openReadonly } from './readonly.ts';

/** Pages that are copied in one turn: some megabytes. */
const stepPages = 1_024;

/**
 * Copies the file of a ledger, which may be in use, page by page into a new one, as of the moment at which it begins; on
 * disk when this resolves. progress: pages done, of how many.
 */
export async function backupSqlite(
  from: string,
  to: string,
  progress: (done: number, of: number) => void,
): Promise<void> {
  const { handle: source, close } = openReadonly(from);
  try {
    // As long as this handle reads as of one moment, SQLite doesn't begin anew with every commit of others.
    source.exec('begin');
    source.prepare('select 1 from sqlite_schema').get();
    const { totalPages } = await source.backup(to, {
      progress({ totalPages, remainingPages }) {
        progress(totalPages - remainingPages, totalPages);
        return stepPages;
      },
    });
    progress(totalPages, totalPages);
    finishCopy(to);
  } finally {
    close();
  }
}

/**
 * A copy that is put in the place of the ledger must not make tokens and sessions good that were ended since. It is one file, which
 * is read without another beside it.
 */
function finishCopy(file: string): void {
  const handle = new Sqlite(file, { fileMustExist: true });
  try {
    handle.pragma('secure_delete = ON');
    handle.exec('delete from tokens; delete from sessions');
    handle.pragma('journal_mode = delete');
  } finally {
    handle.close();
  }
}

/** Turns a ledger that nobody has open into a single file, which can be read on a medium that can't be written. */
export function asOneFile(file: string): void {
  const handle = new Sqlite(file, { fileMustExist: true });
  try {
    handle.pragma('journal_mode = delete');
  } finally {
    handle.close();
  }
  for (const suffix of ['-lock', '-lock-journal']) rmSync(file + suffix, { force: true });
}
