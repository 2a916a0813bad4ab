import { Refusal } from '../errors.ts';
import { CsvRows } from './csv-rows.ts';
import { PhysicalLines } from './physical-lines.ts';
import type { Row } from './rows.ts';

/** How the characters of a table are stored. UTF-8 and UTF-16 are known by a byte order mark, and UTF-8 without one, too. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

/** Reads the rows of a table that is text, as its bytes arrive. Throws a Refusal if the file as a whole is wrong. */
export class TextRows {
  readonly #lines = new PhysicalLines();
  readonly #rows: CsvRows;
  readonly #told: Encoding | undefined;
  readonly #ends = new LineEnds();
  #start: Buffer | undefined = Buffer.alloc(0);
  #utf16: TextDecoder | undefined;

  constructor(delimiter: string, encoding: Encoding | undefined) {
    this.#told = encoding;
    this.#rows = new CsvRows(delimiter, encoding === 'windows-1252');
  }

  *push(bytes: Buffer): Generator<Row> {
    if (!this.#start) return yield* this.#read(bytes);
    this.#start = Buffer.concat([this.#start, bytes]);
    if (this.#start.length >= 2) yield* this.#begin(this.#start);
  }

  *end(): Generator<Row> {
    if (this.#start) yield* this.#begin(this.#start);
    yield* this.#split(Buffer.concat([this.#ends.push(this.#inUtf8()), this.#ends.end()]));
    for (const line of this.#lines.end()) yield* this.#rows.push(line);
    yield* this.#rows.end();
  }

  *#begin(start: Buffer): Generator<Row> {
    this.#start = undefined;
    const marked = marks.find(([mark]) => start.subarray(0, 2).equals(mark))?.[1];
    const encoding = marked ?? this.#told;
    if (encoding?.startsWith('utf-16')) this.#utf16 = new TextDecoder(encoding, { fatal: true });
    yield* this.#read(start);
  }

  *#read(bytes: Buffer): Generator<Row> {
    yield* this.#split(this.#ends.push(this.#utf16 ? this.#inUtf8(bytes) : bytes));
  }

  /** The next bytes in UTF-8; without any, what is left of the last ones. */
  #inUtf8(bytes?: Buffer): Buffer {
    try {
      return Buffer.from(this.#utf16?.decode(bytes, { stream: bytes !== undefined }) ?? '');
    } catch {
      throw new Refusal('malformed-csv', `The file is not valid ${this.#utf16?.encoding.toUpperCase()}.`);
    }
  }

  *#split(bytes: Buffer): Generator<Row> {
    for (const line of this.#lines.push(bytes)) yield* this.#rows.push(line);
  }
}

const marks: [mark: Buffer, encoding: Encoding][] = [
  [Buffer.of(0xff, 0xfe), 'utf-16le'],
  [Buffer.of(0xfe, 0xff), 'utf-16be'],
];

const [lineFeed, carriageReturn, quote] = [0x0a, 0x0d, 0x22];

/**
 * Makes line feeds of the carriage returns of a file whose first line ends with one alone, as old programs write them. Any other file
 * stays as it is.
 */
class LineEnds {
  #ends: 'unknown' | 'as they are' | 'carriage returns' = 'unknown';
  #insideQuotes = false;
  /** A carriage return that waits for the byte after it. */
  #held = Buffer.alloc(0);

  push(chunk: Buffer): Buffer {
    if (this.#ends === 'as they are') return chunk;
    if (this.#ends === 'carriage returns') return withLineFeeds(chunk, 0);
    const bytes = Buffer.concat([this.#held, chunk]);
    const end = this.#lineEnd(bytes);
    const waits = end !== -1 && end === bytes.length - 1 && bytes[end] === carriageReturn;
    this.#held = waits ? bytes.subarray(end) : Buffer.alloc(0);
    if (waits) return bytes.subarray(0, end);
    if (end === -1) return bytes;
    const isAlone = bytes[end] === carriageReturn && bytes[end + 1] !== lineFeed;
    this.#ends = isAlone ? 'carriage returns' : 'as they are';
    return isAlone ? withLineFeeds(bytes, end) : bytes;
  }

  end(): Buffer {
    return this.#held.length > 0 ? Buffer.of(lineFeed) : this.#held;
  }

  /** The place of the first line end outside of quotation marks. */
  #lineEnd(bytes: Buffer): number {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === quote) this.#insideQuotes = !this.#insideQuotes;
      else if ((byte === lineFeed || byte === carriageReturn) && !this.#insideQuotes) return at;
    }
    return -1;
  }
}

/** A copy, because the bytes may belong to another buffer, with line feeds from a place on. */
function withLineFeeds(bytes: Buffer, from: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(carriageReturn, from); at !== -1; at = copy.indexOf(carriageReturn, at + 1))
    copy[at] = lineFeed;
  return copy;
}
