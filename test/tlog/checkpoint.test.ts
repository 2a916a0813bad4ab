import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'tap';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from '../../src/tlog/checkpoint.ts';
import { leafHash } from '../../src/tlog/merkle.ts';
import { parseNote, signNote } from '../../src/tlog/note.ts';
import { newSignerKey } from '../../src/tlog/note-key.ts';
import { thrown } from './plain-tree.ts';

interface GoTiles {
  treeText: { origin: string; size: string; leaf: string; text: string; invalid: string[] };
}
interface Examples {
  checkpoint: { note: string; origin: string; size: string; rootBase64: string };
}
const read = (path: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8'));
const { treeText }: GoTiles = read('golang-mod-sumdb/tiles.json');
const { checkpoint: example }: Examples = read('c2sp/examples.json');

const rootHash = leafHash(Buffer.from('root'));
const base64 = Buffer.from(rootHash).toString('base64');

test('the text of a checkpoint is that of the Go vectors', (t) => {
  // There the root is the hash of one leaf, whatever the size says.
  const checkpoint = {
    origin: treeText.origin,
    size: BigInt(treeText.size),
    rootHash: leafHash(Buffer.from(treeText.leaf)),
  };
  t.equal(formatCheckpoint(checkpoint), treeText.text);
  t.equal(formatCheckpoint(parseCheckpoint(treeText.text)), treeText.text);
  t.equal(parseCheckpoint(treeText.text).size, 123_456_789_012n);

  const [otherOrigin, ...malformed] = treeText.invalid;
  const signer = newSignerKey('go');
  t.throws(() => openCheckpoint(signNote(otherOrigin ?? '', signer), treeText.origin, [signer.verifierKey]), {
    name: 'SignatureError',
  });
  t.equal(malformed.length, 2);
  for (const text of malformed) t.throws(() => parseCheckpoint(text), { name: 'FormatError' }, text);
  t.end();
});

test('the example of the tlog-checkpoint specification is read', (t) => {
  const { text, signatures } = parseNote(example.note);
  const { origin, size, rootHash, extensions } = parseCheckpoint(text);
  t.equal(origin, example.origin);
  t.equal(String(size), example.size);
  t.equal(Buffer.from(rootHash).toString('base64'), example.rootBase64);
  t.same(extensions, []);
  t.equal(signatures[0]?.name, origin);
  t.end();
});

const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => /^[^\p{Cc}]+$/u.test(text));

test('a checkpoint comes back from its text, and no other text gives the same', (t) => {
  const checkpoint = fc.record({
    origin: line,
    size: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    rootHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    extensions: fc.array(line, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(checkpoint, fc.nat(), fc.constantFrom(...'0A=+ \n\t'), (one, at, character) => {
      const text = formatCheckpoint(one);
      const parsed = parseCheckpoint(text);
      t.same([parsed.origin, parsed.size, parsed.extensions], [one.origin, one.size, one.extensions]);
      t.same(Buffer.from(parsed.rootHash), Buffer.from(one.rootHash));
      const place = at % (text.length + 1);
      const changed = text.slice(0, place) + character + text.slice(place);
      if (thrown(() => parseCheckpoint(changed)) === undefined)
        t.equal(formatCheckpoint(parseCheckpoint(changed)), changed);
    }),
  );
  t.end();
});

test('a checkpoint is read strictly', (t) => {
  const good = `example.com/log\n5\n${base64}\n`;
  t.equal(parseCheckpoint(good).size, 5n);
  t.equal(parseCheckpoint(good.replace('5', '0')).size, 0n);
  t.equal(parseCheckpoint(good.replace('5', '18446744073709551615')).size, 2n ** 64n - 1n);
  t.same(parseCheckpoint(`${good}one\ntwo\n`).extensions, ['one', 'two']);
  const bad = [
    '',
    '\n',
    '\n\n\n',
    good.slice(0, -1),
    `\n5\n${base64}\n`,
    `example.com/log\n${base64}\n`,
    `example.com/log\n5\n`,
    `example.com/log\n5\n\n`,
    `${good}\n`,
    `${good}\none\n`,
    `${good}one\n\n`,
    `${good}one`,
    `${good}a\tb\n`,
    good.replaceAll('\n', '\r\n'),
    good.replace('example', 'exa\0mple'),
    good.replace('example', 'exa\ud800mple'),
    ...[
      '05',
      '00',
      '',
      ' 5',
      '5 ',
      '+5',
      '-5',
      '5.0',
      '5e1',
      '0x5',
      '٥',
      '18446744073709551616',
      '9'.repeat(500_000),
    ].map((size) => good.replace('\n5\n', `\n${size}\n`)),
    ...[
      base64.replace('=', ''),
      `${base64}=`,
      ` ${base64}`,
      `${base64} `,
      Buffer.from(rootHash.subarray(1)).toString('base64'),
      Buffer.alloc(33).toString('base64'),
      Buffer.from(rootHash).toString('hex'),
      // The same bytes, with padding bits that are not zero.
      `${'A'.repeat(42)}B=`,
    ].map((root) => `example.com/log\n5\n${root}\n`),
  ];
  for (const text of bad)
    t.throws(() => parseCheckpoint(text), { name: 'FormatError' }, JSON.stringify(text.slice(0, 90)));
  t.end();
});

test('no text is written that could not be read', (t) => {
  const good = { origin: 'example.com/log', size: 5n, rootHash };
  t.equal(formatCheckpoint(good), `example.com/log\n5\n${base64}\n`);
  const wrong = [
    { origin: '' },
    { origin: 'a\nb' },
    { origin: 'a\rb' },
    { size: -1n },
    { size: 2n ** 64n },
    { rootHash: rootHash.subarray(1) },
    { extensions: [''] },
    { extensions: ['a\nb'] },
  ];
  for (const change of wrong)
    t.throws(
      () => formatCheckpoint({ ...good, ...change }),
      { name: 'FormatError' },
      Object.keys(change).join(),
    );
  t.end();
});

test('a signed checkpoint is opened only with a key of its log and as of its log', (t) => {
  const origin = 'example.com/log';
  const [signer, other] = [newSignerKey(origin), newSignerKey(origin)];
  const note = signNote(formatCheckpoint({ origin, size: 5n, rootHash }), signer);
  t.equal(openCheckpoint(note, origin, [signer.verifierKey]).size, 5n);
  t.equal(openCheckpoint(Buffer.from(note), origin, [other.verifierKey, signer.verifierKey]).size, 5n);
  t.throws(() => openCheckpoint(note, origin, [other.verifierKey]), { name: 'SignatureError' });
  t.throws(() => openCheckpoint(note, origin, []), { name: 'SignatureError' });
  t.throws(() => openCheckpoint(note, 'example.com/log2', [signer.verifierKey]), { name: 'SignatureError' });
  t.throws(() => openCheckpoint(signNote('no checkpoint\n', signer), origin, [signer.verifierKey]), {
    name: 'FormatError',
  });
  t.end();
});
