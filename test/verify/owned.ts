import Sqlite from 'better-sqlite3';
import pg from 'pg';
import type { Test } from 'tap';
import { fileOf, isPostgres } from '../../src/store/open-store.ts';
import { execute, newName, numbers, sharedCluster } from '../helpers/postgres.ts';
import { copyOf, type Sample, unguarded } from './sample.ts';

/** A database as somebody has it who owns it: nothing refuses a change. */
export interface Owned {
  /** Runs a statement that both engines know, with $1, $2 and so on; gives how many rows it changed. */
  run(sql: string, ...values: unknown[]): Promise<number>;
  /** The first row that a statement gives. */
  get<R extends object>(sql: string): Promise<R>;
}

export type Change = (db: Owned) => Promise<unknown>;

/** The URL of a copy, changed without triggers. Goes with the test. */
export async function changed(t: Test, { url }: Sample, change: Change): Promise<string> {
  if (isPostgres(url)) return changedOnPostgres(t, url, change);
  const copy = copyOf(t, fileOf(url));
  await owning(copy, (db, handle) => unguarded(handle, () => change(db)));
  return `file:${copy}`;
}

async function changedOnPostgres(t: Test, url: string, change: Change): Promise<string> {
  const cluster = await sharedCluster();
  const [name, maintenance] = [newName(), cluster.url('postgres')];
  await execute(maintenance, `create database ${name} template ${url.slice(url.lastIndexOf('/') + 1)}`);
  t.teardown(() => execute(maintenance, `drop database ${name} with (force)`));
  await owningOnPostgres(cluster.url(name), change);
  return cluster.url(name);
}

/** Reads a database, or changes it. */
export async function inDatabase<T>(url: string, work: (db: Owned) => Promise<T>): Promise<T> {
  return isPostgres(url) ? owningOnPostgres(url, work) : owning(fileOf(url), work);
}

async function owning<T>(file: string, work: (db: Owned, handle: Sqlite.Database) => Promise<T>): Promise<T> {
  const db = new Sqlite(file);
  const named = (values: unknown[]) => Object.fromEntries(values.map((value, i) => [i + 1, value]));
  try {
    return await work(
      {
        run: async (sql, ...values) => db.prepare(sql).run(named(values)).changes,
        // The statement says what its rows are.
        get: async <R>(sql: string) => db.prepare(sql).get() as R,
      },
      db,
    );
  } finally {
    db.close();
  }
}

async function owningOnPostgres<T>(url: string, work: (db: Owned) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types: { getTypeParser: numbers } });
  await client.connect();
  try {
    // Triggers don't fire for a replica.
    await client.query('set session_replication_role = replica');
    return await work({
      run: async (sql, ...values) => (await client.query(sql, values)).rowCount ?? 0,
      get: async (sql) => (await client.query(sql)).rows[0],
    });
  } finally {
    await client.end();
  }
}
