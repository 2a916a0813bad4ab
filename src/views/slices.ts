/** Positions above `from`, up to and with `to`. */
export interface PositionRange {
  from: number;
  to: number;
}

/** Rows that one query looks at. With a filter that no index serves it would read all of the ledger, and others would wait. */
export const sliceRows = 5_000;

type Order = 'asc' | 'desc';

/**
 * A range in slices of as many rows, in order. Others are answered between two of them. `lastOf` gives the position of the
 * last row of the first slice, if there are rows behind it; without it each position is a row.
 */
export async function* slicesOf(
  { from, to }: PositionRange,
  order: Order = 'asc',
  lastOf: (rest: PositionRange, order: Order) => Promise<number | undefined> = async (rest) =>
    order === 'asc' ? rest.from + sliceRows : rest.to - sliceRows + 1,
): AsyncGenerator<PositionRange> {
  for (const rest = { from, to }; rest.from < rest.to; ) {
    const last = await lastOf(rest, order);
    const slice = { ...rest };
    if (last !== undefined && order === 'asc') slice.to = Math.min(last, to);
    else if (last !== undefined) slice.from = Math.max(last - 1, from);
    yield slice;
    if (order === 'asc') rest.from = slice.to;
    else rest.to = slice.from;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
