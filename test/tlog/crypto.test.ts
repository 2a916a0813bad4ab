import { test } from 'tap';
import { ed25519PublicKey, ed25519Seed, ed25519Sign, ed25519Verify, sha256 } from '../../src/tlog/crypto.ts';

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');

// RFC 8032, section 7.1: TEST 1, TEST 2 and TEST 3.
const tests = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

test('Ed25519 keys and signatures are those of RFC 8032', (t) => {
  for (const { seed, publicKey, message, signature } of tests) {
    t.equal(hex(ed25519PublicKey(bytes(seed))), publicKey);
    t.equal(hex(ed25519Sign(bytes(seed), bytes(message))), signature);
    t.ok(ed25519Verify(bytes(publicKey), bytes(message), bytes(signature)));
  }
  t.end();
});

test('a signature with any bit changed, by another key or of another message is not verified', (t) => {
  for (const [i, { publicKey, message, signature }] of tests.entries()) {
    const other = tests[(i + 1) % tests.length];
    t.notOk(ed25519Verify(bytes(other?.publicKey ?? ''), bytes(message), bytes(signature)));
    t.notOk(ed25519Verify(bytes(publicKey), bytes(other?.message ?? ''), bytes(signature)));
    const verified = Array.from({ length: 512 }, (_, bit) => {
      const changed = bytes(signature);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return ed25519Verify(bytes(publicKey), bytes(message), changed);
    });
    t.notOk(verified.includes(true));
  }
  t.end();
});

test('a signature whose second half has the order of the group added is not verified', (t) => {
  // RFC 8032, section 5.1.7: S is less than L. Otherwise anybody could make a second signature out of a first.
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const [{ publicKey, message, signature } = { publicKey: '', message: '', signature: '' }] = tests;
  const half = BigInt(`0x${hex(bytes(signature).subarray(32).toReversed())}`) + order;
  const added = bytes(half.toString(16).padStart(64, '0')).toReversed();
  t.notOk(
    ed25519Verify(bytes(publicKey), bytes(message), Buffer.concat([bytes(signature).subarray(0, 32), added])),
  );
  t.end();
});

test('keys and signatures of a wrong length are not verified', (t) => {
  const [{ publicKey, message, signature } = { publicKey: '', message: '', signature: '' }] = tests;
  t.notOk(ed25519Verify(bytes(publicKey).subarray(1), bytes(message), bytes(signature)));
  t.notOk(ed25519Verify(bytes(`${publicKey}00`), bytes(message), bytes(signature)));
  t.notOk(ed25519Verify(bytes(publicKey), bytes(message), bytes(signature).subarray(1)));
  t.notOk(ed25519Verify(bytes(publicKey), bytes(message), bytes(`${signature}00`)));
  t.throws(() => ed25519PublicKey(bytes(publicKey).subarray(1)), { name: 'RangeError' });
  t.end();
});

test('SHA-256 is that of FIPS 180-4, and seeds differ', (t) => {
  t.equal(
    hex(sha256(Buffer.from('abc'))),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  t.equal(ed25519Seed().length, 32);
  t.not(hex(ed25519Seed()), hex(ed25519Seed()));
  t.end();
});
