import { type LineError, Refusal } from '../errors.ts';
import { CanonicalJsonError, canonicalJson } from '../ledger/canonical-json.ts';
import { derivedId } from '../ledger/derived-id.ts';
import { jsonFault, parseJson } from '../ledger/json.ts';
import { withoutNames } from '../ledger/people.ts';
import { fingerprintOf, type Item, invalid, itemOf } from '../ledger/posting.ts';
import { CsvEvents } from './csv-events.ts';
import { EqualLines } from './equal-lines.ts';
import type { Mapping } from './mapping.ts';
import { lineBytesMax, type PhysicalLine, PhysicalLines } from './physical-lines.ts';

/** Errors that are told of a file. */
export const errorsMax = 1000;

/** How the lines of a file are read. */
export interface Reading {
  format: 'ndjson' | 'csv';
  initiativeId: string;
  /** A label of the file: equal lines of files with different labels are different events. */
  importId: string | undefined;
  mapping: Mapping | undefined;
  fingerprintKey: Uint8Array;
}

/** Lines that were checked, as they are handed from thread to thread. */
export interface CheckedLines {
  /** A JSON array of the events, each with its id. */
  events: string;
  /** Of each event its line. */
  lines: number[];
  /** Of each event the 32 bytes of its fingerprint. */
  fingerprints: Uint8Array<ArrayBuffer>;
  /** How many lines are no events, and the first of them. */
  failed: number;
  errors: LineError[];
  /** How much of the file was read for them. */
  bytes: number;
}

/** Reads a file as its bytes arrive, and checks each line for its shape. Throws a Refusal where the file as a whole is wrong. */
export class LineChecker {
  readonly #reading: Reading;
  readonly #key: Buffer;
  readonly #lines = new PhysicalLines();
  readonly #csv: CsvEvents | undefined;
  readonly #equal = new EqualLines();
  #start: Buffer | undefined = Buffer.alloc(0);
  #events: string[] = [];
  #numbers: number[] = [];
  #fingerprints: Buffer[] = [];
  #errors: LineError[] = [];
  #failed = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
    this.#key = Buffer.from(reading.fingerprintKey);
    if (reading.format === 'csv') this.#csv = new CsvEvents(reading.mapping);
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
    this.#attempt(number, () => {
      if (!bytes) throw new Refusal('event-too-large', `The line has more than ${lineBytesMax} bytes.`);
      return itemOf(parseJson(bytes, 'The line'));
    });
  }

  #takeCsv(row: ReturnType<CsvEvents['push']> extends Generator<infer E> ? E : never): void {
    this.#attempt(row.line, () => {
      if ('fault' in row) throw new Refusal('malformed-csv', row.fault);
      const fault = jsonFault(row.event);
      if (fault) throw invalid(fault);
      return itemOf(row.event);
    });
  }

  #attempt(line: number, check: () => Item): void {
    try {
      this.#add(line, check());
    } catch (error) {
      const told = lineErrorOf(line, error);
      this.#failed += 1;
      if (this.#errors.length < errorsMax) this.#errors.push(told);
    }
  }

  #add(line: number, { event }: Item): void {
    const fingerprint = fingerprintOf(this.#reading.initiativeId, event, this.#key);
    const eventId = event.eventId ?? this.#idOf(event, fingerprint);
    // In order, so that its leaf is made without sorting.
    this.#events.push(canonicalJson({ ...event, eventId }));
    this.#numbers.push(line);
    this.#fingerprints.push(fingerprint);
  }

  /** From initiative, label, content and its place among equal lines. Names of persons are left out of it. */
  #idOf(event: Item['event'], fingerprint: Buffer): string {
    const { initiativeId, importId } = this.#reading;
    const nameless = withoutNames(event);
    const content = nameless === event ? fingerprint : fingerprintOf(initiativeId, nameless, this.#key);
    const place = this.#equal.place(content);
    return derivedId(this.#key, importId ?? null, content.toString('base64'), place);
  }

  #checked(bytes: number): CheckedLines {
    const checked = {
      events: `[${this.#events.join(',')}]`,
      lines: this.#numbers,
      fingerprints: new Uint8Array(Buffer.concat(this.#fingerprints)),
      failed: this.#failed,
      errors: this.#errors,
      bytes,
    };
    this.#events = [];
    this.#numbers = [];
    this.#fingerprints = [];
    this.#errors = [];
    this.#failed = 0;
    return checked;
  }
}

/** How files begin that are no text in UTF-8, and what they are. */
const foreign: [start: Buffer, is: string][] = [
  [Buffer.of(0x1f, 0x8b), 'compressed by gzip: decompress it first'],
  [Buffer.from('PK\x03\x04'), 'a ZIP archive or a spreadsheet (.xlsx, .ods): save it as CSV in UTF-8'],
  [Buffer.of(0xff, 0xfe), 'text in UTF-16: save it in UTF-8'],
  [Buffer.of(0xfe, 0xff), 'text in UTF-16: save it in UTF-8'],
];

/** Nothing but the white space of JSON. */
const isBlank = (bytes: Buffer): boolean =>
  bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);

/** What a line that was refused is answered with. Any other error is a bug, and thrown on. */
export function lineErrorOf(line: number, error: unknown): LineError {
  if (error instanceof CanonicalJsonError)
    return { line, code: 'invalid-body', pointer: '', detail: error.message };
  if (!(error instanceof Refusal)) throw error;
  const [part] = error.members.errors ?? [];
  return { line, code: error.code, pointer: part?.pointer ?? '', detail: part?.detail ?? error.message };
}
