import type { Head } from '../../db/rows.ts';
import type { Asking } from '../../shapes/asking.ts';
import type { Edge } from '../../tlog/edge.ts';
import { Damaged, WentBack } from '../damaged.ts';
import type { StoredTree } from '../tree.ts';

/** Further behind than this, the edge is read anew rather than folded on. */
const foldedMax = 1024;

/**
 * The edge of the tree at the end of the log, from one of a time before. Throws Damaged where the tree is not that of the head,
 * and WentBack where it does not extend the log as it was seen before: seen is not before known.
 */
export function* edgeAt(tree: StoredTree, head: Head, known: Edge | undefined, seen: Head): Asking<Edge> {
  if (head.position < seen.position) throw new WentBack(head, seen);
  if (known && known.size <= head.position && head.position - known.size <= foldedMax) {
    const edge = known.clone();
    let isSeen = isRootOf(edge, seen);
    // Recorded through other instances.
    if (edge.size < head.position)
      for (const hash of yield* tree.hashes(0, edge.size, head.position - edge.size)) {
        edge.append(hash);
        if (edge.size === seen.position) isSeen = isRootOf(edge, seen);
      }
    if (isSeen && isRootOf(edge, head)) return edge;
  }
  const edge = yield* tree.edgeAt(head.position);
  if (!isRootOf(edge, head)) throw new Damaged('The tree does not have the root that the head names.');
  const root = seen.position === head.position ? head.rootHash : yield* tree.rootAt(seen.position);
  if (Buffer.compare(root, seen.rootHash) !== 0) throw new WentBack(head, seen);
  return edge;
}

const isRootOf = (edge: Edge, { position, rootHash }: Head): boolean =>
  edge.size === position && Buffer.compare(edge.root(), rootHash) === 0;
