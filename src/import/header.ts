import { Refusal } from '../errors.ts';
import { isVisible } from '../shapes/visible.ts';
import type { Cell } from './rows.ts';

/** The first row of a table. Columns without a name at its end are left off, as spreadsheets add them. */
export class Header {
  /** The names, in which a line break is a space. */
  readonly texts: string[];

  constructor(cells: Cell[]) {
    const texts = cells.map((cell) => headerText(String(cell)));
    this.texts = texts.slice(0, texts.findLastIndex(isVisible) + 1);
  }

  get length(): number {
    return this.texts.length;
  }

  /**
   * The place, from 0, of a column: by its name, or as `#3` or `#C` where it has none or shares it. Throws Refusal `malformed-csv`
   * where there is none, or several.
   */
  placeOf(column: string): number {
    const name = headerText(column);
    const place = this.texts.indexOf(name);
    if (place === -1 || name === '') return this.#numbered(column);
    const other = this.texts.indexOf(name, place + 1);
    if (other === -1) return place;
    throw new Refusal(
      'malformed-csv',
      `The header has the column "${name}" twice: name the one that you mean as #${place + 1} or #${other + 1}.`,
    );
  }

  #numbered(column: string): number {
    const [, digits, letters] = /^#(?:(\d{1,4})|([A-Z]{1,3}))$/.exec(column) ?? [];
    const place = digits === undefined ? numberOfLetters(letters ?? '') : Number(digits);
    if (place >= 1 && place <= this.length) return place - 1;
    throw new Refusal(
      'malformed-csv',
      `The header lacks the column "${column}", which the mapping or the key names.`,
    );
  }
}

/** A header as it is compared. */
export const headerText = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** A is 1, Z 26, AA 27; no letters give 0. */
const numberOfLetters = (letters: string): number =>
  [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
