import { readFileSync } from 'node:fs';
import { test } from 'tap';
import * as inNode from '../../src/tlog/crypto.ts';
import * as inBrowser from '../../src/tlog/crypto-browser.ts';
import { bundled, bundleFile, bundleNames } from './bundles.ts';

test('what browsers load is made from what stands in src', async (t) => {
  for (const name of bundleNames)
    t.equal(readFileSync(bundleFile(name), 'utf8'), await bundled(name), `${name}: run npm run assets`);
});

test('the cryptography of browsers is that of Node', (t) => {
  t.same(Object.keys(inBrowser), Object.keys(inNode));
  const seed = inBrowser.ed25519Seed();
  t.same([seed.length, inBrowser.ed25519KeyBytes], [inNode.ed25519KeyBytes, inNode.ed25519KeyBytes]);
  const key = inBrowser.ed25519PublicKey(seed);
  t.same(key, inNode.ed25519PublicKey(seed));
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
    const bytes = new Uint8Array(length).fill(length);
    t.same(inBrowser.sha256(bytes), new Uint8Array(inNode.sha256(bytes)));
    t.same(inBrowser.sha256Prefixed(1, bytes), new Uint8Array(inNode.sha256Prefixed(1, bytes)));
    const text = '深圳 🏙 '.repeat(length);
    t.same(
      inBrowser.sha256PrefixedText(0, text),
      new Uint8Array(inNode.sha256PrefixedText(0, text)),
      `${length} times`,
    );
    const signature = inBrowser.ed25519Sign(seed, bytes);
    t.same(signature, inNode.ed25519Sign(seed, bytes));
    for (const { ed25519Verify } of [inBrowser, inNode]) {
      t.ok(ed25519Verify(key, bytes, signature));
      t.notOk(ed25519Verify(key, new Uint8Array([...bytes, 0]), signature));
      t.notOk(ed25519Verify(key, bytes, signature.with(3, (signature[3] ?? 0) ^ 1)));
      t.notOk(ed25519Verify(key, bytes, signature.subarray(1)));
      t.notOk(ed25519Verify(key.subarray(1), bytes, signature));
    }
  }
  t.end();
});
