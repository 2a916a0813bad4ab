import { type Kysely, sql } from 'kysely';
import { recordOf, type VersionRow, versionColumns } from '../db/rows.ts';
import type { Database } from '../db/schema.ts';
import type { Json } from '../shapes/canonical-json.ts';
import type { Reason } from '../shapes/fields.ts';
import { diff, type FieldChange } from '../shapes/merge-patch.ts';
import { commitmentsIn, revealed } from '../shapes/people.ts';
import type { LedgerRecord, Source } from '../shapes/record.ts';
import { stateOf } from '../shapes/state.ts';
import { eventOf } from '../shapes/stored-event.ts';
import { namesOf, type Page, type PageSize } from './records.ts';
import { listed, portionsOf } from './slices.ts';

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

/** The versions of a record as of a position, after a version; with `path` those that changed something there. */
export async function historyOf(
  db: Kysely<Database>,
  initiativeId: string,
  recordId: string,
  position: number,
  after: number,
  { limit, bytesMax = Infinity }: PageSize,
  path?: string,
): Promise<Page<VersionView>> {
  const items: VersionView[] = [];
  let bytes = 0;
  for await (const some of versionsFrom(db, initiativeId, recordId, position, after, path)) {
    for (const { version, bytes: more } of some) {
      bytes += more;
      if (items.length === limit || (items.length > 0 && bytes > bytesMax))
        return { items, next: String(items.at(-1)?.version) };
      items.push(version);
    }
  }
  return { items };
}

/** The number of versions on the page after `after` and on the pages after it. */
export async function countHistory(
  db: Kysely<Database>,
  initiativeId: string,
  record: LedgerRecord,
  position: number,
  after: number,
  path?: string,
): Promise<number> {
  if (path === undefined) return Math.max(record.version - after, 0);
  let total = 0;
  for await (const some of versionsFrom(db, initiativeId, record.recordId, position, after, path))
    total += some.length;
  return total;
}

/** Whether one path is the other, or leads to it. */
const touches = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);

/** Versions that one query finds. If they are long, fewer are read at once. */
const sliceVersions = 200;

/** The versions after one, in order, in portions that are read at once; with `path` those that changed something there. */
async function* versionsFrom(
  db: Kysely<Database>,
  initiativeId: string,
  recordId: string,
  position: number,
  after: number,
  path: string | undefined,
): AsyncGenerator<{ version: VersionView; bytes: number }[]> {
  const versions = db
    .selectFrom('events')
    .innerJoin('records', 'records.position', 'events.position')
    .where('events.initiative_id', '=', initiativeId)
    .where('events.record_id', '=', recordId)
    .where('events.position', '<=', position);
  let before: LedgerRecord | undefined;
  // The first version is compared with the version before it.
  for (let from = after; ; ) {
    const found = await versions
      .select(['events.position', 'events.version', versionBytes.as('bytes')])
      .where('events.version', '>=', from)
      .orderBy('events.version')
      .limit(sliceVersions)
      .execute();
    for (const portion of portionsOf(found)) {
      const rows = await versionsAt(
        db,
        portion.map(({ position }) => position),
      );
      const names = await namesOf(
        db,
        rows.flatMap(({ record }) => commitmentsIn(record.data)),
      );
      const views: { version: VersionView; bytes: number }[] = [];
      for (const [i, row] of rows.entries()) {
        if (row.record.version > after) {
          const version = versionView(row, before, names);
          const changes = version.changes.filter(
            (change) => path === undefined || touches(change.path, path),
          );
          if (path === undefined || changes.length > 0)
            views.push({ version: { ...version, changes }, bytes: Number(portion[i]?.bytes) });
        }
        before = row.record;
      }
      yield views;
    }
    if (found.length < sliceVersions) return;
    from = (found.at(-1)?.version ?? from) + 1;
  }
}

/** The stored bytes of a version and its event. */
const versionBytes = sql<number>`octet_length(events.leaf) + coalesce(octet_length(records.state), 0)`;

/** In order. */
async function versionsAt(db: Kysely<Database>, positions: number[]): Promise<LoggedVersion[]> {
  const rows = await db
    .selectFrom('events')
    .innerJoin('records', 'records.position', 'events.position')
    .select(['events.leaf', ...versionColumns])
    .where('events.position', 'in', listed(positions))
    .orderBy('events.position')
    .execute();
  return rows.map(versionOfRow);
}

/** The difference of two versions, and where each comes from. */
export interface VersionDifference {
  from: VersionOrigin;
  to: VersionOrigin;
  changes: FieldChange[];
}

/** The changes from one version of a record to another, which may be an earlier one. Both must exist. */
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

/** Compares field by field. Sources that were added at the end are listed one by one. */
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
