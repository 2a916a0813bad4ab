import { type Kysely, sql } from 'kysely';

/**
 * What was corrected, retracted, reinstated and reclassified, among all that was recorded: auditors ask for it, it is little, and
 * recording anything else pays nothing for it. The same on both engines.
 */
const statement = 'create index events_with_reason on events (position) where reason_code is not null';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(db);
}
