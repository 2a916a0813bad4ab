import fc from 'fast-check';
import { test } from 'tap';
import { leafHash, nodeHash, verifyConsistency, verifyInclusion } from '../../src/tlog/merkle.ts';
import { consistencyProof, inclusionProof, tileHashes } from '../../src/tlog/proofs.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { numbered, PlainTree, rootOfSize } from './plain-tree.ts';

const count = 70_000;
const entries = numbered(count);
const tree = new PlainTree(entries);

/** All hashes of each level of tiles, as a store has them. */
const levels = [0, 1, 2].map((level) => {
  const span = 256 ** level;
  return Buffer.concat(
    Array.from({ length: Math.floor(count / span) }, (_, i) => tree.mth(i * span, (i + 1) * span)),
  );
});
const readTile = (level: number, index: number, width: number): Buffer =>
  (levels[level] ?? Buffer.alloc(0)).subarray(index * 256 * 32, (index * 256 + width) * 32);

const plain = (hashes: readonly Uint8Array[]): Buffer[] => hashes.map((hash) => Buffer.from(hash));
const size = fc.oneof(
  fc.integer({ min: 1, max: count }),
  fc.integer({ min: 65_500, max: 65_600 }),
  fc.constantFrom(1, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, count),
);

test('every inclusion proof of up to 130 leaves is the one that RFC 9162 defines', async (t) => {
  const wrong: unknown[] = [];
  for (let size = 1; size <= 130; size++) {
    const hashes = tileHashes(readTile, size);
    for (let index = 0; index < size; index++) {
      const proof = await inclusionProof(index, size, hashes);
      if (!Buffer.concat(proof).equals(Buffer.concat(tree.path(index, 0, size)))) wrong.push([index, size]);
    }
  }
  t.same(wrong, []);
});

test('every consistency proof of up to 130 leaves is the one that RFC 9162 defines', async (t) => {
  const wrong: unknown[] = [];
  for (let size2 = 0; size2 <= 130; size2++) {
    const hashes = tileHashes(readTile, size2);
    for (let size1 = 0; size1 <= size2; size1++) {
      const proof = await consistencyProof(size1, size2, hashes);
      if (!Buffer.concat(proof).equals(Buffer.concat(tree.proof(size1, size2)))) wrong.push([size1, size2]);
    }
  }
  t.same(wrong, []);
});

test(
  'proofs in trees of up to 70,000 leaves are those that RFC 9162 defines, and verify',
  moreInLong,
  async (t) => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), async (size2, any) => {
        const hashes = tileHashes(readTile, size2);
        const root2 = await rootOfSize(size2, hashes);
        t.same(Buffer.from(root2), Buffer.from(tree.mth(0, size2)));

        const index = any % size2;
        const path = await inclusionProof(index, size2, hashes);
        t.same(plain(path), plain(tree.path(index, 0, size2)));
        verifyInclusion({
          leafIndex: BigInt(index),
          treeSize: BigInt(size2),
          leafHash: leafHash(entries[index] ?? Buffer.alloc(0)),
          rootHash: root2,
          proof: path,
        });

        const size1 = any % (size2 + 1);
        const proof = await consistencyProof(size1, size2, hashes);
        t.same(plain(proof), plain(tree.proof(size1, size2)));
        const root1 = await rootOfSize(size1, hashes);
        t.same(Buffer.from(root1), Buffer.from(tree.mth(0, size1)));
        verifyConsistency({ size1: BigInt(size1), size2: BigInt(size2), root1, root2, proof });
      }),
      { numRuns: effort(60, 300) },
    );
  },
);

test('the hash of any full subtree follows from the tiles', async (t) => {
  const hashes = tileHashes(readTile, count);
  for (let level = 0; 2 ** level <= count; level++) {
    const subtrees = Math.floor(count / 2 ** level);
    for (const index of new Set([0, 1, Math.floor(subtrees / 2), subtrees - 1])) {
      if (index >= subtrees) continue;
      const [start, end] = [index * 2 ** level, (index + 1) * 2 ** level];
      t.same(Buffer.from(await hashes(level, index)), Buffer.from(tree.mth(start, end)), `${level}/${index}`);
    }
    await t.rejects(async () => hashes(level, subtrees), { name: 'RangeError' }, `${level}/${subtrees}`);
  }
});

test('a tile is read once a request, by the width that it has in a tree of this size', async (t) => {
  const read: string[] = [];
  const hashes = tileHashes((level, index, width) => {
    read.push(`${level}/${index} ${width}`);
    return readTile(level, index, width);
  }, 65_900);
  await inclusionProof(65_700, 65_900, hashes);
  await inclusionProof(65_701, 65_900, hashes);
  await consistencyProof(65_701, 65_900, hashes);
  t.same(read.sort(), ['0/256 256', '0/257 108', '2/0 1']);
});

test('a tile that is too short or too long is not used', async (t) => {
  const wrong = (bytes: number) => tileHashes(() => new Uint8Array(bytes), 3);
  await t.rejects(inclusionProof(0, 3, wrong(2 * 32)), { message: /tile 0\/0 has 64 bytes, not 96/ });
  await t.rejects(inclusionProof(0, 3, wrong(4 * 32)), { message: /not 96/ });
  await t.resolves(inclusionProof(0, 3, wrong(3 * 32)));
});

test('an index or a size out of range is refused, and nothing is read', async (t) => {
  const none = () => {
    throw new Error('read');
  };
  for (const [index, size] of [
    [0, 0],
    [5, 5],
    [-1, 5],
    [0.5, 5],
    [Number.NaN, 5],
    [0, 2 ** 54],
    [0, -1],
  ] as const)
    await t.rejects(inclusionProof(index, size, none), { name: 'RangeError' }, `${index} ${size}`);
  for (const [size1, size2] of [
    [6, 5],
    [-1, 5],
    [0.5, 5],
    [1, Number.POSITIVE_INFINITY],
    [1, 2 ** 54],
  ] as const)
    await t.rejects(consistencyProof(size1, size2, none), { name: 'RangeError' }, `${size1} ${size2}`);
});

test('the same tree of 2^53 - 1 equal leaves is proved from hashes alone', async (t) => {
  const full = [leafHash(Buffer.of(1))];
  for (let level = 1; level < 53; level++) {
    const below = full[level - 1];
    if (below) full.push(nodeHash(below, below));
  }
  const hashes = (level: number) => full[level] ?? Buffer.alloc(0);
  const size = Number.MAX_SAFE_INTEGER;
  const rootHash = await rootOfSize(size, hashes);
  for (const index of [0, 1, 2 ** 52, 2 ** 52 + 1, size - 2, size - 1]) {
    const proof = await inclusionProof(index, size, hashes);
    const [leafIndex, treeSize] = [BigInt(index), BigInt(size)];
    t.doesNotThrow(() => verifyInclusion({ leafIndex, treeSize, leafHash: hashes(0), rootHash, proof }));
  }
  for (const size1 of [1, 2 ** 52, 2 ** 52 + 1, size - 1]) {
    const claim = {
      size1: BigInt(size1),
      size2: BigInt(size),
      root1: await rootOfSize(size1, hashes),
      root2: rootHash,
      proof: await consistencyProof(size1, size, hashes),
    };
    t.doesNotThrow(() => verifyConsistency(claim));
  }
});
