import { type ProblemPart, Refusal } from '../errors.ts';
import { folded } from '../shapes/folded.ts';
import { unescapedFormula } from '../shapes/formula.ts';
import { pointerOf, segmentsOf } from '../shapes/merge-patch.ts';
import { isVisible } from '../shapes/visible.ts';
import { CellReader, type CellReading } from './cells.ts';
import { columns } from './columns.ts';
import { Header, headerText } from './header.ts';
import { knownColumns, type Mapping, type Rule, rulesOf, someOf } from './mapping.ts';
import { type OwnEvent, OwnTable } from './own-tables.ts';
import type { Cell, Row } from './rows.ts';

/**
 * A row as an event, with the faults of cells that can't be read and otherwise unchecked; or the fault of the row. The text of a cell that
 * can't be read stands in the event, and in cells as the columns of the table have them. own: of a list of ours.
 */
export type RowEvent =
  | { line: number; event: object; faults: ProblemPart[]; cells: Cell[]; own?: OwnEvent }
  | { line: number; fault: string };

/** Turns the rows of a table into events by its header. Throws Refusal `malformed-csv` for a wrong header. */
export class RowEvents {
  readonly #mapping: Mapping;
  readonly #initiativeId: string;
  #header: Header | undefined;
  #own: OwnTable | undefined;
  #fields: Field[] = [];
  #fixed: Fixed[] = [];
  /** Members for whose parts the table has columns, such as `source`; not data as a whole. */
  #wholes = new Set<string>();
  #skip: { place: number; equals: string }[] = [];
  /** The last content of each column whose empty cells repeat the one above. */
  readonly #above = new Map<number, Cell>();

  /** Columns that are read besides those of the mapping. */
  readonly #also: readonly string[];

  /** initiativeId: where the events would be recorded. */
  constructor(initiativeId: string, mapping: Mapping = { columns: {} }, also: readonly string[] = []) {
    this.#initiativeId = initiativeId;
    this.#mapping = mapping;
    this.#also = also;
  }

  /** undefined: the row is no event, as the header and a blank row. */
  of(row: Row): RowEvent | undefined {
    if (row.line < (this.#mapping.headerRow ?? 1)) return undefined;
    if ('fault' in row) {
      if (!this.#header) throw malformed(`The header can't be read: ${row.fault}`);
      return row;
    }
    const cells = row.cells.map(plain);
    if (!cells.some(isShown)) return undefined;
    if (!this.#header) {
      this.#begin(cells);
      return undefined;
    }
    if (this.#skip.some(({ place, equals }) => folded(String(cells[place] ?? '')) === equals))
      return undefined;
    const { line } = row;
    const { length } = this.#header;
    if (cells.length < length || cells.slice(length).some(isShown))
      return { line, fault: `Cells in this row: ${cells.length}, in the header: ${length}.` };
    // A table of ours is exact, also in blanks.
    const own = this.#own?.eventOf(row.cells);
    if (own) return { line, event: own.event, faults: own.faults, cells, own };
    for (const [place, above] of this.#above) {
      if (isShown(cells[place])) this.#above.set(place, cells[place] ?? '');
      else cells[place] = above;
    }
    return { line, ...this.#eventOf(cells), cells };
  }

  /** The header of the column from which the value at a pointer of an event is; undefined if it is from none, or from several. */
  columnOf(pointer: string): string | undefined {
    if (this.#own) return this.#own.columnOf(pointer);
    const field = this.#fields.find(
      ({ at }) => pointer === at || pointer.startsWith(`${at}/`) || at.startsWith(`${pointer}/`),
    );
    return field?.header;
  }

  /** The members of a record for which the table has a column, and this event nothing. */
  emptyIn(event: object): string[][] {
    return this.#fields.flatMap(({ path }) =>
      (path[0] === 'data' || path[0] === 'occurredOn') && !has(event as Members, path) ? [path] : [],
    );
  }

  /** How each cell of a row was read: for each field that a column is, the value in the event. */
  readingsOf(event: object, cells: readonly Cell[]): CellReadings[] {
    return (this.#header?.texts ?? []).map((column, place) => ({
      column: column || `#${place + 1}`,
      text: String(cells[place] ?? ''),
      fields: this.#fieldsAt(place).map(({ name, at }) => {
        const value = valueAt(event, at);
        return { name, ...(value !== undefined && { value }) };
      }),
    }));
  }

  #fieldsAt(place: number): readonly { name: string; at: string }[] {
    if (this.#own) return this.#own.membersAt(place);
    return this.#fields.filter(({ origins }) => origins.some(({ places }) => places.includes(place)));
  }

  /** The place of a column, which a header, `#3` or `#C` names. Throws Refusal `malformed-csv`. Only after the header. */
  placeOf(column: string): number {
    if (!this.#header) throw malformed('The table has no header.');
    return this.#header.placeOf(column);
  }

  #begin(cells: Cell[]): void {
    const header = new Header(cells);
    const { fields, fixed = {}, skip = [], fillDown = [], columns = {} } = this.#mapping;
    this.#header = header;
    if (!fields && Object.keys(columns).length === 0)
      this.#own = OwnTable.of(header.texts, this.#initiativeId);
    if (this.#own) return;
    this.#fields = fields ? this.#mapped(header, fields) : this.#renamed(header);
    this.#wholes = new Set(this.#fields.map(({ path }) => wholeOf(path)));
    this.#wholes.delete('data');
    this.#wholes.delete('');
    this.#fixed = Object.entries(fixed).map(([name, text]) => {
      const path = name.split('.');
      return { path, at: pointerIn(path), reading: fixedReader(name).read(text) };
    });
    this.#skip = skip.map(({ column, equals }) => ({
      place: header.placeOf(column),
      equals: folded(equals),
    }));
    for (const column of this.#also) header.placeOf(column);
    for (const column of fillDown) this.#above.set(header.placeOf(column), '');
    if (!this.#fields.some(({ name }) => name === 'type') && !Object.hasOwn(fixed, 'type'))
      throw malformed('The header lacks the column "type".');
  }

  /** The fields of a table whose headers are ours, or renamed by `columns`. */
  #renamed(header: Header): Field[] {
    const renamed = new Map(
      Object.entries(this.#mapping.columns ?? {}).map(([text, name]) => [headerText(text), name]),
    );
    const fields = header.texts.flatMap((text, place) => {
      const isOurs = !renamed.has(text);
      const name = isOurs ? text : renamed.get(text);
      if (name === null || (isOurs && this.#also.includes(text))) return [];
      if (name === undefined || !columns.has(name)) {
        const hint =
          header.length === 1 && /[;\t|]/.test(text)
            ? ' It seems that its cells are not delimited by commas: a mapping can say so.'
            : '';
        throw malformed(`The header names the column "${text}", ${knownColumns()}.${hint}`);
      }
      const type = columns.get(name);
      const rule = type === 'texts' || type === 'names' ? { separator: ';' } : {};
      return [
        this.#field(
          name,
          [{ rule: isOurs ? { ...rule, json: true } : rule, places: [place] }],
          header,
          isOurs,
        ),
      ];
    });
    const names = fields.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) throw malformed(`The header names the column "${twice}" twice.`);
    for (const missing of renamed.keys()) {
      if (!header.texts.includes(missing))
        throw malformed(`The header lacks the column "${missing}", which the mapping names.`);
    }
    return fields;
  }

  /** The fields that a mapping names, with where they come from. Every column with a name must be used, or ignored. */
  #mapped(header: Header, named: NonNullable<Mapping['fields']>): Field[] {
    const { ignore = [], skip = [], fillDown = [] } = this.#mapping;
    const used = new Set(
      [...ignore, ...fillDown, ...this.#also, ...skip.map(({ column }) => column)].map((one) =>
        header.placeOf(one),
      ),
    );
    const fields = Object.entries(named).map(([name, field]) => {
      const origins = rulesOf(field).map((rule) => {
        const places = [...someOf(rule.column), ...(rule.joined ?? [])].map((column) =>
          header.placeOf(column),
        );
        for (const place of places) used.add(place);
        if (rule.countryColumn !== undefined) used.add(header.placeOf(rule.countryColumn));
        return { rule, places };
      });
      return this.#field(name, origins, header, false);
    });
    const unused = header.texts.find((text, place) => text !== '' && !used.has(place));
    if (unused !== undefined)
      throw malformed(
        `The mapping does not say what the column "${unused}" is: name it in fields, or in ignore.`,
      );
    return fields;
  }

  #field(name: string, origins: Pick<Origin, 'rule' | 'places'>[], header: Header, isOurs: boolean): Field {
    const { empty = [], values = {}, decimal, thousands } = this.#mapping;
    const type = columns.get(name) ?? 'text';
    const path = name.split('.');
    const places = origins.flatMap((origin) => origin.places);
    return {
      name,
      path,
      at: pointerIn(path),
      header: places.length === 1 ? header.texts[places[0] ?? 0] : undefined,
      origins: origins.map(({ rule, places }) => ({
        rule,
        places,
        countryPlace: rule.countryColumn === undefined ? undefined : header.placeOf(rule.countryColumn),
        reader: new CellReader(
          {
            type,
            rule:
              rule.values || !Object.hasOwn(values, name) ? rule : { ...rule, values: values[name] ?? {} },
            marks: { decimal, thousands },
            isOurs,
          },
          empty,
        ),
      })),
    };
  }

  #eventOf(cells: Cell[]): { event: object; faults: ProblemPart[] } {
    const event: Members = {};
    const faults: ProblemPart[] = [];
    for (const { path, at, origins } of this.#fields) {
      const lists: unknown[] = [];
      for (const origin of origins) {
        const reading = readingOf(origin, cells);
        if (!reading) continue;
        const isPart = origins.length > 1 && Array.isArray(reading.value);
        if (isPart)
          lists.push(...(reading.value as unknown[])); // Just checked.
        else set(event, path, reading.value);
        faults.push(...reading.faults.map((fault) => ({ ...fault, pointer: at + fault.pointer })));
      }
      if (lists.length > 0) set(event, path, lists);
    }
    for (const { path, at, reading } of this.#fixed) {
      // A fixed part, such as the language of a source, makes no source for a row that has none.
      if (path.length > 1 && !has(event, path.slice(0, -1)) && this.#wholes.has(wholeOf(path))) continue;
      if (has(event, path)) continue;
      if (reading) set(event, path, reading.value);
      faults.push(...(reading?.faults ?? []).map((fault) => ({ ...fault, pointer: at + fault.pointer })));
    }
    const { source, ...members } = event;
    return { event: source === undefined ? members : { ...members, sources: [source] }, faults };
  }
}

/** How a cell was read. */
export interface CellReadings {
  /** Its header, or its number where it has none. */
  column: string;
  text: string;
  /** Our columns that it is; none: it is left out. Without a value: it is empty there. */
  fields: { name: string; value?: unknown }[];
}

function valueAt(event: object, pointer: string): unknown {
  let value: unknown = event;
  for (const member of segmentsOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = (value as Members)[member];
  }
  return value;
}

/** Where a part of a field comes from. */
interface Origin {
  rule: Rule;
  places: number[];
  countryPlace: number | undefined;
  reader: CellReader;
}

interface Field {
  name: string;
  path: string[];
  /** The pointer of its values. */
  at: string;
  /** The header of its column, if it has one only. */
  header: string | undefined;
  origins: Origin[];
}

interface Fixed {
  path: string[];
  at: string;
  reading: CellReading | undefined;
}

function readingOf({ rule, places, countryPlace, reader }: Origin, cells: Cell[]): CellReading | undefined {
  const cell = rule.text ?? (rule.joined ? joined(places, cells, reader) : firstOf(places, cells, reader));
  if (cell === undefined) return undefined;
  if (typeof cell === 'object') return { value: cell.text, faults: [{ pointer: '', detail: cell.fault }] };
  const country = countryPlace === undefined ? undefined : cells[countryPlace];
  return reader.read(cell, isShown(country) ? String(country) : undefined);
}

const firstOf = (places: number[], cells: Cell[], reader: CellReader): Cell | undefined =>
  places.map((place) => cells[place]).find((cell) => !reader.isEmpty(cell));

/** An id of several columns must have all of them, or two records may get the same. */
function joined(
  places: number[],
  cells: Cell[],
  reader: CellReader,
): string | { text: string; fault: string } | undefined {
  const parts = places.map((place) => cells[place]).filter((cell) => !reader.isEmpty(cell));
  const text = parts.join('-');
  if (parts.length === 0) return undefined;
  return parts.length === places.length
    ? text
    : { text, fault: 'is joined of several columns, of which one is empty' };
}

/** The text of a cell without the blanks around it; of an escaped one exactly the text that one of our tables escaped. */
function plain(cell: Cell): Cell {
  if (typeof cell === 'number') return cell;
  const text = unescapedFormula(cell);
  return text === cell ? cell.trim() : text;
}

const isShown = (cell: Cell | undefined): boolean =>
  typeof cell === 'number' || (cell !== undefined && isVisible(cell));

const fixedReader = (name: string): CellReader =>
  new CellReader(
    { type: columns.get(name) ?? 'text', rule: { separator: ';', json: true }, marks: {}, isOurs: true },
    [],
  );

/** A row has at most one source. */
const pointerIn = ([member = '', ...rest]: string[]): string =>
  pointerOf(member === 'source' ? ['sources', 0, ...rest] : [member, ...rest]);

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

const malformed = (detail: string): Refusal => new Refusal('malformed-csv', detail);
