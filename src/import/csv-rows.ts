import { isUtf8 } from 'node:buffer';
import { lineBytesMax, type PhysicalLine } from './physical-lines.ts';

/** A row of a table with the physical line at which it begins; or its fault. */
export type CsvRow = { line: number; cells: string[] } | { line: number; fault: string };

const quote = 0x22;

/**
 * Puts the rows of a CSV file (RFC 4180) together from its lines; a quoted cell may contain line breaks. A quote that is never
 * closed costs only its own row: the lines after it are read again as rows of their own.
 */
export class CsvRows {
  readonly #delimiter: string;
  /** The lines of a row that has not ended. */
  #pending: { number: number; bytes: Buffer }[] = [];
  #bytes = 0;
  #insideQuotes = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  *push(line: PhysicalLine): Generator<CsvRow> {
    const { number, bytes } = line;
    if (bytes === undefined) {
      yield* this.end();
      yield { line: number, fault: `The line has more than ${lineBytesMax} bytes.` };
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

  *end(): Generator<CsvRow> {
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
  #row(): CsvRow | undefined {
    const [first] = this.#pending;
    if (!first) return undefined;
    if (this.#insideQuotes) {
      if (this.#bytes > lineBytesMax) return { line: first.number, fault: neverEnds };
      // A stray quotation mark is a fault at once, without a look at the lines that follow.
      if (this.#pending.length > 1 || !isUtf8(first.bytes)) return undefined;
      const cells = cellsOf(first.bytes.toString('utf8'), this.#delimiter);
      return typeof cells === 'string' && cells !== neverEnds
        ? { line: first.number, fault: cells }
        : undefined;
    }
    const lines = this.#pending.flatMap(({ bytes }, i) => (i === 0 ? [bytes] : [lineFeed, bytes]));
    const bytes = lines.length === 1 ? first.bytes : Buffer.concat(lines);
    if (!isUtf8(bytes)) return { line: first.number, fault: 'The row is not valid UTF-8.' };
    const text = bytes.toString('utf8').replace(/\r$/, '');
    const cells = cellsOf(text, this.#delimiter);
    return typeof cells === 'string' ? { line: first.number, fault: cells } : { line: first.number, cells };
  }
}

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
