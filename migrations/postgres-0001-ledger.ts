import { type Kysely, sql } from 'kysely';

/** The tables of 0001-ledger, which says what they are for, in PostgreSQL. Text is in the order of its bytes there too. */
const statements = [
  `create table ledger (
    id bigint primary key check (id = 1),
    fingerprint_key bytea not null check (length(fingerprint_key) = 32),
    origin text collate "C" not null
  )`,
  // One row that every commit writes anew, so its page keeps room for new versions of it.
  `create table head (
    id bigint primary key check (id = 1),
    position bigint not null,
    recorded_at bigint not null,
    root_hash bytea not null check (length(root_hash) = 32)
  ) with (fillfactor = 10)`,

  `create table events (
    position bigint primary key check (position > 0),
    event_id text collate "C" not null unique,
    initiative_id text collate "C" not null,
    record_id text collate "C" not null,
    version bigint not null,
    type text collate "C" not null,
    kind text collate "C" not null,
    latest text collate "C",
    late_days bigint,
    recorded_at bigint not null,
    recorded_by text collate "C" not null,
    reason_code text collate "C",
    leaf text collate "C" not null,
    fingerprint bytea,
    unique (initiative_id, record_id, version)
  )`,
  `create index events_of_initiative on events (initiative_id, position)`,
  // The last erasure of a name says what may still be in the memory of an instance.
  `create index events_that_erase on events (position) where type = 'PersonalDataErased'`,

  `create table tiles (
    level bigint not null,
    tile_index bigint not null,
    root bytea not null check (length(root) = 32),
    hashes bytea not null check (length(hashes) = 8192),
    primary key (level, tile_index)
  )`,

  `create table checkpoints (
    size bigint primary key,
    root_hash bytea not null check (length(root_hash) = 32),
    signed_at bigint not null,
    note text collate "C" not null
  )`,

  `create table signing_keys (
    vkey text collate "C" primary key,
    signs_from bigint not null,
    signs_until bigint
  )`,

  `create table openings (
    commitment text collate "C" primary key,
    position bigint not null,
    salt bytea not null check (length(salt) = 32),
    name text collate "C" not null
  )`,

  `create table idempotency_keys (
    id bigint generated always as identity primary key,
    principal text collate "C" not null,
    initiative_id text collate "C" not null,
    key text collate "C" not null,
    fingerprint bytea not null,
    first_position bigint not null,
    last_position bigint not null,
    extra text collate "C",
    recorded_at bigint not null,
    unique (principal, initiative_id, key)
  )`,

  // Superseding a version changes a column without an index, so room in its page spares its entries in the indexes.
  `create table records (
    position bigint primary key,
    prev_position bigint,
    to_position bigint,
    made bigint not null,
    initiative_id text collate "C" not null,
    record_id text collate "C" not null,
    kind text collate "C" not null,
    version bigint not null,
    standing bigint not null,
    meeting_id text collate "C",
    earliest text collate "C",
    latest text collate "C",
    named bigint not null,
    pillar text collate "C",
    zone text collate "C",
    sector text collate "C",
    instrument text collate "C",
    title_key bigint,
    same_as text collate "C",
    in_force_from text collate "C",
    in_force_until text collate "C",
    facets text collate "C" not null,
    words text collate "C" not null,
    state text collate "C"
  ) with (fillfactor = 90)`,
  `create index records_by_kind on records (initiative_id, kind, made)`,
  `create index records_by_meeting on records (initiative_id, meeting_id, kind) where meeting_id is not null`,
  `create index records_by_title on records (title_key, made) where title_key is not null`,
  `create index records_initiatives on records (initiative_id) where kind = 'initiative'`,
  `create index records_same_as on records (position) where same_as is not null`,

  `create table record_numbers (
    initiative_id text collate "C" not null,
    kind text collate "C" not null,
    last_number bigint not null,
    primary key (initiative_id, kind)
  )`,

  `create table count_snapshots (
    initiative_id text collate "C" not null,
    position bigint not null,
    since bigint not null,
    tally bytea not null,
    primary key (initiative_id, position)
  )`,

  // What is refused also to the owner of the tables.
  `create function refuse_change() returns trigger language plpgsql as $$
    begin raise exception '% are never %', tg_table_name, tg_argv[0]; end $$`,
  ...['events', 'tiles', 'checkpoints'].flatMap((table) => [
    `create trigger ${table}_are_never_deleted before delete on ${table}
      for each row execute function refuse_change('deleted')`,
    `create trigger ${table}_are_never_emptied before truncate on ${table}
      for each statement execute function refuse_change('deleted')`,
  ]),
  `create trigger tiles_are_never_changed before update on tiles
    for each row execute function refuse_change('changed')`,
  `create trigger checkpoints_are_never_changed before update on checkpoints
    for each row execute function refuse_change('changed')`,
  `create trigger events_are_never_changed before update of position, event_id, initiative_id, record_id, version,
    type, kind, latest, late_days, recorded_at, recorded_by, reason_code, leaf on events
    for each row execute function refuse_change('changed')`,
  `create trigger fingerprints_are_only_emptied before update of fingerprint on events
    for each row when (new.fingerprint is not null) execute function refuse_change('changed')`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
