import { type LineError, type ProblemPart, Refusal } from '../errors.ts';
import { derivedId } from '../ledger/derived-id.ts';
import { fingerprintOf, type Item, invalid } from '../ledger/posting.ts';
import { itemOf } from '../rules.ts';
import { CanonicalJsonError, canonicalJson } from '../shapes/canonical-json.ts';
import { canonicalWith, textsOf } from '../shapes/event-texts.ts';
import { jsonFault, parseJson } from '../shapes/json.ts';
import type { Limits } from '../shapes/limits.ts';
import { segmentsOf } from '../shapes/merge-patch.ts';
import { withoutNames } from '../shapes/people.ts';
import { EqualLines } from './equal-lines.ts';
import { type FaultGroup, Faults } from './faults.ts';
import { type Format, mediaTypeOf } from './formats.ts';
import type { Mapping } from './mapping.ts';
import { type OwnEvent, OwnRecords } from './own-tables.ts';
import { lineBytesMax, type PhysicalLine, PhysicalLines } from './physical-lines.ts';
import { type CellReadings, RowEvents } from './row-events.ts';
import type { Cell, Row } from './rows.ts';
import { foreignIn, syncRowOf } from './sync/rows.ts';
import { TextRows } from './text-rows.ts';

/** A report has at most so many errors. */
export const errorsMax = 1000;

/** How to read the lines of a file. */
export interface LineSettings {
  format: Format;
  initiativeId: string;
  /** A label of the file: equal lines of files with different labels are different events. */
  importId: string | undefined;
  mapping: Mapping | undefined;
  /** How much may be taken; by default `standardLimits`. */
  limits?: Pick<Limits, 'files' | 'levels'>;
  fingerprintKey: Uint8Array;
  /** The columns that are the key of a row together; absent: the lines are imported, and need none. */
  key?: readonly string[];
  /** Rows that are shown as they were read, the first of the file. */
  shown?: number;
}

/** A row as it was read; of lines of JSON without cells. */
export interface ShownRow {
  line: number;
  /** Absent: it could not be read. */
  event?: object;
  cells?: CellReadings[];
  faults: ProblemPart[];
}

/** Checked lines, in the form that is handed from thread to thread. */
export interface CheckedLines {
  /** A JSON array of the events, each with its id; where a key is asked for, of the rows (`SyncRow`). */
  events: string;
  /** The line of each event. */
  lines: number[];
  /** The fingerprint of each event, 32 bytes; of rows none. */
  fingerprints: Uint8Array<ArrayBuffer>;
  /** Where in `events` the text of the data of each event begins and ends, and that of its sources; 0: it has none. Of rows none. */
  texts: Uint32Array<ArrayBuffer>;
  /** The number of lines that are no events; `errors` has the first of them. */
  failed: number;
  errors: LineError[];
  /** All faults of these lines. */
  faults: FaultGroup[];
  /** The first rows of the file, where they are asked for. */
  shown: ShownRow[];
  /** Bytes of the file that were read for these lines. */
  bytes: number;
}

/** Reads a file as its bytes arrive and checks the shape of each line. Throws a Refusal if the file as a whole is wrong. */
export class LineChecker {
  readonly #settings: LineSettings;
  readonly #key: Buffer;
  readonly #lines = new PhysicalLines();
  readonly #rows: TextRows | undefined;
  readonly #events: RowEvents;
  readonly #own: OwnRecords;
  readonly #equal = new EqualLines();
  #start: Buffer | undefined = Buffer.alloc(0);
  /** What was checked since the last piece. */
  #piece = emptyPiece();
  #toShow: number;

  constructor(settings: LineSettings) {
    this.#settings = settings;
    this.#key = Buffer.from(settings.fingerprintKey);
    const { format, initiativeId, mapping, shown = 0 } = settings;
    this.#toShow = shown;
    this.#events = new RowEvents(initiativeId, mapping, foreignIn(settings.key ?? []));
    this.#own = new OwnRecords(initiativeId);
    if (format === 'csv' || format === 'tsv')
      this.#rows = new TextRows(mapping?.delimiter ?? (format === 'tsv' ? '\t' : ','), mapping?.encoding);
  }

  push(bytes: Buffer): CheckedLines {
    this.#lookAtStart(bytes);
    if (this.#rows) for (const row of this.#rows.push(bytes)) this.takeRow(row);
    else for (const line of this.#lines.push(bytes)) this.#takeJson(line);
    return this.checked(bytes.length);
  }

  end(): CheckedLines {
    for (const row of this.#rows?.end() ?? []) this.takeRow(row);
    for (const line of this.#lines.end()) this.#takeJson(line);
    return this.checked(0);
  }

  #lookAtStart(bytes: Buffer): void {
    if (!this.#start) return;
    this.#start = Buffer.concat([this.#start, bytes.subarray(0, 4)]);
    const is = foreign.find(
      ([start, , evenAsTable]) =>
        (evenAsTable || !this.#rows) && this.#start?.subarray(0, start.length).equals(start),
    )?.[1];
    if (is !== undefined) throw new Refusal('unsupported-media-type', `The file is ${is}.`);
    if (this.#start.length >= 4) this.#start = undefined;
  }

  #takeJson({ number, bytes }: PhysicalLine): void {
    if (bytes && isBlank(bytes)) return;
    let event: unknown;
    this.#attempt(
      number,
      () => {
        if (!bytes) throw new Refusal('event-too-large', `The line has more than ${lineBytesMax} bytes.`);
        event = parseJson(bytes, 'The line', this.#settings.limits?.levels);
        const own = this.#own.ofItem(event);
        if (!own) return { item: itemOf(event) };
        event = own.event;
        return { item: checked(own), own };
      },
      () => event,
    );
  }

  /** Rows of sheets come from elsewhere. */
  takeRow(given: Row): void {
    const row = this.#events.of(given);
    if (!row) return;
    this.#attempt(
      row.line,
      () => {
        if ('fault' in row) throw new Refusal('malformed-csv', row.fault);
        const fault = row.faults.length === 0 ? jsonFault(row.event) : undefined;
        if (fault) throw invalid(fault);
        return { item: checked(row), own: row.own };
      },
      () => ('event' in row ? row.event : undefined),
      'cells' in row ? row.cells : undefined,
    );
  }

  /** event: the value of the line, if it could be read. cells: of a row of a table. */
  #attempt(line: number, check: () => Checked, event: () => unknown, cells?: Cell[]): void {
    try {
      const { key } = this.#settings;
      if (key) this.#addRow(line, check(), key, cells);
      else this.#add(line, check().item);
      this.#show(line, event(), [], cells);
    } catch (error) {
      const told = lineErrorsOf(line, error, event()).map((one) => {
        const column = this.#events.columnOf(one.pointer);
        return column === undefined ? one : { ...one, column };
      });
      const { errors, faults } = this.#piece;
      this.#piece.failed += 1;
      for (const one of told) faults.add(one);
      this.#show(line, event(), told, cells);
      errors.push(...told.slice(0, errorsMax - errors.length));
    }
  }

  #show(line: number, event: unknown, told: readonly ProblemPart[], cells?: Cell[]): void {
    if (this.#toShow === 0) return;
    this.#toShow -= 1;
    const faults = told.map(({ pointer, detail }) => ({ pointer, detail }));
    const isObject = typeof event === 'object' && event !== null;
    this.#piece.shown.push({
      line,
      ...(isObject && { event }),
      ...(isObject && cells && { cells: this.#events.readingsOf(event, cells) }),
      faults,
    });
  }

  #addRow(line: number, { item: { event }, own }: Checked, key: readonly string[], cells?: Cell[]): void {
    const empty = own?.empty ?? (cells ? this.#events.emptyIn(event) : []);
    const row = {
      ...syncRowOf(event, key, empty, (name) => cells && String(cells[this.#events.placeOf(name)] ?? '')),
      ...(own && { isOwn: true }),
    };
    this.#piece.events.push(canonicalJson(row));
    this.#piece.lines.push(line);
  }

  #add(line: number, { event }: Item): void {
    const own = textsOf(event);
    const fingerprint = fingerprintOf(this.#settings.initiativeId, event, this.#key, own);
    const eventId = event.eventId ?? this.#idOf(event, fingerprint);
    const { events, lines, fingerprints, texts } = this.#piece;
    const places = { data: 0, sources: 0 };
    const text = canonicalWith({ ...event, eventId }, own, (member, at) => {
      places[member] = this.#piece.length + at;
    });
    texts.push(places.data, places.data + (own.data?.length ?? 0));
    texts.push(places.sources, places.sources + (own.sources?.length ?? 0));
    // With the comma behind it.
    this.#piece.length += text.length + 1;
    events.push(text);
    lines.push(line);
    fingerprints.push(fingerprint);
  }

  /** Derives an id from the initiative, the label, the content without names of persons, and the place among equal lines. */
  #idOf(event: Item['event'], fingerprint: Buffer): string {
    const { initiativeId, importId } = this.#settings;
    const nameless = withoutNames(event);
    const content = nameless === event ? fingerprint : fingerprintOf(initiativeId, nameless, this.#key);
    const place = this.#equal.place(content);
    return derivedId(this.#key, importId ?? null, content.toString('base64'), place);
  }

  /** What was checked since this was asked last. bytes: how much of the file was read for it. */
  checked(bytes: number): CheckedLines {
    const { events, fingerprints, texts, faults, length: _, ...others } = this.#piece;
    this.#piece = emptyPiece();
    return {
      events: `[${events.join(',')}]`,
      fingerprints: new Uint8Array(Buffer.concat(fingerprints)),
      texts: new Uint32Array(texts),
      faults: faults.list(),
      ...others,
      bytes,
    };
  }
}

/** own: what a list of ours tells of the record. */
interface Checked {
  item: Item;
  own?: OwnEvent | undefined;
}

const emptyPiece = () => ({
  events: [] as string[],
  lines: [] as number[],
  fingerprints: [] as Buffer[],
  texts: [] as number[],
  /** Of the JSON array of the events, begun. */
  length: 1,
  errors: [] as LineError[],
  faults: new Faults(),
  shown: [] as ShownRow[],
  failed: 0,
});

/** The first bytes of files that are not what they are sent as, and what such a file is. */
const foreign: [start: Buffer, is: string, evenAsTable: boolean][] = [
  [Buffer.of(0x1f, 0x8b), 'compressed by gzip: decompress it first', true],
  [
    Buffer.from('PK\x03\x04'),
    `a ZIP archive or a spreadsheet: send .xlsx as ${mediaTypeOf('xlsx')}, .ods as ${mediaTypeOf('ods')}`,
    true,
  ],
  [Buffer.of(0xff, 0xfe), 'text in UTF-16: save it in UTF-8', false],
  [Buffer.of(0xfe, 0xff), 'text in UTF-16: save it in UTF-8', false],
];

/** Whether a line has only the white space of JSON. */
const isBlank = (bytes: Buffer): boolean =>
  bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);

/** Throws a Refusal with the faults of what could not be read, and all others. */
function checked({ event, faults }: { event: object; faults: ProblemPart[] }): Item {
  const [unreadable, ...others] = faults;
  if (unreadable) throw invalid(unreadable, ...others, ...otherFaultsOf(event, faults));
  return itemOf(event);
}

/** The faults of an event besides those of its cells that could not be read. */
function otherFaultsOf(event: object, known: ProblemPart[]): ProblemPart[] {
  try {
    itemOf(event);
    return [];
  } catch (error) {
    const faults = error instanceof Refusal ? (error.members.errors ?? []) : [];
    return faults.filter(({ pointer }) => !known.some((one) => pointer === one.pointer));
  }
}

/** The faults of a refused line. Throws any other error on, because it is a bug. */
export function lineErrorsOf(line: number, error: unknown, event: unknown): LineError[] {
  if (error instanceof CanonicalJsonError)
    return [{ line, code: 'invalid-body', pointer: '', detail: error.message }];
  if (!(error instanceof Refusal)) throw error;
  const { code, message, members } = error;
  const parts: ProblemPart[] = members.errors ?? [{ pointer: '', detail: message }];
  return parts.map(({ pointer, detail }) => {
    const value = refusedValue(event, pointer);
    return { line, code, pointer, detail, ...(value === undefined ? {} : { value }) };
  });
}

/** The value at a pointer; undefined if it may name a person, because reports are kept and passed on. */
function refusedValue(event: unknown, pointer: string): string | undefined {
  const path = segmentsOf(pointer);
  if (path.length === 0 || path.some((token) => naming.has(token))) return undefined;
  let value = event;
  for (const token of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as { [member: string]: unknown })[token];
  }
  return typeof value === 'object' && value !== null ? undefined : shortened(String(value));
}

/** Members that may hold the name of a person. */
const naming = new Set(['coChairs', 'parties', 'replaceParty', 'removeParty', 'addParty']);

const valueLengthMax = 80;
const shortened = (text: string): string =>
  text.length > valueLengthMax ? `${text.slice(0, valueLengthMax).toWellFormed()}…` : text;
