import { existsSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { Query } from '../shapes/asking.ts';
import { isLocked, StoreUnavailable } from '../store/lock-file.ts';
import { sqliteMigrations } from '../store/migrate.ts';
import { whyUnusable } from '../store/place.ts';
import { openReadonly } from '../store/sqlite/readonly.ts';
import { answerOf, sqlite } from '../store/sqlite/statements.ts';
import { CannotVerify, type Reader } from './reader.ts';
import { objectsMadeOfSqlite, objectsOfSqlite } from './sqlite-objects.ts';

/** How long a -wal may be missing while a process opens or closes the ledger. */
const walMissingMs = 1_000;

/** A database file. Throws CannotVerify where there is none, or where its newest events are gone with its -wal. */
export async function openSqliteReader(file: string, isBundle = false): Promise<Reader> {
  const orCannotVerify = <T>(work: () => T): T => {
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
  };
  const there = orCannotVerify(() => statSync(file, { throwIfNoEntry: false }));
  if (there?.isDirectory()) throw new CannotVerify(`${file} is a directory. Name the file of a ledger.`);
  if (!there?.isFile()) throw new CannotVerify(`There is no file ${file}.`);
  for (const begunMs = performance.now(); lacksWal(file); await wait(walMissingMs / 20))
    if (performance.now() - begunMs > walMissingMs)
      throw new CannotVerify(
        `${file}-wal was deleted while the ledger was in use, and the newest events were in it. Stop what has the ledger open, then verify again.`,
      );
  const stopped = !existsSync(`${file}-wal`);
  const { handle: db, close } = orCannotVerify(() => openReadonly(file));
  const answer = answerOf(db);
  const rows = async (query: Query): Promise<object[]> => orCannotVerify(() => answer(query));
  return {
    name: file,
    dialect: sqlite,
    tables: "select name from sqlite_schema where type = 'table'",
    migrations: Object.keys(sqliteMigrations),
    rows,
    objects: async () => ({
      present: orCannotVerify(() => objectsOfSqlite(db, isBundle)),
      made: await objectsMadeOfSqlite(),
    }),
    async faultsOf(table) {
      const faults = await rows({ text: `pragma integrity_check("${table}")`, values: [] });
      return faults.flatMap((row) => Object.values(row)).filter((fault) => fault !== 'ok');
    },
    async [Symbol.asyncDispose]() {
      close();
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
