import { type Kysely, sql } from 'kysely';

/**
 * `records` holds parties, places, references and ids of their senders among what is searched: version 6. The start rebuilds it; where
 * there is no event yet, there is nothing to rebuild.
 */
const statement = `update view_versions set version = 6
  where view = 'records' and version < 6 and not exists (select 1 from events)`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(db);
}
