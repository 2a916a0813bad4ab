import { type LineError, type ProblemPart, Refusal } from '../errors.ts';
import { derivedId } from '../ledger/derived-id.ts';
import { fingerprintOf, type Item, invalid } from '../ledger/posting.ts';
import { itemOf } from '../rules.ts';
import { CanonicalJsonError, canonicalJson } from '../shapes/canonical-json.ts';
import { jsonFault, parseJson } from '../shapes/json.ts';
import { segmentsOf } from '../shapes/merge-patch.ts';
import { withoutNames } from '../shapes/people.ts';
import { CsvEvents } from './csv-events.ts';
import { EqualLines } from './equal-lines.ts';
import type { Mapping } from './mapping.ts';
import { lineBytesMax, type PhysicalLine, PhysicalLines } from './physical-lines.ts';

/** A report has at most so many errors. */
export const errorsMax = 1000;

/** How to read the lines of a file. */
export interface LineSettings {
  format: 'ndjson' | 'csv';
  initiativeId: string;
  /** A label of the file: equal lines of files with different labels are different events. */
  importId: string | undefined;
  mapping: Mapping | undefined;
  fingerprintKey: Uint8Array;
}

/** Checked lines, in the form that is handed from thread to thread. */
export interface CheckedLines {
  /** A JSON array of the events, each with its id. */
  events: string;
  /** The line of each event. */
  lines: number[];
  /** The fingerprint of each event, 32 bytes. */
  fingerprints: Uint8Array<ArrayBuffer>;
  /** The number of lines that are no events; `errors` has the first of them. */
  failed: number;
  errors: LineError[];
  /** Bytes of the file that were read for these lines. */
  bytes: number;
}

/** Reads a file as its bytes arrive and checks the shape of each line. Throws a Refusal if the file as a whole is wrong. */
export class LineChecker {
  readonly #settings: LineSettings;
  readonly #key: Buffer;
  readonly #lines = new PhysicalLines();
  readonly #csv: CsvEvents | undefined;
  readonly #equal = new EqualLines();
  #start: Buffer | undefined = Buffer.alloc(0);
  /** What was checked since the last piece. */
  #piece = emptyPiece();

  constructor(settings: LineSettings) {
    this.#settings = settings;
    this.#key = Buffer.from(settings.fingerprintKey);
    if (settings.format === 'csv') this.#csv = new CsvEvents(settings.mapping);
  }

  push(bytes: Buffer): CheckedLines {
    this.#lookAtStart(bytes);
    for (const line of this.#lines.push(bytes)) this.#take(line);
    return this.#checked(bytes.length);
  }

  end(): CheckedLines {
    for (const line of this.#lines.end()) this.#take(line);
    for (const event of this.#csv?.end() ?? []) this.#takeCsv(event);
    return this.#checked(0);
  }

  #lookAtStart(bytes: Buffer): void {
    if (!this.#start) return;
    this.#start = Buffer.concat([this.#start, bytes.subarray(0, 4)]);
    const is = foreign.find(([start]) => this.#start?.subarray(0, start.length).equals(start))?.[1];
    if (is !== undefined) throw new Refusal('unsupported-media-type', `The file is ${is}.`);
    if (this.#start.length >= 4) this.#start = undefined;
  }

  #take(line: PhysicalLine): void {
    if (this.#csv) for (const event of this.#csv.push(line)) this.#takeCsv(event);
    else this.#takeJson(line);
  }

  #takeJson({ number, bytes }: PhysicalLine): void {
    if (bytes && isBlank(bytes)) return;
    let event: unknown;
    this.#attempt(
      number,
      () => {
        if (!bytes) throw new Refusal('event-too-large', `The line has more than ${lineBytesMax} bytes.`);
        event = parseJson(bytes, 'The line');
        return itemOf(event);
      },
      () => event,
    );
  }

  #takeCsv(row: ReturnType<CsvEvents['push']> extends Generator<infer E> ? E : never): void {
    this.#attempt(
      row.line,
      () => {
        if ('fault' in row) throw new Refusal('malformed-csv', row.fault);
        const [unreadable, ...others] = row.faults;
        if (unreadable) throw invalid(unreadable, ...others, ...faultsOf(row.event));
        const fault = jsonFault(row.event);
        if (fault) throw invalid(fault);
        return itemOf(row.event);
      },
      () => ('event' in row ? row.event : undefined),
    );
  }

  /** event: the value of the line, if it could be read. */
  #attempt(line: number, check: () => Item, event: () => unknown): void {
    try {
      this.#add(line, check());
    } catch (error) {
      const told = lineErrorsOf(line, error, event());
      const { errors } = this.#piece;
      this.#piece.failed += 1;
      errors.push(...told.slice(0, errorsMax - errors.length));
    }
  }

  #add(line: number, { event }: Item): void {
    const fingerprint = fingerprintOf(this.#settings.initiativeId, event, this.#key);
    const eventId = event.eventId ?? this.#idOf(event, fingerprint);
    // Canonical order, so that the leaf is made without sorting.
    this.#piece.events.push(canonicalJson({ ...event, eventId }));
    this.#piece.lines.push(line);
    this.#piece.fingerprints.push(fingerprint);
  }

  /** Derives an id from the initiative, the label, the content without names of persons, and the place among equal lines. */
  #idOf(event: Item['event'], fingerprint: Buffer): string {
    const { initiativeId, importId } = this.#settings;
    const nameless = withoutNames(event);
    const content = nameless === event ? fingerprint : fingerprintOf(initiativeId, nameless, this.#key);
    const place = this.#equal.place(content);
    return derivedId(this.#key, importId ?? null, content.toString('base64'), place);
  }

  #checked(bytes: number): CheckedLines {
    const { events, fingerprints, ...others } = this.#piece;
    this.#piece = emptyPiece();
    return {
      events: `[${events.join(',')}]`,
      fingerprints: new Uint8Array(Buffer.concat(fingerprints)),
      ...others,
      bytes,
    };
  }
}

const emptyPiece = () => ({
  events: [] as string[],
  lines: [] as number[],
  fingerprints: [] as Buffer[],
  errors: [] as LineError[],
  failed: 0,
});

/** The first bytes of files that are no text in UTF-8, and what such a file is. */
const foreign: [start: Buffer, is: string][] = [
  [Buffer.of(0x1f, 0x8b), 'compressed by gzip: decompress it first'],
  [Buffer.from('PK\x03\x04'), 'a ZIP archive or a spreadsheet (.xlsx, .ods): save it as CSV in UTF-8'],
  [Buffer.of(0xff, 0xfe), 'text in UTF-16: save it in UTF-8'],
  [Buffer.of(0xfe, 0xff), 'text in UTF-16: save it in UTF-8'],
];

/** Whether a line has only the white space of JSON. */
const isBlank = (bytes: Buffer): boolean =>
  bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);

/** The other faults of an event of which some cells could not be read. */
function faultsOf(event: object): ProblemPart[] {
  try {
    itemOf(event);
    return [];
  } catch (error) {
    return error instanceof Refusal ? (error.members.errors ?? []) : [];
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
  if (path.length === 0 || path.some((token) => token === 'coChairs' || token === 'parties'))
    return undefined;
  let value = event;
  for (const token of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as { [member: string]: unknown })[token];
  }
  return typeof value === 'object' && value !== null ? undefined : shortened(String(value));
}

const valueLengthMax = 80;
const shortened = (text: string): string =>
  text.length > valueLengthMax ? `${text.slice(0, valueLengthMax).toWellFormed()}…` : text;
