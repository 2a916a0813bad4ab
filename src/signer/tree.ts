import type { Store } from '../store/store.ts';
import { type SubtreeHashes, tileHashes } from '../tlog/proofs.ts';

/** Thrown by a computation that needs a tile not read yet. */
class MissingTile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
  constructor(level: number, index: number, width: number) {
    this.level = level;
    this.index = index;
    this.width = width;
  }
}

/**
 * Computes something from the tree of a size, such as a proof, reading the tiles that it asks for. It is computed
 * again after each, and a proof asks for a few only.
 */
export async function fromTree<T>(
  store: Store,
  size: number,
  compute: (hashes: SubtreeHashes) => T,
): Promise<T> {
  const tiles = new Map<string, Uint8Array>();
  const read = (level: number, index: number, width: number): Uint8Array => {
    const tile = tiles.get(`${level}/${index}`);
    if (tile) return tile;
    throw new MissingTile(level, index, width);
  };
  for (;;) {
    try {
      return compute(tileHashes(read, size));
    } catch (error) {
      if (!(error instanceof MissingTile)) throw error;
      const { level, index, width } = error;
      const tile = await store.tile(level, index, width);
      if (!tile) throw new Error(`the tree lacks ${width} hashes of tile ${level}/${index}`);
      tiles.set(`${level}/${index}`, tile);
    }
  }
}
