import { sees } from '../access/visible.ts';
import type { LedgerRecord, Version } from '../shapes/record.ts';
import { type SortName, sortKeyOf } from '../shapes/record-sort.ts';
import { mapInTurns } from '../turns.ts';
import { badQuery } from './at.ts';
import { bytewise } from './bytewise.ts';
import type { RecordQuestion } from './record-rows.ts';
import { recordAt } from './records.ts';
import type { Order, Page, PageSize } from './slices.ts';

export interface Sort {
  by: SortName;
  order: Order;
}

/** A list of records. `after` is the cursor that the page before gave. */
export interface RecordList {
  page(after: number | undefined, size: PageSize): Promise<Page<LedgerRecord>>;
  /** The number of records on the page behind `after` and on the pages behind it. */
  count(after: number | undefined): Promise<number>;
}

/** A record in an order: its key, which is null where it has none. Records without a key come last in either order. */
export interface Sorted {
  made: number;
  key: string | null;
}

export const byKey = (order: Order) => (a: Sorted, b: Sorted) =>
  Number(a.key === null) - Number(b.key === null) ||
  (bytewise(a.key ?? '', b.key ?? '') || a.made - b.made) * (order === 'asc' ? 1 : -1);

/** Records that are held as a whole in the order of `sort`; without it as they are. */
export async function inOrder<T extends Pick<Version, 'record' | 'made'>>(
  items: readonly T[],
  sort: Sort | undefined,
): Promise<readonly T[]> {
  if (sort === undefined) return items;
  const keyed = await mapInTurns(items, (item) => ({
    item,
    made: item.made,
    key: sortKeyOf(item.record, sort.by) ?? null,
  }));
  return keyed.sort(byKey(sort.order)).map(({ item }) => item);
}

/** The record behind which a page begins. A cursor is the position at which it was made. */
export async function cursorAt(
  asked: RecordQuestion,
  { by }: Sort,
  after: number | undefined,
): Promise<Sorted | undefined> {
  if (after === undefined) return undefined;
  return { made: after, key: sortKeyOf(await recordMadeAt(asked, after), by) ?? null };
}

export const isBehind = (row: Sorted, cursor: Sorted | undefined, order: Order): boolean =>
  cursor === undefined || byKey(order)(row, cursor) > 0;

/** The key of a record by its title or its first party: a line of its words. */
export const keyInWords = (words: string, by: 'title' | 'party'): string | null =>
  words.split('\n', 2)[by === 'title' ? 0 : 1] || null;

/** The record that was made at a position, as it is now. Throws where the list has no such record. */
async function recordMadeAt({ db, position, scope }: RecordQuestion, made: number): Promise<LedgerRecord> {
  const row = await db
    .selectFrom('events')
    .select(['initiative_id', 'record_id', 'version'])
    .where('position', '=', made)
    .executeTakeFirst();
  const isInScope =
    row?.version === 1 &&
    (scope.initiativeId === undefined
      ? sees(scope.visible, row.initiative_id)
      : scope.initiativeId === row.initiative_id);
  const record = isInScope ? await recordAt(db, row.initiative_id, row.record_id, position) : undefined;
  if (!record || (scope.kinds && !scope.kinds.includes(record.kind)))
    throw badQuery('/query/after', 'names nothing that is in this list');
  return record;
}
