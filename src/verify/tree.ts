import type { Database } from '../db/schema.ts';
import { StoredTree } from '../store/tree.ts';
import { Edge, levelsOf, partialWidth, tileWidth } from '../tlog/edge.ts';
import { hashBytes, rootOf } from '../tlog/merkle.ts';
import type { Findings } from './findings.ts';
import type { Start } from './start.ts';
import type { StoredLedger } from './stored-ledger.ts';

/** A root that something outside the leaves gives for a size. */
export interface Mark {
  size: number;
  rootHash: Uint8Array;
  /** Told of the root over the leaves, if it is another. */
  differs: (root: Uint8Array) => void;
}

/** Leaves that are known to be wrong and may yet turn out to be swapped with another. */
const wrongLeavesMax = 10_000;

/** Missing events at one place for which the tree is still looked up one by one. */
const gapMax = 1_000_000;

interface Options {
  ledger: StoredLedger;
  start: Start;
  findings: Findings;
  /** Those with after < size <= to, by size. */
  marks: (after: number, to: number) => Promise<Mark[]>;
  hashesOnly: boolean;
}

/**
 * Builds the tree from the leaves and compares it with the stored one, tile by tile. Where the two differ, the level above
 * decides which of them is right, and the tree goes on with that, so that one change is one finding.
 */
export class TreeCheck {
  readonly #ledger: StoredLedger;
  readonly #stored: StoredTree;
  readonly #head: Start['head'];
  readonly #findings: Findings;
  readonly #marks: Options['marks'];
  readonly #hashesOnly: boolean;
  #size = 0;
  /** Leaf hashes of the tile that is not full yet; undefined: the event is missing. */
  #tile: (Uint8Array | undefined)[] = [];
  /** By level, the hashes of the tiles that are not full yet, but for those of level 0. */
  readonly #partial: Uint8Array[][] = [[]];
  /** Leaves by the hash that their place needs. */
  readonly #wrong = new Map<string, { position: number; hash: string }>();
  /** From here on the tree can't be built, as leaves are missing that no tile has. */
  #lost = false;
  /** A difference was found that may show in every root after it. */
  #explained = false;
  #headRoot: Uint8Array | undefined;
  /** The largest size for which a checkpoint has the root over the leaves, and the least for which one has another. */
  #agreed = 0;
  #disagreed = Infinity;

  constructor({ ledger, start, findings, marks, hashesOnly }: Options) {
    this.#ledger = ledger;
    this.#stored = new StoredTree(ledger.reader.dialect);
    this.#head = start.head;
    this.#findings = findings;
    this.#marks = marks;
    this.#hashesOnly = hashesOnly;
  }

  get size(): number {
    return this.#size;
  }

  /** The next leaf's hash; undefined: the event is missing. Resolves when a tile that is full now was compared; no promise: none is. */
  add(hash: Uint8Array | undefined): Promise<void> | undefined {
    this.#size += 1;
    if (this.#lost) return undefined;
    this.#tile.push(hash);
    return this.#tile.length === tileWidth ? this.#close() : undefined;
  }

  /** Goes over missing events. */
  async skipTo(size: number): Promise<void> {
    if (size - this.#size > gapMax) [this.#size, this.#lost] = [size, true];
    else while (this.#size < size) await this.add(undefined);
  }

  /** Names what was left open; gives the root, if there is one. */
  async finish(): Promise<Uint8Array | undefined> {
    const rest = this.#tile.flatMap((hash) => hash ?? []);
    if (rest.length < this.#tile.length) this.#lost = true;
    if (!this.#lost) await this.#compare(this.#size - rest.length, rest);
    for (const { position } of this.#wrong.values()) this.#changed(position);
    if (this.#headRoot && !this.#explained) this.#judgeHead(rest.length);
    if (this.#lost) return undefined;
    this.#partial[0] = rest;
    return new Edge(this.#size, this.#partial).root();
  }

  async #close(): Promise<void> {
    const index = this.#size / tileWidth - 1;
    const stored = await this.#storedTile(0, index);
    // The tile stands in for leaves that are missing: their absence is found already.
    const hashes = this.#tile.flatMap((hash, i) => hash ?? (stored ? [hashAt(stored.hashes, i)] : []));
    this.#tile = [];
    if (hashes.length < tileWidth) {
      this.#lost = true;
      return;
    }
    const settled = await this.#settle(0, index, hashes, stored);
    await this.#compare(this.#size - tileWidth, settled.hashes);
    await this.#raise(1, settled.root);
  }

  async #raise(level: number, hash: Uint8Array): Promise<void> {
    const hashes = this.#partial[level] ?? [];
    hashes.push(hash);
    this.#partial[level] = hashes;
    if (hashes.length < tileWidth) return;
    this.#partial[level] = [];
    const index = this.#size / tileWidth ** (level + 1) - 1;
    const stored = await this.#storedTile(level, index);
    await this.#raise(level + 1, (await this.#settle(level, index, hashes, stored)).root);
  }

  /** Compares a full tile with the stored one; gives the one that is right. */
  async #settle(
    level: number,
    index: number,
    hashes: Uint8Array[],
    stored: StoredTile | undefined,
  ): Promise<{ hashes: Uint8Array[]; root: Uint8Array }> {
    const computed = { hashes, root: rootOf(hashes) };
    const width = tileWidth ** (level + 1);
    const [first, last] = [index * width + 1, (index + 1) * width];
    const tile = `Tile ${index} of level ${level} (events ${first} to ${last})`;
    if (!stored) {
      this.#findings.add('tile-differs', `${tile} is missing.`, last);
      return computed;
    }
    const wrong = hashes.flatMap((hash, i) => (isEqual(hash, hashAt(stored.hashes, i)) ? [] : [i]));
    if (wrong.length === 0 && isEqual(computed.root, stored.root)) return computed;
    const theirs = hashes.map((_, i) => hashAt(stored.hashes, i));
    const claimed = { hashes: theirs, root: rootOf(theirs) };
    const candidates = [computed.root, claimed.root, stored.root];
    const right = (await this.#judge(level, index, candidates)) ?? stored.root;
    if (isEqual(right, computed.root)) {
      const part = wrong.length === 0 ? 'the hash over it' : listed(wrong.map((i) => `hash ${i}`));
      this.#findings.add('tile-differs', `${tile} was changed: ${part}. The leaves are intact.`, last);
      return computed;
    }
    if (!isEqual(right, claimed.root)) {
      this.#explained = true;
      this.#findings.add('tile-differs', `${tile} has hashes other than the one over it says.`, last);
      this.#changedWithin(first, last);
      return { hashes: computed.hashes, root: right };
    }
    if (!isEqual(stored.root, claimed.root))
      this.#findings.add('tile-differs', `${tile} was changed: the hash over it.`, last);
    for (const i of wrong) {
      const below = tileWidth ** level;
      if (level === 0) this.#wrongLeaf(first + i, hashes[i], theirs[i]);
      else {
        this.#explained = true;
        this.#changedWithin(first + i * below, first + (i + 1) * below - 1);
      }
    }
    return claimed;
  }

  /** Which of these hashes of a tile the level above has; where its tile is not full, which leads to the head's root. */
  async #judge(level: number, index: number, candidates: Uint8Array[]): Promise<Uint8Array | undefined> {
    const above = await this.#storedTile(level + 1, Math.floor(index / tileWidth));
    if (above) {
      const hash = hashAt(above.hashes, index % tileWidth);
      return candidates.find((candidate) => isEqual(candidate, hash));
    }
    const head = this.#head;
    if (!head) return undefined;
    for (const candidate of candidates) {
      const root = await this.#storedRoot(head.position, level + 1, index, candidate);
      if (root && isEqual(root, head.root_hash)) return candidate;
    }
    return undefined;
  }

  /** The root as the stored tiles have it, but with this hash in this place. */
  async #storedRoot(
    size: number,
    atLevel: number,
    atIndex: number,
    hash: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const partials: Uint8Array[][] = [];
    for (let level = 0; level < levelsOf(size); level++) {
      const width = partialWidth(size, level);
      const first = Math.floor(size / tileWidth ** (level + 1)) * tileWidth;
      const hashes = await this.#ledger.answered(this.#stored.hashes(level, first, width));
      if (hashes.length !== width) return undefined;
      partials.push(hashes.map((one, i) => (level === atLevel && first + i === atIndex ? hash : one)));
    }
    return new Edge(size, partials).root();
  }

  async #storedTile(level: number, index: number): Promise<StoredTile | undefined> {
    const [tile] = await this.#ledger.read<StoredTile>(
      'select root, hashes from tiles where level = $1 and tile_index = $2',
      level,
      index,
    );
    return tile;
  }

  /** Compares the roots that are given for sizes from one to another, given the leaf hashes between them. */
  async #compare(from: number, hashes: readonly Uint8Array[]): Promise<void> {
    const to = from + hashes.length;
    // The tree of size 0 has no place of its own.
    const after = from === 0 ? -1 : from;
    const marks = await this.#marks(after, to);
    const { position = 0, root_hash } = this.#head ?? {};
    if (root_hash && position <= to && position > after) {
      const differs = (root: Uint8Array): void => {
        this.#headRoot = root;
      };
      marks.push({ size: position, rootHash: root_hash, differs });
    }
    if (marks.length === 0) return;
    const tree = new Edge(from, this.#partial);
    for (const { size, rootHash, differs } of marks.sort((a, b) => a.size - b.size)) {
      for (const hash of hashes.slice(tree.size - from, size - from)) tree.append(hash);
      const root = tree.root();
      const agrees = isEqual(root, rootHash);
      if (!agrees) differs(root);
      if (rootHash === root_hash) continue;
      if (agrees) this.#agreed = Math.max(this.#agreed, size);
      else this.#disagreed = Math.min(this.#disagreed, size);
    }
  }

  #wrongLeaf(position: number, hash: Uint8Array | undefined, needed: Uint8Array | undefined): void {
    const wrong = { position, hash: hash?.toHex() ?? '' };
    const other = this.#wrong.get(wrong.hash);
    if (other && other.hash === needed?.toHex()) {
      this.#wrong.delete(wrong.hash);
      this.#findings.add(
        'leaves-swapped',
        `The leaves at positions ${other.position} and ${position} stand in each other's place.`,
        other.position,
      );
    } else if (this.#wrong.size < wrongLeavesMax) {
      this.#wrong.set(needed?.toHex() ?? '', wrong);
    } else {
      this.#changed(position);
    }
  }

  #changed(position: number): void {
    this.#findings.add(
      'leaf-changed',
      'The leaf was changed: its hash is not the one in its tile, which the tree above confirms.',
      position,
    );
  }

  #changedWithin(first: number, last: number): void {
    const detail = `Leaves from position ${first} to ${last} were changed together with their tile: the tree above has another hash.`;
    this.#findings.add('leaf-changed', detail, first === last ? first : undefined);
  }

  /** The head's root is not that of the leaves, and all full tiles are in order: which of the two was changed? */
  #judgeHead(rest: number): void {
    const end = this.#head?.position ?? 0;
    const from = Math.max(this.#size - rest, this.#agreed) + 1;
    const to = Math.min(end, this.#disagreed);
    const other = 'The root in the head is not that of the leaves:';
    const differs = (detail: string): void => this.#findings.add('head-differs', detail, end);
    if (this.#agreed === end) {
      differs('The root in the head was changed: a checkpoint has the other.');
      return;
    }
    if (from > to) {
      differs(`${other} it was changed, or leaves with their tiles.`);
      return;
    }
    const range = from === to ? `the leaf at position ${from}` : `a leaf from position ${from} to ${to}`;
    const found = this.#findings.contradicted(from, to);
    if (found.length > 0) {
      const detail = `The leaf was changed: the root in the head is another, and of ${range}, for which there is no full tile yet, other rows contradict ${listed(found.map(String))}.`;
      this.#findings.add('leaf-changed', detail, found.length === 1 ? found[0] : undefined);
    } else if (this.#hashesOnly || this.#disagreed <= end) {
      const detail = `${other} ${range} was changed, for which there is no full tile yet, or the head was.`;
      this.#findings.add('leaf-changed', detail, from === to ? from : undefined);
    } else {
      differs(
        `${other} it was changed, or else ${range}, for which there is no full tile yet. No other row contradicts these leaves.`,
      );
    }
  }
}

type StoredTile = Pick<Database['tiles'], 'root' | 'hashes'>;

const hashAt = (hashes: Uint8Array, i: number): Uint8Array =>
  hashes.subarray(i * hashBytes, (i + 1) * hashBytes);

export const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The first few of many. */
export const listed = (items: readonly string[]): string =>
  items.length <= 5 ? items.join(', ') : `${items.slice(0, 5).join(', ')} and ${items.length - 5} more`;
