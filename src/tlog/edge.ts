import { addToSubtrees, rootOf, rootOfSubtrees, subtreesOf } from './merkle.ts';

/** Hashes in a full tile (C2SP tlog-tiles: tiles of height 8). */
export const tileWidth = 256;

/** A full tile: 256 hashes of a level, and the hash over them, which belongs to the level above. */
export interface Tile {
  level: number;
  index: number;
  hashes: Uint8Array[];
  root: Uint8Array;
}

/**
 * The right edge of a growing tree: at each level of tiles, the hashes of the tile that is not full yet. The root and the next
 * append need nothing else, so an append costs the same at any size.
 */
export class Edge {
  #size: number;
  /** By level, at most 255 hashes each. */
  readonly #partial: Uint8Array[][];
  /** The full subtrees of the whole tree, the largest first. */
  readonly #subtrees: Uint8Array[];
  /** undefined: not asked for since the last append. */
  #root: Uint8Array | undefined;

  /** partial: by level, the hashes of the tile that is not full; they must fit the size. */
  constructor(
    size: number,
    partial: readonly (readonly Uint8Array[])[],
    subtrees = subtreesOfPartials(partial),
  ) {
    this.#size = size;
    this.#partial = partial.map((hashes) => [...hashes]);
    this.#subtrees = [...subtrees];
    for (const [level, hashes] of this.#partial.entries()) {
      if (hashes.length !== partialWidth(size, level))
        throw new Error(`level ${level} does not fit size ${size}`);
    }
    if (this.#partial.length < levelsOf(size)) throw new Error(`levels are missing for size ${size}`);
  }

  get size(): number {
    return this.#size;
  }

  clone(): Edge {
    return new Edge(this.#size, this.#partial, this.#subtrees);
  }

  root(): Uint8Array {
    this.#root ??= rootOfSubtrees(this.#subtrees);
    return this.#root;
  }

  /** The hashes of the tile at a level that is not full yet. */
  partial(level: number): readonly Uint8Array[] {
    return this.#partial[level] ?? [];
  }

  /** Adds a leaf; gives the tiles that it filled, the lowest level first. */
  append(leaf: Uint8Array): Tile[] {
    addToSubtrees(this.#subtrees, this.#size, leaf);
    this.#size += 1;
    this.#root = undefined;
    return this.#fill(leaf);
  }

  #fill(leaf: Uint8Array): Tile[] {
    const full: Tile[] = [];
    let added: Uint8Array | undefined = leaf;
    for (let level = 0; added; level++) {
      const hashes: Uint8Array[] = this.#partial[level] ?? [];
      hashes.push(added);
      this.#partial[level] = hashes;
      if (hashes.length < tileWidth) break;
      const index = Math.floor(this.#size / tileWidth ** (level + 1)) - 1;
      const root = rootOf(hashes);
      full.push({ level, index, hashes, root });
      this.#partial[level] = [];
      added = root;
    }
    return full;
  }
}

/** How many levels of tiles a tree of this size has hashes in. */
export function levelsOf(size: number): number {
  let levels = 0;
  for (let nodes = size; nodes > 0; nodes = Math.floor(nodes / tileWidth)) levels += 1;
  return levels;
}

/** How many hashes the tile at the right end of a level has, 0 to 255, in a tree of this size. */
export const partialWidth = (size: number, level: number): number =>
  Math.floor(size / tileWidth ** level) % tileWidth;

/** The full subtrees of a tree, the largest first, from the hashes of the tiles at its right end, by level. */
function subtreesOfPartials(partial: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  return partial.flatMap((_, i) => subtreesOf(partial[partial.length - 1 - i] ?? []));
}
