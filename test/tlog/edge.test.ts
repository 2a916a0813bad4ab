import { test } from 'tap';
import { Edge, levelsOf, partialWidth } from '../../src/tlog/edge.ts';
import { leafHash, rootOf } from '../../src/tlog/merkle.ts';
import { numbered, PlainTree } from './plain-tree.ts';

const entries = numbered(70_000);
const leaves = entries.map(leafHash);
const tree = new PlainTree(entries);

const partialsOf = (edge: Edge): Uint8Array[][] =>
  Array.from({ length: levelsOf(edge.size) }, (_, level) => [...edge.partial(level)]);

test('the root of the edge, of its partial tiles and of all leaves is one, for every size up to 600', (t) => {
  const edge = new Edge(0, []);
  for (let size = 0; size <= 600; size++) {
    const root = rootOf(leaves.slice(0, size));
    t.ok(
      [edge.root(), new Edge(size, partialsOf(edge)).root(), tree.mth(0, size)].every(
        (other) => Buffer.compare(other, root) === 0,
      ),
      `size ${size}`,
    );
    edge.append(leaves[size] ?? root);
  }
  t.end();
});

test('the same holds around the size at which a third level of tiles begins, also from stored partial tiles', (t) => {
  const edge = new Edge(0, []);
  for (const leaf of leaves.slice(0, 65_530)) edge.append(leaf);
  for (let size = 65_530; size <= 65_545; size++) {
    const root = rootOf(leaves.slice(0, size));
    const stored = new Edge(size, partialsOf(edge));
    for (const other of [edge.root(), stored.root(), tree.mth(0, size)])
      t.same(Buffer.from(other), Buffer.from(root), `size ${size}`);
    edge.append(leaves[size] ?? root);
  }
  t.end();
});

test('appending 70,000 leaves fills each tile of tlog-tiles once, with the hashes that RFC 9162 gives it', (t) => {
  const edge = new Edge(0, []);
  const filled: string[] = [];
  for (const [i, leaf] of leaves.entries()) {
    for (const tile of edge.append(leaf)) {
      filled.push(`${tile.level}/${tile.index}`);
      const span = 256 ** tile.level;
      const first = tile.index * 256 * span;
      if (first + 256 * span !== i + 1) t.fail(`tile ${tile.level}/${tile.index} is full at size ${i + 1}`);
      const wrong = tile.hashes.some(
        (hash, k) => Buffer.compare(hash, tree.mth(first + k * span, first + (k + 1) * span)) !== 0,
      );
      if (wrong || tile.hashes.length !== 256) t.fail(`tile ${tile.level}/${tile.index}`);
      t.same(Buffer.from(tile.root), Buffer.from(tree.mth(first, first + 256 * span)));
    }
  }
  // The numbers are those of the example in C2SP tlog-tiles.
  t.equal(filled.filter((tile) => tile.startsWith('0/')).length, 273);
  t.same(
    filled.filter((tile) => !tile.startsWith('0/')),
    ['1/0'],
  );
  t.equal(new Set(filled).size, filled.length);
  for (const [level, width] of [112, 17, 1].entries()) {
    t.equal(partialWidth(70_000, level), width);
    const span = 256 ** level;
    const first = (Math.floor(70_000 / span) - width) * span;
    t.same(
      edge.partial(level).map((hash) => Buffer.from(hash)),
      Array.from({ length: width }, (_, k) =>
        Buffer.from(tree.mth(first + k * span, first + (k + 1) * span)),
      ),
    );
  }
  t.equal(levelsOf(70_000), 3);
  t.end();
});

test('an edge is refused whose partial tiles do not fit its size', (t) => {
  const leaf = leafHash(Buffer.of(1));
  t.throws(() => new Edge(2, [[leaf]]), { message: /level 0 does not fit size 2/ });
  t.throws(() => new Edge(256, [[]]), { message: /levels are missing/ });
  t.end();
});

test('a clone grows on its own', (t) => {
  const edge = new Edge(0, []);
  for (const leaf of leaves.slice(0, 255)) edge.append(leaf);
  const clone = edge.clone();
  const before = Buffer.from(edge.root());
  t.equal(clone.append(leaves[255] ?? before).length, 1);
  t.same(Buffer.from(edge.root()), before);
  t.equal(edge.partial(0).length, 255);
  t.same(Buffer.from(clone.root()), Buffer.from(tree.mth(0, 256)));
  t.end();
});
