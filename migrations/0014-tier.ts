import { type Kysely, sql } from 'kysely';

/** The read models have the dimension `tier`. The start rebuilds them; where there is no event yet, there is nothing to rebuild. */
const statement = `update view_versions set version = case view when 'records' then 6 else 4 end
  where not exists (select 1 from events)`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(db);
}
