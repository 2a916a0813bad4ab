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
  const rows = async (query: Query): Promise<object[]> => orCannotVerify(name, () => answer(query));
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

export function orCannotVerify<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreUnavailable) throw new CannotVerify(error.message);
    // What a statement says is about the database, too.
    const detail = error instanceof Sqlite.SqliteError ? `${error.message}.` : undefined;
    const reason = whyUnusable(error, file, 'a file to read') ?? detail;
    if (reason === undefined) throw error;
    throw new CannotVerify(`${file} can't be read: ${reason}`);
  }
}
