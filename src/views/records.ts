import { sql } from 'kysely';
import type { Visible } from '../access/visible.ts';
import { recordOf, type VersionRow, versionColumns, versionOf } from '../db/rows.ts';
import type { Db } from '../db/schema.ts';
import type { Json } from '../shapes/canonical-json.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { revealed } from '../shapes/people.ts';
import { isMilestone, type Kind, type LedgerRecord, type Version } from '../shapes/record.ts';
import { type DayCut, isSurelyIn } from '../shapes/record-filter.ts';
import { mapInTurns } from '../turns.ts';
import { knownAt } from './at.ts';
import { namesIn } from './openings.ts';
import {
  lastOfRows,
  listed,
  type Order,
  type PositionRange,
  readInPortions,
  type SliceLength,
  slicesOf,
} from './slices.ts';

/** A record as answers show it: names of persons revealed, dates with their earliest and latest day. */
export type RecordView = ReturnType<typeof viewOf>;

function viewOf(record: LedgerRecord, names: ReadonlyMap<string, string>, cut: DayCut = {}) {
  const { initiativeId, recordId, kind, status, version, occurredOn, data, sources } = record;
  const span = occurredOn === undefined ? undefined : parseEdtf(occurredOn);
  return {
    initiativeId,
    recordId,
    kind,
    status,
    version,
    ...(occurredOn !== undefined && { occurredOn, ...span }),
    ...(!isSurelyIn(span, cut) && { possible: true as const }),
    data: revealed(data as Json, names),
    sources,
  };
}

/** Views of records. The records that only may have happened within the days of the cut are marked possible. */
export async function recordViews(
  db: Db,
  records: readonly LedgerRecord[],
  cut?: DayCut,
): Promise<RecordView[]> {
  const names = await namesIn(db, records);
  return mapInTurns(records, (record) => viewOf(record, names, cut));
}

export const recordView = async (db: Db, record: LedgerRecord): Promise<RecordView> =>
  viewOf(record, await namesIn(db, [record]));

/** A record as of a position, whatever its status. */
export async function recordAt(
  db: Db,
  initiativeId: string,
  recordId: string,
  position: number,
): Promise<LedgerRecord | undefined> {
  const row = await db
    .selectFrom('events')
    .innerJoin('records', 'records.position', 'events.position')
    .select(versionColumns)
    .where('events.initiative_id', '=', initiativeId)
    .where('events.record_id', '=', recordId)
    .where('events.position', '<=', position)
    .orderBy('events.version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && recordOf(row);
}

/** The position since which a record is known, if it is at a position. */
export async function madeAt(
  db: Db,
  initiativeId: string,
  recordId: string,
  position: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('events')
    .select('position')
    .where('initiative_id', '=', initiativeId)
    .where('record_id', '=', recordId)
    .where('version', '=', 1)
    .where('position', '<=', position)
    .executeTakeFirst();
  return row?.position;
}

/**
 * All standing records of a kind in an initiative, in the order in which they were made. With `ofMeetings`, only those that
 * belong to a meeting. They are read in slices, between which other requests are answered.
 */
export async function standingOf<K extends Kind>(
  db: Db,
  initiativeId: string,
  kind: K,
  position: number,
  ofMeetings = false,
): Promise<{ record: LedgerRecord<K>; made: number }[]> {
  const query = db
    .selectFrom('records')
    .select(['position', 'made', stateBytes.as('bytes')])
    .where('initiative_id', '=', initiativeId)
    .where('kind', '=', kind)
    .where('standing', '=', 1)
    .where(knownAt(position))
    .$if(ofMeetings, (query) => query.where('meeting_id', 'is not', null));
  const versions: Version[] = [];
  const scope = { initiativeId, kinds: [kind] };
  for await (const { from, to } of slicesIn(db, scope, { from: 0, to: position })) {
    const found = await query.where('made', '>', from).where('made', '<=', to).execute();
    const rows = await readInPortions(found, (positions) => versionsAt(db, positions));
    versions.push(...(await mapInTurns(rows, versionOf)));
  }
  versions.sort((a, b) => a.made - b.made);
  // The query asked for this kind.
  return versions as unknown as { record: LedgerRecord<K>; made: number }[];
}

/** Some kinds of one initiative, or every kind of the initiatives that may be seen. */
export type RecordScope =
  | { initiativeId: string; kinds: Kind[] }
  | { initiativeId?: undefined; kinds?: undefined; visible: Visible };

/** The column that a scope is listed by: the order in which records of one initiative were made, or records of all were last changed. */
export const orderOf = ({ initiativeId }: RecordScope) => (initiativeId === undefined ? 'position' : 'made');

/** A range of that order in slices. */
export function slicesIn(
  db: Db,
  { initiativeId, kinds }: RecordScope,
  range: PositionRange,
  order: Order = 'asc',
  length?: SliceLength,
): AsyncGenerator<PositionRange> {
  if (initiativeId === undefined) return slicesOf(range, order, undefined, length);
  const [kind, ...others] = kinds;
  // No index has several kinds in one order. Records are made by events, and those of an initiative have one.
  const rows =
    kind !== undefined && others.length === 0
      ? lastOfRows(
          db.selectFrom('records').where('initiative_id', '=', initiativeId).where('kind', '=', kind),
          'made',
        )
      : lastOfRows(db.selectFrom('events').where('initiative_id', '=', initiativeId), 'position');
  return slicesOf(range, order, rows, length);
}

/** The records at the positions of some rows, in the order of the rows. */
export async function recordsAt(
  db: Db,
  rows: readonly { position: number; bytes: number }[],
): Promise<LedgerRecord[]> {
  return (await readInPortions(rows, (positions) => versionsAt(db, positions))).map(recordOf);
}

/** The stored bytes of a version. */
export const stateBytes = sql<number>`coalesce(octet_length(records.state),
  (select octet_length(leaf) from events where events.position = records.position))`;

export const versionsAt = (db: Db, positions: number[]): Promise<VersionRow[]> =>
  db
    .selectFrom('records')
    .select(versionColumns)
    .where('records.position', 'in', listed(positions))
    .execute();

/** The status of the records that a record refers to by `renews` and `under`. */
export async function referencesOf(
  db: Db,
  record: LedgerRecord,
  position: number,
): Promise<Pick<LedgerRecord, 'recordId' | 'status'>[]> {
  if (!isMilestone(record)) return [];
  const recordIds = new Set([record.data.renews?.recordId ?? [], record.data.under ?? []].flat());
  const targets = await Promise.all(
    [...recordIds].map((recordId) => recordAt(db, record.initiativeId, recordId, position)),
  );
  return targets.flatMap((target) => (target ? { recordId: target.recordId, status: target.status } : []));
}
