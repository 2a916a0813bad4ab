import { eventRowOf } from '../db/rows.ts';
import { type EventRow, eventColumns } from '../db/schema.ts';
import { columnFaults } from '../projections/differences.ts';
import { isCanonical } from '../shapes/canonical-json.ts';
import type { Change } from '../shapes/change.ts';
import { eventOf, leafBytesMax, type StoredEvent } from '../shapes/stored-event.ts';
import { type Findings, sentence } from './findings.ts';
import { read, type TableReader } from './reader.ts';
import type { LeafRow } from './start.ts';

/** Of a fingerprint only its length, as a blob costs more to read than all other columns. */
export type CheckedRow = Omit<EventRow, 'fingerprint'> & { fingerprint_bytes: number | null };
export const checkedColumns = `${eventColumns.filter((column) => column !== 'fingerprint')},
  length(fingerprint) as fingerprint_bytes`;

const derived = eventColumns.filter(
  (column) => column !== 'position' && column !== 'leaf' && column !== 'fingerprint',
);

/** The last event that could be read, and its time: '' before the first. */
export interface LastEvent {
  position: number;
  recordedAt: string;
}

/** Each leaf by itself, the columns beside it, and the clock. */
export class EventCheck {
  readonly #findings: Findings;
  #last: LastEvent;

  constructor(findings: Findings, last: LastEvent) {
    this.#findings = findings;
    this.#last = last;
  }

  get last(): LastEvent {
    return this.#last;
  }

  /** The event of a leaf, if it can be read. */
  check(row: CheckedRow): StoredEvent | undefined {
    const { position, leaf } = row;
    let event: StoredEvent;
    let expected: EventRow;
    try {
      event = eventOf(leaf);
    } catch {
      this.#findings.add('not-canonical', 'The leaf is not JSON.', position);
      return undefined;
    }
    try {
      if (!isCanonical(leaf, event))
        this.#findings.add('not-canonical', 'The leaf is not canonical JSON (RFC 8785).', position);
      if (leaf.length > leafBytesMax / 4 && Buffer.byteLength(leaf) > leafBytesMax)
        this.#findings.add('event-invalid', `The leaf has more than ${leafBytesMax} bytes.`, position);
      // Of a change, only what this names makes the row.
      expected = eventRowOf({ position, event, leaf, fingerprint: null } as Change);
    } catch (error) {
      this.#findings.add('event-invalid', `The leaf is not an event: ${messageOf(error)}.`, position);
      return undefined;
    }
    const faults = columnFaults(derived, row, expected);
    if (faults !== undefined) this.#findings.add('column-differs', sentence(faults), position);
    const wrong = fingerprintFault(row.fingerprint_bytes, event);
    if (wrong) this.#findings.add('fingerprint-wrong', wrong, position);
    if (event.recordedAt < this.#last.recordedAt)
      this.#findings.add(
        'clock-order',
        `It was recorded at ${event.recordedAt}, before the event at position ${this.#last.position} (${this.#last.recordedAt}).`,
        position,
      );
    this.#last = { position, recordedAt: event.recordedAt };
    return event;
  }
}

/** What was posted is not kept, so whether a fingerprint is the right one can't be told. */
function fingerprintFault(bytes: number | null, { type }: StoredEvent): string | undefined {
  if (bytes === null) return undefined;
  if (type === 'LogContinued') return 'A fingerprint is kept of an event that nobody posted.';
  return bytes === 32 ? undefined : `The fingerprint has ${bytes} bytes.`;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The last event up to a position that EventCheck can read. */
export async function lastEventUpTo(position: number, reader: TableReader): Promise<LastEvent> {
  for (let after = position + 1; ; ) {
    const [row] = await read<LeafRow>(
      reader,
      'select position, leaf from events where position > 0 and position < $1 order by position desc limit 1',
      after,
    );
    if (!row) return { position: 0, recordedAt: '' };
    after = row.position;
    try {
      const event = eventOf(row.leaf);
      eventRowOf({ ...row, event, fingerprint: null } as Change);
      return { position: row.position, recordedAt: event.recordedAt };
    } catch {
      // What is wrong with it is found with its own page.
    }
  }
}
