import { type Kysely, sql } from 'kysely';

/** As 0009-keys. */
const statements = [
  'alter table records add column keys text collate "C"',
  `update view_versions set version = 3 where view = 'records' and version = 2 and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
