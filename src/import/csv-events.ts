import { Refusal } from '../errors.ts';
import { cellValueOf, columns } from './columns.ts';
import { CsvRows } from './csv-rows.ts';
import { knownColumns, type Mapping } from './mapping.ts';
import type { PhysicalLine } from './physical-lines.ts';

/** A row as an event, unchecked; or what is wrong with the row. */
export type CsvEvent = { line: number; event: object } | { line: number; fault: string };

interface Column {
  name: string;
  path: string[];
  /** Texts to take instead. */
  values: Record<string, string>;
}

/** Turns the rows of a table into events, as its header says. Throws Refusal `malformed-csv` for the header. */
export class CsvEvents {
  readonly #rows: CsvRows;
  readonly #mapping: Mapping;
  #header: (Column | undefined)[] | undefined;
  #fixed: { name: string; text: string; path: string[] }[] = [];

  constructor(mapping: Mapping = { columns: {} }) {
    this.#mapping = mapping;
    this.#rows = new CsvRows(mapping.delimiter ?? ',');
  }

  *push(line: PhysicalLine): Generator<CsvEvent> {
    for (const row of this.#rows.push(line)) yield* this.#event(row);
  }

  *end(): Generator<CsvEvent> {
    for (const row of this.#rows.end()) yield* this.#event(row);
  }

  *#event(row: { line: number; cells: string[] } | { line: number; fault: string }): Generator<CsvEvent> {
    if ('cells' in row && row.cells.every((cell) => cell.trim() === '')) return;
    if (!this.#header) {
      if ('fault' in row) throw malformed(`The header can't be read: ${row.fault}`);
      this.#header = this.#headerOf(row.cells);
      return;
    }
    if ('fault' in row) yield row;
    else if (row.cells.length !== this.#header.length) {
      const fault = `Cells in this row: ${row.cells.length}, in the header: ${this.#header.length}.`;
      yield { line: row.line, fault };
    } else yield { line: row.line, event: this.#eventOf(row.cells, this.#header) };
  }

  #headerOf(cells: string[]): (Column | undefined)[] {
    const { columns: renamed, values = {}, fixed = {} } = this.#mapping;
    const header = cells.map((cell) => {
      const text = cell.trim();
      const name = Object.hasOwn(renamed, text) ? renamed[text] : text;
      if (name === null) return undefined;
      if (name === undefined || !columns.has(name)) {
        const hint =
          cells.length === 1 && /[;\t|]/.test(text)
            ? ' It seems that its cells are not delimited by commas: a mapping can say so.'
            : '';
        throw malformed(`The header names the column "${text}", ${knownColumns()}.${hint}`);
      }
      return { name, path: name.split('.'), values: values[name] ?? {} };
    });
    const names = header.flatMap((column) => column?.name ?? []);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) throw malformed(`The header names the column "${twice}" twice.`);
    for (const missing of Object.keys(renamed)) {
      if (!cells.some((cell) => cell.trim() === missing))
        throw malformed(`The header lacks the column "${missing}", which the mapping names.`);
    }
    this.#fixed = Object.entries(fixed).map(([name, text]) => ({ name, text, path: name.split('.') }));
    if (!names.includes('type') && !Object.hasOwn(fixed, 'type'))
      throw malformed('The header lacks the column "type".');
    return header;
  }

  #eventOf(cells: string[], header: (Column | undefined)[]): object {
    const event: Members = {};
    for (const [i, column] of header.entries()) {
      const text = unescaped((cells[i] ?? '').trim());
      if (column && text !== '') {
        const { name, path, values } = column;
        set(
          event,
          path,
          cellValueOf(Object.hasOwn(values, text) ? (values[text] ?? '') : text, typeOf(name)),
        );
      }
    }
    for (const { name, text, path } of this.#fixed) {
      // A part of something, such as the language of a source, is no reason to make up the rest of it.
      if (path.length > 1 && !has(event, path.slice(0, -1)) && this.#givesPartsOf(path)) continue;
      if (!has(event, path)) set(event, path, cellValueOf(text, typeOf(name)));
    }
    const { source, ...members } = event;
    return source === undefined ? members : { ...members, sources: [source] };
  }

  /** Whether the table has columns for other parts of the same thing. Data as a whole is no such thing. */
  #givesPartsOf(path: string[]): boolean {
    const whole = path.slice(0, -1).join('.');
    return (
      whole !== 'data' && (this.#header ?? []).some((column) => column?.path.slice(0, -1).join('.') === whole)
    );
  }
}

interface Members {
  [member: string]: unknown;
}

function set(event: Members, path: string[], value: unknown): void {
  const [member = '', ...rest] = path;
  if (rest.length === 0) event[member] = value;
  else {
    event[member] ??= {};
    set(event[member] as Members, rest, value); // Only ever made here.
  }
}

const has = (event: Members, [member = '', ...rest]: string[]): boolean =>
  event[member] !== undefined && (rest.length === 0 || has(event[member] as Members, rest));

const typeOf = (name: string) => columns.get(name) ?? 'text';

/** Spreadsheets and our own tables escape what would be a formula with an apostrophe. */
const unescaped = (text: string): string => (/^'[=+\-@]/.test(text) ? text.slice(1) : text);

const malformed = (detail: string): Refusal => new Refusal('malformed-csv', detail);
