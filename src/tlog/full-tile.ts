import { nodeHash } from './merkle.ts';

/** The nodes over the hashes of a full tile, by height, the hashes first. With them, a tree that ends in the tile needs no hashing. */
export type TileNodes = readonly (readonly Uint8Array[])[];

export function nodesOver(hashes: readonly Uint8Array[]): TileNodes {
  const nodes = [hashes];
  for (let below = hashes; below.length > 1; ) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < below.length; i += 2)
      above.push(nodeHash(below[i] as Uint8Array, below[i + 1] as Uint8Array)); // Both are there.
    nodes.push(above);
    below = above;
  }
  return nodes;
}

/** The full subtrees over the first `width` hashes, the largest first. */
export function firstSubtrees(nodes: TileNodes, width: number): Uint8Array[] {
  const subtrees: Uint8Array[] = [];
  let covered = 0;
  for (let height = nodes.length - 1; height >= 0; height--) {
    const size = 2 ** height;
    const node = nodes[height]?.[covered / size];
    if (!node || covered + size > width) continue;
    subtrees.push(node);
    covered += size;
  }
  return subtrees;
}
