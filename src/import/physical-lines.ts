import { Refusal } from '../errors.ts';

/** A longer line is refused, and skipped without being kept in memory. */
export const lineBytesMax = 1_048_576;
/** A file with a longer line is refused as a whole, there: it is no file of lines, and to skip the rest would cost its sender nothing. */
export const skippedBytesMax = 64 * lineBytesMax;

/** A line of a file: its bytes without the line feed at the end. */
export interface PhysicalLine {
  /** From 1. */
  number: number;
  /** undefined if the line is too long. */
  bytes: Buffer | undefined;
}

const lineFeed = 0x0a;
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * Splits a file into lines as its bytes arrive. Of an unfinished line it keeps no more than a line may have. Throws a Refusal where the
 * file has no lines.
 */
export class PhysicalLines {
  #number = 1;
  #parts: Buffer[] = [];
  #length = 0;

  *push(chunk: Buffer): Generator<PhysicalLine> {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, from);
      this.#keep(chunk.subarray(from, end === -1 ? chunk.length : end));
      if (end === -1) return;
      yield this.#line();
      from = end + 1;
    }
  }

  /** The text after the last line feed, if there is any. */
  *end(): Generator<PhysicalLine> {
    if (this.#length > 0) yield this.#line();
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > skippedBytesMax)
      throw new Refusal('body-too-large', `Line ${this.#number} has more than ${skippedBytesMax} bytes.`);
    if (this.#length > lineBytesMax) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #line(): PhysicalLine {
    const number = this.#number++;
    const [parts, length] = [this.#parts, this.#length];
    this.#parts = [];
    this.#length = 0;
    if (length > lineBytesMax) return { number, bytes: undefined };
    const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const marked = number === 1 && bytes.subarray(0, 3).equals(byteOrderMark);
    return { number, bytes: marked ? bytes.subarray(3) : bytes };
  }
}
