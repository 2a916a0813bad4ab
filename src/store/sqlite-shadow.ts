import type Sqlite from 'better-sqlite3';
import { rebuiltName, replacedName, type Table, tables } from './rebuilding.ts';
import type { ReadModel } from './store.ts';

/** Makes empty tables beside the present ones, from the same SQL, so that they cannot differ. */
export function makeShadow(handle: Sqlite.Database): void {
  const present = handle.prepare<[Table], { type: string; name: string; sql: string }>(
    'select type, name, sql from sqlite_schema where tbl_name = ? and sql is not null order by type desc',
  );
  handle.transaction(() => {
    for (const table of tables) {
      for (const { type, name, sql } of present.all(table)) {
        const made = type === 'table' ? rebuiltName(table) : otherIndexName(name);
        const [head] = /^create \w+ "?\w+"?( on "?\w+"?)?/i.exec(sql) ?? [''];
        const on = type === 'table' ? '' : ` on ${rebuiltName(table)}`;
        handle.exec(`create ${type} ${made}${on}${sql.slice(head.length)}`);
      }
    }
  })();
}

/** SQLite renames no index, so a swap leaves those of the new table with the other of two names. */
const otherIndexName = (name: string): string =>
  name.endsWith('_rebuilt') ? name.slice(0, -'_rebuilt'.length) : `${name}_rebuilt`;

/** Puts the tables made anew in the place of the present ones; within the caller's transaction. */
export function swapShadow(handle: Sqlite.Database, { tables }: ReadModel): void {
  for (const table of tables) {
    handle.exec(`alter table ${table} rename to ${replacedName(table)}`);
    handle.exec(`alter table ${rebuiltName(table)} rename to ${table}`);
  }
}

/**
 * Removes what a rebuild left, a few rows at a time; each step says whether there is more. To drop a large table at
 * once may take seconds, in which nobody else is answered; where there is nobody it is the quicker way.
 */
export function* removeShadow(handle: Sqlite.Database, alone: boolean): Generator<void> {
  const isThere = handle.prepare('select 1 from sqlite_schema where name = ?').pluck();
  for (const name of tables.flatMap((table) => [rebuiltName(table), replacedName(table)])) {
    if (isThere.get(name) === undefined) continue;
    const some = handle.prepare(`delete from ${name} limit ${name.startsWith('records') ? 200 : 20}`);
    while (!alone && some.run().changes > 0) yield;
    handle.exec(`drop table ${name}`);
    yield;
  }
}
