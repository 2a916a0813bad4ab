import { fileOf, isPostgres } from '../store/open-store.ts';
import { CouldNotRun } from './outcome.ts';

/** The file of a ledger in SQLite. Throws CouldNotRun where it is in PostgreSQL; instead: what to do then. */
export function databaseFile(url: string, instead: string): string {
  if (!isPostgres(url)) return fileOf(url);
  throw new CouldNotRun(`This command reads the file of a ledger in SQLite. With PostgreSQL: ${instead}`);
}
