import Sqlite from 'better-sqlite3';

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
  const source = new Sqlite(from, { readonly: true, fileMustExist: true });
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
  } finally {
    source.close();
  }
}
