import {
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  randomFillSync,
  sign,
  verify,
} from 'node:crypto';

/** SHA-256 (FIPS 180-4). All cryptography of the log is in this file, so another runtime replaces only this file. */
export function sha256(bytes: Uint8Array): Uint8Array {
  // As text, and copied from one buffer: to have Node make a buffer for each hash takes as long again as the hash itself.
  digest.write(hash('sha256', bytes, 'latin1'), 'latin1');
  return new Uint8Array(digest);
}

const digest = Buffer.alloc(32);

/** SHA-256(prefix || bytes) with a prefix of one byte. It is here because Node's own buffers are the fastest. */
export function sha256Prefixed(prefix: number, bytes: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(bytes.length + 1);
  input[0] = prefix;
  input.set(bytes, 1);
  return sha256(input);
}

/** The same of the UTF-8 bytes of a text: a log that is read again has millions, and room for each would have to be cleared away. */
export function sha256PrefixedText(prefix: number, text: string): Uint8Array {
  const bytesMax = 1 + 3 * text.length;
  if (room.length < bytesMax) room = Buffer.allocUnsafeSlow(bytesMax);
  room[0] = prefix;
  return hash('sha256', room.subarray(0, 1 + room.write(text, 1)), 'buffer');
}

let room = Buffer.allocUnsafeSlow(4_096);

/** The bytes of a public key and of a seed (private key) of Ed25519, as in RFC 8032, section 5.1.5. */
export const ed25519KeyBytes = 32;

/** A seed for a new key, from the system's source of randomness. */
export const ed25519Seed = (): Uint8Array => randomFillSync(new Uint8Array(ed25519KeyBytes));

/** The public key that belongs to a seed: RFC 8032, section 5.1.5. */
export const ed25519PublicKey = (seed: Uint8Array): Uint8Array =>
  new Uint8Array(createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32));

/** The signature, 64 bytes, of a message: RFC 8032, section 5.1.6. */
export const ed25519Sign = (seed: Uint8Array, message: Uint8Array): Uint8Array =>
  new Uint8Array(sign(null, message, privateKey(seed)));

/** Whether the key signed the message with this signature: RFC 8032, section 5.1.7. A wrong length gives false. */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== ed25519KeyBytes || signature.length !== 64) return false;
  const key = createPublicKey({ key: der(spkiPrefix, publicKey), format: 'der', type: 'spki' });
  return verify(null, message, key, signature);
}

// Node takes these keys only in their envelopes: RFC 8410, sections 4 and 7.
const spkiPrefix = '302a300506032b6570032100';
const pkcs8Prefix = '302e020100300506032b657004220420';

const der = (prefix: string, key: Uint8Array): Buffer => Buffer.concat([Buffer.from(prefix, 'hex'), key]);

function privateKey(seed: Uint8Array): KeyObject {
  if (seed.length !== ed25519KeyBytes) throw new RangeError(`a seed has ${ed25519KeyBytes} bytes`);
  return createPrivateKey({ key: der(pkcs8Prefix, seed), format: 'der', type: 'pkcs8' });
}
