import { type ProblemPart, Refusal } from '../errors.ts';
import { unescapedFormula } from '../shapes/formula.ts';
import { pointerOf } from '../shapes/merge-patch.ts';
import { isVisible } from '../shapes/visible.ts';
import { cellValueOf, columns } from './columns.ts';
import { CsvRows } from './csv-rows.ts';
import { knownColumns, type Mapping } from './mapping.ts';
import type { PhysicalLine } from './physical-lines.ts';

/** A row as an event, with the faults of cells that can't be read and otherwise unchecked; or the fault of the row. */
export type CsvEvent =
  | { line: number; event: object; faults: ProblemPart[] }
  | { line: number; fault: string };

interface Column {
  name: string;
  path: string[];
  /** Texts that replace those of the table. */
  values: Record<string, string>;
}

/** Turns the rows of a table into events by its header. Throws Refusal `malformed-csv` for a wrong header. */
export class CsvEvents {
  readonly #rows: CsvRows;
  readonly #mapping: Mapping;
  #header: (Column | undefined)[] | undefined;
  #fixed: { name: string; text: string; path: string[] }[] = [];
  /** Members for whose parts the table has columns, such as `source`; not data as a whole. */
  #wholes = new Set<string>();

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
    if ('cells' in row && !row.cells.some(isVisible)) return;
    if (!this.#header) {
      if ('fault' in row) throw malformed(`The header can't be read: ${row.fault}`);
      this.#header = this.#headerOf(row.cells);
      return;
    }
    if ('fault' in row) yield row;
    else if (row.cells.length !== this.#header.length) {
      const fault = `Cells in this row: ${row.cells.length}, in the header: ${this.#header.length}.`;
      yield { line: row.line, fault };
    } else yield { line: row.line, ...this.#eventOf(row.cells, this.#header) };
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
    const present = new Set(cells.map((cell) => cell.trim()));
    for (const missing of Object.keys(renamed)) {
      if (!present.has(missing))
        throw malformed(`The header lacks the column "${missing}", which the mapping names.`);
    }
    this.#wholes = new Set(header.flatMap((column) => (column ? wholeOf(column.path) : [])));
    this.#wholes.delete('data');
    this.#fixed = Object.entries(fixed).map(([name, text]) => ({ name, text, path: name.split('.') }));
    if (!names.includes('type') && !Object.hasOwn(fixed, 'type'))
      throw malformed('The header lacks the column "type".');
    return header;
  }

  #eventOf(cells: string[], header: (Column | undefined)[]): { event: object; faults: ProblemPart[] } {
    const event: Members = {};
    const faults: ProblemPart[] = [];
    const take = (path: string[], name: string, text: string): void => {
      try {
        set(event, path, cellValueOf(text, typeOf(name)));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const parts = (error.members.errors ?? []).map(({ pointer, detail }) => ({ pointer, detail }));
        for (const part of parts) faults.push({ ...part, pointer: pointerOf(path) + part.pointer });
      }
    };
    for (const [i, column] of header.entries()) {
      const text = unescapedFormula((cells[i] ?? '').trim());
      if (column && isVisible(text)) {
        const { name, path, values } = column;
        take(path, name, Object.hasOwn(values, text) ? (values[text] ?? '') : text);
      }
    }
    for (const { name, text, path } of this.#fixed) {
      // A fixed part, such as the language of a source, makes no source for a row that has none.
      if (path.length > 1 && !has(event, path.slice(0, -1)) && this.#wholes.has(wholeOf(path))) continue;
      if (!has(event, path)) take(path, name, text);
    }
    const { source, ...members } = event;
    return { event: source === undefined ? members : { ...members, sources: [source] }, faults };
  }
}

const wholeOf = (path: string[]): string => path.slice(0, -1).join('.');

interface Members {
  [member: string]: unknown;
}

function set(event: Members, path: string[], value: unknown): void {
  const [member = '', ...rest] = path;
  if (rest.length === 0) event[member] = value;
  else {
    event[member] ??= {};
    set(event[member] as Members, rest, value); // Only this function makes it.
  }
}

const has = (event: Members, [member = '', ...rest]: string[]): boolean =>
  event[member] !== undefined && (rest.length === 0 || has(event[member] as Members, rest));

const typeOf = (name: string) => columns.get(name) ?? 'text';

const malformed = (detail: string): Refusal => new Refusal('malformed-csv', detail);
