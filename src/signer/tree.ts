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
 * Computes something from the tree of a size, such as a proof, reading the tiles that it asks for. It is begun again
 * after each, with what was hashed before at hand; a proof asks for a few tiles only.
 */
export async function fromTree<T>(
  store: Store,
  size: number,
  compute: (hashes: SubtreeHashes) => T,
): Promise<T> {
  const tiles = new Map<string, Uint8Array>();
  const hashed = new Map<string, Uint8Array>();
  const tree = tileHashes((level, index, width) => {
    const tile = tiles.get(`${level}/${index}`);
    if (tile) return tile;
    throw new MissingTile(level, index, width);
  }, size);
  const hashes: SubtreeHashes = (level, index) => {
    const key = `${level}/${index}`;
    const hash = hashed.get(key) ?? tree(level, index);
    hashed.set(key, hash);
    return hash;
  };
  for (;;) {
    try {
      return compute(hashes);
    } catch (error) {
      if (!(error instanceof MissingTile)) throw error;
      const { level, index, width } = error;
      const tile = await store.tile(level, index, width);
      if (!tile) throw new Error(`the tree lacks ${width} hashes of tile ${level}/${index}`);
      tiles.set(`${level}/${index}`, tile);
    }
  }
}
