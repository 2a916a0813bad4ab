import { isCanonical } from '../ledger/canonical-json.ts';
import type { Change } from '../ledger/change.ts';
import { shown } from '../ledger/shown.ts';
import { eventOf, leafBytesMax, type StoredEvent } from '../ledger/stored-event.ts';
import { eventRowOf } from '../store/rows.ts';
import { type EventRow, eventColumns } from '../store/schema.ts';
import type { Findings } from './findings.ts';
import type { CheckedRow } from './stored-ledger.ts';

const derived = eventColumns.filter(
  (column) => column !== 'position' && column !== 'leaf' && column !== 'fingerprint',
);

/** Each leaf by itself, the columns beside it, and the clock. */
export class EventCheck {
  readonly #findings: Findings;
  #last = { position: 0, recordedAt: '' };

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** recordedAt of the last leaf, in milliseconds; 0 before the first. */
  get recordedAt(): number {
    return this.#last.recordedAt === '' ? 0 : Date.parse(this.#last.recordedAt);
  }

  /** The event of a leaf, if it can be read. */
  check(row: CheckedRow): StoredEvent | undefined {
    const { position, leaf } = row;
    let event: StoredEvent;
    let expected: EventRow;
    try {
      event = eventOf(leaf);
    } catch {
      this.#findings.add('not-canonical', position, 'The leaf is not JSON.');
      return undefined;
    }
    try {
      if (!isCanonical(leaf, event))
        this.#findings.add('not-canonical', position, 'The leaf is not canonical JSON (RFC 8785).');
      if (leaf.length > leafBytesMax / 4 && Buffer.byteLength(leaf) > leafBytesMax)
        this.#findings.add('event-invalid', position, `The leaf has more than ${leafBytesMax} bytes.`);
      // Of a change, only what this names makes the row.
      expected = eventRowOf({ position, event, leaf, fingerprint: null } as Change);
    } catch (error) {
      this.#findings.add('event-invalid', position, `The leaf is not an event: ${messageOf(error)}.`);
      return undefined;
    }
    for (const column of derived) {
      if (row[column] === expected[column]) continue;
      this.#findings.add(
        'column-differs',
        position,
        `Column ${column} is ${shown(row[column])}; the leaf says ${shown(expected[column])}.`,
      );
    }
    if (event.recordedAt < this.#last.recordedAt)
      this.#findings.add(
        'clock-order',
        position,
        `It was recorded at ${event.recordedAt}, before the event at position ${this.#last.position} (${this.#last.recordedAt}).`,
      );
    this.#last = { position, recordedAt: event.recordedAt };
    return event;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
