import { stringify } from 'csv-stringify/sync';
import { dimensions, keysOf } from '../../projections/dimensions.ts';
import { escapedFormula } from '../../shapes/formula.ts';
import type { LedgerRecord } from '../../shapes/record.ts';

type Cell = string | number;

/** An item of a list as a row of a table. Cells that a spreadsheet would take for a formula are escaped. */
export const csvRowOf = (columns: readonly string[], item: object): string =>
  csvRow(columns.map((column) => cellOf(valueAt(item, column))));

export const csvRow = (cells: readonly Cell[]): string =>
  stringify([cells], {
    record_delimiter: 'windows',
    // csv-stringify quotes only \r\n by itself, but a lone \r or \n would begin a row too.
    quoted_match: /[\r\n]/,
  });

/** A column is a path into the item, `counts.mous.total`, or the name of a dimension. */
function valueAt(row: object, column: string): unknown {
  const dimension = dimensions.find(({ name }) => name === column);
  // Only lists of records have such a column, and an answer shows all of a record that keys are taken from.
  if (dimension) return keysOf(row as LedgerRecord)[dimension.name]?.join('; ');
  // Whatever is not an object has none of these members.
  return column.split('.').reduce<unknown>((value, key) => (value as Row | null | undefined)?.[key], row);
}

interface Row {
  [member: string]: unknown;
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? escapedFormula(value) : (value as Cell);
}
