import { isAscii, isUtf8 } from 'node:buffer';
import { lineBytesMax, type PhysicalLine } from './physical-lines.ts';
import type { Row } from './rows.ts';

const quote = 0x22;

/**
 * Puts the rows of a CSV file (RFC 4180) together from its lines; a quoted cell may contain line breaks. A quote that is never
 * closed costs only its own row: the lines after it are read again as rows of their own. A first line `sep=;`, as Excel writes it, names
 * the delimiter.
 */
export class CsvRows {
  #delimiter: string;
  readonly #isWindows: boolean;
  /** The lines of a row that has not ended. */
  #pending: { number: number; bytes: Buffer }[] = [];
  #bytes = 0;
  #insideQuotes = false;

  /** isWindows: the lines are in Windows-1252, otherwise in UTF-8. */
  constructor(delimiter: string, isWindows = false) {
    this.#delimiter = delimiter;
    this.#isWindows = isWindows;
  }

  *push(line: PhysicalLine): Generator<Row> {
    const { number, bytes } = line;
    if (bytes === undefined) {
      yield* this.end();
      yield { line: number, fault: `The line has more than ${lineBytesMax} bytes.` };
      return;
    }
    const named = number === 1 ? /^"?sep=([,;|\t])"?\r?$/i.exec(bytes.toString('latin1'))?.[1] : undefined;
    if (named !== undefined) {
      this.#delimiter = named;
      return;
    }
    const waiting = [{ number, bytes }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      this.#pending.push(next);
      this.#bytes += next.bytes.length + 1;
      if (hasOddQuotes(next.bytes)) this.#insideQuotes = !this.#insideQuotes;
      const row = this.#row();
      if (!row) continue;
      // Last in, first out.
      if ('fault' in row) for (const line of this.#pending.slice(1).reverse()) waiting.push(line);
      this.#reset();
      yield row;
    }
  }

  *end(): Generator<Row> {
    while (this.#pending.length > 0) {
      const [first, ...rest] = this.#pending;
      this.#reset();
      if (first) yield { line: first.number, fault: neverEnds };
      for (const line of rest) yield* this.push(line);
    }
  }

  #reset(): void {
    this.#pending = [];
    this.#bytes = 0;
    this.#insideQuotes = false;
  }

  /** undefined if the row goes on in the next line. */
  #row(): Row | undefined {
    const [first] = this.#pending;
    if (!first) return undefined;
    if (this.#insideQuotes) {
      if (this.#bytes > lineBytesMax) return { line: first.number, fault: neverEnds };
      // A stray quotation mark is a fault at once, without a look at the lines that follow.
      const text = this.#pending.length === 1 && this.#textOf(first.bytes);
      if (typeof text !== 'string') return undefined;
      const cells = cellsOf(text, this.#delimiter);
      return typeof cells === 'string' && cells !== neverEnds
        ? { line: first.number, fault: cells }
        : undefined;
    }
    const lines = this.#pending.flatMap(({ bytes }, i) => (i === 0 ? [bytes] : [lineFeed, bytes]));
    const bytes = lines.length === 1 ? first.bytes : Buffer.concat(lines);
    const text = this.#textOf(bytes);
    const cells = typeof text === 'string' ? cellsOf(text.replace(/\r$/, ''), this.#delimiter) : text.fault;
    return typeof cells === 'string' ? { line: first.number, fault: cells } : { line: first.number, cells };
  }

  #textOf(bytes: Buffer): string | { fault: string } {
    if (!this.#isWindows) return isUtf8(bytes) ? bytes.toString('utf8') : { fault: notUtf8(bytes) };
    // Hardly any text in Windows-1252 is valid UTF-8 by chance.
    if (!isAscii(bytes) && isUtf8(bytes))
      return { fault: 'The row is in UTF-8, not in Windows-1252 as the mapping says.' };
    return windows.decode(bytes);
  }
}

const windows = new TextDecoder('windows-1252');

/** Asks whether it is Windows-1252, where it may be: five bytes are no characters of it. */
const notUtf8 = (bytes: Buffer): string =>
  [0x81, 0x8d, 0x8f, 0x90, 0x9d].some((byte) => bytes.includes(byte))
    ? 'The row is not valid UTF-8.'
    : 'The row is not valid UTF-8. If the file is in Windows-1252, say so in a mapping: "encoding": "windows-1252".';

const lineFeed = Buffer.from('\n');
const neverEnds = 'A quoted cell that begins in this row does not end.';

function hasOddQuotes(bytes: Buffer): boolean {
  let odd = false;
  for (let at = bytes.indexOf(quote); at !== -1; at = bytes.indexOf(quote, at + 1)) odd = !odd;
  return odd;
}

/** The cells of a whole row, or its fault. */
function cellsOf(row: string, delimiter: string): string[] | string {
  if (!row.includes('"')) return row.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; ; ) {
    const isQuoted = row[at] === '"';
    const found = isQuoted ? endOfQuoted(row, at) : row.indexOf(delimiter, at);
    if (isQuoted && found === -1) return neverEnds;
    const end = found === -1 ? row.length : found;
    const text = row.slice(at, end);
    cells.push(isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text);
    if (isQuoted && end < row.length && row[end] !== delimiter)
      return `Cell ${cells.length} goes on after its closing quotation mark.`;
    if (!isQuoted && text.includes('"'))
      return `Cell ${cells.length} contains a quotation mark: put such a cell in quotation marks, and write the mark in it twice.`;
    if (end === row.length) return cells;
    at = end + 1;
  }
}

/** The place behind the mark that closes a quoted cell, in which two marks stand for one; -1 if none does. */
function endOfQuoted(row: string, start: number): number {
  for (let at = row.indexOf('"', start + 1); at !== -1; at = row.indexOf('"', at + 2))
    if (row[at + 1] !== '"') return at + 1;
  return -1;
}
