import { type RawBuilder, sql } from 'kysely';
import { asksForTexts, textsMatch } from '../shapes/record-filter.ts';
import type { SortName } from '../shapes/record-sort.ts';
import { whileDue } from '../turns.ts';
import {
  byKey,
  cursorAt,
  isBehind,
  keyInWords,
  type RecordList,
  type Sort,
  type Sorted,
} from './record-order.ts';
import { isServed, matching, orderIn, type RecordQuestion, searchedSlices } from './record-rows.ts';
import { orderOf, recordsAt, stateBytes } from './records.ts';
import { firstWithin, fittingIn, type Order, type PositionRange, pageOf, totalOf } from './slices.ts';
import { matchingTexts, textsOf } from './texts.ts';

/** A list of records that are looked at one by one. */
export function scannedList(asked: RecordQuestion, sort?: Sort): RecordList {
  if (sort === undefined) return inOwnOrder(asked, 'asc');
  // The order in which records were made is the own one of an initiative.
  if (sort.by === 'recorded' && asked.scope.initiativeId !== undefined) return inOwnOrder(asked, sort.order);
  return sorted(asked, sort);
}

interface Row {
  position: number;
  made: number;
  bytes: number;
}

function inOwnOrder(asked: RecordQuestion, order: Order): RecordList {
  const { db, position, scope, wanted } = asked;
  const own = orderOf(scope);
  const looksAtTexts = asksForTexts(wanted);
  const rangeAfter = (after: number | undefined): PositionRange =>
    order === 'asc'
      ? { from: after ?? 0, to: position }
      : { from: 0, to: Math.min(position, (after ?? Infinity) - 1) };
  const reading = (byMeeting: boolean) => {
    const column = orderIn(scope, byMeeting);
    const query = matching(asked, byMeeting ? 'meeting' : undefined).select([
      'position',
      'made',
      stateBytes.as('bytes'),
    ]);
    return async ({ from, to }: PositionRange, limit?: number): Promise<Row[]> => {
      const rows = await query
        .where(column, '>', from)
        .where(column, '<=', to)
        .orderBy(column, order)
        .$if(limit !== undefined && !looksAtTexts, (query) => query.limit(limit ?? 0))
        .execute();
      return looksAtTexts ? (await matchingTexts(db, rows, wanted)).slice(0, limit) : rows;
    };
  };
  return {
    async page(after, size) {
      const byMeeting = await isServed(asked);
      const rest = rangeAfter(after);
      const slices = byMeeting ? [rest] : searchedSlices(asked, rest, order);
      const { rows, last } = await pageOf(slices, size, reading(byMeeting));
      return { items: await recordsAt(db, rows), next: last && String(last[own]) };
    },
    async count(after) {
      const slices = searchedSlices(asked, rangeAfter(after));
      if (!looksAtTexts) {
        const query = matching(asked);
        return totalOf(slices, ({ from, to }) => query.where(own, '>', from).where(own, '<=', to));
      }
      const read = reading(false);
      let total = 0;
      for await (const slice of slices) total += (await read(slice)).length;
      return total;
    },
  };
}

/** What a scan keeps for the pages that follow, so that a whole list is not scanned for each page: rows, and characters of their keys. */
const keptMax = 10_000;
const keptKeysMax = 4_000_000;

interface SortedRow extends Sorted, Row {}

/** No index has these orders, so a scan of what matches keeps the first rows behind the cursor. */
function sorted(asked: RecordQuestion, sort: Sort): RecordList {
  const { position } = asked;
  const all = { from: 0, to: position };
  const compare = byKey(sort.order);
  /** What the last scan kept behind the last page, and whether that is all there is. */
  let kept: { after: number | undefined; rows: SortedRow[]; isAll: boolean } | undefined;
  const scan = async (after: number | undefined, atLeast: number) => {
    const cursor = await cursorAt(asked, sort, after);
    let rows: SortedRow[] = [];
    let isAll = true;
    const cut = (): void => {
      const most = Math.max(atLeast, keptMax);
      rows.sort(compare);
      const fitting = firstWithin(rows.slice(0, most), keptKeysMax, (row) => row.key?.length ?? 0);
      const first = fitting.length < atLeast ? rows.slice(0, atLeast) : fitting;
      isAll &&= first.length === rows.length;
      rows = first;
    };
    for await (const slice of searchedSlices(asked, all)) {
      rows.push(...(await keyedRows(asked, sort, slice, cursor)));
      if (rows.length > 2 * keptMax) cut();
    }
    cut();
    return { after, rows, isAll };
  };
  return {
    async page(after, { limit, bytesMax }) {
      if (kept === undefined || kept.after !== after || !(kept.isAll || kept.rows.length > limit))
        kept = await scan(after, limit + 1);
      const page = fittingIn(kept.rows.slice(0, limit), bytesMax);
      const rows = kept.rows.slice(page.length);
      const last = rows.length > 0 || !kept.isAll ? page.at(-1)?.made : undefined;
      kept = { after: last, rows, isAll: kept.isAll };
      return { items: await recordsAt(asked.db, page), next: last === undefined ? undefined : String(last) };
    },
    async count(after) {
      const cursor = await cursorAt(asked, sort, after);
      let total = 0;
      for await (const slice of searchedSlices(asked, all))
        total += (await keyedRows(asked, sort, slice, cursor)).length;
      return total;
    },
  };
}

/** The rows of a slice behind a cursor, with their keys. */
async function keyedRows(
  asked: RecordQuestion,
  sort: Sort,
  { from, to }: PositionRange,
  cursor: Sorted | undefined,
): Promise<SortedRow[]> {
  const { scope } = asked;
  const rows = await matching(asked)
    .where(orderOf(scope), '>', from)
    .where(orderOf(scope), '<=', to)
    .select(['position', 'made', stateBytes.as('bytes'), keyColumn(sort.by).as('key')])
    .execute();
  return (await withKeys(asked, sort.by, rows)).filter((row) => isBehind(row, cursor, sort.order));
}

/** The rows of `matching` whose texts match, with the key that only their words have. */
export async function withKeys(
  { db, wanted }: RecordQuestion,
  by: SortName,
  rows: readonly SortedRow[],
): Promise<SortedRow[]> {
  if (by !== 'title' && by !== 'party')
    return asksForTexts(wanted) ? matchingTexts(db, rows, wanted) : [...rows];
  const keyed: SortedRow[] = [];
  for await (const portion of textsOf(db, rows))
    for (const [row, texts] of portion) {
      await whileDue();
      if (textsMatch(texts, wanted)) keyed.push({ ...row, key: keyInWords(texts.words, by) });
    }
  return keyed;
}

/** What `sortKeyOf` gives of a record, as far as its row says it. */
export const keyColumn = (by: SortName): RawBuilder<string | null> =>
  by === 'date'
    ? sql`(coalesce(earliest, '0000-00-00') || latest)`
    : by === 'recorded'
      ? sql`cast('' as text)`
      : sql`cast(null as text)`;
