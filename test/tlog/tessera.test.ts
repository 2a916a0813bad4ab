import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { type Checkpoint, openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { leafHash, rootOf, verifyConsistency, verifyInclusion } from '../../src/tlog/merkle.ts';
import { parseVerifierKey } from '../../src/tlog/note-key.ts';
import { consistencyProof, inclusionProof, tileHashes } from '../../src/tlog/proofs.ts';
import { encodeEntryBundle } from '../../src/tlog/tiles.ts';
import { formatTlogProof } from '../../src/tlog/tlog-proof.ts';
import { decodeEntryBundle, formatTilePath } from '../helpers/tiles.ts';
import { verifyTlogProof } from '../helpers/tlog-proof.ts';
import { rootOfSize, thrown } from './plain-tree.ts';

// A log that another implementation wrote and signed; its README tells more.
const log = new URL('../vectors/tessera/testdata/log/', import.meta.url);
const origin = 'example.com/log/testdata';
const key = parseVerifierKey(
  'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
);

const noteOf = (size: number): Uint8Array => readFileSync(new URL(`checkpoint.${size}`, log));
const sizes = Array.from({ length: 16 }, (_, size) => size);
const checkpoints = sizes.map((size) => openCheckpoint(noteOf(size), origin, [key]));
const readTile = (level: number, index: number, width: number): Buffer =>
  readFileSync(new URL(formatTilePath({ level, index, width }), log));
const bundleOf = (width: number): Uint8Array =>
  readFileSync(new URL(formatTilePath({ level: 'entries', index: 0, width }), log));
const entries = decodeEntryBundle(bundleOf(15), 15);
const leaves = entries.map(leafHash);
const rootAt = (size: number): Uint8Array => checkpoints[size]?.rootHash ?? new Uint8Array();

test('every checkpoint of the Tessera log opens, with the root that its entries have', async (t) => {
  for (const [size, { size: stated, rootHash }] of checkpoints.entries()) {
    t.equal(stated, BigInt(size));
    t.same(Buffer.from(rootOf(leaves.slice(0, size))), Buffer.from(rootHash), `size ${size}`);
    t.same(Buffer.from(await rootOfSize(size, tileHashes(readTile, size))), Buffer.from(rootHash));
  }
  t.same(readFileSync(new URL('checkpoint', log)), Buffer.from(noteOf(15)));
});

test('every partial tile and every entry bundle of the Tessera log holds its entries', (t) => {
  for (const width of sizes.slice(1)) {
    t.same(Buffer.from(readTile(0, 0, width)), Buffer.concat(leaves.slice(0, width)), `tile of ${width}`);
    const bundle = bundleOf(width);
    t.same(Buffer.from(encodeEntryBundle(decodeEntryBundle(bundle, width))), Buffer.from(bundle));
    t.same(
      Buffer.from(encodeEntryBundle(entries.slice(0, width))),
      Buffer.from(bundle),
      `bundle of ${width}`,
    );
  }
  t.same(
    entries.slice(0, 3).map(String),
    ['one', 'two', 'three'].map((word) => String(Buffer.from(word))),
  );
  t.end();
});

test('of the Tessera log, all 120 pairs of checkpoints are consistent, and none the other way round', async (t) => {
  let pairs = 0;
  for (const size2 of sizes) {
    for (const size1 of sizes.slice(0, size2)) {
      const hashes = tileHashes(readTile, size2);
      const claim = {
        size1: BigInt(size1),
        size2: BigInt(size2),
        root1: rootAt(size1),
        root2: rootAt(size2),
        proof: await consistencyProof(size1, size2, hashes),
      };
      t.doesNotThrow(() => verifyConsistency(claim), `${size1} to ${size2}`);
      const swapped = { ...claim, root1: claim.root2, root2: claim.root1 };
      if (thrown(() => verifyConsistency(swapped)) !== 'ProofError') t.fail(`${size1} and ${size2} swapped`);
      pairs += 1;
    }
  }
  t.equal(pairs, 120);
});

test('of the Tessera log, every entry is proved to be in every tree that has it, and in no place but its own', async (t) => {
  let proved = 0;
  for (const size of sizes) {
    const hashes = tileHashes(readTile, size);
    for (let index = 0; index < size; index++) {
      const proof = await inclusionProof(index, size, hashes);
      const text = formatTlogProof({
        index: BigInt(index),
        hashes: proof,
        checkpoint: String(Buffer.from(noteOf(size))),
      });
      for (const [at, entry] of entries.entries()) {
        const inTree = thrown(() =>
          verifyInclusion({
            leafIndex: BigInt(at),
            treeSize: BigInt(size),
            leafHash: leafHash(entry),
            rootHash: rootAt(size),
            proof,
          }),
        );
        const byText = thrown(() => verifyTlogProof(text, entry, origin, [key]));
        const expected = at === index ? undefined : 'ProofError';
        if (inTree !== expected || byText !== expected) t.fail(`entry ${at} by the proof of ${index}`);
      }
      proved += 1;
    }
  }
  t.equal(proved, 120);
});

test('a checkpoint of the Tessera log with a digit changed is refused', (t) => {
  const changed = String(Buffer.from(noteOf(15))).replace('\n15\n', '\n14\n');
  const open = (): Checkpoint => openCheckpoint(changed, origin, [key]);
  t.throws(open, { name: 'SignatureError' });
  t.end();
});
