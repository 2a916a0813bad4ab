import type { Head } from '../../db/rows.ts';
import type { Asking, Query } from '../../shapes/asking.ts';
import type { Edge } from '../../tlog/edge.ts';
import { Damaged, WentBack } from '../damaged.ts';
import type { StoredTree } from '../tree.ts';
import { postgres } from './run.ts';

/** Further behind than this, the edge is read anew rather than folded on. */
const foldedMax = 1024;

export interface LeafHash {
  hash: Uint8Array;
}

/** The hashes of the leaves that an edge lacks, the first ones: other instances may have recorded since. */
export const hashesBehind = ({ size }: Edge): Query => ({
  text: `select ${postgres.leafHash} as hash from events where position > $1 order by position limit ${foldedMax}`,
  values: [size],
});

/**
 * The edge of the tree at the end of the log, from one of a time before and the `hashesBehind` it. Throws Damaged where the tree is
 * not that of the head, and WentBack where it does not extend the log as it was seen before, each time: seen is in the order of
 * the log, and begins not before known.
 */
export function* edgeAt(
  tree: StoredTree,
  head: Head,
  known: Edge,
  behind: LeafHash[],
  seen: readonly Head[],
): Asking<Edge> {
  const later = seen.find(({ position }) => position > head.position);
  if (later) throw new WentBack(head, later);
  if (known.size <= head.position) {
    const edge = known.clone();
    let ahead = isRootOf(edge, seen[0]) ? 1 : 0;
    for (const { hash } of behind.slice(0, head.position - known.size)) {
      edge.append(hash);
      if (isRootOf(edge, seen[ahead])) ahead++;
    }
    if (ahead === seen.length && isRootOf(edge, head)) return edge;
  }
  const edge = yield* tree.edgeAt(head.position);
  if (!isRootOf(edge, head)) throw new Damaged('The tree does not have the root that the head names.');
  for (const one of seen) {
    const root = one.position === head.position ? head.rootHash : yield* tree.rootAt(one.position);
    if (Buffer.compare(root, one.rootHash) !== 0) throw new WentBack(head, one);
  }
  return edge;
}

const isRootOf = (edge: Edge, end: Head | undefined): boolean =>
  edge.size === end?.position && Buffer.compare(edge.root(), end.rootHash) === 0;
