import { getPublicKey, hashes, sign, utils, verify } from '@noble/ed25519';
import { sha256 as sha256Of, sha512 } from '@noble/hashes/sha2.js';

/*
 * What `crypto.ts` is elsewhere, for browsers. Their own WebCrypto is there only over https and on this machine, knows Ed25519 only
 * lately, and answers later, so that all that verifies would have to be written twice.
 */

hashes.sha512 = sha512;

export const sha256 = (bytes: Uint8Array): Uint8Array => sha256Of(bytes);

export function sha256Prefixed(prefix: number, bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(bytes.length + 1);
  input[0] = prefix;
  input.set(bytes, 1);
  return sha256Of(input);
}

export const sha256PrefixedText = (prefix: number, text: string): Uint8Array =>
  sha256Prefixed(prefix, new TextEncoder().encode(text));

export const ed25519KeyBytes = 32;

export const ed25519Seed = (): Uint8Array => utils.randomSecretKey();

export const ed25519PublicKey = (seed: Uint8Array): Uint8Array => getPublicKey(seed);

export const ed25519Sign = (seed: Uint8Array, message: Uint8Array): Uint8Array => sign(message, seed);

/** As RFC 8032 has it, and as Node verifies: not the looser rule of ZIP 215. */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== ed25519KeyBytes || signature.length !== 64) return false;
  return verify(signature, message, publicKey, { zip215: false });
}
