import { type Kysely, sql } from 'kysely';

/** As 0002-view-versions. */
const statements = [
  `create table view_versions (
    view text collate "C" primary key,
    version bigint not null
  )`,
  `insert into view_versions values ('records', 1), ('counts', 1)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
