import { type Kysely, sql } from 'kysely';

/** As 0011-whole-snapshots. `since` stays: instances of the version before go on reading and writing it until the start has rebuilt. */
const statements = [
  'alter table count_snapshots alter column since set default 0',
  `update view_versions set version = 3 where view = 'counts' and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
