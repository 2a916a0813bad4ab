import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { signNote } from '../../src/tlog/note.ts';
import { newSignerKey, SignerKey } from '../../src/tlog/note-key.ts';
import { formatTlogProof, parseTlogProof } from '../../src/tlog/tlog-proof.ts';
import { verifyTlogProof } from '../helpers/tlog-proof.ts';
import { numbered, PlainTree, thrown } from './plain-tree.ts';

interface Examples {
  tlogProofSample: { text: string };
}
const examples: Examples = JSON.parse(
  readFileSync(new URL('../vectors/c2sp/examples.json', import.meta.url), 'utf8'),
);

const origin = 'example.com/ledger';
const signer = new SignerKey(origin, new Uint8Array(32).fill(5));
const keys = [signer.verifierKey];
const entries = numbered(21);
const tree = new PlainTree(entries);
const checkpointOf = (size: number): string =>
  signNote(formatCheckpoint({ origin, size: BigInt(size), rootHash: tree.mth(0, size) }), signer);
const proofOf = (index: number, size: number, extra?: Uint8Array): string =>
  formatTlogProof({
    index: BigInt(index),
    hashes: tree.path(index, 0, size),
    checkpoint: checkpointOf(size),
    ...(extra && { extra }),
  });
const entryAt = (index: number): Uint8Array => entries[index] ?? Buffer.alloc(0);
const refused = ['FormatError', 'SignatureError', 'ProofError'];

test('the sample of the tlog-proof specification is read, and written again as it was', (t) => {
  const { text } = examples.tlogProofSample;
  const { index, hashes, checkpoint, extra } = parseTlogProof(text);
  t.equal(index, 73_894n);
  t.equal(hashes.length, 5);
  t.equal(Buffer.from(hashes[0] ?? []).toString('base64'), 'gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=');
  t.ok(checkpoint.startsWith('example.com/fancylog\n109482\n'));
  t.equal(
    Buffer.from(extra ?? []).toString('base64'),
    'YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ',
  );
  t.equal(formatTlogProof(parseTlogProof(text)), text);
  // Its signatures are elided.
  t.ok(
    refused.includes(
      thrown(() => verifyTlogProof(text, Buffer.alloc(0), 'example.com/fancylog', keys)) ?? '',
    ),
  );
  t.end();
});

test('the proof of every leaf of every tree of up to 21 leaves verifies, and of no other leaf', (t) => {
  for (let size = 1; size <= 21; size++) {
    for (let index = 0; index < size; index++) {
      const text = proofOf(index, size, Buffer.from('extra'));
      const verified = verifyTlogProof(text, entryAt(index), origin, keys);
      t.same([verified.index, verified.checkpoint.size], [BigInt(index), BigInt(size)]);
      for (const other of [(index + 1) % 21, (index + 20) % 21])
        if (thrown(() => verifyTlogProof(text, entryAt(other), origin, keys)) !== 'ProofError')
          t.fail(`leaf ${other} as ${index} of ${size}`);
    }
  }
  t.end();
});

test('a proof with any character changed, left out or added does not verify', (t) => {
  const text = proofOf(13, 21);
  const accepted: string[] = [];
  let tried = 0;
  const refuses = (changed: string): void => {
    tried += 1;
    const error = thrown(() => verifyTlogProof(changed, entryAt(13), origin, keys));
    if (!refused.includes(error ?? '')) accepted.push(`${error}: ${changed}`);
  };
  for (let at = 0; at < text.length; at++) {
    for (const other of '09AZaz+/= \n\r—')
      if (other !== text[at]) refuses(text.slice(0, at) + other + text.slice(at + 1));
    for (const added of '0A=\n ') {
      // Twice the same character in a row: inserted before or after is one.
      refuses(text.slice(0, at) + added + text.slice(at));
    }
    refuses(text.slice(0, at) + text.slice(at + 1));
    refuses(text.slice(0, at));
  }
  t.same(accepted, []);
  t.ok(tried > 5000, `${tried} tried`);
  t.doesNotThrow(() => verifyTlogProof(text, entryAt(13), origin, keys));
  t.end();
});

test('a proof is refused with the checkpoint of another size, log or key', (t) => {
  const text = proofOf(13, 21);
  const { index, hashes } = parseTlogProof(text);
  const other = formatTlogProof({ index, hashes, checkpoint: checkpointOf(20) });
  t.throws(() => verifyTlogProof(other, entryAt(13), origin, keys), { name: 'ProofError' });
  t.throws(() => verifyTlogProof(text, entryAt(13), 'example.com/other', keys), { name: 'SignatureError' });
  t.throws(() => verifyTlogProof(text, entryAt(13), origin, [newSignerKey(origin).verifierKey]), {
    name: 'SignatureError',
  });
  t.throws(() => verifyTlogProof(text, entryAt(13), origin, []), { name: 'SignatureError' });
  t.end();
});

test('a proof is read strictly', (t) => {
  const head = 'c2sp.org/tlog-proof@v1';
  const hash = Buffer.alloc(32).toString('base64');
  const parse = (...lines: string[]) => parseTlogProof(lines.join('\n'));
  t.same(parse(head, 'index 0', '', 'checkpoint\n'), { index: 0n, hashes: [], checkpoint: 'checkpoint\n' });
  t.equal(parse(head, 'index 18446744073709551615', hash, '', '').index, 2n ** 64n - 1n);
  t.equal(parse(head, 'index 7', ...new Array<string>(64).fill(hash), '', '').hashes.length, 64);
  const bad = [
    ['wrong', 'index 0', '', ''],
    [`${head} `, 'index 0', '', ''],
    [`${head}\r`, 'index 0', '', ''],
    ['', head, 'index 0', '', ''],
    [head, '', ''],
    [head, hash, '', ''],
    [head, 'index 0'],
    [head, 'index 0', hash],
    [head, 'index 0', hash, ''],
    ...['', ' 0', '0 ', '00', '07', '-1', '+1', '1.0', 'x', '18446744073709551616'].map((index) => [
      head,
      `index ${index}`,
      '',
      '',
    ]),
    [head, 'index', '', ''],
    [head, 'Index 0', '', ''],
    [head, 'index 0', 'index 0', '', ''],
    [head, 'index 0', 'extra AAAA', '', ''],
    [head, 'extra AAAA', '', ''],
    [head, 'extra ', 'index 0', '', ''],
    [head, 'extra AAA', 'index 0', '', ''],
    [head, 'extra !!!!', 'index 0', '', ''],
    [head, 'extra AAAA', 'extra AAAA', 'index 0', '', ''],
    [head, 'index 0', hash.slice(0, -1), '', ''],
    [head, 'index 0', `${hash} `, '', ''],
    [head, 'index 0', Buffer.alloc(31).toString('base64'), '', ''],
    [head, 'index 0', Buffer.alloc(64).toString('base64'), '', ''],
    [head, 'index 0', ...new Array<string>(65).fill(hash), '', ''],
  ];
  for (const lines of bad)
    t.throws(() => parse(...lines), { name: 'FormatError' }, JSON.stringify(lines.slice(0, 4)));
  t.end();
});

test('no text is written that could not be read', (t) => {
  const good = { index: 0n, hashes: [tree.mth(0, 1)], checkpoint: checkpointOf(2) };
  t.same(parseTlogProof(formatTlogProof(good)).hashes.length, 1);
  t.equal(formatTlogProof({ ...good, extra: new Uint8Array() }), formatTlogProof(good));
  t.throws(() => formatTlogProof({ ...good, index: -1n }), { name: 'FormatError' });
  t.throws(() => formatTlogProof({ ...good, hashes: [Buffer.alloc(31)] }), { name: 'FormatError' });
  t.throws(() => formatTlogProof({ ...good, hashes: new Array<Uint8Array>(65).fill(tree.mth(0, 1)) }), {
    name: 'FormatError',
  });
  t.end();
});
