import type { Kysely } from 'kysely';
import type { Reason } from '../../events/fields.ts';
import type { Json } from '../ledger/canonical-json.ts';
import { stateOf } from '../ledger/evolve.ts';
import { diff, type FieldChange } from '../ledger/merge-patch.ts';
import { commitmentsIn, revealed } from '../ledger/people.ts';
import type { LedgerRecord, Source } from '../ledger/record.ts';
import { eventOf } from '../ledger/stored-event.ts';
import { recordOf, versionColumns } from '../store/rows.ts';
import type { Database } from '../store/schema.ts';
import { namesOf, type Page } from './records.ts';

/** A version of a record: the event that made it, and what it changed. */
export interface VersionView {
  version: number;
  position: number;
  eventId: string;
  type: string;
  recordedAt: string;
  recordedBy: string;
  reason?: Reason;
  sources?: Source[];
  note?: string;
  correlationId?: string;
  changes: FieldChange[];
}

/** The versions of a record as of a position, after a version. */
export async function historyOf(
  db: Kysely<Database>,
  initiativeId: string,
  recordId: string,
  position: number,
  after: number,
  limit: number,
): Promise<Page<VersionView>> {
  const rows = await db
    .selectFrom('events')
    .innerJoin('records', 'records.position', 'events.position')
    .select(['events.leaf', ...versionColumns.map((column) => `records.${column}` as const)])
    .where('events.initiative_id', '=', initiativeId)
    .where('events.record_id', '=', recordId)
    .where('events.position', '<=', position)
    // The version before is what the first one is compared with.
    .where('events.version', '>=', after)
    .orderBy('events.version')
    .limit(limit + 2)
    .execute();
  const versions = rows.map((row) => ({ leaf: row.leaf, position: row.position, record: recordOf(row) }));
  const names = await namesOf(
    db,
    versions.flatMap(({ record }) => commitmentsIn(record.data)),
  );
  const views = versions.flatMap((version, i) =>
    version.record.version > after ? [versionView(version, versions[i - 1]?.record, names)] : [],
  );
  const items = views.slice(0, limit);
  return { items, ...(views.length > limit ? { next: String(items.at(-1)?.version) } : {}) };
}

function versionView(
  { leaf, position, record }: { leaf: string; position: number; record: LedgerRecord },
  before: LedgerRecord | undefined,
  names: ReadonlyMap<string, string>,
): VersionView {
  const { version, eventId, type, recordedAt, recordedBy, reason, sources, note, correlationId } =
    eventOf(leaf);
  return {
    version,
    position,
    eventId,
    type,
    recordedAt,
    recordedBy,
    ...(reason ? { reason } : {}),
    ...(sources ? { sources } : {}),
    ...(note === undefined ? {} : { note }),
    ...(correlationId === undefined ? {} : { correlationId }),
    changes: changesBetween(before, record).map((change) => revealedChange(change, names)),
  };
}

/** Field by field. Sources that were added at the end are told one by one. */
export function changesBetween(before: LedgerRecord | undefined, after: LedgerRecord): FieldChange[] {
  const { kind, status, sources: had = [] } = before ?? { ...after, sources: [] };
  const { sources: has, ...state } = stateOf(after) as { sources: Json[]; [member: string]: Json };
  const { sources: _, ...stateBefore } = before ? stateOf(before) : { data: {}, sources: [] };
  const fields = diff({ ...stateBefore, kind, status }, { ...state, kind: after.kind, status: after.status });
  const kept = has.slice(0, had.length);
  const changed = diff(had as unknown as Json, kept, '/sources');
  if (changed.length > 0) return [...fields, ...diff(had as unknown as Json, has, '/sources')];
  return [...fields, ...has.slice(had.length).map((to, i) => ({ path: `/sources/${had.length + i}`, to }))];
}

const revealedChange = (
  { path, from, to }: FieldChange,
  names: ReadonlyMap<string, string>,
): FieldChange => ({
  path,
  ...(from === undefined ? {} : { from: revealed(from, names) }),
  ...(to === undefined ? {} : { to: revealed(to, names) }),
});
