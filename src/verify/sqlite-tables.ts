import Sqlite from 'better-sqlite3';
import type { Query } from '../shapes/asking.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { whyUnusable } from '../store/place.ts';
import { openReadonly } from '../store/sqlite/readonly.ts';
import { answerOf } from '../store/sqlite/statements.ts';
import { CannotVerify, type TableReader } from './reader.ts';

/** The tables of a database file, which the caller has looked at; it may be a copy of the one that messages name. */
export function openSqliteTables({
  file,
  name,
}: {
  file: string;
  name: string;
}): TableReader & { db: Sqlite.Database } {
  const { handle: db, close } = orCannotVerify(name, () => openReadonly(file));
  const answer = answerOf(db);
  const rows = async (query: Query): Promise<object[]> => orCannotVerify(name, () => answer(query), db);
  return {
    db,
    rows,
    async faultsOf(table) {
      const faults = await rows({ text: `pragma integrity_check("${table}")`, values: [] });
      return faults.flatMap((row) => Object.values(row)).filter((fault) => fault !== 'ok');
    },
    async [Symbol.asyncDispose]() {
      close();
    },
  };
}

/** db: what may say which pages are damaged. */
export function orCannotVerify<T>(file: string, work: () => T, db?: Sqlite.Database): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreUnavailable) throw new CannotVerify(error.message);
    // What a statement says is about the database, too.
    const detail = error instanceof Sqlite.SqliteError ? `${error.message}.` : undefined;
    const reason = whyUnusable(error, file, 'a file to read') ?? detail;
    if (reason === undefined) throw error;
    const isDamaged = error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_CORRUPT');
    const pages = db && isDamaged ? damagedPages(db) : '';
    throw new CannotVerify(`${file} can't be read: ${reason}${pages}`);
  }
}

/** How many damaged places are named. */
const placesMax = 5;

/** A sentence that names the damaged pages, and the tables and indexes that they are of. */
function damagedPages(db: Sqlite.Database): string {
  try {
    const roots = new Map(
      db.prepare<[], [number, string]>('select rootpage, name from sqlite_schema').raw().all(),
    );
    const places = db.prepare<[], string>(`pragma integrity_check(${placesMax})`).pluck().all();
    const named = places
      .flatMap((place) => place.split('\n'))
      .filter((place) => !place.startsWith('***'))
      .slice(0, placesMax)
      .map((place) => place.replace(/^Tree (\d+)/, (tree, root) => roots.get(Number(root)) ?? tree));
    return ` SQLite names: ${named.join('; ')}.`;
  } catch {
    // Not even the list of the tables can be read.
    return '';
  }
}
