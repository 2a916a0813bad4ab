import type { Cell, Row } from '../rows.ts';
import type { Archive } from './archive.ts';
import { RowBuilder, type Sheet, type Workbook } from './sheet.ts';
import { type Attributes, attributeOf, readXml, wholeXml } from './xml.ts';

const content = 'content.xml';

/** Opens a spreadsheet of OpenDocument (ISO/IEC 26300). Formulas count by the values that were saved with them. */
export async function openOds(archive: Archive): Promise<Workbook> {
  const names: string[] = [];
  await wholeXml(archive.text(content), {
    open(name, attributes) {
      if (name === 'table') names.push(attributeOf(attributes, 'name') ?? '');
    },
  });
  const sheets = names.map((name, i): Sheet => ({ name, rows: () => rowsOf(archive, i) }));
  return { sheets, from1904: false };
}

/** index: of the sheet in the file. */
async function* rowsOf(archive: Archive, index: number): AsyncGenerator<Row> {
  const rows = new RowBuilder();
  let [table, line, place, times] = [-1, 1, 0, 1];
  let cell: Attributes = {};
  let text = new Paragraphs();
  const isCell = (name: string): boolean => name === 'table-cell' || name === 'covered-table-cell';
  const reading = readXml(archive.text(content), {
    open(name, attributes) {
      if (name === 'table') table += 1;
      if (table !== index) return;
      if (name === 'table-row') {
        times = countOf(attributes, 'number-rows-repeated');
        place = 0;
      } else if (isCell(name)) {
        cell = attributes;
        text = new Paragraphs();
      } else text.open(name, attributes);
    },
    text: (piece) => text.add(piece),
    close(name) {
      if (table !== index) return;
      if (name === 'table-row') {
        rows.row(line, times);
        line += times;
      } else if (isCell(name)) {
        const value = name === 'table-cell' ? contentOf(cell, text.text) : '';
        const repeated = countOf(cell, 'number-columns-repeated');
        // Empty cells to the right end of the sheet are usual.
        if (value !== '') for (let i = 0; i < repeated; i++) rows.cell(place + i, value);
        place += repeated;
      } else text.close(name);
    },
  });
  for await (const _ of reading) {
    yield* rows.take();
    if (table > index) return;
  }
}

const countOf = (attributes: Attributes, name: string): number => {
  const count = Number(attributeOf(attributes, name) ?? 1);
  return Number.isSafeInteger(count) && count > 0 ? count : 1;
};

/** The text of a cell: its paragraphs, but not those of a comment. */
class Paragraphs {
  text = '';
  #hasOne = false;
  #isText = false;
  /** Tags of a comment, or of a picture in the cell. */
  #aside = 0;

  open(name: string, attributes: Attributes): void {
    if (this.#aside > 0 || name === 'annotation' || name === 'frame') this.#aside += 1;
    else if (name === 'p') {
      if (this.#hasOne) this.text += '\n';
      this.#hasOne = true;
      this.#isText = true;
    } else if (name === 's') this.text += ' '.repeat(Math.min(countOf(attributes, 'c'), 1_000));
    else if (name === 'tab') this.text += '\t';
    else if (name === 'line-break') this.text += '\n';
  }

  add(piece: string): void {
    if (this.#isText && this.#aside === 0) this.text += piece;
  }

  close(name: string): void {
    if (this.#aside > 0) this.#aside -= 1;
    else if (name === 'p') this.#isText = false;
  }
}

function contentOf(cell: Attributes, text: string): Cell {
  const number = Number(attributeOf(cell, 'value') ?? Number.NaN);
  switch (attributeOf(cell, 'value-type')) {
    case 'float':
    case 'currency':
    case 'percentage':
      return Number.isFinite(number) ? number : text;
    case 'date':
      return (attributeOf(cell, 'date-value') ?? text).replace('T00:00:00', '');
    case 'boolean':
      return attributeOf(cell, 'boolean-value') === 'true' ? 'TRUE' : 'FALSE';
    case 'string':
      return attributeOf(cell, 'string-value') ?? text;
    default:
      return text;
  }
}
