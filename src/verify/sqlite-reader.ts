import { existsSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { type LeafLines, leafLinesOf } from '../store/leaf-lines.ts';
import { isLocked } from '../store/lock-file.ts';
import { sqliteMigrations } from '../store/migrate.ts';
import { sqlite } from '../store/sqlite/statements.ts';
import { CannotVerify, type Reader } from './reader.ts';
import { objectsMadeOfSqlite, objectsOfSqlite } from './sqlite-objects.ts';
import { openSqliteTables, orCannotVerify } from './sqlite-tables.ts';

/** How long a -wal may be missing while a process opens or closes the ledger. */
const walMissingMs = 1_000;

/** A database file. Throws CannotVerify where there is none, or where its newest events are gone with its -wal. */
export async function openSqliteReader(file: string, isBundle = false): Promise<Reader> {
  const there = orCannotVerify(file, () => statSync(file, { throwIfNoEntry: false }));
  if (there?.isDirectory()) throw new CannotVerify(`${file} is a directory. Name the file of a ledger.`);
  if (!there?.isFile()) throw new CannotVerify(`There is no file ${file}.`);
  for (const begunMs = performance.now(); lacksWal(file); await wait(walMissingMs / 20))
    if (performance.now() - begunMs > walMissingMs)
      throw new CannotVerify(
        `${file}-wal was deleted while the ledger was in use, and the newest events were in it. Stop what has the ledger open, then verify again.`,
      );
  const stopped = !existsSync(`${file}-wal`);
  const { db, ...tables } = openSqliteTables({ file, name: file });
  // Prepared at its first use: until then the file may be anything.
  let lines: LeafLines | undefined;
  return {
    ...tables,
    name: file,
    place: { file: db.name, name: file },
    dialect: sqlite,
    tables: "select name from sqlite_schema where type = 'table'",
    migrations: Object.keys(sqliteMigrations),
    async leafLines(after, to) {
      return orCannotVerify(
        file,
        () => {
          lines ??= leafLinesOf(db);
          return lines(after, to);
        },
        db,
      );
    },
    objects: async () => ({
      present: orCannotVerify(file, () => objectsOfSqlite(db, isBundle), db),
      made: await objectsMadeOfSqlite(),
    }),
    async [Symbol.asyncDispose]() {
      await tables[Symbol.asyncDispose]();
      // A stranger's file is never opened to be written.
      if (stopped && !isBundle) tidy(file);
    },
  };
}

/** Whether a ledger that is in use, or that was not closed in order, has no -wal, as it must. */
const lacksWal = (file: string): boolean =>
  !existsSync(`${file}-wal`) && (existsSync(`${file}-shm`) || isLocked(`${file}-lock`));

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
