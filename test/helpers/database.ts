import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Test } from 'tap';
import { fileOf, isPostgres } from '../../src/store/open-store.ts';
import { checkRows, checkStore, type Rows, rowsOf } from './check-store.ts';
import { execute, postgresDatabase, postgresRows } from './postgres.ts';

let onPostgres = false;

/** The ledgers that tests of this process open from now on are in PostgreSQL. */
export function testOnPostgres(): void {
  onPostgres = true;
}

export const isOnPostgres = (): boolean => onPostgres;

/** The URL of an empty database, which goes after what was torn down before it. It is checked then. */
export async function emptyDatabase(t: Test): Promise<string> {
  if (!onPostgres) return `file:${ledgerFile(t)}`;
  const url = await postgresDatabase(t);
  t.teardown(() => checkDatabase(url));
  return url;
}

/**
 * A directory of its own, which goes after what was torn down before it. (The one that t.testdir() makes is gone before a teardown is
 * called, and is emptied when it is asked for again.)
 */
export function directoryFor(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-test-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A file in a directory of its own. It is checked before that goes. */
export function ledgerFile(t: Test): string {
  const file = join(directoryFor(t), 'ledger.db');
  t.teardown(() => checkStore(file));
  return file;
}

/** Throws where the database is not what its log says. Works beside an open ledger. */
export async function checkDatabase(url: string): Promise<void> {
  if (isPostgres(url)) checkRows(await postgresRows(url));
  else checkStore(fileOf(url));
}

/** A statement in the words of each engine, where they differ. */
export type Statement = string | { sqlite: string; postgres: string };

/** Runs a statement as somebody who has the database would. */
export async function runOn(url: string, statement: Statement): Promise<void> {
  const { sqlite, postgres } =
    typeof statement === 'string' ? { sqlite: statement, postgres: statement } : statement;
  if (isPostgres(url)) {
    await execute(url, postgres);
    return;
  }
  const db = new Sqlite(fileOf(url));
  db.exec(sqlite);
  db.close();
}

/** The database beside the ledger that has it open, read as of the last refresh or later. */
export interface Beside {
  rows: Rows;
  refresh(): Promise<void>;
  close(): void;
}

export async function beside(url: string): Promise<Beside> {
  if (isPostgres(url)) {
    let rows = await postgresRows(url);
    let reading: Promise<void> = Promise.resolve();
    let next: Promise<void> | undefined;
    return {
      rows: (table) => rows(table),
      // Whoever comes while it is read waits for the next reading, together with others.
      refresh() {
        next ??= reading.then(async () => {
          next = undefined;
          reading = postgresRows(url).then((read) => {
            rows = read;
          });
          await reading;
        });
        return next;
      },
      close: () => {},
    };
  }
  const db = new Sqlite(fileOf(url), { readonly: true });
  return { rows: rowsOf(db), refresh: async () => {}, close: () => db.close() };
}
