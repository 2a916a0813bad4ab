import { existsSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { type LeafLines, leafLinesOf } from '../store/leaf-lines.ts';
import { CannotVerify, type Reader, type Value } from './reader.ts';

/** A database file. Throws CannotVerify where there is none. */
export function openSqliteReader(file: string): Reader {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new CannotVerify(`There is no file ${file}.`);
  const stopped = !existsSync(`${file}-wal`);
  const orCannotVerify = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError)) throw error;
      throw new CannotVerify(`${file} can't be read: ${error.message}.`);
    }
  };
  const db = orCannotVerify(() => new Sqlite(file, { readonly: true, fileMustExist: true }));
  let leafLines: LeafLines | undefined;
  const prepared = new Map<string, Sqlite.Statement<[object], object>>();
  const statementOf = (sql: string): Sqlite.Statement<[object], object> => {
    const known = prepared.get(sql);
    if (known) return known;
    const list = 'in (select value from json_each($$$1))';
    const statement = db.prepare<[object], object>(sql.replace(/= any \(\$(\d)\)/g, list));
    prepared.set(sql, statement);
    return statement;
  };
  return {
    name: file,
    read: <R extends object>(sql: string, values: Value[] = []) =>
      // The statement says what its rows are.
      orCannotVerify(() => statementOf(sql).all(parametersOf(values)) as R[]),
    leafLines: (after, to) =>
      orCannotVerify(() => {
        leafLines ??= leafLinesOf(db);
        return leafLines(after, to);
      }),
    tables: () =>
      orCannotVerify(() =>
        db.prepare<[], string>("select name from sqlite_schema where type = 'table'").pluck().all(),
      ),
    async atOneMoment(work) {
      orCannotVerify(() => db.exec('begin'));
      try {
        return await work();
      } finally {
        db.exec('rollback');
      }
    },
    close() {
      db.close();
      if (stopped) tidy(file);
    },
  };
}

/** $1 is a parameter with the name 1. */
const parametersOf = (values: Value[]): object =>
  Object.fromEntries(values.map((value, i) => [i + 1, Array.isArray(value) ? JSON.stringify(value) : value]));

/** A handle that only reads leaves its -wal and -shm behind. SQLite removes them with the last that may write. */
function tidy(file: string): void {
  try {
    const last = new Sqlite(file, { fileMustExist: true });
    last.prepare('select 1 from sqlite_schema').get();
    last.close();
  } catch {
    // They are empty, and the next start removes them.
  }
}
