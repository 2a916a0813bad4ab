import { type ExpressionBuilder, sql } from 'kysely';
import type { Head } from '../db/rows.ts';
import { instantOf } from '../db/rows.ts';
import type { Database } from '../db/schema.ts';
import { Refusal } from '../errors.ts';
import { parsePlainDate } from '../shapes/edtf.ts';
import type { Basis } from '../store/receipt.ts';
import type { ReadStore } from '../store/store.ts';

/** The moment of an answer: the log up to a position. A current answer is as of the end. */
export interface At {
  position: number;
  /** recordedAt of the event at the position; absent before the first event. */
  recordedAt?: string;
  basis: Basis;
}

export interface AtQuery {
  asOf?: string;
  asOfPosition?: number;
}

/** Whether a checked query asks for the end of the log. */
export const isAtEnd = ({ asOf, asOfPosition }: AtQuery): boolean =>
  asOf === undefined && asOfPosition === undefined;

/** Throws Refusal `invalid-request` for a text that is no moment, or for a position after the end. */
export async function resolveAt(
  store: ReadStore,
  { asOf, asOfPosition }: AtQuery,
  parameter?: string,
): Promise<At> {
  const head = await store.head();
  if (asOf !== undefined && asOfPosition !== undefined)
    throw badQuery('/query/asOfPosition', 'does not go together with asOf');
  if (asOfPosition !== undefined && asOfPosition > head.position)
    throw badQuery(
      `/query/${parameter ?? 'asOfPosition'}`,
      `is after the end of the log, which is ${head.position}`,
    );
  const position =
    asOf === undefined ? (asOfPosition ?? head.position) : await positionAt(store, asOf, parameter ?? 'asOf');
  if (position === head.position) return endOf(head);
  const recordedAt = position === 0 ? 0 : await recordedAtOf(store, position);
  return atOf(position, recordedAt, await store.rootAt(position));
}

const atOf = (position: number, recordedAt: number, rootHash: Uint8Array): At => ({
  position,
  ...(position > 0 && { recordedAt: instantOf(recordedAt) }),
  basis: { treeSize: position, rootHash },
});

/** A moment in the form of answers. */
export const asOfJson = ({ position, recordedAt }: At): Pick<At, 'position' | 'recordedAt'> => ({
  position,
  ...(recordedAt !== undefined && { recordedAt }),
});

const ends = new WeakMap<Head, At>();

/** The moment of the end of the log. It is made once, as most reads ask for it. */
export function endOf(head: Head): At {
  const end = ends.get(head) ?? atOf(head.position, head.recordedAt, head.rootHash);
  ends.set(head, end);
  return end;
}

/** When the event at a position was recorded, in milliseconds. */
export async function recordedAtOf({ db }: Pick<ReadStore, 'db'>, position: number): Promise<number> {
  const { recorded_at } = await db
    .selectFrom('events')
    .select('recorded_at')
    .where('position', '=', position)
    .executeTakeFirstOrThrow();
  return recorded_at;
}

/** The last position recorded at or before an instant (RFC 3339) or the end of a day in UTC; 0 if there is none. */
export const positionAt = (store: ReadStore, text: string, parameter: string): Promise<number> =>
  lastPositionBy(store, millisecondsOf(text, parameter));

/** The last position recorded before an instant, or before the first moment of a date in UTC. */
export const positionBefore = (store: ReadStore, text: string, parameter: string): Promise<number> =>
  lastPositionBy(store, firstMillisecondOf(text, parameter) - 1);

/** An RFC 3339 instant, or a plain date, which means its first moment in UTC. */
export function firstMillisecondOf(text: string, parameter: string): number {
  const day = parsePlainDate(text)?.earliest;
  return day === undefined ? millisecondsOf(text, parameter) : Date.parse(`${day}T00:00:00.000Z`);
}

const instant = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/** An RFC 3339 instant, or a plain date, which means the end of its last day in UTC. */
export function millisecondsOf(text: string, parameter: string): number {
  const [, date] = instant.exec(text) ?? [];
  // Date.parse would read 30 February as 2 March.
  if (date !== undefined && parsePlainDate(date)) {
    const ms = Date.parse(text.toUpperCase());
    if (!Number.isNaN(ms)) return ms;
  }
  const day = parsePlainDate(text)?.latest;
  if (day === undefined)
    throw badQuery(`/query/${parameter}`, 'must be an instant (RFC 3339, with + as %2B) or a date');
  return Date.parse(`${day}T23:59:59.999Z`);
}

/** recordedAt never goes back, so a binary search over positions needs no index of its own. */
async function lastPositionBy(store: ReadStore, ms: number): Promise<number> {
  const head = await store.head();
  if (ms >= head.recordedAt) return head.position;
  let [low, high] = [0, head.position];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await recordedAtOf(store, middle)) <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The versions of records that were the newest as of a position. The plus hides this bound from the planner of SQLite, which would
 * read all positions up to it, although another index or another bound leads to few rows.
 */
export const knownAt =
  (position: number) =>
  ({ eb, or, and }: ExpressionBuilder<Database, 'records'>) =>
    and([
      eb(sql`+records.position`, '<=', position),
      or([eb('records.to_position', 'is', null), eb('records.to_position', '>', position)]),
    ]);

export const badQuery = (pointer: string, detail: string): Refusal =>
  new Refusal('invalid-request', `${pointer} ${detail}.`, { errors: [{ pointer, detail }] });
