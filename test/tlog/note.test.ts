import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { test } from 'tap';
import { ed25519Verify } from '../../src/tlog/crypto.ts';
import { type NoteSignature, openNote, parseNote, signNote } from '../../src/tlog/note.ts';
import {
  formatVerifierKey,
  keyHash,
  keyId,
  newSignerKey,
  parseSignerKey,
  parseVerifierKey,
  SignerKey,
  signatureType,
} from '../../src/tlog/note-key.ts';
import { thrown } from './plain-tree.ts';

interface GoNotes {
  vkeysValid: string[];
  vkeysInvalid: string[];
  open: {
    name: string;
    keys: string[];
    msg?: string;
    msgBase64?: string;
    ok: boolean;
    text: string;
    verified: [string, string][];
    unverified: [string, string][];
  }[];
  sign: { seedHex: string; keyName: string; vkey: string; text: string; signatureLine: string }[];
  signInvalid: { name: string; text?: string; keyName?: string }[];
}
interface Examples {
  signedNote: { vkey?: string; note: string }[];
  cosignedCheckpoint: { note: string; witnessLineTimestamp: number; signedMessage: string };
}
const read = (path: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8'));
const go: GoNotes = read('golang-mod-sumdb/note.json');
const examples: Examples = read('c2sp/examples.json');

const named = (signatures: NoteSignature[]) => signatures.map(({ name, id }) => [name, keyHash(id)]);
const text = 'Counts are computed.\n';
const signer = new SignerKey('example.com/ledger', new Uint8Array(32).fill(7));
const key = signer.verifierKey;
const note = signNote(text, signer);
const refused = ['FormatError', 'SignatureError'];

test('notes of the Go vectors are opened or refused as there', (t) => {
  for (const one of go.open) {
    const keys = one.keys.map(parseVerifierKey);
    const given = one.msg ?? Buffer.from(one.msgBase64 ?? '', 'base64');
    if (!one.ok) {
      t.ok(refused.includes(thrown(() => openNote(given, keys)) ?? ''), one.name);
      continue;
    }
    const opened = openNote(given, keys);
    t.equal(opened.text, one.text, one.name);
    t.same(named(opened.verified), one.verified, one.name);
    t.same(named(opened.unverified), one.unverified, one.name);
    t.same(openNote(Buffer.from(one.msg ?? ''), keys), opened, `${one.name}, as bytes`);
  }
  t.equal(go.open.length, 16);
  t.end();
});

test('verifier keys of the Go vectors are read or refused as there, however they are mangled', (t) => {
  let mangled = 0;
  const accepted: string[] = [];
  const refuses = (vkey: string): void => {
    mangled += 1;
    if (thrown(() => parseVerifierKey(vkey)) !== 'FormatError') accepted.push(vkey);
  };
  for (const vkey of go.vkeysValid) {
    t.equal(formatVerifierKey(parseVerifierKey(vkey)), vkey);
    for (let start = 0; start < vkey.length; start++) {
      for (let end = start + 1; end <= vkey.length; end++)
        if (end - start < vkey.length) refuses(vkey.slice(start, end));
      const next = String.fromCharCode(vkey.charCodeAt(start) + 1);
      refuses(vkey.slice(0, start) + next + vkey.slice(start + 1));
    }
  }
  t.equal(mangled, 4354);
  for (const vkey of go.vkeysInvalid) refuses(vkey);
  t.same(accepted, []);
  t.end();
});

test('the deterministic signature of the Go vectors comes out', (t) => {
  for (const { seedHex, keyName, vkey, text, signatureLine } of go.sign) {
    const signer = new SignerKey(keyName, Buffer.from(seedHex, 'hex'));
    t.equal(formatVerifierKey(signer.verifierKey), vkey);
    t.equal(signNote(text, signer), `${text}\n${signatureLine}`);
    t.same(named(openNote(signNote(text, signer), [parseVerifierKey(vkey)]).verified), [
      [keyName, vkey.split('+')[1]],
    ]);
  }
  for (const { text, keyName, name } of go.signInvalid)
    t.throws(() => signNote(text ?? 'text\n', newSignerKey(keyName ?? 'key')), { name: 'FormatError' }, name);
  t.equal(go.sign.length + go.signInvalid.length, 3);
  t.end();
});

test('the examples of the signed-note specification are read', (t) => {
  const [example, poem] = examples.signedNote;
  t.equal(
    openNote(example?.note ?? '', [parseVerifierKey(example?.vkey ?? '')]).text,
    'This is an example message.\n',
  );
  const { text, signatures } = parseNote(poem?.note ?? '');
  t.equal(
    text,
    'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n',
  );
  t.same(
    signatures.map(({ name, signature }) => [name, signature.length]),
    [['quasimodo.example/salvatore', 64]],
  );
  t.end();
});

test('what a witness has signed beside the log is read, and a key of its type is known, but not used', (t) => {
  const { note, witnessLineTimestamp, signedMessage } = examples.cosignedCheckpoint;
  const { text, signatures } = parseNote(note);
  const [, witness] = signatures;
  t.equal(witness?.name, 'witness.example.com/w1');
  const bytes = Buffer.from(witness?.signature ?? []);
  t.equal(Number(bytes.readBigUInt64BE(0)), witnessLineTimestamp);
  t.equal(`cosignature/v1\ntime ${witnessLineTimestamp}\n${text}`, signedMessage);

  const { publicKey } = key;
  const type = signatureType.ed25519Cosignature;
  const cosigner = { name: key.name, id: keyId(key.name, publicKey, type), type, publicKey };
  t.not(cosigner.id, key.id);
  t.same(parseVerifierKey(formatVerifierKey(cosigner)), cosigner);
  // A key of another type that would have the very id of the signature is still not one that verifies it.
  t.throws(() => openNote(signNote(text, signer), [{ ...cosigner, id: key.id }]), { name: 'SignatureError' });
  t.end();
});

test('a note with any byte changed, left out or added is refused', (t) => {
  const bytes = Buffer.from(note);
  const opened: string[] = [];
  let tried = 0;
  const refuses = (changed: Uint8Array): void => {
    tried += 1;
    const error = thrown(() => openNote(changed, [key]));
    if (!refused.includes(error ?? '')) opened.push(`${error}: ${Buffer.from(changed).toString('latin1')}`);
  };
  for (let at = 0; at < bytes.length; at++) {
    for (let flip = 1; flip < 256; flip++) refuses(bytes.with(at, (bytes[at] ?? 0) ^ flip));
    refuses(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]));
    for (const added of '\n A=\r')
      refuses(Buffer.concat([bytes.subarray(0, at), Buffer.from(added), bytes.subarray(at)]));
    refuses(bytes.subarray(0, at));
  }
  refuses(Buffer.concat([bytes, Buffer.from('\n')]));
  refuses(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]));
  t.same(opened, []);
  t.ok(tried > 30_000, `${tried} tried`);
  t.same(openNote(bytes, [key]).text, text);
  t.end();
});

test('any text that a note can hold is signed and opened, also by several keys', (t) => {
  const other = newSignerKey('example.com/other');
  const line = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
      const text = `${lines.join('\n')}\n`;
      const signed = signNote(text, signer, other);
      t.equal(openNote(signed, [key]).text, text);
      const opened = openNote(Buffer.from(signed), [key, other.verifierKey]);
      t.same(
        opened.verified.map(({ name }) => name),
        [key.name, other.verifierKey.name],
      );
      t.ok(opened.verified.every(({ signature }) => signature.length === 64));
      t.throws(() => openNote(signed, [newSignerKey(key.name).verifierKey]), { name: 'SignatureError' });
    }),
    { examples: [[['', '']], [['a', '', '— b c']], [['\ufeffa', '\u007f\u0085\u2028']]] },
  );
  t.end();
});

test('a text that a note cannot hold is not signed', (t) => {
  for (const bad of ['', 'no line feed', 'a\tb\n', 'a\r\n', '\0\n', '\ud800\n', `${'x'.repeat(1_000_000)}\n`])
    t.throws(() => signNote(bad, signer), { name: 'FormatError' }, JSON.stringify(bad.slice(0, 20)));
  t.throws(() => signNote(text, signer, signer), { name: 'SignatureError' });
  t.end();
});

const signatureLine = note.slice(text.length + 1);
const unknownLine = (id: number): string =>
  `— witness.example/${id} ${Buffer.from([0, 0, 0, id, 1]).toString('base64')}\n`;

test('a note is refused that is too large or has too many signatures, but not a large one', (t) => {
  const lines = (count: number) => Array.from({ length: count }, (_, i) => unknownLine(i)).join('');
  t.equal(openNote(`${text}\n${signatureLine}${lines(99)}`, [key]).unverified.length, 99);
  t.throws(() => openNote(`${text}\n${signatureLine}${lines(100)}`, [key]), { name: 'FormatError' });
  const long = `${'é'.repeat(499_900)}\n`;
  t.equal(openNote(signNote(long, signer), [key]).text, long);
  // Its length is counted in bytes, also where it is a string.
  t.throws(() => signNote(`${'é'.repeat(499_999)}\n`, signer), { name: 'FormatError' });
  t.end();
});

test('signature lines are read strictly', (t) => {
  const base64 = signatureLine.split(' ')[2]?.trim() ?? '';
  const bad = [
    `- ${key.name} ${base64}\n`,
    `— ${key.name}  ${base64}\n`,
    `—\u00a0${key.name} ${base64}\n`,
    `— ${key.name} ${base64} \n`,
    `— ${key.name}\n`,
    `— ${key.name} \n`,
    `—  ${base64}\n`,
    `— a+b ${base64}\n`,
    `— a\u2003b ${base64}\n`,
    `— a\u0085b ${base64}\n`,
    `— ${key.name} ${base64.replace(/=+$/, '')}\n`,
    `— ${key.name} ${base64}=\n`,
    `— ${key.name} ${base64.replaceAll('+', '-').replaceAll('/', '_')}!\n`,
    // Padding bits that are not zero, for the same bytes; and a signature that is a key ID only.
    `— witness.example AAAAAAB=\n`,
    `— witness.example AAAAAA==\n`,
    'a line\n',
    '\n',
  ];
  for (const line of bad) {
    t.throws(() => parseNote(`${text}\n${line}`), { name: 'FormatError' }, line);
    t.throws(() => openNote(`${text}\n${signatureLine}${line}`, [key]), line);
  }
  t.equal(parseNote(`${text}\n— witness.example AAAAAAA=\n`).signatures[0]?.signature.length, 1);
  t.end();
});

test('a note has no ASCII control character but the line feed, and may have others', (t) => {
  for (let code = 0; code < 0x20; code++) {
    const given = `a${String.fromCharCode(code)}b\n\n${signatureLine}`;
    if (code === 0x0a) t.equal(parseNote(given).text, 'a\nb\n');
    else t.throws(() => parseNote(given), { name: 'FormatError' }, code.toString(16));
  }
  t.equal(parseNote(`a\u007f\u0085\n\n${signatureLine}`).text, 'a\u007f\u0085\n');
  t.end();
});

test('a second, bad signature by a known key is fatal, and so is one of another length', (t) => {
  const [signature] = parseNote(note).signatures;
  const lineOf = (bytes: Uint8Array): string => {
    const id = Buffer.alloc(4);
    id.writeUInt32BE(key.id);
    return `— ${key.name} ${Buffer.concat([id, bytes]).toString('base64')}\n`;
  };
  const good = Buffer.from(signature?.signature ?? []);
  t.equal(lineOf(good), signatureLine);
  t.equal(openNote(note + lineOf(good), [key]).verified.length, 1);
  for (const bytes of [
    good.with(0, (good[0] ?? 0) ^ 1),
    good.subarray(1),
    Buffer.concat([good, Buffer.of(0)]),
  ])
    t.throws(() => openNote(note + lineOf(bytes), [key]), { name: 'SignatureError' });
  t.end();
});

test('signatures that share a name or an id with a known key, but not both, are ignored', (t) => {
  const sameName = newSignerKey(key.name);
  const opened = openNote(signNote(text, sameName, signer), [key]);
  t.same(named(opened.unverified), [[key.name, keyHash(sameName.verifierKey.id)]]);
  const sameId = { ...key, name: 'example.com/elsewhere' };
  t.same(named(openNote(note, [sameId, key]).verified), [[key.name, keyHash(key.id)]]);
  t.throws(() => openNote(note, [sameId]), { name: 'SignatureError' });
  t.throws(() => openNote(note, [key, key]), { name: 'SignatureError' });
  t.end();
});

test('a signer key comes back from its text, and from no text that is changed', (t) => {
  const made = newSignerKey('example.com/new');
  const format = made.format();
  t.match(format, /^PRIVATE\+KEY\+example\.com\/new\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$/);
  t.equal(parseSignerKey(format).format(), format);
  t.same(parseSignerKey(format).verifierKey, made.verifierKey);
  t.ok(
    ed25519Verify(
      made.verifierKey.publicKey,
      Buffer.from('m'),
      parseSignerKey(format).sign(Buffer.from('m')),
    ),
  );
  t.not(newSignerKey('example.com/new').format(), format);
  for (let at = 0; at < format.length; at++) {
    const next = String.fromCharCode(format.charCodeAt(at) + 1);
    t.throws(() => parseSignerKey(format.slice(0, at) + next + format.slice(at + 1)), {
      name: 'FormatError',
    });
    t.throws(() => parseSignerKey(format.slice(0, at)), { name: 'FormatError' });
  }
  t.throws(() => parseSignerKey(`${format}\n`), { name: 'FormatError' });
  t.throws(() => parseSignerKey(formatVerifierKey(made.verifierKey)), { name: 'FormatError' });
  t.end();
});

test('a signer key does not show its seed when it is printed, spread or made into JSON', (t) => {
  const seed = Buffer.alloc(32, 0xc3);
  const made = new SignerKey('example.com/secret', seed);
  for (const shown of [
    inspect(made, { depth: 9, showHidden: true }),
    JSON.stringify(made),
    JSON.stringify({ ...made }),
  ])
    t.notMatch(shown, /195,\s*195|c3c3|w8PDw8PD/i);
  const format = made.format();
  seed.fill(0);
  t.equal(made.format(), format, 'and keeps a copy of its own');
  t.end();
});

test('key names have neither spaces nor a plus', (t) => {
  for (const name of ['', 'a b', 'a+b', 'a\tb', 'a\u00a0b', 'a\u3000b', 'a\u0085b', 'a\nb', '\ud800'])
    t.throws(() => newSignerKey(name), { name: 'FormatError' }, JSON.stringify(name));
  const signerOf = (name: string) => new SignerKey(name, new Uint8Array(32).fill(9));
  for (const name of ['a', 'example.com/log42', 'é', '鍵', '🔑'])
    t.equal(openNote(signNote(text, signerOf(name)), [signerOf(name).verifierKey]).verified[0]?.name, name);
  t.end();
});
