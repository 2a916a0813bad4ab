import {
  type Cell,
  type Counts,
  countsIn,
  countsMembers,
  type Dimension,
  dimensions,
  everything,
  noCounts,
  numbersOf,
  Tally,
} from './tally.ts';

/**
 * A snapshot of counts is due after so many events of a scope, which a count as of then may have to fold; where the last one
 * is large, after more, so that snapshots are a small part of the ledger. Of all initiatives together, they are four times
 * as rare, as every event is one of theirs.
 */
export const eventsUntilSnapshot = (scope: string, snapshotBytes: number): number =>
  Math.max(256, snapshotBytes / 64) * (scope === everything ? 4 : 1);

/** Where in the bytes the cells of a key stand. */
interface Place {
  total: Counts;
  from: number;
  to: number;
}

/**
 * A tally as it is stored. Only the list of its keys is read at once, as most questions are about few of them, or about
 * totals; so asking a large one costs little more than asking a small one.
 *
 * The form, all numbers as LEB128: for each key, in the order of dimensions and then of its UTF-8 bytes, the number of its dimension,
 * its length in bytes, the key, its total, the length of its cells in bytes, and the cells in order: latest day
 * less that of the cell before, latest less earliest day, counts. Counts are a mask of those that are not 0, and these.
 */
export class StoredTally extends Tally {
  readonly #bytes: Uint8Array;
  readonly #places = new Map<Dimension, Map<string, Place>>();

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
    const reader = new Reader(bytes, 0);
    while (reader.at < bytes.length) {
      const dimension = dimensions[reader.number()];
      if (dimension === undefined) throw new Error('a stored tally has a dimension that is none');
      const key = reader.text(reader.number());
      const total = reader.counts();
      const length = reader.number();
      const keys = this.#places.get(dimension) ?? new Map<string, Place>();
      keys.set(key, { total, from: reader.at, to: reader.at + length });
      this.#places.set(dimension, keys);
      reader.at += length;
    }
  }

  override keys(dimension: Dimension): string[] {
    return [...(this.#places.get(dimension)?.keys() ?? [])];
  }

  override total(dimension: Dimension, key: string): Counts {
    return { ...(this.#places.get(dimension)?.get(key)?.total ?? noCounts()) };
  }

  override *cells(dimension: Dimension, key: string): Generator<Cell> {
    const { from, to } = this.#places.get(dimension)?.get(key) ?? { from: 0, to: 0 };
    const reader = new Reader(this.#bytes, from);
    for (let latest = 0; reader.at < to; ) {
      latest += reader.number();
      const earliest = latest - reader.number();
      yield { earliest, latest, counts: reader.counts() };
    }
  }
}

/** The bytes of a tally: the same for equal ones. No count of it may be negative. */
export function bytesOfTally(tally: Tally): Uint8Array {
  const all = new Writer();
  for (const [number, dimension] of dimensions.entries()) {
    const keys = tally.keys(dimension).map((key) => ({ key, bytes: Buffer.from(key) }));
    for (const { key, bytes } of keys.sort((a, b) => Buffer.compare(a.bytes, b.bytes))) {
      const cells = new Writer();
      let last = 0;
      for (const { earliest, latest, counts } of tally.cells(dimension, key)) {
        cells.number(latest - last);
        cells.number(latest - earliest);
        cells.counts(counts);
        last = latest;
      }
      // A sum may have keys of which nothing is left.
      if (last === 0) continue;
      all.number(number);
      all.number(bytes.length);
      all.bytes(bytes);
      all.counts(tally.total(dimension, key));
      all.number(cells.length);
      all.bytes(cells.written());
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
    const mask = this.number();
    for (let i = 0; i < numbers.length; i++) numbers[i] = mask & (1 << i) ? this.number() : 0;
    return countsIn(numbers);
  }
}

class Writer {
  #bytes = new Uint8Array(256);
  length = 0;

  number(value: number): void {
    if (value < 0) throw new Error('a stored tally has no negative numbers');
    this.#reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.length++] = (rest % 128) + 128;
    this.#bytes[this.length++] = rest;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  counts(counts: Counts): void {
    numbersOf(counts, numbers);
    let mask = 0;
    for (let i = 0; i < numbers.length; i++) if (numbers[i] !== 0) mask |= 1 << i;
    this.number(mask);
    for (let i = 0; i < numbers.length; i++) if (numbers[i] !== 0) this.number(numbers[i] ?? 0);
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
