/** Text or bytes that are not of the form that their specification gives them. */
export class FormatError extends Error {
  override name = 'FormatError';
}

/** The bytes that a text stands for in base64 (RFC 4648, section 4), if it is the one way to write them. */
export function bytesOfBase64(text: string): Uint8Array {
  const bytes = lenientBytes(text);
  // The decoder skips white space.
  if (bytes?.toBase64() !== text) throw new FormatError('not canonical base64');
  return bytes;
}

function lenientBytes(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Sizes and indexes of C2SP formats fit in an unsigned integer of 64 bits. */
const uint64Max = 2n ** 64n - 1n;

/** A size or an index in ASCII decimal, without leading zeroes, as C2SP formats have them. */
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
