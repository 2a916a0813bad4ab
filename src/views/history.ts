import type { Kysely } from 'kysely';
import type { Reason } from '../../events/fields.ts';
import type { Json } from '../ledger/canonical-json.ts';
import { stateOf } from '../ledger/evolve.ts';
import { diff, type FieldChange } from '../ledger/merge-patch.ts';
import { commitmentsIn, revealed } from '../ledger/people.ts';
import type { LedgerRecord, Source } from '../ledger/record.ts';
import { eventOf } from '../ledger/stored-event.ts';
import { recordOf, type VersionRow, versionColumns } from '../store/rows.ts';
import type { Database } from '../store/schema.ts';
import { namesOf, type Page } from './records.ts';

/** The event that made a version of a record. */
export interface VersionOrigin {
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
}

/** A version of a record: the event that made it, and what it changed. */
export interface VersionView extends VersionOrigin {
  changes: FieldChange[];
}

const sliceVersions = 1_000;

/** The versions of a record as of a position, after a version; with `path` those that changed something there. */
export async function historyOf(
  db: Kysely<Database>,
  initiativeId: string,
  recordId: string,
  position: number,
  after: number,
  limit: number,
  path?: string,
): Promise<Page<VersionView>> {
  if (path === undefined) return versionsOf(db, initiativeId, recordId, position, after, limit);
  const found: VersionView[] = [];
  for (let from: number | undefined = after; from !== undefined && found.length <= limit; ) {
    const page = await versionsOf(db, initiativeId, recordId, position, from, sliceVersions);
    for (const version of page.items) {
      const changes = version.changes.filter((change) => touches(change.path, path));
      if (changes.length > 0) found.push({ ...version, changes });
    }
    from = page.next === undefined ? undefined : Number(page.next);
  }
  const items = found.slice(0, limit);
  return { items, ...(found.length > limit ? { next: String(items.at(-1)?.version) } : {}) };
}

/** How many versions there are on the page behind `after` and on those behind it. */
export async function countHistory(
  db: Kysely<Database>,
  initiativeId: string,
  record: LedgerRecord,
  position: number,
  after: number,
  path?: string,
): Promise<number> {
  if (path === undefined) return Math.max(record.version - after, 0);
  const everything = Number.MAX_SAFE_INTEGER;
  return (await historyOf(db, initiativeId, record.recordId, position, after, everything, path)).items.length;
}

/** Whether one path is the other, or leads to it. */
const touches = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);

async function versionsOf(
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
    .select(['events.leaf', ...versionColumns])
    .where('events.initiative_id', '=', initiativeId)
    .where('events.record_id', '=', recordId)
    .where('events.position', '<=', position)
    // The version before is what the first one is compared with.
    .where('events.version', '>=', after)
    .orderBy('events.version')
    .limit(limit + 2)
    .execute();
  const versions = rows.map(versionOfRow);
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

/** The difference of two versions, and where each comes from. */
export interface VersionDifference {
  from: VersionOrigin;
  to: VersionOrigin;
  changes: FieldChange[];
}

/** What turns one version of a record into another, which may also be an earlier one. Both must be there. */
export async function differenceOf(
  db: Kysely<Database>,
  initiativeId: string,
  recordId: string,
  from: number,
  to: number,
): Promise<VersionDifference> {
  const rows = await db
    .selectFrom('events')
    .innerJoin('records', 'records.position', 'events.position')
    .select(['events.leaf', ...versionColumns])
    .where('events.initiative_id', '=', initiativeId)
    .where('events.record_id', '=', recordId)
    .where('events.version', 'in', [from, to])
    .execute();
  const versions = rows.map(versionOfRow);
  const before = versions.find(({ record }) => record.version === from);
  const after = versions.find(({ record }) => record.version === to);
  if (!before || !after) throw new Error(`${initiativeId}/${recordId} lacks version ${from} or ${to}`);
  const names = await namesOf(
    db,
    versions.flatMap(({ record }) => commitmentsIn(record.data)),
  );
  const changes = changesBetween(before.record, after.record);
  return {
    from: originOf(before),
    to: originOf(after),
    changes: changes.map((change) => revealedChange(change, names)),
  };
}

interface LoggedVersion {
  leaf: string;
  position: number;
  record: LedgerRecord;
}

const versionOfRow = (row: VersionRow & { leaf: string }): LoggedVersion => ({
  leaf: row.leaf,
  position: row.position,
  record: recordOf(row),
});

function versionView(
  version: LoggedVersion,
  before: LedgerRecord | undefined,
  names: ReadonlyMap<string, string>,
): VersionView {
  const changes = changesBetween(before, version.record).map((change) => revealedChange(change, names));
  return { ...originOf(version), changes };
}

function originOf({ leaf, position }: LoggedVersion): VersionOrigin {
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
  };
}

/** Field by field. Sources that were added at the end are told one by one. */
export function changesBetween(before: LedgerRecord | undefined, after: LedgerRecord): FieldChange[] {
  const { kind, status, sources: had = [] } = before ?? { ...after, sources: [] };
  const { sources: has, ...state } = stateOf(after) as { sources: Json[]; [member: string]: Json };
  const { sources: _, ...stateBefore } = before ? stateOf(before) : { data: {}, sources: [] };
  const fields = diff({ ...stateBefore, kind, status }, { ...state, kind: after.kind, status: after.status });
  const kept = has.slice(0, had.length);
  // Sources are JSON; their type just lacks the index signature.
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
