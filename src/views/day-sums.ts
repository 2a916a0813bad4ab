import {
  addCounts,
  type Cell,
  type Counts,
  type Cut,
  type GroupOf,
  noCounts,
  type Tallied,
  type Tally,
} from '../projections/tally.ts';

/**
 * The counts of some cells by day. Each question takes a few searches, however many cells there are, because thousands of claims ask.
 */
export class DaySums {
  readonly #cells: readonly Cell[];
  readonly #byLatest: RunningSum;
  readonly #byEarliest: RunningSum;
  /** Sums of the cells that lie within one year, made when a year is first asked for. */
  #within: Map<number, RunningSum> | undefined;

  constructor(cells: readonly Cell[]) {
    this.#cells = cells;
    this.#byLatest = new RunningSum(cells, ({ latest }) => latest);
    this.#byEarliest = new RunningSum(cells, ({ earliest }) => earliest);
  }

  /** Counts of what surely happened by a day, and of what may have. */
  upTo(day: number): Cut {
    const total = this.#byLatest.upTo(day);
    return { total, possible: less(this.#byEarliest.upTo(day), total) };
  }

  /** Counts of what surely happened after a day. */
  after(day: number): Counts {
    return less(this.#byEarliest.upTo(Infinity), this.#byEarliest.upTo(day));
  }

  /** Counts of what surely happened in a year by a day, and of what may have. */
  inYear(year: number, day: number): Cut {
    const last = Math.min(lastDayOf(year), day);
    if (last <= lastDayOf(year - 1)) return { total: noCounts(), possible: noCounts() };
    this.#within ??= withinYears(this.#cells);
    const total = this.#within.get(year)?.upTo(last) ?? noCounts();
    const overlapping = less(this.#byEarliest.upTo(last), this.#byLatest.upTo(lastDayOf(year - 1)));
    return { total, possible: less(overlapping, total) };
  }
}

export const lastDayOf = (year: number): number => year * 10_000 + 1231;

/**
 * Merges the cells of a key that no question about these days distinguishes: each day moves on to the next of `days`. So few days are
 * answered from few sums of blocks. `days` are in order. A question about a year asks for its last day and the last day of the
 * year before.
 */
export function cellsByDays(tally: Tally, dimension: Tallied, key: string, days: readonly number[]): Cell[] {
  return cellsOfGroups(tally.sums(dimension, key, groupByDays(days)), days);
}

/** Gives the number of the group of a span, in which no question about these days distinguishes it from others. */
export const groupByDays =
  (days: readonly number[]): GroupOf<number> =>
  ({ earliest, latest }) =>
    rankOf(earliest, days) * (days.length + 1) + rankOf(latest, days);

/** The sums of such groups as cells. */
export function cellsOfGroups(sums: ReadonlyMap<number, Counts>, days: readonly number[]): Cell[] {
  const ranks = days.length + 1;
  const dayOf = (rank: number): number => days[rank] ?? Infinity;
  return [...sums].map(([group, counts]) => ({
    earliest: dayOf(Math.floor(group / ranks)),
    latest: dayOf(group % ranks),
    counts,
  }));
}

/** The number of days, which are in order, before a day. */
function rankOf(day: number, days: readonly number[]): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle] ?? Infinity) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withinYears(cells: readonly Cell[]): Map<number, RunningSum> {
  const yearOf = (day: number): number => Math.floor(day / 10_000);
  const within = cells.filter(({ earliest, latest }) => yearOf(earliest) === yearOf(latest));
  const years = Map.groupBy(within, ({ latest }) => yearOf(latest));
  return new Map([...years].map(([year, some]) => [year, new RunningSum(some, ({ latest }) => latest)]));
}

/** The sum of the cells up to a day, found by binary search. */
class RunningSum {
  readonly #days: number[] = [];
  readonly #sums: Counts[] = [];

  constructor(cells: readonly Cell[], dayOf: (cell: Cell) => number) {
    const sum = noCounts();
    for (const cell of cells.toSorted((a, b) => dayOf(a) - dayOf(b))) {
      addCounts(sum, cell.counts, 1);
      if (this.#days.at(-1) === dayOf(cell)) this.#sums.pop();
      else this.#days.push(dayOf(cell));
      this.#sums.push({ ...sum });
    }
  }

  upTo(day: number): Counts {
    const rank = rankOf(day, this.#days);
    return this.#sums[this.#days[rank] === day ? rank : rank - 1] ?? noCounts();
  }
}

function less(counts: Counts, others: Counts): Counts {
  const rest = { ...counts };
  addCounts(rest, others, -1);
  return rest;
}
