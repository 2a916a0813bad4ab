import Sqlite from 'better-sqlite3';
import pg from 'pg';

/** A table of texts; each is on disk, in a commit of its own, before its position is given. */
export interface Bare {
  insert(text: string): number | Promise<number>;
  close(): void | Promise<void>;
}

export function bareFile(file: string): Bare {
  const database = new Sqlite(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('create table leaves (id integer primary key, leaf text not null)');
  const insert = database.prepare('insert into leaves (leaf) values (?)');
  return {
    insert: (text) => Number(insert.run(text).lastInsertRowid),
    close: () => void database.close(),
  };
}

export const bareTable =
  'create table bare_leaves (id bigint generated always as identity primary key, leaf text not null)';

/** One INSERT a text over a pool of so many connections at most; PostgreSQL commits it by itself. */
export function barePool(connectionString: string, max: number): Bare {
  const pool = new pg.Pool({ connectionString, max });
  return {
    async insert(text) {
      const { rows } = await pool.query<{ id: string }>({
        name: 'insert',
        text: 'insert into bare_leaves (leaf) values ($1) returning id',
        values: [text],
      });
      return Number(rows[0]?.id);
    },
    close: () => pool.end(),
  };
}
