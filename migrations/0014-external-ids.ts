import { type Kysely, sql } from 'kysely';

/**
 * The sender's own key of a milestone, which only one standing record of a kind may have. Version 7 of `records` fills the column: the
 * start rebuilds this read model, or there is no event yet.
 */
const statements = [
  'alter table records add column external_id text',
  'create index records_by_external_id on records (initiative_id, kind, external_id) where external_id is not null',
  `update view_versions set version = 7 where view = 'records' and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
