import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** By which scanners for secrets know a token of a ledger. */
export const tokenPrefix = 'mledger_';

/** A new token: the prefix, 32 random bytes and their CRC-32, as base64url. It is shown once; only its hash is kept. */
export function newToken(): string {
  const secret = randomBytes(32);
  return tokenPrefix + Buffer.concat([secret, checksumOf(secret)]).toString('base64url');
}

/** SHA-256 of a token; undefined: it has not the form of one, so that nothing need be looked up. */
export function tokenHash(token: string): Buffer | undefined {
  if (!token.startsWith(tokenPrefix)) return undefined;
  const bytes = Buffer.from(token.slice(tokenPrefix.length), 'base64url');
  const [secret, checksum] = [bytes.subarray(0, 32), bytes.subarray(32)];
  // The same bytes have one spelling only.
  if (tokenPrefix + bytes.toString('base64url') !== token || !checksum.equals(checksumOf(secret)))
    return undefined;
  return hash('sha256', token, 'buffer');
}

function checksumOf(secret: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(secret));
  return checksum;
}

const dayMs = 86_400_000;
export const tokenDaysMax = 400;

/**
 * The moment at which a token ends, in milliseconds: `30d`, or an instant (RFC 3339). undefined: it is neither, or lies in the past or
 * more than 400 days ahead.
 */
export function expiryOf(text: string, nowMs: number): number | undefined {
  const [, days] = /^([1-9][0-9]{0,2})d$/.exec(text) ?? [];
  const isInstant = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$/i.test(text);
  const at = days === undefined ? (isInstant ? Date.parse(text) : Number.NaN) : nowMs + Number(days) * dayMs;
  return at > nowMs && at <= nowMs + tokenDaysMax * dayMs ? at : undefined;
}
