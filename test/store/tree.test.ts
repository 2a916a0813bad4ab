import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { answeredAtOnce } from '../../src/shapes/asking.ts';
import { answerOf, sqlite } from '../../src/store/sqlite/statements.ts';
import { StoredTree } from '../../src/store/tree.ts';
import { Edge } from '../../src/tlog/edge.ts';
import { firstSubtrees, nodesOver } from '../../src/tlog/full-tile.ts';
import { leafHash, subtreesOf } from '../../src/tlog/merkle.ts';
import { numbered, PlainTree } from '../tlog/plain-tree.ts';

const hex = (hashes: readonly Uint8Array[]): string[] =>
  hashes.map((hash) => Buffer.from(hash).toString('hex'));

test('the subtrees over the first hashes of a full tile need no hashing', (t) => {
  const hashes = numbered(256).map(leafHash);
  const nodes = nodesOver(hashes);
  for (let width = 0; width <= 256; width++)
    t.same(hex(firstSubtrees(nodes, width)), hex(subtreesOf(hashes.slice(0, width))), `${width}`);
  t.end();
});

test('the root of any size is told from stored tiles, also where a tile of the second level is full', (t) => {
  const handle = new Sqlite(':memory:');
  t.teardown(() => handle.close());
  handle.exec(`create table events (position integer primary key, leaf text);
    create table tiles (level integer, tile_index integer, root blob, hashes blob, primary key (level, tile_index))`);
  const insert = handle.prepare('insert into tiles values (?, ?, ?, ?)');
  const entries = numbered(140_000);
  const plain = new PlainTree(entries);
  const edge = new Edge(0, []);
  handle.transaction(() => {
    for (const entry of entries)
      for (const { level, index, root, hashes } of edge.append(leafHash(entry)))
        insert.run(level, index, root, Buffer.concat(hashes));
  })();
  const tree = new StoredTree(sqlite);
  const answer = answerOf(handle);
  const rootAt = (size: number) => answeredAtOnce(tree.rootAt(size, edge), answer);
  const sizes = [
    1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000, 131_071, 131_072, 131_500, 139_776, 140_000,
  ];
  // Each twice: what is kept of the first time is used the second time.
  for (const size of [...sizes, ...sizes])
    t.same(hex([rootAt(size)]), hex([plain.mth(0, size)]), `size ${size}`);
  handle.prepare('delete from tiles where level = 0 and tile_index = 3').run();
  t.throws(() => rootAt(800), /lacks hashes/);
  t.end();
});
