import { type Kysely, sql } from 'kysely';

/** As 0019-search-index. `facets` and `words` stay: instances of the version before go on writing them until the start has rebuilt. */
const statements = [
  'alter table records alter column facets drop not null, alter column words drop not null',
  `create table search_index (
    id bigint primary key check (id = 1),
    version bigint not null,
    generation bigint not null
  )`,
  'insert into search_index values (1, 0, 0)',
  `create table search_texts (
    position bigint primary key,
    facets text collate "C" not null,
    words text collate "C" not null
  )`,
  `create table search_segments (
    last bigint primary key,
    first bigint not null,
    initiatives text collate "C" not null,
    initiative_of bytea not null,
    days bytea not null,
    later bytea not null,
    by_title bytea not null,
    by_party bytea not null
  )`,
  `create table search_postings (
    last bigint not null,
    token text collate "C" not null,
    places bytea not null,
    primary key (last, token)
  )`,
  `update view_versions set version = 10 where view = 'records' and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
