import { strToU8, zipSync } from 'fflate';

/** A cell: a text, a number, a day as programs store it (a number with a format), or a formula with the value saved for it. */
export type SheetCell =
  | string
  | number
  | { day: number }
  | { formula: string; value: string | number }
  | null;

export interface MadeSheet {
  name: string;
  /** null: a row that the sheet does not have. */
  rows: (SheetCell[] | null)[];
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Packs the parts of a spreadsheet, the same bytes every time. */
export const packed = (parts: Record<string, string>): Buffer =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])), {
      mtime: new Date(2020, 0, 1),
    }),
  );

const letters = (place: number): string =>
  place < 26 ? String.fromCharCode(65 + place) : letters(Math.floor(place / 26) - 1) + letters(place % 26);

/** The parts of an Excel workbook. Some texts are shared, some stand in their cells, as programs differ. */
export function xlsxParts(sheets: MadeSheet[], { from1904 = false } = {}): Record<string, string> {
  const shared: string[] = [];
  const cellOf = (cell: SheetCell, reference: string): string => {
    if (cell === null || cell === '') return `<c r="${reference}" s="0"/>`;
    if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
    if (typeof cell === 'object' && 'day' in cell) return `<c r="${reference}" s="1"><v>${cell.day}</v></c>`;
    if (typeof cell === 'object') {
      const type = typeof cell.value === 'string' ? ' t="str"' : '';
      return `<c r="${reference}"${type}><f>${escaped(cell.formula)}</f><v>${escaped(String(cell.value))}</v></c>`;
    }
    if (cell.length % 2 === 0)
      return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
    shared.push(cell);
    return `<c r="${reference}" t="s"><v>${shared.length - 1}</v></c>`;
  };
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const types = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const related = (entries: [id: string, type: string, target: string][]): string =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${entries
      .map(([id, type, target]) => `<Relationship Id="${id}" Type="${types}/${type}" Target="${target}"/>`)
      .join('')}</Relationships>`;
  const parts: Record<string, string> = {
    '_rels/.rels': related([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="${main}" xmlns:r="${types}"><workbookPr date1904="${from1904 ? 1 : 0}"/><sheets>${sheets
      .map(({ name }, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`)
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': related([
      ...sheets.map((_, i): [string, string, string] => [
        `rId${i + 1}`,
        'worksheet',
        `worksheets/sheet${i + 1}.xml`,
      ]),
      ['rId90', 'styles', 'styles.xml'],
      ['rId91', 'sharedStrings', '/xl/sharedStrings.xml'],
    ]),
    'xl/styles.xml': `<styleSheet xmlns="${main}"><numFmts><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy;@"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
  };
  for (const [i, { rows }] of sheets.entries()) {
    const made = rows.map((row, j) =>
      row === null
        ? ''
        : `<row r="${j + 1}">${row.map((cell, k) => cellOf(cell, `${letters(k)}${j + 1}`)).join('')}</row>`,
    );
    parts[`xl/worksheets/sheet${i + 1}.xml`] =
      `<worksheet xmlns="${main}"><sheetData>${made.join('')}</sheetData></worksheet>`;
  }
  parts['xl/sharedStrings.xml'] = `<sst xmlns="${main}">${shared
    .map((text) => `<si><r><t xml:space="preserve">${escaped(text)}</t></r><rPh><t>sound</t></rPh></si>`)
    .join('')}</sst>`;
  return parts;
}

export const xlsxOf = (sheets: MadeSheet[], options = {}): Buffer => packed(xlsxParts(sheets, options));

/** The day of a serial number, for cells of OpenDocument. */
const dayOf = (serial: number): string =>
  new Date(Date.UTC(1899, 11, 30) + serial * 86_400_000).toISOString().slice(0, 10);

/** An OpenDocument spreadsheet, with the many empty cells and rows that programs add. */
export function odsParts(sheets: MadeSheet[]): Record<string, string> {
  const cellOf = (cell: SheetCell): string => {
    if (cell === null || cell === '') return '<table:table-cell/>';
    const value = typeof cell === 'object' && 'formula' in cell ? cell.value : cell;
    if (typeof value === 'number')
      return `<table:table-cell office:value-type="float" office:value="${value}"><text:p>shown</text:p></table:table-cell>`;
    if (typeof value === 'object')
      return `<table:table-cell office:value-type="date" office:date-value="${dayOf(value.day)}"><text:p>shown</text:p></table:table-cell>`;
    const text = value
      .split('\n')
      .map((line) => `<text:p>${escaped(line).replace(/ {2}/g, ' <text:s/>')}</text:p>`)
      .join('');
    return `<table:table-cell office:value-type="string"><office:annotation><text:p>a comment</text:p></office:annotation>${text}</table:table-cell>`;
  };
  const empty = '<table:table-cell table:number-columns-repeated="16000"/>';
  const names = ['office', 'table', 'text'].map(
    (name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
  );
  const tables = sheets.map(({ name, rows }) => {
    const made = rows.map(
      (row) => `<table:table-row>${(row ?? []).map(cellOf).join('')}${empty}</table:table-row>`,
    );
    return `<table:table table:name="${escaped(name)}">${made.join('')}<table:table-row table:number-rows-repeated="1048000">${empty}</table:table-row></table:table>`;
  });
  return {
    mimetype: 'application/vnd.oasis.opendocument.spreadsheet',
    'content.xml': `<?xml version="1.0" encoding="UTF-8"?><office:document-content ${names.join(' ')}><office:body><office:spreadsheet>${tables.join('')}</office:spreadsheet></office:body></office:document-content>`,
  };
}

export const odsOf = (sheets: MadeSheet[]): Buffer => packed(odsParts(sheets));
