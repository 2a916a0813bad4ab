import { tileWidth } from './edge.ts';
import { hashBytes, hashesIn, nodeHash, rootOf } from './merkle.ts';

/**
 * Gives the hash of a full subtree: that over the 2^level leaves from index * 2^level on. Level 0 has the leaf hashes. The
 * functions below ask only for subtrees that are wholly within the tree.
 */
export type SubtreeHashes = (level: number, index: number) => Uint8Array | Promise<Uint8Array>;

/**
 * Proves that a leaf is in the tree of this size: PATH(index, D[size]) of RFC 9162, section 2.1.3.1, from the sibling of the
 * leaf upwards. Index and size are at most 2^53 - 1. Throws a RangeError unless 0 <= index < size.
 */
export async function inclusionProof(
  index: number,
  size: number,
  hashes: SubtreeHashes,
): Promise<Uint8Array[]> {
  requireOrder(0, index, size - 1);
  return path(index, 0, size, hashes);
}

/**
 * Proves that the tree of size2 is the one of size1 with leaves added: PROOF(size1, D[size2]) of RFC 9162, section 2.1.4.1.
 * Empty for equal sizes and for size1 = 0, which the RFC leaves open. Throws a RangeError unless 0 <= size1 <= size2.
 */
export async function consistencyProof(
  size1: number,
  size2: number,
  hashes: SubtreeHashes,
): Promise<Uint8Array[]> {
  requireOrder(0, size1, size2);
  return size1 === 0 ? [] : subproof(size1, 0, size2, hashes);
}

/** The hashes of a tile, 32 bytes each, one after the other: width * 32 bytes; undefined: it has not that many. */
export type ReadTile = (
  level: number,
  index: number,
  width: number,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/**
 * Gives the subtrees of a tree of this size from its tiles (C2SP tlog-tiles). Tile level L covers the levels 8L to 8L+7 of the
 * tree: it has the lowest, and the others are computed. A tile is requested with its width in this tree: 256, or less at the
 * right end. The function keeps the tiles that it read, so make one for each request. Throws
 * a RangeError for a subtree that is not within the tree.
 */
export function tileHashes(readTile: ReadTile, size: number): SubtreeHashes {
  const kept = new Map<string, Uint8Array>();
  return async (level, index) => {
    const tileLevel = Math.floor(level / 8);
    const width = 2 ** (level % 8);
    const tileIndex = Math.floor((index * width) / tileWidth);
    const start = index * width - tileIndex * tileWidth;
    const tileEnd = Math.min(tileWidth, Math.floor(size / tileWidth ** tileLevel) - tileIndex * tileWidth);
    if (start + width > tileEnd)
      throw new RangeError(`a tree of ${size} leaves has no full subtree ${index} at level ${level}`);
    const key = `${tileLevel}/${tileIndex}`;
    const tile = kept.get(key) ?? (await readTile(tileLevel, tileIndex, tileEnd));
    if (tile?.length !== tileEnd * hashBytes)
      throw new Error(`tile ${key} has ${tile?.length ?? 0} bytes, not ${tileEnd * hashBytes}`);
    kept.set(key, tile);
    return rootOf(hashesIn(tile.subarray(start * hashBytes, (start + width) * hashBytes)));
  };
}

/** PATH, of the leaf at an index of the whole tree, within D[start:end]. */
async function path(index: number, start: number, end: number, hashes: SubtreeHashes): Promise<Uint8Array[]> {
  if (end - start === 1) return [];
  const middle = start + splitOf(end - start);
  return index < middle
    ? [...(await path(index, start, middle, hashes)), await rangeHash(middle, end, hashes)]
    : [...(await path(index, middle, end, hashes)), await rangeHash(start, middle, hashes)];
}

/** SUBPROOF, of the first `size` leaves of the whole tree, within D[start:end]. */
async function subproof(
  size: number,
  start: number,
  end: number,
  hashes: SubtreeHashes,
): Promise<Uint8Array[]> {
  // A subtree that begins with the first leaf is the first tree itself, and the verifier has its root.
  if (size === end) return start === 0 ? [] : [await rangeHash(start, end, hashes)];
  const middle = start + splitOf(end - start);
  return size <= middle
    ? [...(await subproof(size, start, middle, hashes)), await rangeHash(middle, end, hashes)]
    : [...(await subproof(size, middle, end, hashes)), await rangeHash(start, middle, hashes)];
}

/** MTH(D[start:end]). start is where the splits of a tree lead: a multiple of the size of the subtree that begins there. */
async function rangeHash(start: number, end: number, hashes: SubtreeHashes): Promise<Uint8Array> {
  let level = 0;
  let width = 1;
  for (; width * 2 <= end - start; width *= 2) level += 1;
  const left = await hashes(level, start / width);
  return start + width === end ? left : nodeHash(left, await rangeHash(start + width, end, hashes));
}

/** The largest power of two below n, for n > 1: the leaves at the left of a tree of n. */
function splitOf(n: number): number {
  let width = 1;
  while (width * 2 < n) width *= 2;
  return width;
}

function requireOrder(...numbers: number[]): void {
  if (!numbers.every((number, i) => Number.isSafeInteger(number) && number >= (numbers[i - 1] ?? number)))
    throw new RangeError(`out of range or order: ${numbers.join(', ')}`);
}
