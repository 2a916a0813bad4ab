import { canonicalJson } from '../shapes/canonical-json.ts';
import { keyedHash } from '../shapes/keyed-hash.ts';

/** A UUIDv8 (RFC 9562, section 5.8) that follows from what it is for, and from the key of the ledger. */
export function derivedId(key: Buffer, ...parts: (string | number | null)[]): string {
  const bytes = keyedHash(key, canonicalJson(parts)).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
