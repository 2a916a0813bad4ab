import { Refusal } from '../errors.ts';
import { isSheet } from './formats.ts';
import { type CheckedLines, LineChecker, type LineSettings } from './line-checker.ts';
import { type Mapping, rulesOf, someOf } from './mapping.ts';
import { openSheet, sheetBytesMax } from './sheets/open-sheet.ts';

/** Rows that are handed over together. */
const pieceRows = 1_000;

/** Checks the rows of a spreadsheet, of which nothing can be read before all of it is there. */
export class SheetChecker {
  readonly #settings: LineSettings;
  readonly #checker: LineChecker;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(settings: LineSettings) {
    this.#settings = settings;
    this.#checker = new LineChecker(settings);
  }

  push(bytes: Buffer): CheckedLines {
    this.#bytes += bytes.length;
    if (this.#bytes > sheetBytesMax)
      throw new Refusal('body-too-large', `A spreadsheet has at most ${sheetBytesMax / 1024 / 1024} MiB.`);
    this.#parts.push(bytes);
    return this.#checker.checked(bytes.length);
  }

  /** What was checked, piece by piece; the last piece is returned. */
  async *end(): AsyncGenerator<CheckedLines, CheckedLines> {
    const { format, mapping } = this.#settings;
    if (!isSheet(format)) throw new Error('a file of another format is no spreadsheet');
    const file = Buffer.concat(this.#parts);
    this.#parts = [];
    if (file.length > 0) {
      const sheet = await openSheet(file, format, mapping?.sheet);
      requireSystem(mapping, sheet.from1904);
      let rows = 0;
      for await (const row of sheet.rows()) {
        this.#checker.takeRow(row);
        rows += 1;
        if (rows % pieceRows === 0) yield this.#checker.checked(0);
      }
    }
    return this.#checker.checked(0);
  }
}

/** Throws a Refusal where days would be counted from the wrong year. */
function requireSystem(mapping: Mapping | undefined, from1904: boolean): void {
  const wrong = from1904 ? 'serial' : 'serial1904';
  const formats = Object.values(mapping?.fields ?? {}).flatMap((field) =>
    rulesOf(field).flatMap(({ dates }) => someOf(dates)),
  );
  if (!formats.includes(wrong)) return;
  const [year, right] = from1904 ? [1904, 'serial1904'] : [1900, 'serial'];
  throw new Refusal(
    'invalid-mapping',
    `This spreadsheet counts its days from ${year}: write ${right} in the mapping, not ${wrong}.`,
  );
}
