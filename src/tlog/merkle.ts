import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962, section 2.1 (unchanged in RFC 9162): SHA-256, with the prefixes 0x00 for a leaf
 * and 0x01 for a node. Hashes are 32 bytes.
 */
export const hashBytes = 32;

const nodeInput = Buffer.alloc(1 + 2 * hashBytes, 1);

/** The hash of an entry: SHA-256(0x00 || bytes). */
export function leafHash(bytes: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(bytes.length + 1);
  input[0] = 0;
  input.set(bytes, 1);
  return hash('sha256', input, 'buffer');
}

/** The hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashBytes);
  return hash('sha256', nodeInput, 'buffer');
}

/** The hash of a tree without entries: SHA-256 of nothing. */
export const emptyRoot: Uint8Array = hash('sha256', '', 'buffer');

/** The root of a tree over these hashes, which may be of leaves or of equally large full subtrees. */
export function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  return rootOfSubtrees(subtreesOf(hashes));
}

/** The root of a tree that consists of these full subtrees, the largest (leftmost) first. */
export function rootOfSubtrees(subtrees: readonly Uint8Array[]): Uint8Array {
  return (
    subtrees.reduceRight<Uint8Array | undefined>(
      (right, left) => (right ? nodeHash(left, right) : left),
      undefined,
    ) ?? emptyRoot
  );
}

/** The full subtrees that these hashes make up, the largest first: one for each bit of their number. */
export function subtreesOf(hashes: readonly Uint8Array[]): Uint8Array[] {
  const stack: { size: number; hash: Uint8Array }[] = [];
  for (const leaf of hashes) {
    let node = { size: 1, hash: leaf };
    for (let top = stack.at(-1); top?.size === node.size; top = stack.at(-1)) {
      stack.pop();
      node = { size: node.size * 2, hash: nodeHash(top.hash, node.hash) };
    }
    stack.push(node);
  }
  return stack.map((node) => node.hash);
}
