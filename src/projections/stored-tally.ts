import {
  addCounts,
  addNumbers,
  type Cell,
  type Counts,
  countsMembers,
  type GroupOf,
  isNothing,
  noCounts,
  numbersOf,
  type Span,
  sumOf,
  type Tallied,
  Tally,
  tallied,
} from './tally.ts';

/** Where in the bytes the cells of a key stand. */
interface Place {
  total: Counts;
  cells: number;
  end: number;
}

const nowhere: Readonly<Place> = { total: noCounts(), cells: 0, end: 0 };

/**
 * A tally as it is stored. Only the list of its keys is read at once, and the cells of a key when they are asked for: most questions
 * are about a few keys, or about totals.
 *
 * The form, all numbers as LEB128: for each key, in the order of `tallied` and then of its UTF-8 bytes, the number of its dimension,
 * its length in bytes, the key, its total, the length of its cells in bytes, and these. The cells are in order: latest day
 * less that of the cell before, latest less earliest day, counts. Counts are a mask of those that are not 0, and these.
 */
export class StoredTally extends Tally {
  readonly #bytes: Uint8Array;
  readonly #places = new Map<Tallied, Map<string, Place>>();

  constructor(bytes: Uint8Array = new Uint8Array()) {
    super();
    this.#bytes = bytes;
    const reader = new Reader(bytes, 0);
    while (reader.at < bytes.length) {
      const dimension = tallied[reader.number()];
      if (dimension === undefined) throw new Error('a stored tally has a dimension that is none');
      const key = reader.text(reader.number());
      const total = reader.counts();
      const length = reader.number();
      const keys = this.#places.get(dimension) ?? new Map<string, Place>();
      keys.set(key, { total, cells: reader.at, end: reader.at + length });
      this.#places.set(dimension, keys);
      reader.at += length;
    }
  }

  /** How many bytes it is. */
  get length(): number {
    return this.#bytes.length;
  }

  override keys(dimension: Tallied): string[] {
    return [...(this.#places.get(dimension)?.keys() ?? [])];
  }

  override total(dimension: Tallied, key: string): Counts {
    return { ...this.#placeOf(dimension, key).total };
  }

  override cells(dimension: Tallied, key: string): Cell[] {
    const { cells, end } = this.#placeOf(dimension, key);
    const reader = new Reader(this.#bytes, cells);
    const all: Cell[] = [];
    for (let latest = 0; reader.at < end; ) {
      latest += reader.number();
      const earliest = latest - reader.number();
      all.push({ earliest, latest, counts: reader.counts() });
    }
    return all;
  }

  override addSums<G>(dimension: Tallied, key: string, groupOf: GroupOf<G>, sums: Map<G, Counts>): void {
    const { cells, end } = this.#placeOf(dimension, key);
    const reader = new Reader(this.#bytes, cells);
    for (let latest = 0; reader.at < end; ) {
      latest += reader.number();
      const group = groupOf({ earliest: latest - reader.number(), latest });
      if (group === undefined) reader.skipCounts();
      else reader.addCounts(sumOf(sums, group));
    }
  }

  /** The bytes of the cells of a key, with what changed of them; good until the next call. */
  cellsWith(dimension: Tallied, key: string, changes: readonly Cell[]): Uint8Array {
    const { cells, end } = this.#placeOf(dimension, key);
    if (changes.length === 0) return this.#bytes.subarray(cells, end);
    const bytes = this.#bytes;
    const merged = cellsRoom;
    merged.length = 0;
    const reader = new Reader(bytes, cells);
    /** Most cells stay as they are: those from here on are copied together. */
    let run = cells;
    /** The latest day of the cell that was read last, and of the one that was written last. */
    let latest = 0;
    let last = 0;
    const write = (span: Span, counts: Counts): void => {
      if (isNothing(counts)) return;
      merged.number(span.latest - last);
      merged.number(span.latest - span.earliest);
      last = span.latest;
      merged.counts(counts);
    };
    const copyTo = (place: number, latestBefore: number): void => {
      if (place === run) return;
      merged.copy(bytes, run, place);
      last = latestBefore;
    };
    let next = 0;
    let change = changes[next];
    while (reader.at < end) {
      const begin = reader.at;
      const latestBefore = latest;
      latest += reader.number();
      const behindLatest = reader.at;
      const earliest = latest - reader.number();
      if (change && isUpTo(change, latest, earliest)) {
        copyTo(begin, latestBefore);
        run = begin;
        while (change && isUpTo(change, latest, earliest) && !isAt(change, latest, earliest)) {
          write(change, change.counts);
          change = changes[++next];
        }
        if (change && isAt(change, latest, earliest)) {
          const counts = { ...change.counts };
          reader.addCounts(counts);
          write(change, counts);
          change = changes[++next];
          run = reader.at;
          continue;
        }
      }
      // The cell before it is another one now.
      if (run === begin && last !== latestBefore) {
        merged.number(latest - last);
        run = behindLatest;
      }
      reader.skipCounts();
    }
    copyTo(end, latest);
    for (; change; change = changes[++next]) write(change, change.counts);
    return merged.written();
  }

  #placeOf(dimension: Tallied, key: string): Readonly<Place> {
    return this.#places.get(dimension)?.get(key) ?? nowhere;
  }
}

/** Whether a cell does not come after another one; whether they have one span. */
const isUpTo = (cell: Span, latest: number, earliest: number): boolean =>
  cell.latest < latest || (cell.latest === latest && cell.earliest <= earliest);
const isAt = (cell: Span, latest: number, earliest: number): boolean =>
  cell.latest === latest && cell.earliest === earliest;

/** The bytes of a tally, or of a stored one and what changed since: the same for equal ones. */
export function bytesOfTally(changes: Tally, stored = new StoredTally()): Uint8Array {
  const all = new Writer(stored.length + 1_024);
  for (const [number, dimension] of tallied.entries()) {
    const keys = [...new Set([...stored.keys(dimension), ...changes.keys(dimension)])];
    const ordered = keys.map((key) => ({ key, bytes: Buffer.from(key) }));
    for (const { key, bytes } of ordered.sort((a, b) => Buffer.compare(a.bytes, b.bytes))) {
      const cells = stored.cellsWith(dimension, key, changes.cells(dimension, key));
      // Of what changed, nothing may be left.
      if (cells.length === 0) continue;
      const total = stored.total(dimension, key);
      addCounts(total, changes.total(dimension, key), 1);
      all.number(number);
      all.number(bytes.length);
      all.bytes(bytes);
      all.counts(total);
      all.number(cells.length);
      all.bytes(cells);
    }
  }
  return all.written();
}

/** The counts of one cell, on their way between bytes and members: a snapshot has some ten thousand. */
const numbers: number[] = Array(countsMembers).fill(0);

class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  number(): number {
    // Most numbers are one byte.
    const first = this.#bytes[this.at];
    if (first !== undefined && first < 128) {
      this.at += 1;
      return first;
    }
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new Error('a stored tally ends too early');
      if (byte < 128) return value + byte * shift;
      value += (byte - 128) * shift;
    }
  }

  text(length: number): string {
    const { buffer, byteOffset } = this.#bytes;
    const text = Buffer.from(buffer, byteOffset + this.at, length).toString();
    this.at += length;
    return text;
  }

  counts(): Counts {
    const counts = noCounts();
    this.addCounts(counts);
    return counts;
  }

  addCounts(to: Counts): void {
    const mask = this.number();
    for (let i = 0; i < numbers.length; i++) numbers[i] = mask & (1 << i) ? this.number() : 0;
    addNumbers(to, numbers);
  }

  skipCounts(): void {
    for (let mask = this.number(); mask !== 0; mask &= mask - 1) this.number();
  }
}

class Writer {
  #bytes: Uint8Array;
  length = 0;

  /** capacity: bytes that are likely enough. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  number(value: number): void {
    this.#reserve(8);
    if (value < 128) {
      this.#bytes[this.length++] = value;
      return;
    }
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.length++] = (rest % 128) + 128;
    this.#bytes[this.length++] = rest;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  copy(from: Uint8Array, begin: number, end: number): void {
    this.#reserve(end - begin);
    if (end - begin > 64) {
      this.#bytes.set(from.subarray(begin, end), this.length);
      this.length += end - begin;
    } else for (let at = begin; at < end; at++) this.#bytes[this.length++] = from[at] ?? 0;
  }

  counts(counts: Counts): void {
    numbersOf(counts, numbers);
    let mask = 0;
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] ?? 0;
      if (number !== 0) mask |= 1 << i;
    }
    this.number(mask);
    for (const number of numbers) if (number !== 0) this.number(number);
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.length + more, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Where the cells of one key after the other are merged, so that a snapshot leaves nothing to clear away. */
const cellsRoom = new Writer(65_536);
