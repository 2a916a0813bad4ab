import { posix } from 'node:path';
import { serialDay } from '../dates.ts';
import type { Cell, Row } from '../rows.ts';
import { type Archive, tooLarge, unreadable } from './archive.ts';
import { RowBuilder, type Sheet, type Workbook } from './sheet.ts';
import { type Attributes, attributeOf, readXml, wholeXml } from './xml.ts';

/**
 * Opens a workbook of Office Open XML (ECMA-376). Formulas count by the values that were saved with them; macros and links to other
 * files are not even looked at.
 */
export async function openXlsx(archive: Archive): Promise<Workbook> {
  const root = await relations(archive, '');
  const main = root.find(({ type }) => type === 'officeDocument')?.target;
  if (main === undefined) throw unreadable('it is no workbook');
  const related = await relations(archive, main);
  const targetOf = (wanted: string): string | undefined =>
    related.find(({ type }) => type === wanted)?.target;
  let from1904 = false;
  const named: { name: string; id: string }[] = [];
  await wholeXml(archive.text(main), {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = isTrue(attributeOf(attributes, 'date1904'));
      if (name === 'sheet')
        named.push({ name: attributes['name'] ?? '', id: attributeOf(attributes, 'id') ?? '' });
    },
  });
  const [styles, strings] = [targetOf('styles'), targetOf('sharedStrings')];
  const isDate = styles === undefined ? [] : await dateStyles(archive, styles);
  let shared: Promise<string[]> | undefined;
  const sheets = named.flatMap(({ name, id }): Sheet[] => {
    const part = related.find((one) => one.id === id && one.type === 'worksheet')?.target;
    if (part === undefined) return [];
    return [
      {
        name,
        async *rows() {
          shared ??= strings === undefined ? Promise.resolve([]) : sharedStrings(archive, strings);
          yield* rowsOf(archive, part, { shared: await shared, isDate, from1904 });
        },
      },
    ];
  });
  return { sheets, from1904 };
}

interface Relation {
  id: string;
  type: string;
  target: string;
}

/** What a part refers to inside of the archive. */
async function relations(archive: Archive, part: string): Promise<Relation[]> {
  const folder = posix.dirname(part);
  const file = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  const found: Relation[] = [];
  if (!archive.has(file)) return found;
  await wholeXml(archive.text(file), {
    open(name, { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) {
      if (name !== 'Relationship' || mode === 'External') return;
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      found.push({ id, type: type.slice(type.lastIndexOf('/') + 1), target: path });
    },
  });
  return found;
}

const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true' || value === 'on';

/** For each style of cells whether it shows a number as a day. */
async function dateStyles(archive: Archive, part: string): Promise<boolean[]> {
  const codes = new Map<string, string>();
  const styles: boolean[] = [];
  let isOfCells = false;
  await wholeXml(archive.text(part), {
    open(name, { numFmtId: id = '0', formatCode: code = '' }) {
      if (name === 'numFmt') codes.set(id, code);
      if (name === 'cellXfs') isOfCells = true;
      if (name === 'xf' && isOfCells)
        styles.push(builtInDates.has(Number(id)) || showsDay(codes.get(id) ?? ''));
    },
    close(name) {
      if (name === 'cellXfs') isOfCells = false;
    },
  });
  return styles;
}

/** Formats that every program knows by number and that show a day (ECMA-376, 18.8.30). */
const builtInDates = new Set([
  14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58,
]);

/** Whether a format has a day or a year outside of quoted text, escaped characters, colours and conditions. */
const showsDay = (code: string): boolean => /[dy]/i.test(code.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, ''));

const stringsBytesMax = 100 * 1024 * 1024;

/** The texts of cells, of which the file has each once. */
async function sharedStrings(archive: Archive, part: string): Promise<string[]> {
  const strings: string[] = [];
  const text = new TextCollector();
  let characters = 0;
  await wholeXml(archive.text(part), {
    open: (name) => text.open(name),
    text: (piece) => text.add(piece),
    close(name) {
      text.close(name);
      if (name !== 'si') return;
      const string = text.take();
      characters += string.length;
      if (characters > stringsBytesMax) throw tooLarge('has more than 100 million characters of text');
      strings.push(string);
    },
  });
  return strings;
}

/** The text of a cell, which may be in several runs; how it is pronounced is no part of it. */
class TextCollector {
  #text = '';
  #isText = false;
  #isPhonetic = false;

  open(name: string): void {
    if (name === 'rPh') this.#isPhonetic = true;
    this.#isText = name === 't' && !this.#isPhonetic;
  }

  add(piece: string): void {
    if (this.#isText) this.#text += piece;
  }

  close(name: string): void {
    if (name === 'rPh') this.#isPhonetic = false;
    this.#isText = false;
  }

  /** A character that XML can't hold is written as _x000D_. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    if (!text.includes('_x')) return text;
    return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
}

interface Book {
  shared: string[];
  isDate: boolean[];
  from1904: boolean;
}

async function* rowsOf(archive: Archive, part: string, book: Book): AsyncGenerator<Row> {
  const rows = new RowBuilder();
  const text = new TextCollector();
  let [line, place, value, isValue] = [0, -1, '', false];
  let cell: Attributes = {};
  const reading = readXml(archive.text(part), {
    open(name, attributes) {
      if (name === 'row') {
        line = Number(attributes['r'] ?? line + 1);
        place = -1;
      } else if (name === 'c') {
        cell = attributes;
        place = placeOf(attributes['r']) ?? place + 1;
        value = '';
      } else if (name === 'v') isValue = true;
      else text.open(name);
    },
    text(piece) {
      if (isValue) value += piece;
      else text.add(piece);
    },
    close(name) {
      isValue = false;
      if (name === 'row') rows.row(line);
      else if (name === 'c') {
        const inline = text.take();
        rows.cell(place, cell['t'] === 'inlineStr' ? inline : contentOf(value, cell, book));
      } else text.close(name);
    },
  });
  for await (const _ of reading) yield* rows.take();
}

/** The place of a cell such as C7, from 0. */
function placeOf(reference: string | undefined): number | undefined {
  if (reference === undefined) return undefined;
  let place = 0;
  for (let i = 0; i < reference.length; i++) {
    const letter = reference.charCodeAt(i) - 64;
    if (letter < 1 || letter > 26) break;
    place = place * 26 + letter;
  }
  return place - 1;
}

function contentOf(value: string, { t: type = 'n', s: style = '0' }: Attributes, book: Book): Cell {
  if (value === '') return '';
  switch (type) {
    case 's':
      return book.shared[Number(value)] ?? '';
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'n': {
      const number = Number(value);
      if (!Number.isFinite(number)) return value;
      return (book.isDate[Number(style)] && dayOf(number, book.from1904)) || number;
    }
    default:
      // Texts of formulas, errors such as #N/A, and days as texts.
      return value;
  }
}

/** The day of a number, with the time where there is one; undefined for a time without a day. */
function dayOf(number: number, from1904: boolean): string | undefined {
  const day = serialDay(String(Math.floor(number)), from1904);
  const minutes = Math.round((number - Math.floor(number)) * 1440);
  if (day === undefined || minutes === 0 || minutes === 1440) return day;
  const padded = (part: number): string => String(part).padStart(2, '0');
  return `${day} ${padded(Math.floor(minutes / 60))}:${padded(minutes % 60)}`;
}
