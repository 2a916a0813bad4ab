import type { Generated, Kysely } from 'kysely';

/** What queries are asked of. */
export type Db = Kysely<Database>;

/** The tables, as in migrations/. Times are milliseconds since 1970, days are YYYY-MM-DD, booleans 0 or 1. */
export interface Database {
  ledger: {
    id: 1;
    fingerprint_key: Uint8Array;
    origin: string;
    /** SHA-256 of the key. */
    fingerprint_key_hash: Uint8Array | null;
  };
  head: {
    id: 1;
    position: number;
    recorded_at: number;
    root_hash: Uint8Array;
    forked_size: number | null;
    forked_root: Uint8Array | null;
  };
  events: EventRow;
  tiles: { level: number; tile_index: number; root: Uint8Array; hashes: Uint8Array };
  checkpoints: {
    size: number;
    root_hash: Uint8Array;
    signed_at: number;
    note: string;
    /** The size of the one before; null: an earlier version signed it, or it was restored from a bundle. */
    previous: number | null;
  };
  signing_keys: { vkey: string; signs_from: number; signs_until: number | null };
  openings: { commitment: string; position: number; salt: Uint8Array; name: string };
  idempotency_keys: KeyRow & { id: Generated<number> };
  records: RecordRow;
  record_numbers: { initiative_id: string; kind: string; last_number: number };
  count_snapshots: { initiative_id: string; position: number; tally: Uint8Array };
  view_versions: { view: string; version: number };
  search_index: { id: 1; version: number; generation: number };
  search_texts: { position: number; facets: string; words: string };
  search_segments: SegmentRow;
  search_postings: { last: number; token: string; places: Uint8Array };
  principals: PrincipalRow;
  tokens: TokenRow;
  sessions: SessionRow;
}

export interface EventRow {
  position: number;
  event_id: string;
  initiative_id: string;
  record_id: string;
  version: number;
  type: string;
  kind: string;
  latest: string | null;
  late_days: number | null;
  recorded_at: number;
  recorded_by: string;
  reason_code: string | null;
  leaf: string;
  fingerprint: Uint8Array | null;
}

export interface KeyRow {
  principal: string;
  initiative_id: string;
  key: string;
  fingerprint: Uint8Array;
  first_position: number;
  last_position: number;
  extra: string | null;
  recorded_at: number;
  /** null: an earlier version kept it. */
  mac: Uint8Array | null;
}

/** What a principal is called, and who it is to an identity provider. null: erased, or never known. */
export interface PrincipalRow {
  principal_id: string;
  label: string | null;
  issuer: string | null;
  subject: string | null;
}

export interface TokenRow {
  token_id: string;
  principal_id: string;
  hash: Uint8Array;
  label: string;
  /** JSON: grants; null: it gives all that its principal has. */
  grants: string | null;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
  used_at: number | null;
}

export interface SessionRow {
  /** SHA-256 of the id. */
  hash: Uint8Array;
  principal_id: string;
  begun_at: number;
  used_at: number;
  idle_ends_at: number;
  ends_at: number;
}

export interface RecordRow {
  position: number;
  prev_position: number | null;
  to_position: number | null;
  made: number;
  initiative_id: string;
  record_id: string;
  kind: string;
  version: number;
  standing: number;
  meeting_id: string | null;
  earliest: string | null;
  latest: string | null;
  named: number;
  /** JSON: the keys that it is counted under, by dimension; null: none. */
  keys: string | null;
  title_key: number | null;
  same_as: string | null;
  external_id: string | null;
  in_force_from: string | null;
  in_force_until: string | null;
  /** null: the record is as its leaf made it. */
  state: string | null;
}

/** What src/projections/search-segment.ts makes of the versions at the positions from `first` to `last`. */
export interface SegmentRow {
  last: number;
  first: number;
  initiatives: string;
  initiative_of: Uint8Array;
  days: Uint8Array;
  later: Uint8Array;
  by_title: Uint8Array;
  by_party: Uint8Array;
}

export const eventColumns = [
  'position',
  'event_id',
  'initiative_id',
  'record_id',
  'version',
  'type',
  'kind',
  'latest',
  'late_days',
  'recorded_at',
  'recorded_by',
  'reason_code',
  'leaf',
  'fingerprint',
] as const satisfies (keyof EventRow)[];

export const recordColumns = [
  'position',
  'prev_position',
  'to_position',
  'made',
  'initiative_id',
  'record_id',
  'kind',
  'version',
  'standing',
  'meeting_id',
  'earliest',
  'latest',
  'named',
  'keys',
  'title_key',
  'same_as',
  'external_id',
  'in_force_from',
  'in_force_until',
  'state',
] as const satisfies (keyof RecordRow)[];
