import type { Wanted } from '../shapes/record-filter.ts';
import { indexedList } from './indexed-list.ts';
import type { RecordList, Sort } from './record-order.ts';
import { isServed, type RecordQuestion } from './record-rows.ts';
import { scannedList } from './scanned-list.ts';

/**
 * Records in the order of `sort`. Without it those of one initiative stand in the order in which they were made, and those of all in the
 * order in which they were last changed. What the search index is no help for is scanned.
 */
export function recordList(asked: RecordQuestion, sort?: Sort): RecordList {
  const indexed = indexedList(asked, sort);
  const scanned = scannedList(asked, sort);
  const isOwnOrder = sort === undefined || (sort.by === 'recorded' && asked.scope.initiativeId !== undefined);
  return {
    // Most records are standing, so the first ones that are looked at are a page. Those of a meeting are few.
    page: async (after, size) =>
      (isOwnOrder && (isPlain(asked.wanted) || (await isServed(asked))) ? scanned : indexed).page(
        after,
        size,
      ),
    count: (after) => indexed.count(after),
  };
}

/** Whether filters want nothing but standing records. */
const isPlain = ({ lines, standing, cut, ...others }: Wanted): boolean =>
  lines.length === 0 &&
  standing === true &&
  [...Object.values(cut), ...Object.values(others)].every((one) => one === undefined);
