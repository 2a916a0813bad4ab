import { type Kysely, sql } from 'kysely';

/** One statement a call: a prepared statement holds only one. */
const statements = [
  // The version of the code that wrote the tables of each read model. Where the code's own is another, they are rebuilt.
  `create table view_versions (
    view text primary key,
    version integer not null
  ) strict, without rowid`,
  `insert into view_versions values ('records', 1), ('counts', 1)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
