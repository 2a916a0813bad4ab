import { Readable } from 'node:stream';
import type { Test } from 'tap';
import { Refusal } from '../../src/errors.ts';
import { type ImportOptions, type ImportReport, importLines } from '../../src/import/import-lines.ts';
import { LineChecker, type LineSettings } from '../../src/import/line-checker.ts';
import type { TestLedger } from './decide.ts';

/** Events as a file, one a line. */
export const ndjson = (...events: object[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** Imports a file into the initiative `sci`, in pieces of so many bytes. */
export function imported(
  { store, recorder, refresh }: Pick<TestLedger, 'store' | 'recorder'> & Partial<TestLedger>,
  file: string | Buffer,
  options: Partial<ImportOptions> = {},
  pieceBytes = 65_536,
): Promise<ImportReport> {
  const bytes = Buffer.from(file);
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
  return importLines({ store, recorder }, Readable.from(pieces), {
    format: 'ndjson',
    initiativeId: 'sci',
    importId: undefined,
    mapping: undefined,
    principal: 'officer',
    authority: 'operator',
    atomic: false,
    dryRun: false,
    alone: false,
    ...options,
  }).finally(refresh);
}

/** What came of the lines, in short. */
export const counted = ({ lines, recorded, alreadyRecorded, failed }: ImportReport) => [
  lines,
  recorded,
  alreadyRecorded,
  failed,
];

/** What a file is read as: its events without their ids, and what is wrong with its lines. */
export function readAs(file: string | Buffer, reading: Partial<LineSettings> = {}) {
  const checker = new LineChecker({
    format: 'csv',
    initiativeId: 'sci',
    importId: undefined,
    mapping: undefined,
    fingerprintKey: Buffer.alloc(32),
    ...reading,
  });
  const pieces = [checker.push(Buffer.from(file)), checker.end()];
  return {
    events: pieces
      .flatMap(({ events }) => JSON.parse(events) as { eventId: string }[])
      .map(({ eventId: _, ...event }) => event),
    ids: pieces
      .flatMap(({ events }) => JSON.parse(events) as { eventId: string }[])
      .map(({ eventId }) => eventId),
    lines: pieces.flatMap(({ lines }) => lines),
    errors: pieces.flatMap(({ errors }) => errors),
  };
}

/** The refusal of a whole file, having seen that nothing was written. */
export async function refusedWhole(
  t: Test,
  ledger: TestLedger,
  file: string | Buffer,
  options: Partial<ImportOptions> = {},
): Promise<Refusal> {
  const before = ledger.end();
  const error = await imported(ledger, file, options).then(
    (report) => t.fail('not refused', report),
    (error: unknown) => error,
  );
  if (!(error instanceof Refusal)) throw error || new Error('not refused');
  t.equal(ledger.end(), before, `${error.code}: nothing was written`);
  return error;
}
