import { type Column, columnsByParty, rowsByParty } from '../answers/columns.ts';
import { escapedFormula } from '../shapes/formula.ts';

type Cell = string | number;

/** How a list is written as a table. */
export interface TableOptions {
  excel?: boolean;
  rows?: 'party';
}

/** The heading of a table, and the rows of an item. Cells that a spreadsheet would take for a formula are escaped. */
export function tableOf(columns: readonly Column[], { excel = false, rows }: TableOptions = {}) {
  const shown = (rows === 'party' && columnsByParty(columns)) || columns;
  const fitted = excel ? cutForExcel : (cell: Cell) => cell;
  const rowOf = (item: object): string => csvRow(shown.map(({ read }) => fitted(cellOf(read(item)))));
  return {
    heading: (excel ? '\ufeff' : '') + csvRow(shown.map(({ name }) => name)),
    rowsOf: rows === 'party' ? (item: object) => rowsByParty(item).map(rowOf).join('') : rowOf,
  };
}

/** Excel puts the rest of a longer cell into the next rows. */
const excelCellMax = 32_767;
const cutForExcel = (cell: Cell): Cell =>
  typeof cell === 'string' && cell.length > excelCellMax
    ? `${cell.slice(0, excelCellMax - 1).toWellFormed()}…`
    : cell;

/** Cells as they are. */
export /** A row of RFC 4180. */
const csvRow = (cells: readonly Cell[]): string => `${cells.map(quoted).join(',')}\r\n`;

const quoted = (cell: Cell): Cell =>
  typeof cell === 'string' && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? escapedFormula(value) : (value as Cell);
}
