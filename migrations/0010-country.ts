import { type Kysely, sql } from 'kysely';

/** The read models have the dimension `country`. The start rebuilds them; where there is no event yet, there is nothing to rebuild. */
const statement = `update view_versions set version = case view when 'records' then 4 else 2 end
  where not exists (select 1 from events)`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(db);
}
