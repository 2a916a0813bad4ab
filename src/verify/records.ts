import { versionOf } from '../db/rows.ts';
import type { Database, EventRow } from '../db/schema.ts';
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

/** What comes of comparing the rows of a page of events, besides findings. */
export interface ComparedRecords {
  /** Positions of rows that are wrong. */
  wrong: number[];
  /** Positions of rows before the page that were taken for right. */
  trusted: number[];
  numbers: Database['record_numbers'][];
}

/** Compares `records` and `record_numbers` with the fold of the log: what RecordsPage compared of each page, in order. */
export class RecordsCheck {
  readonly #findings: Findings;
  readonly #numbers = new RecordNumbers();
  /** Positions of rows known to be wrong. */
  readonly doubted = new Set<number>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Whether a page trusted rows that are wrong, as those of the pages before it tell: then it has to be compared again. */
  isMistaken({ trusted }: ComparedRecords): boolean {
    return trusted.some((position) => isDoubted(position, this.doubted));
  }

  add({ wrong, numbers }: ComparedRecords): void {
    for (const position of wrong) if (this.doubted.size < doubtedMax) this.doubted.add(position);
    for (const row of numbers) this.#numbers.raise(row);
  }

  /** end: of the log. */
  *finish(end: number, { lastRecord, numbers }: Start): Asking<void> {
    for (const difference of [
      ...(yield* extraRecords(end, lastRecord)),
      ...numberDifferences(numbers, this.#numbers.rows),
    ])
      addDifference(difference, this.#findings);
  }
}

const isDoubted = (position: number, doubted: ReadonlySet<number>): boolean =>
  doubted.has(position) || doubted.size >= doubtedMax;

/**
 * Compares the rows of a page of events with the fold of the events, in constant memory. It reads the version before an event from the
 * stored row, which is compared with its own event. If that row is doubted, it folds the record from its first event.
 */
export class RecordsPage {
  readonly #findings: Findings;
  readonly #doubted: ReadonlySet<number>;
  readonly #numbers = new RecordNumbers();
  readonly #wrong = new Set<number>();
  readonly #trusted: number[] = [];
  /** The first position of the page. */
  #first = 0;

  /** doubted: positions of rows before the page that are known to be wrong. */
  constructor(findings: Findings, doubted: ReadonlySet<number>) {
    this.#findings = findings;
    this.#doubted = doubted;
  }

  get compared(): ComparedRecords {
    return { wrong: [...this.#wrong], trusted: this.#trusted, numbers: this.#numbers.rows };
  }

  /** Gives what could be folded, in order. */
  *compare(events: readonly PlacedEvent[]): Asking<Folded[]> {
    const folded: Folded[] = [];
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return folded;
    this.#first = first.position;
    const stored = yield* storedRecords(first.position, last.position);
    const newest = new Map<string, Made>();
    for (const { position, event } of events) {
      this.#numbers.add(event);
      const key = `${event.initiativeId}/${event.recordId}`;
      const one = yield* this.#fold(position, event, newest.get(key), stored);
      if (!one) continue;
      folded.push(one);
      newest.set(key, one);
    }
    for (const { row } of folded)
      for (const difference of yield* recordDifferences(row, stored)) {
        if (difference.position !== undefined) this.#wrong.add(difference.position);
        addDifference(difference, this.#findings);
      }
    return folded;
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
      this.#wrong.add(position);
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
    const row =
      at > 0 && at < position && !this.#wrong.has(at) && !isDoubted(at, this.#doubted)
        ? stored.get(at)
        : undefined;
    if (row?.initiative_id !== initiativeId || row.record_id !== recordId || row.version !== version - 1)
      return undefined;
    try {
      const made = { version: versionOf({ ...row, state: row.state ?? row.leaf ?? '' }), row };
      if (at < this.#first) this.#trusted.push(at);
      return made;
    } catch {
      // Its state is not JSON, which the finding about it says.
      return undefined;
    }
  }
}

function addDifference({ table, position, what, detail }: Difference, findings: Findings): void {
  findings.add(table === 'record_numbers' ? 'number-differs' : names[what], sentence(detail), position);
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
