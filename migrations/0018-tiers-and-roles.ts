import { type Kysely, sql } from 'kysely';

/**
 * The facets of `records` have the tier of a record and the roles of its parties, too: version 9. The start rebuilds it; where there is
 * no event yet, there is nothing to rebuild.
 */
const statement = `update view_versions set version = 9
  where view = 'records' and version < 9 and not exists (select 1 from events)`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(db);
}
