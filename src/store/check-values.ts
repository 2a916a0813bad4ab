import { createHash } from 'node:crypto';
import type { KeyRow } from '../db/schema.ts';
import { keyedHash } from '../shapes/keyed-hash.ts';

/** What tells whether the key of the fingerprints is the one that they were made with. */
export const keyHashOf = (fingerprintKey: Uint8Array): Buffer =>
  createHash('sha256').update(fingerprintKey).digest();

/**
 * What tells whether a kept answer is as it was written, which does not follow from the log: HMAC-SHA-256 over its columns.
 * An erasure empties the fingerprint and leaves this as it is.
 */
export function answerMac(fingerprintKey: Uint8Array, row: Omit<KeyRow, 'mac'>): Buffer {
  const { principal, initiative_id, key, first_position, last_position, extra, recorded_at } = row;
  const columns = [principal, initiative_id, key, first_position, last_position, extra, recorded_at];
  return keyedHash(fingerprintKey, Buffer.concat([Buffer.from(JSON.stringify(columns)), row.fingerprint]));
}

/** The key of the fingerprints in a bundle. No ledger has it. */
export const noKey: Uint8Array = new Uint8Array(32);

export const isKeyless = (fingerprintKey: Uint8Array): boolean => Buffer.compare(fingerprintKey, noKey) === 0;
