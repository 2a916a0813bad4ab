import { type Kysely, sql } from 'kysely';

/**
 * The keys that a record is counted under stand in one column, which version 3 of `records` fills: the start rebuilds this read model, or
 * there is no event yet. `pillar`, `zone`, `sector` and `instrument` stay empty from then on: the version before goes on writing
 * them beside the rebuild.
 */
const statements = [
  // JSON, by dimension: {"pillar":["Digital"]}. Empty: it is counted under none.
  'alter table records add column keys text',
  `update view_versions set version = 3 where view = 'records' and version = 2 and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
