import { type Asking, ask } from '../shapes/asking.ts';
import { Edge, levelsOf, partialWidth, tileWidth } from '../tlog/edge.ts';
import { firstSubtrees, nodesOver, type TileNodes } from '../tlog/full-tile.ts';
import { hashBytes, leafHash, rootOfSubtrees, subtreesOf } from '../tlog/merkle.ts';
import { Damaged } from './damaged.ts';
import type { Dialect } from './facts.ts';

/** Tiles above the lowest whose nodes are kept in memory, some 30 kB each: a million leaves have 15. */
const knownTilesMax = 32;

/**
 * Reads the tree of any size that the log has had: from full tiles, and from leaves where none is full yet. edge: the tree as it
 * is now, where it is known; then the hashes at its right end need not be read.
 */
export class StoredTree {
  readonly #hash: string;
  readonly #known = new Map<string, TileNodes>();

  constructor({ leafHash }: Dialect) {
    this.#hash = leafHash;
  }

  *edgeAt(size: number): Asking<Edge> {
    const partials: Uint8Array[][] = [];
    for (let level = 0; level < levelsOf(size); level++)
      partials.push(yield* this.#lastOf(size, level, undefined));
    return new Edge(size, partials);
  }

  *rootAt(size: number, edge?: Edge): Asking<Uint8Array> {
    const subtrees: Uint8Array[] = [];
    for (let level = levelsOf(size) - 1; level >= 0; level--) {
      const width = partialWidth(size, level);
      const index = Math.floor(size / tileWidth ** (level + 1));
      if (width === 0) continue;
      // The lowest ones are too many to be kept.
      const nodes = level > 0 ? yield* this.#nodesOfFullTile(level, index) : undefined;
      if (nodes) subtrees.push(...firstSubtrees(nodes, width));
      else subtrees.push(...subtreesOf(yield* this.#lastOf(size, level, edge)));
    }
    return rootOfSubtrees(subtrees);
  }

  /** The first hashes of a tile; undefined: it has not that many. */
  *tile(level: number, index: number, width: number, edge?: Edge): Asking<Uint8Array[] | undefined> {
    const full = yield* this.#fullTile(level, index);
    if (full) return full.slice(0, width);
    const isLast = edge && index === Math.floor(edge.size / tileWidth ** (level + 1));
    const hashes = isLast ? edge.partial(level) : yield* this.hashes(level, index * tileWidth, width);
    return hashes.length < width ? undefined : hashes.slice(0, width);
  }

  /** Hashes of a level: of the leaves (RFC 6962, section 2.1), or the roots of full tiles. */
  *hashes(level: number, first: number, width: number): Asking<Uint8Array[]> {
    const rows =
      level === 0
        ? yield* ask<{ hash: Uint8Array | string }>(
            `select ${this.#hash} as hash from events where position > $1 and position <= $2 order by position`,
            first,
            first + width,
          )
        : yield* ask<{ hash: Uint8Array }>(
            `select root as hash from tiles where level = $1 and tile_index >= $2 and tile_index < $3
              order by tile_index`,
            level - 1,
            first,
            first + width,
          );
    return rows.map(({ hash }) => (typeof hash === 'string' ? leafHash(Buffer.from(hash)) : hash));
  }

  /** The hashes at the right end of a tree of this size that fill no tile. */
  *#lastOf(size: number, level: number, edge: Edge | undefined): Asking<Uint8Array[]> {
    const width = partialWidth(size, level);
    if (width === 0) return [];
    const index = Math.floor(size / tileWidth ** (level + 1));
    const hashes = yield* this.tile(level, index, width, edge);
    if (hashes) return hashes;
    throw new Damaged(`The tree lacks hashes at level ${level} from ${index * tileWidth}.`);
  }

  *#fullTile(level: number, index: number): Asking<Uint8Array[] | undefined> {
    const [row] = yield* ask<{ hashes: Uint8Array }>(
      'select hashes from tiles where level = $1 and tile_index = $2',
      level,
      index,
    );
    return (
      row &&
      Array.from({ length: tileWidth }, (_, i) => row.hashes.subarray(i * hashBytes, (i + 1) * hashBytes))
    );
  }

  *#nodesOfFullTile(level: number, index: number): Asking<TileNodes | undefined> {
    const key = `${level}/${index}`;
    const known = this.#known.get(key);
    if (known) return known;
    const hashes = yield* this.#fullTile(level, index);
    if (!hashes) return undefined;
    const nodes = nodesOver(hashes);
    this.#known.set(key, nodes);
    const [oldest] = this.#known.keys();
    if (this.#known.size > knownTilesMax && oldest !== undefined) this.#known.delete(oldest);
    return nodes;
  }
}
