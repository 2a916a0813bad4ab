import type { Db } from '../db/schema.ts';
import { dayNumber } from '../projections/search-segment.ts';
import { bytewise } from './bytewise.ts';
import { clear, countOf, type FoundSegment, has } from './candidates.ts';
import { keyInWords } from './record-order.ts';
import { type Order as Direction, listed } from './slices.ts';

/** What a candidate is sorted by; null: it has no such thing, and comes last in either order. */
export type Key = number | string | null;

export interface Placed {
  key: Key;
  made: number;
}

export interface Place extends Placed {
  position: number;
}

/** Gives candidates in an order, behind a cursor. */
export interface Order {
  compare(a: Placed, b: Placed): number;
  next(count: number): Promise<Place[]>;
  /** How many there are behind the cursor. */
  count(): Promise<number>;
}

type By = 'position' | 'made' | 'recorded' | 'date' | 'title' | 'party';

/** Days as numbers are below this. */
const daysMax = 2 ** 22;

/** The key of a row in an order; of a date it is a number in the same order as the texts. */
export function keyOf(by: By, row: { key?: string | null; made?: number; position: number }): Placed {
  const made = row.made ?? 0;
  const text = row.key ?? null;
  if (by === 'title' || by === 'party') return { key: text, made };
  if (by === 'position') return { key: row.position, made };
  if (by !== 'date') return { key: made, made };
  if (text === null) return { key: null, made };
  const [earliest, latest] = [text.slice(0, 10), text.slice(10)].map((day) =>
    day === '0000-00-00' ? 0 : dayNumber(day),
  );
  return { key: (earliest ?? 0) * daysMax + (latest ?? 0), made };
}

const compareIn =
  (direction: Direction) =>
  (a: Placed, b: Placed): number =>
    Number(a.key === null) - Number(b.key === null) ||
    ((typeof a.key === 'number' && typeof b.key === 'number'
      ? a.key - b.key
      : bytewise(String(a.key ?? ''), String(b.key ?? ''))) || a.made - b.made) *
      (direction === 'asc' ? 1 : -1);

/** Candidates in the order of a number, which the segments have. */
export class NumberOrder implements Order {
  readonly compare: (a: Placed, b: Placed) => number;
  readonly #segments: readonly FoundSegment[];
  readonly #keyOf: (segment: FoundSegment, place: number, made: number) => number | null;
  readonly #sign: 1 | -1;
  #cursor: Placed | undefined;

  constructor(segments: readonly FoundSegment[], by: By, direction: Direction, cursor: Placed | undefined) {
    this.compare = compareIn(direction);
    this.#segments = segments;
    this.#keyOf =
      by === 'date'
        ? dateOf
        : by === 'position'
          ? ({ first }, place) => first + place
          : (_, __, made) => made;
    this.#sign = direction === 'asc' ? 1 : -1;
    this.#cursor = cursor;
  }

  async next(count: number): Promise<Place[]> {
    const first: Place[] = [];
    let worst: Rank | undefined;
    const cut = (): void => {
      first.sort(this.compare);
      first.length = Math.min(first.length, count);
      const last = first.at(-1);
      if (first.length === count && last) worst = this.#rankOf(last);
    };
    this.#behind((segment, place, made, rank) => {
      // Most of a long list: nothing is made of them.
      if (worst && isBehind(rank, worst)) return;
      first.push({ position: segment.first + place, made, key: this.#keyOf(segment, place, made) });
      if (first.length >= 2 * count) cut();
    });
    cut();
    this.#cursor = first.at(-1) ?? this.#cursor;
    return first;
  }

  async count(): Promise<number> {
    if (this.#cursor === undefined) return this.#segments.reduce((sum, { bits }) => sum + countOf(bits), 0);
    let count = 0;
    this.#behind(() => {
      count += 1;
    });
    return count;
  }

  /** rank: it may be another one's as soon as `each` has returned. */
  #behind(each: (segment: FoundSegment, place: number, made: number, rank: Rank) => void): void {
    const rank: Rank = { key: 0, made: 0 };
    const cursor = this.#cursor && this.#rankOf(this.#cursor);
    for (const segment of this.#segments) {
      const { first, bits } = segment;
      for (let i = 0; i < bits.length; i++)
        for (let byte = bits[i] ?? 0; byte !== 0; byte &= byte - 1) {
          const place = i * 8 + 31 - Math.clz32(byte & -byte);
          const made = segment.made.get(place) ?? first + place;
          this.#rank(rank, this.#keyOf(segment, place, made), made);
          if (cursor === undefined || isBehind(rank, cursor)) each(segment, place, made, rank);
        }
    }
  }

  #rankOf({ key, made }: Placed): Rank {
    const rank: Rank = { key: 0, made: 0 };
    this.#rank(rank, typeof key === 'number' ? key : null, made);
    return rank;
  }

  #rank(rank: Rank, key: number | null, made: number): void {
    rank.key = key === null ? Number.POSITIVE_INFINITY : this.#sign * key;
    rank.made = this.#sign * made;
  }
}

/** As `compare` orders candidates: the smaller one comes first. */
interface Rank {
  key: number;
  made: number;
}

const isBehind = (a: Rank, b: Rank): boolean => a.key > b.key || (a.key === b.key && a.made > b.made);

function dateOf({ days, first, last }: FoundSegment, place: number): number | null {
  const of = last - first + 1;
  const latest = days?.[of + place] ?? 0;
  return latest === 0 ? null : (days?.[place] ?? 0) * daysMax + latest;
}

/** Candidates of a segment whose keys are read, in order. */
interface Lane {
  segment: FoundSegment;
  /** Places in order, of which those from `at` on are not read yet. */
  places: number[];
  at: number;
  read: Place[];
}

const readAtOnce = 16;

/** Candidates in the order of a text, of which each segment has the order of its own. */
export class TextOrder implements Order {
  readonly compare: (a: Placed, b: Placed) => number;
  readonly #db: Db;
  readonly #by: 'title' | 'party';
  readonly #direction: Direction;
  readonly #segments: readonly FoundSegment[];
  readonly #cursor: Placed | undefined;
  #lanes: Lane[] | undefined;
  #keyless: NumberOrder | undefined;

  constructor(
    db: Db,
    segments: readonly FoundSegment[],
    by: 'title' | 'party',
    direction: Direction,
    cursor: Placed | undefined,
  ) {
    this.compare = compareIn(direction);
    this.#db = db;
    this.#by = by;
    this.#direction = direction;
    this.#segments = segments;
    this.#cursor = cursor;
  }

  async next(count: number): Promise<Place[]> {
    this.#lanes ??= await this.#begin();
    const lanes = this.#lanes;
    const found: Place[] = [];
    while (found.length < count) {
      if (lanes.some(({ read, at, places }) => read.length === 0 && at < places.length))
        await this.#read(lanes);
      let best: Lane | undefined;
      for (const lane of lanes) {
        const [one, other] = [lane.read[0], best?.read[0]];
        if (one && (!other || this.compare(one, other) < 0)) best = lane;
      }
      const place = best?.read.shift();
      if (!place) break;
      found.push(place);
    }
    if (found.length < count) found.push(...(await this.#withoutKeys().next(count - found.length)));
    return found;
  }

  async count(): Promise<number> {
    const lanes = await this.#begin();
    const keyed = lanes.reduce((sum, { places }) => sum + places.length, 0);
    return keyed + (await this.#withoutKeys().count());
  }

  /** Those without a key stand in the order in which they were made. */
  #withoutKeys(): NumberOrder {
    const cursor =
      this.#cursor?.key === null ? { key: this.#cursor.made, made: this.#cursor.made } : undefined;
    this.#keyless ??= new NullOrder(
      this.#segments.map((segment) => {
        const bits = segment.bits.slice();
        for (const place of segment.keyed ?? []) clear(bits, place);
        return { ...segment, bits };
      }),
      'made',
      this.#direction,
      cursor,
    );
    return this.#keyless;
  }

  /** A lane for each segment, from the cursor on, which is looked for in all of them at a time. */
  async #begin(): Promise<Lane[]> {
    const cursor = this.#cursor;
    if (cursor?.key === null) return [];
    const lanes = this.#segments.map((segment) => {
      const keyed = segment.keyed ?? new Uint16Array();
      return {
        segment,
        keyed: this.#direction === 'asc' ? keyed : keyed.toReversed(),
        low: 0,
        high: keyed.length,
      };
    });
    if (cursor)
      for (;;) {
        const open = lanes.filter(({ low, high }) => low < high);
        if (open.length === 0) break;
        const middles = open.map(({ segment, keyed, low, high }) =>
          placed(segment, keyed[(low + high) >> 1] ?? 0),
        );
        const keys = await this.#keysOf(middles.map(({ position }) => position));
        for (const [i, lane] of open.entries()) {
          const { position = 0, made = 0 } = middles[i] ?? {};
          const middle = (lane.low + lane.high) >> 1;
          if (this.compare({ key: keys.get(position) ?? null, made }, cursor) > 0) lane.high = middle;
          else lane.low = middle + 1;
        }
      }
    return lanes.map(({ segment, keyed, low }) => ({
      segment,
      places: [...keyed.subarray(low)].filter((place) => has(segment.bits, place)),
      at: 0,
      read: [],
    }));
  }

  async #read(lanes: readonly Lane[]): Promise<void> {
    const open = lanes.filter(({ read }) => read.length < readAtOnce / 2);
    const next = open.map((lane) => {
      const places = lane.places.slice(lane.at, lane.at + readAtOnce);
      lane.at += places.length;
      return places.map((place) => placed(lane.segment, place));
    });
    const keys = await this.#keysOf(next.flat().map(({ position }) => position));
    for (const [i, lane] of open.entries())
      for (const { position, made } of next[i] ?? [])
        lane.read.push({ position, made, key: keys.get(position) ?? null });
  }

  async #keysOf(positions: readonly number[]): Promise<Map<number, string | null>> {
    if (positions.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('search_texts')
      .select(['position', 'words'])
      .where('position', 'in', listed(positions))
      .execute();
    return new Map(rows.map(({ position, words }) => [position, keyInWords(words, this.#by)]));
  }
}

const placed = ({ first, made }: FoundSegment, place: number) => ({
  position: first + place,
  made: made.get(place) ?? first + place,
});

/** What has no key, in the order in which it was made. */
class NullOrder extends NumberOrder {
  override async next(count: number): Promise<Place[]> {
    return (await super.next(count)).map((place) => ({ ...place, key: null }));
  }
}
