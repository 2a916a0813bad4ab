import { tileWidth } from './edge.ts';
import { emptyRoot, hashBytes, nodeHash, rootOf } from './merkle.ts';

/**
 * The hash of a full subtree: the one over the 2^level leaves from index * 2^level on. Level 0 is the leaf hashes. The
 * functions below ask only for subtrees that are wholly within the tree.
 */
export type SubtreeHashes = (level: number, index: number) => Uint8Array;

/**
 * Proves that a leaf is in the tree of this size: PATH(index, D[size]) of RFC 9162, section 2.1.3.1, from the sibling of the
 * leaf upwards. Index and size are at most 2^53 - 1. Throws a RangeError unless 0 <= index < size.
 */
export function inclusionProof(index: number, size: number, hashes: SubtreeHashes): Uint8Array[] {
  requireOrder(0, index, size - 1);
  return path(index, 0, size, hashes);
}

/**
 * Proves that the tree of size2 is the one of size1 with leaves added: PROOF(size1, D[size2]) of RFC 9162, section 2.1.4.1.
 * Empty for equal sizes and for size1 = 0, which the RFC leaves open. Throws a RangeError unless 0 <= size1 <= size2.
 */
export function consistencyProof(size1: number, size2: number, hashes: SubtreeHashes): Uint8Array[] {
  requireOrder(0, size1, size2);
  return size1 === 0 ? [] : subproof(size1, 0, size2, hashes);
}

/** The root of the tree of this size: MTH(D[size]) of RFC 9162, section 2.1.1. */
export function rootOfSize(size: number, hashes: SubtreeHashes): Uint8Array {
  requireOrder(0, size, Number.MAX_SAFE_INTEGER);
  return size === 0 ? emptyRoot : rangeHash(0, size, hashes);
}

/** The hashes of a tile, 32 bytes each, one after the other: width * 32 bytes. */
export type ReadTile = (level: number, index: number, width: number) => Uint8Array;

/**
 * The subtrees of a tree of this size, from its tiles (C2SP tlog-tiles): tile level L covers the levels 8L to 8L+7 of the
 * tree, of which it has the lowest; those above are computed. A tile is asked for by the width that it has in this tree:
 * 256, or less at the right end. Tiles read are kept as long as the function is, so make one for each request. Throws
 * a RangeError for a subtree that is not within the tree.
 */
export function tileHashes(readTile: ReadTile, size: number): SubtreeHashes {
  const kept = new Map<string, Uint8Array>();

  function tileAt(level: number, index: number): Uint8Array {
    const key = `${level}/${index}`;
    const width = Math.min(tileWidth, Math.floor(size / tileWidth ** level) - index * tileWidth);
    if (width <= 0) throw new RangeError(`a tree of ${size} leaves has no tile ${key}`);
    const tile = kept.get(key) ?? readTile(level, index, width);
    if (tile.length !== width * hashBytes)
      throw new Error(`tile ${key} has ${tile.length} bytes, not ${width * hashBytes}`);
    // A proof needs a few tiles of each level; a caller who asks for thousands shall not fill the memory.
    if (kept.size >= tilesKeptMax) kept.clear();
    kept.set(key, tile);
    return tile;
  }

  return (level, index) => {
    const width = 2 ** (level % 8);
    const tileIndex = Math.floor((index * width) / tileWidth);
    const tile = tileAt(Math.floor(level / 8), tileIndex);
    const start = index * width - tileIndex * tileWidth;
    if ((start + width) * hashBytes > tile.length)
      throw new RangeError(`a tree of ${size} leaves has no full subtree ${index} at level ${level}`);
    return rootOf(
      Array.from({ length: width }, (_, i) =>
        tile.subarray((start + i) * hashBytes, (start + i + 1) * hashBytes),
      ),
    );
  };
}

const tilesKeptMax = 64;

/** PATH, of the leaf at an index of the whole tree, within D[start:end]. */
function path(index: number, start: number, end: number, hashes: SubtreeHashes): Uint8Array[] {
  if (end - start === 1) return [];
  const middle = start + splitOf(end - start);
  return index < middle
    ? [...path(index, start, middle, hashes), rangeHash(middle, end, hashes)]
    : [...path(index, middle, end, hashes), rangeHash(start, middle, hashes)];
}

/** SUBPROOF, of the first `size` leaves of the whole tree, within D[start:end]. */
function subproof(size: number, start: number, end: number, hashes: SubtreeHashes): Uint8Array[] {
  // What begins with the first leaf is the first tree itself, whose root the verifier has.
  if (size === end) return start === 0 ? [] : [rangeHash(start, end, hashes)];
  const middle = start + splitOf(end - start);
  return size <= middle
    ? [...subproof(size, start, middle, hashes), rangeHash(middle, end, hashes)]
    : [...subproof(size, middle, end, hashes), rangeHash(start, middle, hashes)];
}

/** MTH(D[start:end]), where start is one that the splits of a tree lead to: a multiple of the subtree that begins there. */
function rangeHash(start: number, end: number, hashes: SubtreeHashes): Uint8Array {
  let level = 0;
  let width = 1;
  for (; width * 2 <= end - start; width *= 2) level += 1;
  const left = hashes(level, start / width);
  return start + width === end ? left : nodeHash(left, rangeHash(start + width, end, hashes));
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
