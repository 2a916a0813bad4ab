import { type Kysely, sql } from 'kysely';

/** One statement a call: a prepared statement holds only one. */
const statements = [
  // What is fixed when the ledger is made.
  `create table ledger (
    id integer primary key check (id = 1),
    -- Keys the fingerprints of posted content (HMAC-SHA-256), so that they tell nothing about names in it.
    fingerprint_key blob not null check (length(fingerprint_key) = 32),
    -- The name of the log in its checkpoints.
    origin text not null
  ) strict`,

  // The end of the log. The tree's right edge follows from it, the tiles and the last leaves.
  `create table head (
    id integer primary key check (id = 1),
    position integer not null,
    recorded_at integer not null,
    root_hash blob not null check (length(root_hash) = 32)
  ) strict`,

  // The log. The leaf is the event; the other columns are an index on it, and recorded_at counts milliseconds.
  `create table events (
    position integer primary key check (position > 0),
    event_id text not null unique,
    initiative_id text not null,
    record_id text not null,
    version integer not null,
    type text not null,
    kind text not null,
    -- The last day on which it may have happened.
    latest text,
    -- Whole days between the last day on which it may have happened and the day on which it was recorded.
    late_days integer,
    recorded_at integer not null,
    recorded_by text not null,
    reason_code text,
    leaf text not null,
    -- Of the content as posted; emptied when a name in it is erased.
    fingerprint blob,
    unique (initiative_id, record_id, version)
  ) strict`,
  `create index events_of_initiative on events (initiative_id, position)`,
  `create trigger events_are_never_changed before update of position, event_id, initiative_id, record_id, version,
    type, kind, latest, late_days, recorded_at, recorded_by, reason_code, leaf on events
    begin select raise(abort, 'events are never changed'); end`,
  `create trigger fingerprints_are_only_emptied before update of fingerprint on events
    when new.fingerprint is not null
    begin select raise(abort, 'events are never changed'); end`,
  `create trigger events_are_never_deleted before delete on events
    begin select raise(abort, 'events are never deleted'); end`,

  // Full tiles of the Merkle tree: 256 hashes of a level, and the hash over them.
  `create table tiles (
    level integer not null,
    tile_index integer not null,
    root blob not null check (length(root) = 32),
    hashes blob not null check (length(hashes) = 8192),
    primary key (level, tile_index)
  ) strict`,
  `create trigger tiles_are_never_changed before update on tiles
    begin select raise(abort, 'tiles are never changed'); end`,
  `create trigger tiles_are_never_deleted before delete on tiles
    begin select raise(abort, 'tiles are never deleted'); end`,

  // Every checkpoint that was signed, as it was signed: a C2SP signed note.
  `create table checkpoints (
    size integer primary key,
    root_hash blob not null check (length(root_hash) = 32),
    signed_at integer not null,
    note text not null
  ) strict`,
  `create trigger checkpoints_are_never_changed before update on checkpoints
    begin select raise(abort, 'checkpoints are never changed'); end`,
  `create trigger checkpoints_are_never_deleted before delete on checkpoints
    begin select raise(abort, 'checkpoints are never deleted'); end`,

  // Every verifier key that ever signed, with the period in which it does.
  `create table signing_keys (
    vkey text primary key,
    signs_from integer not null,
    signs_until integer
  ) strict, without rowid`,

  // Names of persons, beside the log: what a commitment in a leaf or a state opens to.
  `create table openings (
    commitment text primary key,
    position integer not null,
    salt blob not null check (length(salt) = 32),
    name text not null
  ) strict, without rowid`,

  // Answers to requests with an Idempotency-Key, as the range of positions that they recorded.
  `create table idempotency_keys (
    id integer primary key,
    principal text not null,
    initiative_id text not null,
    key text not null,
    fingerprint blob not null,
    first_position integer not null,
    last_position integer not null,
    -- What does not follow from the range: items that stand for other positions, and warnings.
    extra text,
    recorded_at integer not null,
    unique (principal, initiative_id, key)
  ) strict`,

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
    pillar text,
    zone text,
    sector text,
    instrument text,
    title_key integer,
    same_as text,
    in_force_from text,
    in_force_until text,
    -- What text filters look at, folded: one "name=value" a line, and the words that q searches.
    facets text not null,
    words text not null,
    -- Of a version that corrects or the like; that of a record as it was made stands in its leaf.
    state text
  ) strict`,
  `create index records_by_kind on records (initiative_id, kind, made)`,
  `create index records_by_meeting on records (initiative_id, meeting_id, kind) where meeting_id is not null`,
  `create index records_by_title on records (title_key, made) where title_key is not null`,
  `create index records_initiatives on records (initiative_id) where kind = 'initiative'`,
  `create index records_same_as on records (position) where same_as is not null`,

  // The highest number used in ids of the form kind-number.
  `create table record_numbers (
    initiative_id text not null,
    kind text not null,
    last_number integer not null,
    primary key (initiative_id, kind)
  ) strict, without rowid`,

  // The counts of an initiative (or, under '', of all) at a position, from which later ones are folded on. With a rowid, as
  // a search in a table without would read the whole tallies of those that it passes.
  `create table count_snapshots (
    initiative_id text not null,
    position integer not null,
    -- 0: it holds all counts; else what changed since the one at this position.
    since integer not null,
    tally blob not null,
    primary key (initiative_id, position)
  ) strict`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
