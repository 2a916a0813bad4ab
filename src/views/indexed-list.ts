import type { Wanted } from '../shapes/record-filter.ts';
import { whileDue } from '../turns.ts';
import { keyOf, NumberOrder, type Order, type Place, TextOrder } from './candidate-order.ts';
import { type Candidates, candidatesFor, clear, indexState, isUsable, placesIn } from './candidates.ts';
import { cursorAt, type RecordList, type Sort } from './record-order.ts';
import { matching, type RecordQuestion } from './record-rows.ts';
import { orderOf, recordsAt, stateBytes } from './records.ts';
import { keyColumn, scannedList, withKeys } from './scanned-list.ts';
import { fittingIn, listed } from './slices.ts';
import { matchingTexts } from './texts.ts';

/** The most candidates whose words are looked at in one go. */
const checkedMax = 1_024;

interface Row extends Place {
  bytes: number;
}

/**
 * A list of records that the search index finds, and those behind it one by one. What the index says of a position is said for good,
 * unless it is emptied: then the list is scanned.
 */
export function indexedList(asked: RecordQuestion, sort?: Sort): RecordList {
  const { db, scope } = asked;
  const scanned = scannedList(asked, sort);
  const own = sort === undefined ? orderOf(scope) : 'made';
  /** What was read behind the last page, and what the index found last. */
  let kept: { after: number; reading: Reading } | undefined;
  let candidates: Candidates | undefined;
  const open = async (after: number | undefined): Promise<Reading | undefined> => {
    const reading = await Reading.open(asked, sort, after, candidates);
    candidates = reading?.candidates;
    return reading;
  };
  const isSame = async ({ candidates }: Reading): Promise<boolean> =>
    (await indexState(db)).generation === candidates.generation;
  return {
    async page(after, { limit, bytesMax }) {
      const reading = kept !== undefined && kept.after === after ? kept.reading : await open(after);
      kept = undefined;
      if (reading) {
        const rows = await reading.take(limit + 1);
        const page = fittingIn(rows.slice(0, limit), bytesMax);
        const last = rows.length > page.length ? page.at(-1)?.[own] : undefined;
        const items = await recordsAt(db, page);
        if (await isSame(reading)) {
          reading.putBack(rows.slice(page.length));
          if (last !== undefined) kept = { after: last, reading };
          return { items, next: last === undefined ? undefined : String(last) };
        }
      }
      return scanned.page(after, { limit, bytesMax });
    },
    async count(after) {
      const reading = await open(after);
      const count = await reading?.count();
      return count !== undefined && reading && (await isSame(reading)) ? count : scanned.count(after);
    },
  };
}

class Reading {
  readonly candidates: Candidates;
  readonly #asked: RecordQuestion;
  readonly #order: Order;
  /** In order: what is not in a segment, and candidates that were checked. */
  #behind: Row[];
  #checked: Row[] = [];
  #isAtEnd = false;

  private constructor(asked: RecordQuestion, candidates: Candidates, order: Order, behind: Row[]) {
    this.#asked = asked;
    this.candidates = candidates;
    this.#order = order;
    this.#behind = behind;
  }

  /** undefined: the index is no help. */
  static async open(
    asked: RecordQuestion,
    sort: Sort | undefined,
    after: number | undefined,
    known: Candidates | undefined,
  ): Promise<Reading | undefined> {
    const { db, position, scope } = asked;
    const state = await indexState(db);
    if (!isUsable(state, position)) return undefined;
    const by = sort?.by ?? orderOf(scope);
    const cursor =
      after === undefined
        ? undefined
        : sort === undefined || (sort.by === 'recorded' && scope.initiativeId !== undefined)
          ? { key: after, made: after }
          : keyOf(by, { ...(await cursorAt(asked, sort, after)), position: 0 });
    const isKnown = known?.generation === state.generation && known.to === state.segments;
    const candidates = isKnown ? known : await candidatesFor(asked, state, sort);
    const order =
      by === 'title' || by === 'party'
        ? new TextOrder(db, candidates.segments, by, sort?.order ?? 'asc', cursor)
        : new NumberOrder(candidates.segments, by, sort?.order ?? 'asc', cursor);
    const behind = await behindSegments(asked, sort, candidates.to);
    const rows = behind
      .map((row) => ({ ...row, ...keyOf(by, row) }))
      .filter((row) => cursor === undefined || order.compare(row, cursor) > 0)
      .sort((a, b) => order.compare(a, b));
    return new Reading(asked, candidates, order, rows);
  }

  /** The next rows in order. */
  async take(count: number): Promise<Row[]> {
    const taken: Row[] = [];
    while (taken.length < count) {
      if (this.#checked.length === 0 && !this.#isAtEnd)
        this.#checked = await this.#next(count - taken.length);
      const [one, other] = [this.#checked[0], this.#behind[0]];
      const next = one && (!other || this.#order.compare(one, other) < 0) ? this.#checked : this.#behind;
      const row = next.shift();
      if (!row) break;
      taken.push(row);
    }
    return taken;
  }

  putBack(rows: readonly Row[]): void {
    this.#behind = [...rows, ...this.#behind].sort((a, b) => this.#order.compare(a, b));
  }

  /** The next candidates that are wanted; none: there are no more. */
  async #next(count: number): Promise<Row[]> {
    for (let many = count; ; many = Math.min(2 * many, checkedMax)) {
      const places = await this.#order.next(Math.min(many, checkedMax));
      if (places.length === 0) {
        this.#isAtEnd = true;
        return [];
      }
      const rows = await this.#wanted(places);
      if (rows.length > 0) return rows;
    }
  }

  async #wanted(places: readonly Place[]): Promise<Row[]> {
    const { db, wanted } = this.#asked;
    const found = await db
      .selectFrom('records')
      .select(['position', stateBytes.as('bytes')])
      .where('position', 'in', listed(places.map(({ position }) => position)))
      .execute();
    const bytes = new Map(found.map((row) => [row.position, Number(row.bytes)]));
    const rows = places.map((place) => ({ ...place, bytes: bytes.get(place.position) ?? 0 }));
    return this.candidates.areExact ? rows : matchingTexts(db, rows, onlyWords(wanted));
  }

  /** How many there are from here on. */
  async count(): Promise<number> {
    if (!this.candidates.areExact) await this.#check();
    return (await this.#order.count()) + this.#behind.length;
  }

  /** Leaves only the candidates that are wanted. */
  async #check(): Promise<void> {
    for (const { first, bits } of this.candidates.segments)
      for (const places of portions([...placesIn(bits)])) {
        const wanted = new Set(
          (await this.#wanted(places.map((place) => ({ position: first + place, made: 0, key: 0 })))).map(
            ({ position }) => position,
          ),
        );
        for (const place of places) if (!wanted.has(first + place)) clear(bits, place);
        await whileDue();
      }
  }
}

function* portions(places: number[]): Generator<number[]> {
  for (let from = 0; from < places.length; from += checkedMax) yield places.slice(from, from + checkedMax);
}

const onlyWords = ({ queries }: Wanted): Wanted => ({ lines: [], queries, cut: {} });

/** The rows behind the segments that are wanted. */
async function behindSegments(asked: RecordQuestion, sort: Sort | undefined, to: number) {
  const by = sort?.by ?? 'recorded';
  const rows = await matching(asked, 'position')
    .where('position', '>', to)
    .where('position', '<=', asked.position)
    .select(['position', 'made', stateBytes.as('bytes'), keyColumn(by).as('key')])
    .execute();
  return withKeys(asked, by, rows);
}
