import {
  addCounts,
  addNumbers,
  type Cell,
  type Counts,
  countsMembers,
  type Dimension,
  dimensions,
  type GroupOf,
  noCounts,
  numbersOf,
  sumOf,
  Tally,
} from './tally.ts';

/** So many cells, one behind the other, have their sum in an index, if a key has more. */
const blockCells = 32;

/** Where in the bytes the index and the cells of a key stand. */
interface Place {
  total: Counts;
  index: number;
  cells: number;
  end: number;
}

/** Cells, by where they stand, and the latest day of the one before them. */
interface Block {
  at: number;
  end: number;
  before: number;
}

const nowhere: Readonly<Place> = { total: noCounts(), index: 0, cells: 0, end: 0 };

/**
 * A tally as it is stored: of all that counts, or of what changed, where numbers may be negative. Only the list of its keys is
 * read at once, as most questions are about few of them, or about totals, and of a key's cells only the blocks that a day
 * divides; so asking a large one costs little more than asking a small one.
 *
 * The form, all numbers as LEB128: for each key, in the order of dimensions and then of its UTF-8 bytes, the number of its dimension,
 * its length in bytes, the key, its total, the lengths of its index and of its cells in bytes, and these.
 * The cells are in order: latest day less that of the cell before, latest less earliest day, counts. The index
 * has for each block of cells: its length in bytes, its last latest day less that of the block before, that less its
 * first earliest day, counts. Counts are a mask of those that are not 0, and these; with another bit of the mask they are
 * twice as large where not negative, and twice their size less 1 where negative.
 */
export class StoredTally extends Tally {
  readonly #bytes: Uint8Array;
  readonly #places = new Map<Dimension, Map<string, Place>>();

  constructor(bytes: Uint8Array = new Uint8Array()) {
    super();
    this.#bytes = bytes;
    const reader = new Reader(bytes, 0);
    while (reader.at < bytes.length) {
      const dimension = dimensions[reader.number()];
      if (dimension === undefined) throw new Error('a stored tally has a dimension that is none');
      const key = reader.text(reader.number());
      const total = reader.counts();
      const lengths = { index: reader.number(), cells: reader.number() };
      const cells = reader.at + lengths.index;
      const keys = this.#places.get(dimension) ?? new Map<string, Place>();
      keys.set(key, { total, index: reader.at, cells, end: cells + lengths.cells });
      this.#places.set(dimension, keys);
      reader.at = cells + lengths.cells;
    }
  }

  /** How many bytes it is. */
  get length(): number {
    return this.#bytes.length;
  }

  override keys(dimension: Dimension): string[] {
    return [...(this.#places.get(dimension)?.keys() ?? [])];
  }

  override total(dimension: Dimension, key: string): Counts {
    return { ...this.#placeOf(dimension, key).total };
  }

  override cells(dimension: Dimension, key: string): Cell[] {
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

  override addSums<G>(dimension: Dimension, key: string, groupOf: GroupOf<G>, sums: Map<G, Counts>): void {
    const { index, cells, end } = this.#placeOf(dimension, key);
    if (index === cells) this.#addCells({ at: cells, end, before: 0 }, groupOf, sums);
    const reader = new Reader(this.#bytes, index);
    for (let block = { at: cells, end: cells, before: 0 }; reader.at < cells; ) {
      block.end = block.at + reader.number();
      const last = block.before + reader.number();
      const first = last - reader.number();
      const group = groupOf({ earliest: first, latest: block.before });
      if (!isGroupOfAll(group, first, block.before, last, groupOf)) {
        reader.skipCounts();
        this.#addCells(block, groupOf, sums);
      } else if (group === undefined) reader.skipCounts();
      else reader.addCounts(sumOf(sums, group));
      block = { at: block.end, end: block.end, before: last };
    }
  }

  #addCells<G>({ at, end, before }: Block, groupOf: GroupOf<G>, sums: Map<G, Counts>): void {
    const reader = new Reader(this.#bytes, at);
    for (let latest = before; reader.at < end; ) {
      latest += reader.number();
      const group = groupOf({ earliest: latest - reader.number(), latest });
      if (group === undefined) reader.skipCounts();
      else reader.addCounts(sumOf(sums, group));
    }
  }

  #placeOf(dimension: Dimension, key: string): Readonly<Place> {
    return this.#places.get(dimension)?.get(key) ?? nowhere;
  }
}

/** Whether a group is that of all spans that begin and end within some days. */
const isGroupOfAll = <G>(
  group: G | undefined,
  first: number,
  firstLatest: number,
  last: number,
  groupOf: GroupOf<G>,
): boolean =>
  groupOf({ earliest: first, latest: last }) === group &&
  groupOf({ earliest: last, latest: firstLatest }) === group &&
  groupOf({ earliest: first, latest: firstLatest }) === group &&
  groupOf({ earliest: last, latest: last }) === group;

/** The bytes of a tally: the same for equal ones. */
export function bytesOfTally(tally: Tally): Uint8Array {
  const all = new Writer();
  for (const [number, dimension] of dimensions.entries()) {
    const keys = tally.keys(dimension).map((key) => ({ key, bytes: Buffer.from(key) }));
    for (const { key, bytes } of keys.sort((a, b) => Buffer.compare(a.bytes, b.bytes))) {
      const { index, cells } = cellsWritten(tally.cells(dimension, key));
      // A sum may have keys of which nothing is left.
      if (cells.length === 0) continue;
      all.number(number);
      all.number(bytes.length);
      all.bytes(bytes);
      all.counts(tally.total(dimension, key));
      all.number(index.length);
      all.number(cells.length);
      all.bytes(index);
      all.bytes(cells);
    }
  }
  return all.written();
}

/** The cells of a key, and the index of their blocks, if there is more than one. */
function cellsWritten(ordered: readonly Cell[]): { index: Uint8Array; cells: Uint8Array } {
  const [index, cells] = [new Writer(), new Writer()];
  let [before, last, first, at, count] = [0, 0, Infinity, 0, 0];
  const sum = noCounts();
  const block = (): void => {
    index.number(cells.length - at);
    index.number(last - before);
    index.number(last - first);
    index.counts(sum);
    [before, first, at, count] = [last, Infinity, cells.length, 0];
    Object.assign(sum, noCounts());
  };
  for (const { earliest, latest, counts } of ordered) {
    if (count === blockCells) block();
    cells.number(latest - last);
    cells.number(latest - earliest);
    cells.counts(counts);
    addCounts(sum, counts, 1);
    [last, first, count] = [latest, Math.min(first, earliest), count + 1];
  }
  if (index.length > 0) block();
  return { index: index.written(), cells: cells.written() };
}

/** The counts of one cell, on their way between bytes and members: a snapshot has some ten thousand. */
const numbers: number[] = Array(countsMembers).fill(0);
/** In a mask: some of the counts are negative. */
const signed = 1 << countsMembers;

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
    if (mask & signed)
      for (const [i, number] of numbers.entries())
        numbers[i] = number % 2 === 0 ? number / 2 : -(number + 1) / 2;
    addNumbers(to, numbers);
  }

  skipCounts(): void {
    for (let mask = this.number() & ~signed; mask !== 0; mask &= mask - 1) this.number();
  }
}

class Writer {
  #bytes = new Uint8Array(256);
  length = 0;

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

  counts(counts: Counts): void {
    numbersOf(counts, numbers);
    let mask = 0;
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] ?? 0;
      if (number !== 0) mask |= number < 0 ? (1 << i) | signed : 1 << i;
    }
    this.number(mask);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] ?? 0;
      if (number === 0) continue;
      this.number((mask & signed) === 0 ? number : number > 0 ? number * 2 : -number * 2 - 1);
    }
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
