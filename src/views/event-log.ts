import type { Kysely } from 'kysely';
import { commitmentsInText } from '../ledger/people.ts';
import type { Database, EventRow } from '../store/schema.ts';
import { leafHash } from '../tlog/merkle.ts';
import type { Page } from './records.ts';
import { type PositionRange, sliceRows, slicesOf } from './slices.ts';

export interface EventFilters {
  initiativeId?: string;
  recordId?: string;
  /** Any of these. */
  type?: string[];
  kind?: string;
  recordedBy?: string;
  reasonCode?: string;
  /** Only events recorded later than this many days after the last day on which they may have happened. */
  lateByDays?: number;
  recordedFromMs?: number;
  recordedToMs?: number;
}

/** An event as logged: its leaf is sent as it stands. */
export interface LoggedLeaf {
  position: number;
  leaf: string;
}

/** What filters look at, beside the event itself. */
const filterColumns = [
  'initiative_id',
  'record_id',
  'type',
  'kind',
  'recorded_by',
  'reason_code',
  'late_days',
  'recorded_at',
] as const satisfies (keyof EventRow)[];

/** An event with what filters look at. */
export type FilteredEvent = LoggedLeaf & Pick<EventRow, (typeof filterColumns)[number]>;

export interface OpeningRow {
  commitment: string;
  name: string;
  salt: string;
}

/** A page of the log. `after` is the last position of the page before; descending pages go down from it. */
export async function listEvents(
  db: Kysely<Database>,
  filters: EventFilters,
  range: PositionRange,
  order: 'asc' | 'desc',
  after: number | undefined,
  limit: number,
): Promise<Page<LoggedLeaf>> {
  const rest = rangeFrom(range, order, after);
  const rows: LoggedLeaf[] = [];
  for await (const slice of isServed(filters) ? [rest] : slicesIn(db, filters, rest, order)) {
    const found = await matching(db, filters, slice)
      .select(['position', 'leaf'])
      .orderBy('position', order)
      .limit(limit + 1 - rows.length)
      .execute();
    rows.push(...found);
    if (rows.length > limit) break;
  }
  const items = rows.slice(0, limit);
  return { items, ...(rows.length > limit ? { next: String(items.at(-1)?.position) } : {}) };
}

/** Whether an index leads to what matches: with other filters, one that matches rarely would have all of the log read. */
const isServed = ({ type, kind, recordedBy, reasonCode, lateByDays }: EventFilters): boolean =>
  [type, kind, recordedBy, reasonCode, lateByDays].every((filter) => filter === undefined);

/** A range in slices of the log, or of that of the initiative. */
const slicesIn = (
  db: Kysely<Database>,
  { initiativeId }: EventFilters,
  range: PositionRange,
  order: 'asc' | 'desc',
): AsyncGenerator<PositionRange> =>
  initiativeId === undefined
    ? slicesOf(range, order)
    : slicesOf(range, order, async (rest) => {
        const last = await matching(db, { initiativeId }, rest)
          .select('position')
          .orderBy('position', order)
          .limit(1)
          .offset(sliceRows - 1)
          .executeTakeFirst();
        return last?.position;
      });

/** The next events that match, by one short query, and the position up to which it looked. */
export async function readOn(
  db: Kysely<Database>,
  filters: EventFilters,
  { from, to }: PositionRange,
  limit: number,
): Promise<{ events: LoggedLeaf[]; position: number }> {
  const end = Math.min(from + sliceRows, to);
  const events = await matching(db, filters, { from, to: end })
    .select(['position', 'leaf'])
    .orderBy('position')
    .limit(limit)
    .execute();
  return { events, position: events.length < limit ? end : (events.at(-1)?.position ?? end) };
}

/** The events of a range, with what filters look at. */
export async function eventsIn(
  db: Kysely<Database>,
  { from, to }: PositionRange,
  limit: number,
): Promise<FilteredEvent[]> {
  return db
    .selectFrom('events')
    .select(['position', 'leaf', ...filterColumns])
    .where('position', '>', from)
    .where('position', '<=', to)
    .orderBy('position')
    .limit(limit)
    .execute();
}

/** How many events there are on a page and on those after it. */
export async function countEvents(
  db: Kysely<Database>,
  filters: EventFilters,
  range: PositionRange,
  order: 'asc' | 'desc',
  after: number | undefined,
): Promise<number> {
  let total = 0;
  for await (const slice of slicesIn(db, filters, rangeFrom(range, order, after), 'asc')) {
    const { count } = await matching(db, filters, slice)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    total += Number(count);
  }
  return total;
}

/** What is left of a range behind a page. */
function rangeFrom(range: PositionRange, order: 'asc' | 'desc', after = order === 'asc' ? 0 : Infinity) {
  return order === 'asc'
    ? { from: Math.max(range.from, after), to: range.to }
    : { from: range.from, to: Math.min(range.to, after - 1) };
}

function matching(db: Kysely<Database>, filters: EventFilters, { from, to }: PositionRange) {
  let query = db.selectFrom('events').where('position', '>', from).where('position', '<=', to);
  const { initiativeId, recordId, type, kind, recordedBy, reasonCode, lateByDays } = filters;
  const { recordedFromMs, recordedToMs } = filters;
  if (initiativeId !== undefined) query = query.where('initiative_id', '=', initiativeId);
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

/** Says of one event what the query above selects. */
export function matches(event: FilteredEvent, filters: EventFilters): boolean {
  const is = <T>(value: T, wanted: T | undefined): boolean => wanted === undefined || value === wanted;
  const { type, lateByDays, recordedFromMs = -Infinity, recordedToMs = Infinity } = filters;
  return (
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

/** The event with an id, if it stands at or before a position: what is being written is nothing yet. */
export async function eventById(
  db: Kysely<Database>,
  eventId: string,
  position: number,
): Promise<LoggedLeaf | undefined> {
  return db
    .selectFrom('events')
    .select(['position', 'leaf'])
    .where('event_id', '=', eventId)
    .where('position', '<=', position)
    .executeTakeFirst();
}

/** The events at these positions, in order. */
export async function eventsAt(db: Kysely<Database>, positions: number[]): Promise<LoggedLeaf[]> {
  if (positions.length === 0) return [];
  return db
    .selectFrom('events')
    .select(['position', 'leaf'])
    .where('position', 'in', positions)
    .orderBy('position')
    .execute();
}

/** What the commitments in leaves open to; erased ones are left out. */
export async function openingsOf(
  db: Kysely<Database>,
  leaves: LoggedLeaf[],
): Promise<Map<string, OpeningRow>> {
  const openings = new Map<string, OpeningRow>();
  const commitments = leaves.flatMap(({ leaf }) => commitmentsInText(leaf));
  for (let i = 0; i < commitments.length; i += 500) {
    const rows = await db
      .selectFrom('openings')
      .select(['commitment', 'name', 'salt'])
      .where('commitment', 'in', commitments.slice(i, i + 500))
      .execute();
    for (const { commitment, name, salt } of rows) {
      openings.set(commitment, { commitment, name, salt: Buffer.from(salt).toString('hex') });
    }
  }
  return openings;
}

/** An event of an answer, as JSON text around the stored leaf. */
export function eventJson({ position, leaf }: LoggedLeaf, openings: ReadonlyMap<string, OpeningRow>): string {
  const hash = Buffer.from(leafHash(Buffer.from(leaf))).toString('hex');
  const opened = commitmentsInText(leaf).flatMap((commitment) => openings.get(commitment) ?? []);
  const beside = opened.length === 0 ? '' : `,"openings":${JSON.stringify(opened)}`;
  return `{"position":${position},"leafHash":"${hash}","event":${leaf}${beside}}`;
}
