import { type Kysely, sql } from 'kysely';

/** Each snapshot holds all counts. They follow from the log, so the start makes them anew; an empty ledger has none. */
const statements = [
  'drop table count_snapshots',
  // The counts of an initiative (or, under '', of all) at a position, from which later ones are folded on. With a rowid, as
  // a search in a table without would read the whole tallies of those that it passes.
  `create table count_snapshots (
    initiative_id text not null,
    position integer not null,
    tally blob not null,
    primary key (initiative_id, position)
  ) strict`,
  `update view_versions set version = 3 where view = 'counts' and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
