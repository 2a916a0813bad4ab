import type { Database, RecordRow } from '../db/schema.ts';
import { evolve } from '../rules.ts';
import type { Version } from '../shapes/record.ts';
import { numberOf } from '../shapes/record-number.ts';
import type { StoredEvent } from '../shapes/stored-event.ts';
import { recordRowOf } from './record-row.ts';

/** A version of a record and its row in `records`, as they were before the next event of the record. */
export interface Made {
  version: Version;
  row: RecordRow;
}

/** What one event does to its record. The rows of every derived table follow from it. */
export interface Folded extends Made {
  event: StoredEvent;
  before: Made | undefined;
}

/** Applies an event to the version before it. Throws if the event can't follow it. */
export function fold(position: number, event: StoredEvent, before: Made | undefined): Folded {
  const version = versionAfter(before?.version, event, position);
  return { event, before, version, row: recordRowOf({ before: before?.version, after: version }) };
}

export const versionAfter = (before: Version | undefined, event: StoredEvent, position: number): Version => ({
  record: evolve(before?.record, event),
  position,
  made: before?.made ?? position,
});

/** Makes the rows of `record_numbers`: for each kind, the highest number in an id that the server could have made. */
export class RecordNumbers {
  readonly #rows = new Map<string, Database['record_numbers']>();

  add({ version, initiativeId, recordId }: StoredEvent): void {
    const made = version === 1 ? numberOf(recordId) : undefined;
    if (!made || made.number === 0) return;
    this.raise({ initiative_id: initiativeId, kind: made.kind, last_number: made.number });
  }

  /** What a row of other events says. */
  raise(row: Database['record_numbers']): void {
    const key = `${row.initiative_id}/${row.kind}`;
    if (row.last_number > (this.#rows.get(key)?.last_number ?? 0)) this.#rows.set(key, row);
  }

  get rows(): Database['record_numbers'][] {
    return [...this.#rows.values()];
  }
}
