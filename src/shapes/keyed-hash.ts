import { hash } from 'node:crypto';

/** The length of the blocks in which SHA-256 takes its input. */
const blockBytes = 64;

/**
 * HMAC-SHA-256 (RFC 2104) of bytes, or of the UTF-8 bytes of a text, as two hashes: `createHmac` takes longer to set up than to hash a
 * thousand bytes. key: at most 64 bytes.
 */
export function keyedHash(key: Uint8Array, message: string | Uint8Array): Buffer {
  if (key.length > blockBytes) throw new RangeError(`a key has at most ${blockBytes} bytes`);
  const inner = Buffer.allocUnsafe(blockBytes + Buffer.byteLength(message));
  for (let i = 0; i < blockBytes; i++) {
    const byte = key[i] ?? 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  if (typeof message === 'string') inner.write(message, blockBytes);
  else inner.set(message, blockBytes);
  outer.write(hash('sha256', inner, 'latin1'), blockBytes, 'latin1');
  return hash('sha256', outer, 'buffer');
}

const outer = Buffer.alloc(blockBytes + 32);
