/** A text or bytes do not have the form of their specification. */
export class FormatError extends Error {
  override name = 'FormatError';
}

/** Decodes base64 (RFC 4648, section 4). Throws a FormatError unless the text is the canonical form of its bytes. */
export function bytesOfBase64(text: string): Uint8Array {
  try {
    const bytes = Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' });
    // The decoder skips white space.
    if (bytes.toBase64() === text) return bytes;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new FormatError('not canonical base64');
}

/** Sizes and indexes of C2SP formats fit in an unsigned integer of 64 bits. */
const uint64Max = 2n ** 64n - 1n;

/** Reads a size or an index in ASCII decimal without leading zeroes, the form of C2SP. */
export function numberOfDecimal(text: string): bigint {
  if (!/^(?:0|[1-9][0-9]{0,19})$/.test(text)) throw new FormatError('not a decimal number of 64 bits');
  return requireUint64(BigInt(text));
}

export function requireUint64(number: bigint): bigint {
  if (number < 0n || number > uint64Max) throw new FormatError('not an unsigned number of 64 bits');
  return number;
}

/** Notes are well-formed Unicode without ASCII control characters but the line feed: C2SP signed-note. */
export function requireNoteCharacters(text: string): void {
  if (!text.isWellFormed()) throw new FormatError('not well-formed Unicode');
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && code !== 0x0a) throw new FormatError('a control character');
  }
}
