import { emptyRoot, hashBytes, nodeHash, ProofError } from '../../src/tlog/merkle.ts';

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
