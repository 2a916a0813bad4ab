import { ed25519KeyBytes, ed25519PublicKey, ed25519Seed, ed25519Sign, sha256 } from './crypto.ts';
import { bytesOfBase64, FormatError } from './format.ts';

/** Signature types of C2SP signed-note, the first byte of a key. Only Ed25519 can be verified here. */
export const signatureType = { ed25519: 0x01, ed25519Cosignature: 0x04, mlDsa44Cosignature: 0x06 } as const;

/** The length of the public key for each signature type of verifier keys. */
const publicKeyBytes = new Map<number, number>([
  [signatureType.ed25519, ed25519KeyBytes],
  [signatureType.ed25519Cosignature, 32],
  [signatureType.mlDsa44Cosignature, 1312],
]);

/** The signer of a note. Name and id together identify the key. */
export interface VerifierKey {
  name: string;
  /** The key ID, a number of 32 bits. */
  id: number;
  type: number;
  publicKey: Uint8Array;
}

/** The key ID: SHA-256(name || 0x0A || type || public key), its first four bytes. C2SP signed-note, "Signatures". */
export function keyId(name: string, publicKey: Uint8Array, type: number = signatureType.ed25519): number {
  const hash = sha256(new Uint8Array([...new TextEncoder().encode(name), 0x0a, type, ...publicKey]));
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0);
}

/** A key ID in the form of verifier keys: 8 lower-case hex digits. */
export const keyHash = (id: number): string => id.toString(16).padStart(8, '0');

/** `<name>+<key hash>+<base64(type || public key)>`: C2SP signed-note, "Verifier keys". */
export function formatVerifierKey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${keyHash(id)}+${new Uint8Array([type, ...publicKey]).toBase64()}`;
}

/**
 * Reads a verifier key, strictly: canonical base64, lower-case hash, and a hash that is that of the key. Keys of
 * cosigners (witnesses) are read too, but `openNote` then doesn't know them. Throws a FormatError.
 */
export function parseVerifierKey(vkey: string): VerifierKey {
  const { name, hash, type, bytes: publicKey } = partsOf(vkey);
  if (publicKeyBytes.get(type) !== publicKey.length)
    throw new FormatError(`not a public key of a known type: ${type}, with ${publicKey.length} bytes`);
  return requireHash({ name, id: keyId(name, publicKey, type), type, publicKey }, hash);
}

/** An Ed25519 key that signs notes. Its seed does not show when the object is printed or made into JSON. */
export class SignerKey {
  readonly verifierKey: VerifierKey;
  readonly #seed: Uint8Array;

  constructor(name: string, seed: Uint8Array) {
    if (!isKeyName(name)) throw new FormatError('not a key name');
    const publicKey = ed25519PublicKey(seed);
    const type = signatureType.ed25519;
    this.verifierKey = { name, id: keyId(name, publicKey), type, publicKey };
    this.#seed = new Uint8Array(seed);
  }

  sign(message: Uint8Array): Uint8Array {
    return ed25519Sign(this.#seed, message);
  }

  /** `PRIVATE+KEY+<name>+<key hash>+<base64(0x01 || seed)>`, as in golang.org/x/mod/sumdb/note. Keep it secret. */
  format(): string {
    const { name, id, type } = this.verifierKey;
    return `${privateKeyPrefix}${name}+${keyHash(id)}+${new Uint8Array([type, ...this.#seed]).toBase64()}`;
  }
}

const privateKeyPrefix = 'PRIVATE+KEY+';

/** A new key. The name of a log's key should be the log's origin: C2SP tlog-checkpoint, "Signatures". */
export const newSignerKey = (name: string): SignerKey => new SignerKey(name, ed25519Seed());

/** Reads the form that `SignerKey.format` writes. Throws a FormatError, which never contains a part of the key. */
export function parseSignerKey(text: string): SignerKey {
  if (!text.startsWith(privateKeyPrefix)) throw new FormatError('not a private key of a note');
  const { name, hash, type, bytes: seed } = partsOf(text.slice(privateKeyPrefix.length));
  if (type !== signatureType.ed25519 || seed.length !== ed25519KeyBytes)
    throw new FormatError('not an Ed25519 key');
  const key = new SignerKey(name, seed);
  requireHash(key.verifierKey, hash);
  return key;
}

/** Key names have neither Unicode spaces nor a plus: C2SP signed-note, "Format". */
export const isKeyName = (name: string): boolean =>
  name.isWellFormed() && /^[^\p{White_Space}+]+$/u.test(name);

/** The base64 at the end may hold a plus itself. */
function partsOf(text: string): { name: string; hash: string; type: number; bytes: Uint8Array } {
  const [, name = '', hash = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? [];
  if (!isKeyName(name)) throw new FormatError('not the key of a note');
  const [type, ...bytes] = bytesOfBase64(base64);
  if (type === undefined) throw new FormatError('a key without bytes');
  return { name, hash, type, bytes: new Uint8Array(bytes) };
}

function requireHash(key: VerifierKey, hash: string): VerifierKey {
  if (keyHash(key.id) !== hash) throw new FormatError('the hash of the key is another');
  return key;
}
