import type { SelectQueryBuilder } from 'kysely';
import type { Database } from '../db/schema.ts';
import { turn, turnIfDue } from '../turns.ts';

/** Positions above `from`, up to and with `to`. */
export interface PositionRange {
  from: number;
  to: number;
}

/** The time that one query should take. Without slices, a filter without an index would read the whole ledger while other requests wait. */
const sliceMs = 2;
/** The number of rows that one query looks at: at first, at least and at most. */
const rowsAtFirst = 256;
const rowsMin = 32;
const rowsMax = 8_192;

/** How many rows a query may look at, estimated from the time of the query before. */
export class SliceLength {
  rows: number;
  readonly #most: number;
  #startMs = 0;

  constructor(atFirst = rowsAtFirst, most = rowsMax) {
    this.rows = atFirst;
    this.#most = most;
  }

  begins(): void {
    this.#startMs = performance.now();
  }

  /** Grows at most fourfold, because the next rows may take longer. */
  ended(): void {
    const fitting = (this.rows * sliceMs) / (performance.now() - this.#startMs);
    this.rows = Math.round(Math.max(rowsMin, Math.min(fitting, this.rows * 4, this.#most)));
  }
}

export type Order = 'asc' | 'desc';

/** The position of the last row of the first slice of a range, if there are rows behind it. */
type LastOf = (rest: PositionRange, order: Order, rows: number) => Promise<number | undefined>;

/**
 * A range in slices, in order. Each has as many rows as a query reads in a few milliseconds, and others have their turn between two
 * slices. Without `lastOf` each position is a row.
 */
export async function* slicesOf(
  { from, to }: PositionRange,
  order: Order = 'asc',
  lastOf: LastOf = async (rest, order, rows) => (order === 'asc' ? rest.from + rows : rest.to - rows + 1),
  length = new SliceLength(),
): AsyncGenerator<PositionRange> {
  for (const rest = { from, to }; rest.from < rest.to; ) {
    length.begins();
    const last = await lastOf(rest, order, length.rows);
    const slice = { ...rest };
    if (last !== undefined && order === 'asc') slice.to = Math.min(last, to);
    else if (last !== undefined) slice.from = Math.max(last - 1, from);
    yield slice;
    length.ended();
    if (order === 'asc') rest.from = slice.to;
    else rest.to = slice.from;
    // The wait is here, so that the time of other requests is not counted for the next slice.
    if (rest.from < rest.to) await turn();
  }
}

type Rows = SelectQueryBuilder<Database, 'events' | 'records', object>;

/** Finds the ends of slices of the rows of a query, in the order of a column. */
export const lastOfRows =
  (query: Rows, column: 'made' | 'position'): LastOf =>
  async ({ from, to }, order, rows) => {
    const last = await query
      .select(column)
      .where(column, '>', from)
      .where(column, '<=', to)
      .orderBy(column, order)
      .limit(1)
      .offset(rows - 1)
      .executeTakeFirst();
    return last?.[column];
  };

/** How long a page is at most. Bytes are those of the stored rows, about: a page of long ones ends before its limit. */
export interface PageSize {
  limit: number;
  bytesMax: number;
}

/** A page of a list, and the cursor of the next one where there is more. */
export interface Page<T> {
  items: T[];
  next: string | undefined;
}

/** The rows of a page, and the last of them where more rows follow. */
export async function pageOf<S, Row extends { bytes: number }>(
  slices: AsyncIterable<S> | S[],
  { limit, bytesMax }: PageSize,
  read: (slice: S, limit: number) => Promise<Row[]>,
): Promise<{ rows: Row[]; last: Row | undefined }> {
  const found: Row[] = [];
  for await (const slice of slices) {
    found.push(...(await read(slice, limit + 1 - found.length)));
    if (found.length > limit) break;
  }
  const rows = fittingIn(found.slice(0, limit), bytesMax);
  return { rows, last: found.length > rows.length ? rows.at(-1) : undefined };
}

/** The number of rows that match in some slices. */
export async function totalOf<S>(slices: AsyncIterable<S>, matching: (slice: S) => Rows): Promise<number> {
  let total = 0;
  for await (const slice of slices) {
    const { count } = await matching(slice)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    total += Number(count);
  }
  return total;
}

/** The bytes of rows that are read and made into an answer in one turn, about. */
const bytesAtOnce = 256 * 1024;

/** The first rows that fit, at least one. */
export const fittingIn = <Row extends { bytes: number }>(rows: readonly Row[], bytesMax: number): Row[] =>
  firstWithin(rows, bytesMax, ({ bytes }) => Number(bytes));

/** The first items that fit, at least one. */
export function firstWithin<T>(items: readonly T[], bytesMax: number, bytesOf: (item: T) => number): T[] {
  let bytes = 0;
  const end = items.findIndex((item, i) => {
    bytes += bytesOf(item);
    return i > 0 && bytes > bytesMax;
  });
  return end === -1 ? [...items] : items.slice(0, end);
}

/** Rows in portions that are read at once. */
export function* portionsOf<Row extends { bytes: number }>(
  rows: readonly Row[],
  most = portionRowsMax,
): Generator<Row[]> {
  for (let rest = rows; rest.length > 0; ) {
    const portion = fittingIn(rest.slice(0, most), bytesAtOnce);
    yield portion;
    rest = rest.slice(portion.length);
  }
}

const portionRowsMax = 128;

/** Reads what stands at the positions of some rows, in their order. Others have their turns between two portions. */
export async function readInPortions<T extends { position: number }>(
  rows: readonly { position: number; bytes: number }[],
  read: (positions: number[]) => Promise<T[]>,
): Promise<T[]> {
  const found = new Map<number, T>();
  for (const portion of portionsOf(rows)) {
    for (const one of await read(portion.map(({ position }) => position))) found.set(one.position, one);
    await turnIfDue();
  }
  return rows.flatMap(({ position }) => found.get(position) ?? []);
}

/** Numbers for an IN list. Some stand twice, so that lists have few different lengths and their statements stay prepared. */
export function listed(numbers: readonly number[]): number[] {
  const length = 2 ** Math.ceil(Math.log2(Math.max(numbers.length, 1)));
  return [...numbers, ...new Array<number>(length - numbers.length).fill(numbers[0] ?? 0)];
}
