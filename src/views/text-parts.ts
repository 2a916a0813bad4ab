import { turn } from '../turns.ts';
import type { PositionRange } from './slices.ts';

/** The time that comparing text may take in one turn, about. */
const partNs = 4_000_000;

/**
 * The cost of a byte of each column for all filters, in nanoseconds, about: whole ones, as PostgreSQL multiplies sums of lengths by no
 * others. A filter searches for a line break first, and there are few. `q` may begin to match at every letter of a repetitive text.
 */
export const textCostsOf = (facetFilters: number, q: string | undefined) => ({
  facets: 2 * facetFilters,
  words: q === undefined ? 0 : 2 + Math.ceil(Buffer.byteLength(q) / 12),
});

/**
 * Divides a slice into parts. No part has more text than can be compared in a few milliseconds, unless it is a single row. The time
 * of the slice before can't predict this: the next row may be a thousand times as long.
 */
export async function* textPartsOf(
  slice: PositionRange,
  costOf: (range: PositionRange) => Promise<number>,
): AsyncGenerator<PositionRange> {
  const rest = [slice];
  for (let part = rest.pop(); part; part = rest.pop()) {
    const middle = Math.floor((part.from + part.to) / 2);
    if (middle === part.from || (await costOf(part)) <= partNs) {
      yield part;
      if (rest.length > 0) await turn();
    } else rest.push({ from: middle, to: part.to }, { from: part.from, to: middle });
  }
}
