import type Sqlite from 'better-sqlite3';
import { Edge, levelsOf, partialWidth, tileWidth } from '../tlog/edge.ts';
import { firstSubtrees, nodesOver, type TileNodes } from '../tlog/full-tile.ts';
import { hashBytes, leafHash, rootOfSubtrees, subtreesOf } from '../tlog/merkle.ts';
import { compiledOnce } from './sqlite-statements.ts';

/** Tiles above the lowest whose nodes are kept in memory, some 30 kB each: a million leaves have 15. */
const knownTilesMax = 32;

/** Reads the tree of any size that the log has had: from full tiles, and from leaves where none is full yet. */
export function sqliteTree(handle: Sqlite.Database) {
  const leaves = handle
    .prepare<[number, number], string>(
      'select leaf from events where position between ? and ? order by position',
    )
    .pluck();
  const roots = handle
    .prepare<[number, number, number], Buffer>(
      compiledOnce(
        'select root from tiles where level = ? and tile_index between ? and ? order by tile_index',
      ),
    )
    .pluck();
  const tile = handle
    .prepare<[number, number], Buffer>('select hashes from tiles where level = ? and tile_index = ?')
    .pluck();

  /** The first `width` hashes of a tile that is full by now; undefined: it is not. */
  const ofFullTile = (level: number, index: number, width: number): Uint8Array[] | undefined => {
    const hashes = tile.get(level, index);
    return (
      hashes && Array.from({ length: width }, (_, i) => hashes.subarray(i * hashBytes, (i + 1) * hashBytes))
    );
  };
  const known = new Map<string, TileNodes>();
  const nodesOfFullTile = (level: number, index: number): TileNodes | undefined => {
    const key = `${level}/${index}`;
    const hashes = known.has(key) ? undefined : ofFullTile(level, index, tileWidth);
    if (hashes) known.set(key, nodesOver(hashes));
    const [oldest] = known.keys();
    if (known.size > knownTilesMax && oldest !== undefined) known.delete(oldest);
    return known.get(key);
  };
  /** The first hashes of a tile; undefined: it has not that many. edge: the tree as it is now. */
  const tileOf = (level: number, index: number, width: number, edge: Edge) => {
    const full = ofFullTile(level, index, width);
    if (full) return full;
    const last = Math.floor(edge.size / tileWidth ** (level + 1));
    const hashes = index === last ? edge.partial(level) : [];
    return hashes.length < width ? undefined : hashes.slice(0, width);
  };
  const checked = <H>(hashes: readonly H[], width: number, level: number): readonly H[] => {
    if (hashes.length !== width) throw new Error(`the tree lacks hashes at its right end, at level ${level}`);
    return hashes;
  };

  return {
    edgeAt(size: number): Edge {
      const partials = Array.from({ length: levelsOf(size) }, (_, level) => {
        const width = partialWidth(size, level);
        const first = Math.floor(size / tileWidth ** (level + 1)) * tileWidth;
        const hashes =
          level === 0
            ? leaves.all(first + 1, first + width).map((leaf) => leafHash(Buffer.from(leaf)))
            : roots.all(level - 1, first, first + width - 1);
        return checked(hashes, width, level);
      });
      return new Edge(size, partials);
    },
    tile: tileOf,
    /** edge: the tree as it is now. */
    rootAt(size: number, edge: Edge): Uint8Array {
      const subtrees: Uint8Array[] = [];
      for (let level = levelsOf(size) - 1; level >= 0; level--) {
        const width = partialWidth(size, level);
        const index = Math.floor(size / tileWidth ** (level + 1));
        if (width === 0) continue;
        // The lowest ones are too many to be kept.
        const nodes = level > 0 ? nodesOfFullTile(level, index) : undefined;
        if (nodes) subtrees.push(...firstSubtrees(nodes, width));
        else subtrees.push(...subtreesOf(checked(tileOf(level, index, width, edge) ?? [], width, level)));
      }
      return rootOfSubtrees(subtrees);
    },
  };
}
