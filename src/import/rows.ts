/** The content of a cell. Only sheets have numbers: of text nobody knows which mark is the decimal one. */
export type Cell = string | number;

/**
 * A row of a table with the physical line at which it begins, from 1; of a sheet with the number that programs show beside the
 * row. Or its fault.
 */
export type Row = { line: number; cells: Cell[] } | { line: number; fault: string };

/** Rows of a sheet, and columns. */
export const [rowsMax, columnsMax] = [1_000_000, 500];
