import { type Kysely, sql } from 'kysely';

/**
 * What `records` holds for filters, search and warnings is folded in another way: version 2 of this read model. It is
 * rebuilt at the start; where there is no event yet, there is nothing to rebuild.
 */
const statement = `update view_versions set version = 2
  where view = 'records' and version = 1 and not exists (select 1 from events)`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(db);
}
