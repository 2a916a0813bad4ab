import { type Kysely, sql } from 'kysely';

/** One statement a call: a prepared statement holds only one. */
const statements = [
  // The size and root of a checkpoint that was signed and that this log does not extend; empty: none is known. While they are
  // set nothing is recorded, by whatever process.
  `alter table head add column forked_size integer`,
  `alter table head add column forked_root blob check (length(forked_root) = 32)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
