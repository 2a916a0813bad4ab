import { sql } from 'kysely';
import { catalogue } from '../../events/catalogue.ts';
import { sees, type Visible } from '../access/visible.ts';
import type { Db, EventRow } from '../db/schema.ts';
import { commitmentsInText } from '../shapes/people.ts';
import { leafHash } from '../tlog/merkle.ts';
import type { OpeningRow } from './openings.ts';
import {
  fittingIn,
  lastOfRows,
  listed,
  type Order,
  type Page,
  type PageSize,
  type PositionRange,
  pageOf,
  readInPortions,
  type SliceLength,
  slicesOf,
  totalOf,
} from './slices.ts';
import { seenBy } from './visible.ts';

export interface EventFilters {
  /** What the reader may see. */
  visible: Visible;
  initiativeId?: string | undefined;
  recordId?: string | undefined;
  /** Any of these types. */
  type?: string[] | undefined;
  kind?: string | undefined;
  recordedBy?: string | undefined;
  reasonCode?: string | undefined;
  /** Only events recorded later than this many days after the last day on which they may have happened. */
  lateByDays?: number | undefined;
  recordedFromMs?: number | undefined;
  recordedToMs?: number | undefined;
}

/** A logged event. Its leaf is sent as stored. */
export interface LoggedLeaf {
  position: number;
  leaf: string;
}

/** Events that are asked for: a range of the log, in an order. */
interface EventsAsked {
  db: Db;
  filters: EventFilters;
  range: PositionRange;
  order: Order;
}

/** A page of the log. `after` is the last position of the page before; descending pages go down from it. */
export async function listEvents(
  { db, filters, range, order }: EventsAsked,
  after: number | undefined,
  size: PageSize,
): Promise<Page<LoggedLeaf>> {
  const rest = rangeFrom(range, order, after);
  const slices = isServed(filters) ? [rest] : slicesIn(db, filters, rest, order);
  const { rows, last } = await pageOf(slices, size, (slice, limit) =>
    matching(db, filters, slice)
      .select(['position', leafBytes.as('bytes')])
      .orderBy(filters.recordId === undefined ? 'position' : sql`+position`, order)
      .limit(limit)
      .execute(),
  );
  return { items: await leavesOf(db, rows), next: last && String(last.position) };
}

const leafBytes = sql<number>`octet_length(leaf)`;

/** Whether an index leads to the matches. Otherwise a filter that rarely matches would read the whole log. */
const isServed = (filters: EventFilters): boolean => {
  const { visible, initiativeId, recordId, type, kind, recordedBy, reasonCode, lateByDays } = filters;
  if (recordId !== undefined) return initiativeId !== undefined;
  if (initiativeId === undefined && !visible.all) return false;
  return [type, kind, recordedBy, reasonCode, lateByDays].every((filter) => filter === undefined);
};

/** The types of events with a reason. An index of their own holds all of them. */
const reasonedTypes = new Set(
  catalogue
    .filter(({ schema }) => schema.required.some((name) => name === 'reason'))
    .map(({ type }): string => type),
);

/** Whether only events with a reason can match. */
const areReasoned = ({ type, reasonCode }: EventFilters): boolean =>
  reasonCode !== undefined || (type?.every((one) => reasonedTypes.has(one)) ?? false);

/** A range in slices: of the log, of its events with a reason, or of the log of the initiative. */
const slicesIn = (
  db: Db,
  filters: EventFilters,
  range: PositionRange,
  order: Order,
): AsyncGenerator<PositionRange> => {
  const { initiativeId } = filters;
  const all = db.selectFrom('events');
  if (areReasoned(filters))
    return slicesOf(range, order, lastOfRows(all.where('reason_code', 'is not', null), 'position'));
  if (initiativeId === undefined) return slicesOf(range, order);
  return slicesOf(range, order, lastOfRows(all.where('initiative_id', '=', initiativeId), 'position'));
};

/** The next matching events by one short query, and the position up to which it searched. */
export async function readOn(
  db: Db,
  filters: EventFilters,
  { from, to }: PositionRange,
  { limit, bytesMax }: PageSize,
  length: SliceLength,
): Promise<{ events: LoggedLeaf[]; position: number }> {
  const end = Math.min(from + length.rows, to);
  length.begins();
  const found = await matching(db, filters, { from, to: end })
    .select(['position', leafBytes.as('bytes')])
    .orderBy('position')
    .limit(limit)
    .execute();
  length.ended();
  const page = fittingIn(found, bytesMax);
  const events = await leavesOf(db, page);
  const isAll = page.length === found.length && found.length < limit;
  return { events, position: isAll ? end : (events.at(-1)?.position ?? end) };
}

/** The first events of a range. */
export const eventsIn = (db: Db, { from, to }: PositionRange, limit: number): Promise<EventRow[]> =>
  db
    .selectFrom('events')
    .selectAll()
    .where('position', '>', from)
    .where('position', '<=', to)
    .orderBy('position')
    .limit(limit)
    .execute();

/** The number of events on a page and on the pages after it. */
export const countEvents = (
  { db, filters, range, order }: EventsAsked,
  after: number | undefined,
): Promise<number> =>
  totalOf(slicesIn(db, filters, rangeFrom(range, order, after), 'asc'), (slice) =>
    matching(db, filters, slice),
  );

/** The rest of a range after a page. */
const rangeFrom = ({ from, to }: PositionRange, order: Order, after: number | undefined): PositionRange =>
  order === 'asc'
    ? { from: Math.max(from, after ?? 0), to }
    : { from, to: Math.min(to, (after ?? Infinity) - 1) };

function matching(db: Db, filters: EventFilters, { from, to }: PositionRange) {
  const { initiativeId, recordId, type, kind, recordedBy, reasonCode, lateByDays } = filters;
  const { recordedFromMs, recordedToMs } = filters;
  // One record has few events: they are found by the record, not by their positions.
  const isOfRecord = initiativeId !== undefined && recordId !== undefined;
  const position = isOfRecord ? sql<number>`+position` : sql.ref<number>('position');
  let query = db.selectFrom('events').where(position, '>', from).where(position, '<=', to);
  if (areReasoned(filters)) query = query.where('reason_code', 'is not', null);
  if (initiativeId === undefined) query = query.where(seenBy(filters.visible));
  else {
    // The index of initiatives holds all events, so it is hidden where the index of reasons leads to few.
    const of = areReasoned(filters) ? sql`initiative_id || ''` : sql.ref('initiative_id');
    query = query.where(of, '=', initiativeId);
  }
  if (recordId !== undefined) query = query.where('record_id', '=', recordId);
  if (type !== undefined) query = query.where('type', 'in', type);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (recordedBy !== undefined) query = query.where('recorded_by', '=', recordedBy);
  if (reasonCode !== undefined) query = query.where('reason_code', '=', reasonCode);
  if (lateByDays !== undefined) query = query.where('late_days', '>', lateByDays);
  if (recordedFromMs !== undefined) query = query.where('recorded_at', '>=', recordedFromMs);
  if (recordedToMs !== undefined) query = query.where('recorded_at', '<=', recordedToMs);
  return query;
}

/** Applies the filters of `matching` to one event. */
export function matches(event: EventRow, filters: EventFilters): boolean {
  const is = <T>(value: T, wanted: T | undefined): boolean => wanted === undefined || value === wanted;
  const { type, lateByDays, recordedFromMs = -Infinity, recordedToMs = Infinity } = filters;
  return (
    sees(filters.visible, event.initiative_id) &&
    is(event.initiative_id, filters.initiativeId) &&
    is(event.record_id, filters.recordId) &&
    is(event.kind, filters.kind) &&
    is(event.recorded_by, filters.recordedBy) &&
    is(event.reason_code, filters.reasonCode) &&
    (type === undefined || type.includes(event.type)) &&
    (lateByDays === undefined || (event.late_days !== null && event.late_days > lateByDays)) &&
    event.recorded_at >= recordedFromMs &&
    event.recorded_at <= recordedToMs
  );
}

/** The event with an id, if it is at or before a position. An event that is being written does not exist yet. */
export const eventById = (
  db: Db,
  eventId: string,
  position: number,
  visible: Visible,
): Promise<LoggedLeaf | undefined> =>
  db
    .selectFrom('events')
    .select(['position', 'leaf'])
    .where('event_id', '=', eventId)
    .where(seenBy(visible))
    .where('position', '<=', position)
    .executeTakeFirst();

/** The events at some positions, in order. */
export const eventsAt = (db: Db, positions: number[]): Promise<LoggedLeaf[]> =>
  db
    .selectFrom('events')
    .select(['position', 'leaf'])
    .where('position', 'in', listed(positions))
    .orderBy('position')
    .execute();

/** The first events at some positions, in order: as many as fit, at least one. */
export async function firstEventsAt(db: Db, positions: number[], bytesMax: number): Promise<LoggedLeaf[]> {
  const found = await db
    .selectFrom('events')
    .select(['position', leafBytes.as('bytes')])
    .where('position', 'in', listed(positions))
    .orderBy('position')
    .execute();
  return leavesOf(db, fittingIn(found, bytesMax));
}

/** The events of some rows, in the order of the rows. */
const leavesOf = (db: Db, rows: { position: number; bytes: number }[]): Promise<LoggedLeaf[]> =>
  readInPortions(rows, (positions) => eventsAt(db, positions));

/** An event of an answer: JSON text around the stored leaf. */
export function eventJson({ position, leaf }: LoggedLeaf, openings: ReadonlyMap<string, OpeningRow>): string {
  const hash = Buffer.from(leafHash(Buffer.from(leaf))).toString('hex');
  const opened = commitmentsInText(leaf).flatMap((commitment) => openings.get(commitment) ?? []);
  const beside = opened.length === 0 ? '' : `,"openings":${JSON.stringify(opened)}`;
  return `{"position":${position},"leafHash":"${hash}","event":${leaf}${beside}}`;
}
