import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import {
  type Consistency,
  emptyRoot,
  type Inclusion,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../src/tlog/merkle.ts';
import { inclusionProof } from '../../src/tlog/proofs.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { numbered, PlainTree, pathSides, proofSides, spoiled, thrown } from './plain-tree.ts';

interface Vectors {
  leafInputsHex: string[];
  nodeHashesByLevelHex: string[][];
  rootHashesBySizeHex: string[];
  accumulated: { treeHashes: { sha256: string }; inclusionProofs: { sha256: string } };
}
const folder = new URL('../vectors/transparency-dev-merkle/', import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(new URL('rfc6962-tree-hashes.json', folder), 'utf8'));
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');

/** Of the trees whose proofs are all tried. */
const leavesMax = effort(120, 300);
const tree = new PlainTree(numbered(300));
const foreign = leafHash(Buffer.from('of another tree'));
/** The tests that spoil proofs take every leaf and pair up to size 72, and every seventh of those of the larger sizes. */
const sizesToSpoil = [
  ...Array.from({ length: effort(80, 130) }, (_, i) => i + 1),
  192,
  193,
  255,
  256,
  257,
  299,
  300,
];
const stepAt = (size: number): number => (size > 72 ? effort(29, 7) : 1);
const sizes = (max: number): number[] => Array.from({ length: max }, (_, i) => i + 1);

const inclusion = (index: number, size: number): Inclusion => ({
  leafIndex: BigInt(index),
  treeSize: BigInt(size),
  leafHash: tree.mth(index, index + 1),
  rootHash: tree.mth(0, size),
  proof: tree.path(index, 0, size),
});
const consistency = (size1: number, size2: number): Consistency => ({
  size1: BigInt(size1),
  size2: BigInt(size2),
  root1: tree.mth(0, size1),
  root2: tree.mth(0, size2),
  proof: tree.proof(size1, size2),
});

test('leaves, nodes and roots are those of the transparency-dev vectors', (t) => {
  const leaves = vectors.leafInputsHex.map((input) => leafHash(bytes(input)));
  t.same(leaves.map(hex), vectors.nodeHashesByLevelHex[0]);
  let level = leaves;
  for (const expected of vectors.nodeHashesByLevelHex.slice(1)) {
    level = expected.map((_, i) => nodeHash(level[2 * i] ?? foreign, level[2 * i + 1] ?? foreign));
    t.same(level.map(hex), expected);
  }
  t.same(
    vectors.rootHashesBySizeHex.map((_, size) => hex(rootOf(leaves.slice(0, size)))),
    vectors.rootHashesBySizeHex,
  );
  t.equal(vectors.rootHashesBySizeHex.length, 9);
  t.equal(hex(emptyRoot), vectors.rootHashesBySizeHex[0]);
  t.equal(
    hex(leafHash(Buffer.from('L123456'))),
    '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
  );
  t.end();
});

test('every subtree of 130 leaves, and every inclusion proof in one, is that of the transparency-dev vectors', async (t) => {
  const leaves = Array.from({ length: 130 }, (_, i) => leafHash(Buffer.of(i)));
  const roots = createHash('sha256');
  const proofs = createHash('sha256');
  for (let end = 0; end <= 130; end++) {
    for (let start = 0; start <= end; start++) {
      if (start < end && start % 2 ** Math.ceil(Math.log2(end - start)) !== 0) continue;
      const part = leaves.slice(start, end);
      roots.update(`[${start}, ${end}) ${hex(rootOf(part))}\n`);
      for (let index = start; index < end; index++) {
        const proof = await inclusionProof(index - start, end - start, (level, i) =>
          rootOf(part.slice(i * 2 ** level, (i + 1) * 2 ** level)),
        );
        proofs.update(`${index} [${start}, ${end})${proof.map((hash) => ` ${hex(hash)}`).join('')}\n`);
      }
    }
  }
  t.equal(roots.digest('hex'), vectors.accumulated.treeHashes.sha256);
  t.equal(proofs.digest('hex'), vectors.accumulated.inclusionProofs.sha256);
});

test(`every inclusion proof in trees of up to ${leavesMax} leaves verifies`, moreInLong, (t) => {
  const wrong = sizes(leavesMax).flatMap((size) =>
    sizes(size).filter((_, index) => thrown(() => verifyInclusion(inclusion(index, size)))),
  );
  t.same(wrong, []);
  t.end();
});

test(`every consistency proof between trees of up to ${leavesMax} leaves verifies`, moreInLong, (t) => {
  const wrong = [0, ...sizes(leavesMax)].flatMap((size2) =>
    [0, ...sizes(size2)].filter((size1) => thrown(() => verifyConsistency(consistency(size1, size2)))),
  );
  t.same(wrong, []);
  t.end();
});

test('an inclusion proof with leaf, root, order, length or any hash changed is refused', moreInLong, (t) => {
  let accepted = 0;
  let tried = 0;
  const refuses = (one: Inclusion): void => {
    tried += 1;
    if (thrown(() => verifyInclusion(one)) !== 'ProofError') accepted += 1;
  };
  for (const size of sizesToSpoil) {
    for (let index = 0; index < size; index += stepAt(size)) {
      const good = inclusion(index, size);
      refuses({ ...good, leafHash: foreign });
      refuses({ ...good, rootHash: foreign });
      refuses({ ...good, rootHash: good.rootHash.subarray(0, 31) });
      refuses({ ...good, leafIndex: BigInt(size) });
      refuses({ ...good, leafIndex: BigInt(-1 - index) });
      refuses({ ...good, treeSize: BigInt(index) });
      refuses({ ...good, treeSize: BigInt(-size) });
      refuses({ ...good, leafIndex: good.leafIndex + 2n ** 64n });
      for (const proof of spoiled(good.proof, foreign)) refuses({ ...good, proof });
    }
  }
  t.equal(accepted, 0);
  t.ok(tried > effort(25_000, 100_000), `${tried} tried`);
  t.end();
});

test('a consistency proof with a root, order, length or any hash changed is refused', moreInLong, (t) => {
  let accepted = 0;
  let tried = 0;
  const refuses = (one: Consistency): void => {
    tried += 1;
    if (thrown(() => verifyConsistency(one)) !== 'ProofError') accepted += 1;
  };
  for (const size2 of [0, ...sizesToSpoil]) {
    for (let size1 = 0; size1 <= size2; size1 += stepAt(size2)) {
      const good = consistency(size1, size2);
      refuses({ ...good, root1: foreign });
      // Any tree extends the empty one.
      if (size1 > 0 || size2 === 0) refuses({ ...good, root2: foreign });
      refuses({ ...good, root1: good.root1.subarray(0, 31) });
      refuses({ ...good, root2: Buffer.concat([good.root2, Buffer.of(0)]) });
      refuses({ ...good, size1: BigInt(-1 - size1) });
      refuses({ ...good, size1: -1n, size2: -1n });
      if (size1 !== size2) {
        refuses({ ...good, root1: good.root2, root2: good.root1 });
        refuses({ ...good, size1: good.size2, size2: good.size1 });
      }
      for (const proof of spoiled(good.proof, foreign)) refuses({ ...good, proof });
    }
  }
  t.equal(accepted, 0);
  t.ok(tried > effort(25_000, 100_000), `${tried} tried`);
  t.end();
});

// By the RFC's algorithm, sizes count only so far as they shape the way to the root: a proof holds for another index and
// size exactly if the way turns left and right alike. So in one tree no other index passes, and no size of another shape.
test('an inclusion proof holds for another index or size only where the way to the root is the same', (t) => {
  const all = sizes(24).flatMap((size) => sizes(size).map((one) => ({ index: one - 1, size })));
  const sides = all.map(({ index, size }) => pathSides(index, size));
  const wrong: unknown[] = [];
  for (const [i, { index, size }] of all.entries()) {
    const good = inclusion(index, size);
    for (const [k, other] of all.entries()) {
      const claim = { ...good, leafIndex: BigInt(other.index), treeSize: BigInt(other.size) };
      const holds = thrown(() => verifyInclusion(claim)) === undefined;
      if (holds !== (sides[i] === sides[k])) wrong.push([index, size, other]);
      if (holds && other.size === size && other.index !== index) wrong.push([index, size, other]);
    }
  }
  t.same(wrong, []);
  t.end();
});

test('a consistency proof holds for other sizes only where both ways to the roots are the same', (t) => {
  const all = sizes(24).flatMap((size2) => sizes(size2).map((size1) => ({ size1, size2 })));
  const sides = all.map(({ size1, size2 }) => proofSides(size1, size2));
  const wrong: unknown[] = [];
  for (const [i, { size1, size2 }] of all.entries()) {
    const good = consistency(size1, size2);
    for (const [k, other] of all.entries()) {
      const claim = { ...good, size1: BigInt(other.size1), size2: BigInt(other.size2) };
      const holds = thrown(() => verifyConsistency(claim)) === undefined;
      if (holds !== (sides[i] === sides[k])) wrong.push([size1, size2, other]);
    }
  }
  t.same(wrong, []);
  t.end();
});

test('the empty tree has one root, is extended by any tree with an empty proof, and has no leaves', (t) => {
  const none = { size1: 0n, size2: 5n, root1: emptyRoot, root2: tree.mth(0, 5), proof: [] };
  t.doesNotThrow(() => verifyConsistency(none));
  t.throws(() => verifyConsistency({ ...none, root1: foreign }), { name: 'ProofError' });
  t.throws(() => verifyConsistency({ ...none, proof: [none.root2] }), { name: 'ProofError' });
  t.doesNotThrow(() => verifyConsistency({ ...none, size2: 0n, root2: emptyRoot }));
  t.throws(() => verifyConsistency({ ...none, size2: 0n, root1: foreign, root2: foreign }), {
    name: 'ProofError',
  });
  t.throws(
    () =>
      verifyInclusion({
        leafIndex: 0n,
        treeSize: 0n,
        leafHash: emptyRoot,
        rootHash: emptyRoot,
        proof: [],
      }),
    { name: 'ProofError' },
  );
  t.end();
});

test('an index and a size beyond 2^53 are exact', (t) => {
  // A full tree of 2^60 leaves: the bits of the index say on which side each sibling stands.
  const proof = Array.from({ length: 60 }, (_, i) => leafHash(Buffer.of(i)));
  const leafIndex = 2n ** 59n + 2n ** 53n + 1n;
  const rootHash = proof.reduce(
    (node, sibling, level) =>
      (leafIndex >> BigInt(level)) % 2n === 1n ? nodeHash(sibling, node) : nodeHash(node, sibling),
    foreign,
  );
  const treeSize = 2n ** 60n;
  const good = { leafIndex, treeSize, leafHash: foreign, rootHash, proof };
  t.doesNotThrow(() => verifyInclusion(good));
  for (const other of [leafIndex - 1n, leafIndex + 1n, leafIndex - 2n ** 53n])
    t.throws(() => verifyInclusion({ ...good, leafIndex: other }), { name: 'ProofError' });
  t.throws(() => verifyInclusion({ ...good, treeSize: treeSize * 2n }), { name: 'ProofError' });

  // One leaf and then another are added to it.
  const [one, two] = [leafHash(Buffer.of(1)), leafHash(Buffer.of(2))];
  const root1 = nodeHash(rootHash, one);
  const root2 = nodeHash(rootHash, nodeHash(one, two));
  t.doesNotThrow(() =>
    verifyInclusion({
      leafIndex: treeSize,
      treeSize: treeSize + 1n,
      leafHash: one,
      rootHash: root1,
      proof: [rootHash],
    }),
  );
  t.doesNotThrow(() =>
    verifyConsistency({
      size1: treeSize,
      size2: treeSize + 1n,
      root1: rootHash,
      root2: root1,
      proof: [one],
    }),
  );
  const grown = { size1: treeSize + 1n, size2: treeSize + 2n, root1, root2, proof: [one, two, rootHash] };
  t.doesNotThrow(() => verifyConsistency(grown));
  t.throws(() => verifyConsistency({ ...grown, size1: treeSize }), { name: 'ProofError' });
  t.throws(() => verifyConsistency({ ...grown, size2: treeSize + 3n, proof: [one, rootHash] }), {
    name: 'ProofError',
  });
  t.end();
});
