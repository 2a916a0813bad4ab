import { type Kysely, sql } from 'kysely';

/**
 * What text filters look at leaves `records` for an index that is filled behind the log: version 10. The start rebuilds `records`; where
 * there is no event yet, there is nothing to rebuild.
 */
const statements = [
  'drop table records',
  // Every version of every record. As of N: position <= N and (to_position is null or to_position > N).
  `create table records (
    position integer primary key,
    prev_position integer,
    to_position integer,
    made integer not null,
    initiative_id text not null,
    record_id text not null,
    kind text not null,
    version integer not null,
    standing integer not null,
    -- Of a milestone, the meeting that it belongs to; of a claim, the one that its scope names.
    meeting_id text,
    earliest text,
    latest text,
    named integer not null,
    keys text,
    title_key integer,
    same_as text,
    external_id text,
    in_force_from text,
    in_force_until text,
    -- Of a version that corrects or the like; that of a record as it was made stands in its leaf.
    state text
  ) strict`,
  'create index records_by_kind on records (initiative_id, kind, made)',
  'create index records_by_meeting on records (initiative_id, meeting_id, kind) where meeting_id is not null',
  'create index records_by_title on records (title_key, made) where title_key is not null',
  `create index records_initiatives on records (initiative_id) where kind = 'initiative'`,
  'create index records_same_as on records (position) where same_as is not null',
  'create index records_by_external_id on records (initiative_id, kind, external_id) where external_id is not null',

  // The version of the code that fills the index; 0: nobody yet. The generation goes up each time that it is emptied.
  `create table search_index (
    id integer primary key check (id = 1),
    version integer not null,
    generation integer not null
  ) strict`,
  'insert into search_index values (1, 0, 0)',
  // Of each version of a record, folded: one "name=value" a line, and the words that q searches.
  `create table search_texts (
    position integer primary key,
    facets text not null,
    words text not null
  ) strict`,
  // The positions from first to last, and of each what lists are chosen and sorted by beside texts.
  `create table search_segments (
    last integer primary key,
    first integer not null,
    initiatives text not null,
    initiative_of blob not null,
    days blob not null,
    later blob not null,
    by_title blob not null,
    by_party blob not null
  ) strict`,
  // The positions of a segment whose texts have a facet, or a run of one to three characters.
  `create table search_postings (
    last integer not null,
    token text not null,
    places blob not null,
    primary key (last, token)
  ) strict, without rowid`,
  `update view_versions set version = 10 where view = 'records' and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
