import { isUtf8 } from 'node:buffer';
import { lineBytesMax, type PhysicalLine } from './physical-lines.ts';

/** A row of a table, and the physical line at which it begins; or what is wrong with it. */
export type CsvRow = { line: number; cells: string[] } | { line: number; fault: string };

const quote = 0x22;

/**
 * Puts the rows of a CSV file (RFC 4180) together from its lines: a quoted cell may hold line breaks. A quote that is
 * never closed costs only the row in which it stands: the lines behind it are read again as rows of their own.
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

  /** undefined: the row goes on in the next line. */
  #row(): CsvRow | undefined {
    const [first] = this.#pending;
    if (!first) return undefined;
    if (this.#insideQuotes) {
      if (this.#bytes > lineBytesMax) return { line: first.number, fault: neverEnds };
      // A stray quotation mark is known at once, and need not be looked for in the lines that follow.
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

/** The cells of a whole row, or what is wrong with it. */
function cellsOf(row: string, delimiter: string): string[] | string {
  if (!row.includes('"')) return row.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    let end: number;
    if (row[at] === '"') {
      const quoted = quotedCell(row, at + 1);
      if (!quoted) return neverEnds;
      cells.push(quoted.text);
      end = quoted.end;
      if (end < row.length && row[end] !== delimiter)
        return `Cell ${cells.length} goes on behind its closing quotation mark.`;
    } else {
      end = row.indexOf(delimiter, at);
      if (end === -1) end = row.length;
      const text = row.slice(at, end);
      cells.push(text);
      if (text.includes('"'))
        return `Cell ${cells.length} has a quotation mark in it: such a cell stands in quotation marks, and the mark in it twice.`;
    }
    if (end === row.length) return cells;
    at = end;
  }
}

function quotedCell(row: string, from: number): { text: string; end: number } | undefined {
  let text = '';
  for (let at = from; ; ) {
    const mark = row.indexOf('"', at);
    if (mark === -1) return undefined;
    text += row.slice(at, mark);
    if (row[mark + 1] !== '"') return { text, end: mark + 1 };
    text += '"';
    at = mark + 2;
  }
}
