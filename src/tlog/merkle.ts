import { sha256, sha256Prefixed, sha256PrefixedText } from './crypto.ts';

/**
 * The Merkle tree of RFC 6962, section 2.1 (unchanged in RFC 9162): SHA-256, with the prefixes 0x00 for a leaf
 * and 0x01 for a node. Hashes are 32 bytes.
 */
export const hashBytes = 32;

const nodeInput = new Uint8Array(1 + 2 * hashBytes).fill(1);

/** The hash of an entry: SHA-256(0x00 || bytes). */
export const leafHash = (bytes: Uint8Array): Uint8Array => sha256Prefixed(0, bytes);

/** The hash of an entry that is text, in UTF-8. */
export const leafHashOf = (leaf: string): Uint8Array => sha256PrefixedText(0, leaf);

/** The hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashBytes);
  return sha256(nodeInput);
}

/** The hashes in bytes that have one after the other. */
export const hashesIn = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / hashBytes }, (_, i) =>
    bytes.subarray(i * hashBytes, (i + 1) * hashBytes),
  );

/** The hash of a tree without entries: SHA-256 of nothing. */
export const emptyRoot: Uint8Array = sha256(new Uint8Array());

/** The root of a tree over these hashes: hashes of leaves, or of full subtrees of one size. */
export function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  return rootOfSubtrees(subtreesOf(hashes));
}

/** The root of a tree that consists of these full subtrees, the largest (leftmost) first. */
export function rootOfSubtrees(subtrees: readonly Uint8Array[]): Uint8Array {
  let right = subtrees.at(-1);
  for (let i = subtrees.length - 2; right && i >= 0; i--) right = nodeHash(subtrees[i] as Uint8Array, right); // Inside the bounds.
  return right ?? emptyRoot;
}

/** The full subtrees that these hashes make up, the largest first: one for each bit of their number. */
export function subtreesOf(hashes: readonly Uint8Array[]): Uint8Array[] {
  const subtrees: Uint8Array[] = [];
  for (const [count, hash] of hashes.entries()) addToSubtrees(subtrees, count, hash);
  return subtrees;
}

/** Adds a hash to the full subtrees that so many hashes make up. */
export function addToSubtrees(subtrees: Uint8Array[], count: number, hash: Uint8Array): void {
  let node = hash;
  for (let bits = count; bits % 2 === 1; bits = Math.floor(bits / 2)) {
    const left = subtrees.pop();
    if (!left) throw new Error('a subtree is missing');
    node = nodeHash(left, node);
  }
  subtrees.push(node);
}

/** The hashes do not prove the claim. */
export class ProofError extends Error {
  override name = 'ProofError';
}

export interface Inclusion {
  leafIndex: bigint;
  treeSize: bigint;
  leafHash: Uint8Array;
  rootHash: Uint8Array;
  /** From the sibling of the leaf up to a child of the root. */
  proof: readonly Uint8Array[];
}

/**
 * Checks that the leaf is in the tree, at that index: RFC 9162, section 2.1.3.2. Throws a ProofError if not, also if
 * the proof is too long or too short or a hash has not 32 bytes. As in the RFC, a proof binds the size only so far as
 * it shapes the path to the root, so size and root must come from one checkpoint.
 */
export function verifyInclusion({ leafIndex, treeSize, leafHash, rootHash, proof }: Inclusion): void {
  requireHashes([leafHash, rootHash, ...proof]);
  if (leafIndex < 0n || leafIndex >= treeSize)
    throw new ProofError(`a tree of ${treeSize} leaves has none at index ${leafIndex}`);
  let node = leafIndex;
  let last = treeSize - 1n;
  let root = leafHash;
  for (const hash of proof) {
    if (last === 0n) throw new ProofError('the proof is too long');
    if (node % 2n === 1n || node === last) {
      root = nodeHash(hash, root);
      // A node without a sibling at its right is the same node in the levels above, until it has one at its left.
      for (; node % 2n === 0n && node > 0n; node >>= 1n) last >>= 1n;
    } else {
      root = nodeHash(root, hash);
    }
    node >>= 1n;
    last >>= 1n;
  }
  if (last > 0n) throw new ProofError('the proof is too short');
  requireEqual(root, rootHash, 'the proof leads to another root');
}

export interface Consistency {
  size1: bigint;
  size2: bigint;
  root1: Uint8Array;
  root2: Uint8Array;
  proof: readonly Uint8Array[];
}

/**
 * Checks that the second tree is the first one with leaves added: RFC 9162, section 2.1.4.2. Throws a ProofError if not,
 * also if the proof is too long or too short or a hash has not 32 bytes. Trees of one size need an empty proof and one
 * root. The RFC leaves size1 = 0 open: any tree extends the empty one, so here it needs an empty proof and the empty root.
 */
export function verifyConsistency({ size1, size2, root1, root2, proof }: Consistency): void {
  requireHashes([root1, root2, ...proof]);
  if (size1 < 0n || size1 > size2) throw new ProofError(`size ${size2} does not extend size ${size1}`);
  if (size1 === 0n) requireEqual(root1, emptyRoot, 'the empty tree has another root');
  if (size1 === size2) requireEqual(root1, root2, 'trees of one size have different roots');
  if (size1 === 0n || size1 === size2) {
    if (proof.length > 0) throw new ProofError('the proof must be empty');
    return;
  }
  // The largest full subtree at the right end of the first tree is where both ways to the roots begin.
  let node = size1 - 1n;
  let last = size2 - 1n;
  for (; node % 2n === 1n; node >>= 1n) last >>= 1n;
  const [start, ...path] = node === 0n ? [root1, ...proof] : proof;
  if (!start) throw new ProofError('the proof is too short');
  let first = start;
  let second = start;
  for (const hash of path) {
    if (last === 0n) throw new ProofError('the proof is too long');
    if (node % 2n === 1n || node === last) {
      first = nodeHash(hash, first);
      second = nodeHash(hash, second);
      for (; node % 2n === 0n && node > 0n; node >>= 1n) last >>= 1n;
    } else {
      second = nodeHash(second, hash);
    }
    node >>= 1n;
    last >>= 1n;
  }
  if (last > 0n) throw new ProofError('the proof is too short');
  requireEqual(first, root1, 'the proof leads to another first root');
  requireEqual(second, root2, 'the proof leads to another second root');
}

function requireHashes(hashes: readonly Uint8Array[]): void {
  for (const hash of hashes)
    if (hash.length !== hashBytes) throw new ProofError(`a hash has ${hash.length} bytes, not ${hashBytes}`);
}

function requireEqual(computed: Uint8Array, given: Uint8Array, fault: string): void {
  if (computed.some((byte, i) => byte !== given[i])) throw new ProofError(fault);
}
