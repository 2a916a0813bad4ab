import { sql } from 'kysely';
import type { AnswerExtra, AnswerKey, KeptAnswer, LoggedEvent } from '../ledger/facts.ts';
import type { Change } from '../shapes/change.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import type { LedgerRecord, Version } from '../shapes/record.ts';
import { leafHash } from '../tlog/merkle.ts';
import type { Database, EventRow, KeyRow, RecordRow } from './schema.ts';

/** RFC 3339 in UTC, of milliseconds since 1970. */
export const instantOf = (ms: number): string => new Date(ms).toISOString();

/** What was signed: a tree of the log. */
export interface SignedTree {
  size: number;
  rootHash: Uint8Array;
}

/** The end of the log. */
export interface Head {
  position: number;
  /** Milliseconds; 0 before the first event. */
  recordedAt: number;
  rootHash: Uint8Array;
  /** What was signed and is not in this log, as whoever signs found: until it is, nothing may be recorded. */
  forkedFrom?: SignedTree;
}

export type HeadRow = Omit<Database['head'], 'id'>;

export const headOf = ({ position, recorded_at, root_hash, forked_size, forked_root }: HeadRow): Head => ({
  position,
  recordedAt: recorded_at,
  rootHash: root_hash,
  ...(forked_size !== null && forked_root && { forkedFrom: { size: forked_size, rootHash: forked_root } }),
});

export function eventRowOf({ position, event, leaf, fingerprint }: Change): EventRow {
  const latest = event.occurredOn === undefined ? null : (parseEdtf(event.occurredOn)?.latest ?? null);
  return {
    position,
    event_id: event.eventId,
    initiative_id: event.initiativeId,
    record_id: event.recordId,
    version: event.version,
    type: event.type,
    kind: event.kind,
    latest,
    late_days: latest === null ? null : daysBetween(latest, event.recordedAt.slice(0, 10)),
    recorded_at: Date.parse(event.recordedAt),
    recorded_by: event.recordedBy,
    reason_code: event.reason?.code ?? null,
    leaf,
    fingerprint,
  };
}

const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

export type LoggedRow = Omit<EventRow, 'kind' | 'latest' | 'late_days' | 'recorded_by' | 'reason_code'>;

export function loggedEventOf(row: LoggedRow): LoggedEvent {
  return {
    position: row.position,
    eventId: row.event_id,
    initiativeId: row.initiative_id,
    recordId: row.record_id,
    version: row.version,
    type: row.type,
    recordedAt: instantOf(row.recorded_at),
    leafHash: leafHash(Buffer.from(row.leaf)),
    fingerprint: row.fingerprint,
  };
}

export const keptAnswerOf = (row: Omit<KeyRow, 'recorded_at' | 'mac'>): AnswerKey & KeptAnswer => ({
  principal: row.principal,
  initiativeId: row.initiative_id,
  key: row.key,
  fingerprint: row.fingerprint,
  firstPosition: row.first_position,
  lastPosition: row.last_position,
  // Written by this ledger from an AnswerExtra.
  extra: row.extra === null ? null : (JSON.parse(row.extra) as AnswerExtra),
});

export type VersionRow = Pick<
  RecordRow,
  'position' | 'made' | 'initiative_id' | 'record_id' | 'kind' | 'version' | 'standing'
> & {
  /** JSON with occurredOn, data and sources, alone or among the members of a leaf. */
  state: string;
};

/** Where a record is as its leaf made it, the leaf is its state: so most of the log is stored once. */
export const stateText = sql<string>`coalesce(records.state,
  (select leaf from events where events.position = records.position))`;

/** What is read of `records` for a version of a record. */
export const versionColumns = [
  'records.position',
  'records.made',
  'records.initiative_id',
  'records.record_id',
  'records.kind',
  'records.version',
  'records.standing',
  stateText.as('state'),
] as const;

export const versionOf = (row: VersionRow): Version => ({
  record: recordOf(row),
  position: row.position,
  made: row.made,
});

export function recordOf(row: VersionRow): LedgerRecord {
  // Written from a record, or a leaf that made one.
  const { occurredOn, data, sources = [] } = JSON.parse(row.state) as Partial<LedgerRecord>;
  const record = {
    initiativeId: row.initiative_id,
    recordId: row.record_id,
    kind: row.kind,
    version: row.version,
    status: row.standing === 1 ? 'standing' : 'retracted',
    ...(occurredOn === undefined ? {} : { occurredOn }),
    data: data ?? {},
    sources,
  };
  // The row was made from a LedgerRecord.
  return record as LedgerRecord;
}
