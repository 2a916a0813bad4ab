import { isUtf8 } from 'node:buffer';
import { isVisible } from '../../shapes/visible.ts';
import { type Format, isSheet } from '../formats.ts';
import { Header } from '../header.ts';
import type { Mapping } from '../mapping.ts';
import type { Cell, Row } from '../rows.ts';
import { openWorkbook, withContent } from '../sheets/open-sheet.ts';
import { type Encoding, TextRows } from '../text-rows.ts';

/** Rows that are looked at; what is not as they are becomes a fault of an import. */
const rowsMax = 20_000;

export interface LookOptions {
  format: Format;
  sheet?: string | undefined;
  encoding?: Encoding | undefined;
}

/** A table as it was found: how it is to be read, its header, and its first rows as texts. */
export interface Look {
  /** What a mapping must say for the table to be read. */
  settings: Pick<Mapping, 'delimiter' | 'encoding' | 'sheet' | 'headerRow'>;
  /** The names of other sheets with content. */
  otherSheets: string[];
  from1904: boolean;
  isSheet: boolean;
  header: Header;
  rows: string[][];
}

/** Looks at the beginning of a file, or at the whole of a spreadsheet. Throws a Refusal where it has no rows. */
export async function lookAt(file: Buffer, options: LookOptions): Promise<Look | undefined> {
  const { format } = options;
  if (isSheet(format)) return lookAtSheet(file, format, options.sheet);
  const encoding = options.encoding ?? encodingOf(file);
  const delimiter = delimiterOf(file, encoding);
  const rows = textRows(file, delimiter, encoding, rowsMax);
  const usual = format === 'tsv' ? '\t' : ',';
  const isMarked = file[0] === 0xff || file[0] === 0xfe;
  return tableOf(rows, {
    ...(delimiter !== usual && { delimiter }),
    ...(encoding !== 'utf-8' && !isMarked && { encoding }),
  });
}

async function lookAtSheet(
  file: Buffer,
  format: 'xlsx' | 'ods',
  name: string | undefined,
): Promise<Look | undefined> {
  const { sheets, from1904 } = await openWorkbook(file, format);
  const filled = await withContent(sheets);
  const sheet = filled.find((one) => name === undefined || one.name === name);
  if (!sheet) return undefined;
  const rows: Row[] = [];
  for await (const row of sheet.rows()) if (rows.push(row) === rowsMax) break;
  const otherSheets = filled.filter((one) => one !== sheet).map((one) => one.name);
  const look = tableOf(rows, otherSheets.length > 0 ? { sheet: sheet.name } : {});
  return look && { ...look, otherSheets, from1904, isSheet: true };
}

type Delimiter = NonNullable<Mapping['delimiter']>;

function textRows(file: Buffer, delimiter: string, encoding: Encoding, max: number): Row[] {
  const reader = new TextRows(delimiter, encoding);
  const rows: Row[] = [];
  for (let from = 0; from < file.length && rows.length < max; from += 65_536)
    rows.push(...reader.push(file.subarray(from, from + 65_536)));
  if (rows.length < max) rows.push(...reader.end());
  return rows.slice(0, max);
}

/** Valid UTF-8 is UTF-8. Of UTF-16 without a mark every other byte of most letters is zero. All else may be Windows-1252. */
function encodingOf(file: Buffer): Encoding {
  // The last character may be cut.
  const start = file.subarray(0, Math.max(file.lastIndexOf(0x0a) + 1, file.length - 4));
  const zeros = [0, 0];
  for (const [i, byte] of start.subarray(0, 1_000).entries())
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (file[0] === 0xff && file[1] === 0xfe) return 'utf-16le';
  if (file[0] === 0xfe && file[1] === 0xff) return 'utf-16be';
  if (even + odd > start.subarray(0, 1_000).length / 5) return odd > even ? 'utf-16le' : 'utf-16be';
  return isUtf8(start) ? 'utf-8' : 'windows-1252';
}

/** The delimiter that gives most rows the same number of cells, and then most cells. */
function delimiterOf(file: Buffer, encoding: Encoding): Delimiter {
  const scores = ([',', ';', '\t', '|'] as const).map((delimiter) => {
    const widths = textRows(file.subarray(0, 200_000), delimiter, encoding, 500).flatMap((row) =>
      'cells' in row && row.cells.length > 1 ? row.cells.length : [],
    );
    const width = mostFrequent(widths) ?? 0;
    return { delimiter, rows: widths.filter((one) => one === width).length, width };
  });
  return scores.reduce((best, one) => (one.rows * one.width > best.rows * best.width ? one : best)).delimiter;
}

/** The header is the first row that has about as many cells with content as most rows. */
function tableOf(rows: Row[], settings: Look['settings']): Look | undefined {
  const filled = rows.flatMap((row) => {
    const cells = 'cells' in row ? row.cells.map((cell: Cell) => String(cell).trim()) : [];
    return cells.some(isVisible) ? { line: row.line, cells } : [];
  });
  const width = mostFrequent(filled.slice(0, 500).map(({ cells }) => contents(cells))) ?? 0;
  const at = filled.findIndex(({ cells }) => contents(cells) >= Math.min(width, Math.max(2, width * 0.6)));
  const header = filled[at];
  if (!header) return undefined;
  const isFirst = at === 0;
  return {
    settings: isFirst ? settings : { ...settings, headerRow: header.line },
    otherSheets: [],
    from1904: false,
    isSheet: false,
    header: new Header(header.cells),
    rows: filled.slice(at + 1).map(({ cells }) => cells),
  };
}

const contents = (cells: string[]): number => cells.filter(isVisible).length;

function mostFrequent(numbers: number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || b - a)[0]?.[0];
}
