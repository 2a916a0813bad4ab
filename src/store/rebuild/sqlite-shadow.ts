import Sqlite from 'better-sqlite3';
import { type Asking, ask } from '../../shapes/asking.ts';
import { answerOf, sqlite } from '../sqlite/statements.ts';
import { rebuiltName, replacedName, type Shadow, shadowNames, type Table, tables } from './rebuild.ts';

export const leftInSqlite = `select name from sqlite_schema where name in (${shadowNames.map((name) => `'${name}'`).join()})`;

/**
 * Over a handle of its own: recording waits while it writes, some milliseconds at a time. alone: nobody records meanwhile, and large
 * tables are dropped at once, which may take seconds.
 */
export function sqliteShadow(file: string, alone: boolean): Shadow {
  const handle = new Sqlite(file, { fileMustExist: true });
  // The service syncs the -wal, and copies it into the file.
  handle.pragma('synchronous = NORMAL');
  handle.pragma('wal_autocheckpoint = 0');
  // Names of persons are not in these tables, so nothing that is removed has to be overwritten.
  handle.pragma('secure_delete = OFF');
  return {
    dialect: sqlite,
    answer: answerOf(handle),
    begin: 'begin immediate',
    make,
    filled: [],
    // The transaction itself does it.
    hold: () => [],
    swap,
    left: leftInSqlite,
    *remove(name) {
      const some = name.startsWith('records') ? 200 : 20;
      const removed = alone ? [] : yield* ask(`delete from ${name} returning 1 limit ${some}`);
      if (removed.length === 0) yield* ask(`drop table ${name}`);
    },
    pausesBeside: 3,
    close: () => void handle.close(),
  };
}

/** From the same SQL, so that they cannot differ. */
function* make(): Asking<void> {
  for (const table of tables) {
    const present = yield* ask<{ type: string; name: string; sql: string }>(
      'select type, name, sql from sqlite_schema where tbl_name = $1 and sql is not null order by type desc',
      table,
    );
    for (const { type, name, sql } of present) {
      const made = type === 'table' ? rebuiltName(table) : otherIndexName(name);
      const [head] = /^create \w+ "?\w+"?( on "?\w+"?)?/i.exec(sql) ?? [''];
      const on = type === 'table' ? '' : ` on ${rebuiltName(table)}`;
      yield* ask(`create ${type} ${made}${on}${sql.slice(head.length)}`);
    }
  }
}

/** SQLite renames no index, so a swap leaves those of the new table with the other of two names. */
const otherIndexName = (name: string): string =>
  name.endsWith('_rebuilt') ? name.slice(0, -'_rebuilt'.length) : `${name}_rebuilt`;

function* swap(tables: readonly Table[]): Asking<void> {
  for (const table of tables) {
    yield* ask(`alter table ${table} rename to ${replacedName(table)}`);
    yield* ask(`alter table ${rebuiltName(table)} rename to ${table}`);
  }
}
