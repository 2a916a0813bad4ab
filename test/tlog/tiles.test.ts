import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'tap';
import { levelsOf, partialWidth } from '../../src/tlog/edge.ts';
import { encodeEntryBundle, parseTilePath, type TileName } from '../../src/tlog/tiles.ts';
import { decodeEntryBundle, formatTilePath } from '../helpers/tiles.ts';
import { thrown } from './plain-tree.ts';

interface GoTiles {
  paths: { path: string; h: number; l: number; n: number; w: number; invalid?: true }[];
}
interface Examples {
  tilePath: { n: number; path: string }[];
  tileArithmetic: Record<string, number>[];
}
const read = (path: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8'));
const go: GoTiles = read('golang-mod-sumdb/tiles.json');
const examples: Examples = read('c2sp/examples.json');

test('tile paths are those of the Go vectors, without the height', (t) => {
  for (const { path, h, l, n, w, invalid } of go.paths) {
    const ours = path.replace(/^tile\/\d+\//, 'tile/').replace('/data/', '/entries/');
    if (invalid) {
      t.throws(() => parseTilePath(ours), { name: 'FormatError' }, path);
      continue;
    }
    // What is full there, at a smaller height, has no width in its path.
    const width = w === 2 ** h ? 256 : w;
    const name: TileName = { level: l === -1 ? 'entries' : l, index: n, width };
    t.same(parseTilePath(ours), name, path);
    t.equal(formatTilePath(name), ours);
  }
  t.equal(go.paths.length, 8);
  t.end();
});

test('tile paths and numbers of tiles are those of the examples in tlog-tiles', (t) => {
  for (const { n, path } of examples.tilePath) {
    t.equal(formatTilePath({ level: 0, index: n, width: 256 }), `tile/0/${path}`);
    t.equal(formatTilePath({ level: 'entries', index: n, width: 7 }), `tile/entries/${path}.p/7`);
  }
  for (const { size = 0, ...counts } of examples.tileArithmetic) {
    for (let level = 0; level < levelsOf(size); level++) {
      if (counts[`level${level}Full`] !== undefined)
        t.equal(Math.floor(size / 256 ** (level + 1)), counts[`level${level}Full`]);
      t.equal(partialWidth(size, level), counts[`level${level}Partial`]);
    }
  }
  t.equal(examples.tileArithmetic.length, 2);
  t.end();
});

test('a tile path comes back from its text, and no other text gives the same', (t) => {
  const name = fc.record({
    level: fc.oneof(fc.constant<'entries'>('entries'), fc.integer({ min: 0, max: 63 })),
    index: fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 999, 1000, 999_999, 1_000_000)),
    width: fc.integer({ min: 1, max: 256 }),
  });
  fc.assert(
    fc.property(name, fc.nat(), fc.constantFrom(...'0129xp/. é'), (one, at, character) => {
      const path = formatTilePath(one);
      t.same(parseTilePath(path), one);
      const place = at % (path.length + 1);
      const changed = path.slice(0, place) + character + path.slice(place);
      // It may be the path of another tile, but then in the one way to write that.
      if (thrown(() => parseTilePath(changed)) === undefined)
        t.equal(formatTilePath(parseTilePath(changed)), changed);
    }),
  );
  t.end();
});

test('a path that is not canonical is refused', (t) => {
  const bad = [
    '',
    'tile',
    '/tile/0/000',
    'tile/0/000/',
    'tile/0/000 ',
    'tile/0/000\n',
    'tile//000',
    'tile/0/',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/x000',
    'tile/0/x000/001',
    'tile/0/x000/x001/002',
    'tile/0/001/002',
    'tile/0/x001/x002',
    'tile/0/X001/002',
    'tile/00/000',
    'tile/01/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/+1/000',
    'tile/data/000',
    'tile/Entries/000',
    'tile/0/000.p',
    'tile/0/000.p/',
    'tile/0/000.p/0',
    'tile/0/000.p/00',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/999',
    'tile/0/000.p/-1',
    'tile/0/000.p/1/',
    'tile/0/000.p/1.p/1',
    'tile/0/-01',
    'tile/0/1e2',
    'tile/0/٠٠٠',
    // 2^53, and far beyond
    'tile/0/x009/x007/x199/x254/x740/992',
    `tile/0/${'x001/'.repeat(40)}001`,
    'tile/0/../000',
    'tile/0/000%2ep/1',
  ];
  for (const path of bad) t.throws(() => parseTilePath(path), { name: 'FormatError' }, path);
  t.same(parseTilePath('tile/63/x009/x007/x199/x254/x740/991'), {
    level: 63,
    index: Number.MAX_SAFE_INTEGER,
    width: 256,
  });
  t.end();
});

test('no path is written for what is not a tile', (t) => {
  const good: TileName = { level: 0, index: 0, width: 256 };
  const wrong = [
    { level: 64 },
    { level: -1 },
    { level: 0.5 },
    { index: -1 },
    { index: 0.5 },
    { index: 2 ** 53 },
  ];
  for (const change of [...wrong, { width: 0 }, { width: 257 }, { width: 1.5 }])
    t.throws(() => formatTilePath({ ...good, ...change }), { name: 'RangeError' }, JSON.stringify(change));
  t.end();
});

const entries = fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 256 });

test('an entry bundle comes back from its bytes, and shorter or longer ones never give the same', (t) => {
  fc.assert(
    fc.property(entries, fc.nat(), (some, at) => {
      const bundle = encodeEntryBundle(some);
      t.same(
        decodeEntryBundle(bundle, some.length).map((entry) => Buffer.from(entry)),
        some.map((entry) => Buffer.from(entry)),
      );
      t.throws(() => decodeEntryBundle(bundle, some.length + 1), { name: 'FormatError' });
      t.throws(() => decodeEntryBundle(bundle.subarray(0, at % bundle.length), some.length), {
        name: 'FormatError',
      });
      t.throws(() => decodeEntryBundle(Buffer.concat([bundle, Buffer.of(0)]), some.length), {
        name: 'FormatError',
      });
    }),
  );
  t.end();
});

test('an entry has at most 65,535 bytes, and a bundle 1 to 256 entries', (t) => {
  const largest = new Uint8Array(65_535).fill(7);
  const [entry] = decodeEntryBundle(encodeEntryBundle([largest]), 1);
  t.same(Buffer.from(entry ?? []), Buffer.from(largest));
  t.same(Buffer.from(encodeEntryBundle([largest])).subarray(0, 3), Buffer.of(255, 255, 7));
  t.throws(() => encodeEntryBundle([new Uint8Array(65_536)]), { name: 'RangeError' });

  const empty = new Uint8Array();
  const full = encodeEntryBundle(new Array<Uint8Array>(256).fill(empty));
  t.equal(decodeEntryBundle(full).length, 256);
  t.throws(() => encodeEntryBundle([]), { name: 'RangeError' });
  t.throws(() => encodeEntryBundle(new Array<Uint8Array>(257).fill(empty)), { name: 'RangeError' });
  t.throws(() => decodeEntryBundle(empty), { name: 'FormatError' });
  t.throws(() => decodeEntryBundle(Buffer.concat([full, Buffer.of(0, 0)])), { name: 'FormatError' });
  t.end();
});
