import { versionOf } from '../db/rows.ts';
import type { EventRow } from '../db/schema.ts';
import {
  type Difference,
  extraRecords,
  numberDifferences,
  recordDifferences,
  type StoredRecord,
  storedRecords,
} from '../projections/differences.ts';
import { type Folded, fold, type Made, RecordNumbers } from '../projections/record-fold.ts';
import { type Asking, ask } from '../shapes/asking.ts';
import { eventOf, type StoredEvent } from '../shapes/stored-event.ts';
import { messageOf } from './events.ts';
import { type FindingName, type Findings, sentence } from './findings.ts';
import type { Start } from './start.ts';

/** Rows known to be wrong; with more than these, every row is doubted. */
const doubtedMax = 10_000;
/** Events of one record that are folded at once. */
const pageRows = 1_000;

export interface PlacedEvent {
  position: number;
  event: StoredEvent;
}

/**
 * Compares `records` and `record_numbers` with the fold of the log, in constant memory. It reads the version before an event from the
 * stored row, which was compared when its own event came by. If that row was wrong, it folds the record from its first event.
 */
export class RecordsCheck {
  readonly #findings: Findings;
  readonly #doubted = new Set<number>();
  readonly #numbers = new RecordNumbers();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Compares the rows of the next events; gives those that could be folded, by position. */
  *page(events: readonly PlacedEvent[]): Asking<Map<number, Folded>> {
    const folded = new Map<number, Folded>();
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return folded;
    const stored = yield* storedRecords(first.position, last.position);
    const newest = new Map<string, Made>();
    for (const { position, event } of events) {
      this.#numbers.add(event);
      const key = `${event.initiativeId}/${event.recordId}`;
      const one = yield* this.#fold(position, event, newest.get(key), stored);
      if (!one) continue;
      folded.set(position, one);
      newest.set(key, one);
    }
    for (const { row } of folded.values()) this.#add(yield* recordDifferences(row, stored));
    return folded;
  }

  /** end: of the log. */
  *finish(end: number, { lastRecord, numbers }: Start): Asking<void> {
    this.#add(yield* extraRecords(end, lastRecord));
    this.#add(numberDifferences(numbers, this.#numbers.rows));
  }

  *#fold(
    position: number,
    event: StoredEvent,
    newest: Made | undefined,
    stored: ReadonlyMap<number, StoredRecord>,
  ): Asking<Folded | undefined> {
    const { version, initiativeId, recordId } = event;
    const isBefore = newest?.row.version === version - 1;
    const before =
      version === 1
        ? undefined
        : ((isBefore ? newest : this.#superseded(position, event, stored)) ??
          (yield* versionBefore(event, position)));
    if (version > 1 && !before) {
      const detail = `Version ${version} of ${initiativeId}/${recordId} has no version ${version - 1} before it.`;
      this.#findings.add('version-order', detail, position);
      return undefined;
    }
    try {
      return fold(position, event, before);
    } catch (error) {
      this.#doubt(position);
      const detail = `It can't follow from the events before it: ${messageOf(error)}.`;
      this.#findings.add('event-invalid', detail, position);
      return undefined;
    }
  }

  /** The version that the stored row of an event says it superseded; undefined: its row is not there, or doubted. */
  #superseded(
    position: number,
    { initiativeId, recordId, version }: StoredEvent,
    stored: ReadonlyMap<number, StoredRecord>,
  ): Made | undefined {
    const at = stored.get(position)?.prev_position ?? 0;
    const row = at > 0 && at < position && !this.#isDoubted(at) ? stored.get(at) : undefined;
    if (row?.initiative_id !== initiativeId || row.record_id !== recordId || row.version !== version - 1)
      return undefined;
    try {
      return { version: versionOf({ ...row, state: row.state ?? row.leaf ?? '' }), row };
    } catch {
      // Its state is not JSON, which the finding about it says.
      return undefined;
    }
  }

  #add(differences: Difference[]): void {
    for (const { table, position, what, detail } of differences) {
      if (position !== undefined) this.#doubt(position);
      this.#findings.add(
        table === 'record_numbers' ? 'number-differs' : names[what],
        sentence(detail),
        position,
      );
    }
  }

  #isDoubted(position: number): boolean {
    return this.#doubted.has(position) || this.#doubted.size >= doubtedMax;
  }

  #doubt(position: number): void {
    if (this.#doubted.size < doubtedMax) this.#doubted.add(position);
  }
}

const names: Record<Difference['what'], FindingName> = {
  differs: 'record-differs',
  missing: 'record-missing',
  extra: 'record-extra',
};

/** The version before an event, folded from the first event of its record; undefined: one of them is missing, or wrong. */
function* versionBefore(
  { initiativeId, recordId, version }: StoredEvent,
  position: number,
): Asking<Made | undefined> {
  let before: Made | undefined;
  for (let folded = 0; folded < version - 1; ) {
    const rows = yield* ask<Pick<EventRow, 'position' | 'leaf'>>(
      `select position, leaf from events
        where initiative_id = $1 and record_id = $2 and version > $3 and version < $4 and position < $5
        order by version limit ${pageRows}`,
      initiativeId,
      recordId,
      folded,
      version,
      position,
    );
    if (rows.length === 0) return undefined;
    for (const row of rows) {
      try {
        const event = eventOf(row.leaf);
        const isNext =
          event.version === folded + 1 && event.recordId === recordId && event.initiativeId === initiativeId;
        if (!isNext) return undefined;
        before = fold(row.position, event, before);
        folded += 1;
      } catch {
        return undefined;
      }
    }
  }
  return before;
}
