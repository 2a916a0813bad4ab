import { type Cell, columnsMax, type Row, rowsMax } from '../rows.ts';
import { tooLarge, unreadable } from './archive.ts';

/** A sheet of a file. Its rows are those that have content, with as many cells as the widest before them. */
export interface Sheet {
  name: string;
  rows(): AsyncGenerator<Row>;
}

/** A file of sheets. from1904: its programs count days from 1904 and not from 1900. */
export interface Workbook {
  sheets: Sheet[];
  from1904: boolean;
}

/** Characters that the cells of a sheet may have together: a few bytes of a file can stand for the same text many times. */
const charactersMax = 200 * 1024 * 1024;

/** Puts the cells of a sheet together to rows. Throws a Refusal where it is too large. */
export class RowBuilder {
  #done: { line: number; cells: Cell[]; times: number }[] = [];
  #cells: Cell[] = [];
  #line = 0;
  #width = 0;
  #characters = 0;

  /** place: from 0. A cell without content may stand anywhere. */
  cell(place: number, cell: Cell): void {
    if (cell === '') return;
    if (place < 0) throw unreadable('a cell has no place');
    if (place >= columnsMax) throw tooLarge(`has more than ${columnsMax} columns`);
    while (this.#cells.length < place) this.#cells.push('');
    this.#cells[place] = cell;
  }

  /** Ends a row, which the sheet has several times. line: from 1. */
  row(line: number, times = 1): void {
    const cells = this.#cells;
    this.#cells = [];
    if (!Number.isInteger(line) || line <= this.#line) throw unreadable('its rows are not in order');
    this.#line = line;
    if (cells.length === 0) return;
    if (line + times - 1 > rowsMax) throw tooLarge(`has more than ${rowsMax} rows`);
    this.#width = Math.max(this.#width, cells.length);
    while (cells.length < this.#width) cells.push('');
    const length = cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0);
    this.#characters += length * times;
    if (this.#characters > charactersMax) throw tooLarge('has more than 200 million characters');
    this.#done.push({ line, cells, times });
  }

  /** The rows that ended since this was asked last. A row that the sheet has many times is not made as many times at once. */
  *take(): Generator<Row> {
    const done = this.#done;
    this.#done = [];
    for (const { line, cells, times } of done)
      for (let i = 0; i < times; i++) yield { line: line + i, cells: [...cells] };
  }
}
