import { Edge, levelsOf, partialWidth, rootOfPartials, tileWidth } from '../tlog/edge.ts';
import { hashBytes } from '../tlog/merkle.ts';
import type { Head } from './store.ts';

/**
 * Runs a statement; gives its rows, whose type is what the statement selects. Under a name it may stay prepared on the connection:
 * only what has the same plan whatever the tables hold, as a plan that was made for a small table would be kept for long.
 */
export type Run = <R extends object>(text: string, values?: unknown[], name?: string) => Promise<R[]>;

export interface HeadRow {
  position: number;
  recorded_at: number;
  root_hash: Buffer;
}

export const headOf = ({ position, recorded_at, root_hash }: HeadRow): Head => ({
  position,
  recordedAt: recorded_at,
  rootHash: root_hash,
});

/** Further behind than this, the edge is read anew rather than folded on. */
const foldedMax = 1024;

/** The edge of the tree at the end of the log, from one of a time before. Throws where the tree is not that of the head. */
export async function edgeAt(head: Head, known: Edge | undefined, run: Run): Promise<Edge> {
  if (known && known.size <= head.position && head.position - known.size <= foldedMax) {
    const edge = known.clone();
    // Recorded through other instances.
    if (edge.size < head.position)
      for (const hash of await hashesOf(0, edge.size, head.position - edge.size, run)) edge.append(hash);
    if (isRootOf(edge, head)) return edge;
  }
  const edge = new Edge(head.position, await partialsOf(head.position, run));
  if (!isRootOf(edge, head)) throw new Error('the tree does not have the root that the head names');
  return edge;
}

const isRootOf = (edge: Edge, head: Head): boolean =>
  edge.size === head.position && Buffer.compare(edge.root(), head.rootHash) === 0;

/** The root of the tree of any size that the log has had. */
export const rootAt = async (size: number, run: Run): Promise<Uint8Array> =>
  rootOfPartials(await partialsOf(size, run));

/** The first hashes of a tile; undefined: it has not that many. */
export async function tileAt(
  level: number,
  index: number,
  width: number,
  run: Run,
): Promise<Uint8Array | undefined> {
  const [full] = await run<{ hashes: Buffer }>(
    'select hashes from tiles where level = $1 and tile_index = $2',
    [level, index],
  );
  if (full) return full.hashes.subarray(0, width * hashBytes);
  const hashes = await hashesOf(level, index * tileWidth, width, run);
  return hashes.length < width ? undefined : Buffer.concat(hashes);
}

/** By level, the hashes at the right end that are in no full tile. */
async function partialsOf(size: number, run: Run): Promise<Uint8Array[][]> {
  const partials: Uint8Array[][] = [];
  for (let level = 0; level < levelsOf(size); level++) {
    const width = partialWidth(size, level);
    const first = Math.floor(size / tileWidth ** (level + 1)) * tileWidth;
    const hashes = width === 0 ? [] : await hashesOf(level, first, width, run);
    if (hashes.length !== width) throw new Error(`the tree lacks hashes at level ${level} from ${first}`);
    partials.push(hashes);
  }
  return partials;
}

/** Hashes of a level: of the leaves, hashed by the database (RFC 6962, section 2.1), or the roots of full tiles. */
async function hashesOf(level: number, first: number, width: number, run: Run): Promise<Uint8Array[]> {
  const rows =
    level === 0
      ? await run<{ hash: Buffer }>(
          `select sha256('\\x00'::bytea || convert_to(leaf, 'UTF8')) as hash from events
            where position > $1 and position <= $2 order by position`,
          [first, first + width],
        )
      : await run<{ hash: Buffer }>(
          `select root as hash from tiles where level = $1 and tile_index >= $2 and tile_index < $3
            order by tile_index`,
          [level - 1, first, first + width],
        );
  return rows.map(({ hash }) => hash);
}
