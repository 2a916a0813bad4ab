import { evolve } from '../ledger/evolve.ts';
import type { Version } from '../ledger/record.ts';
import { numberOf } from '../ledger/record-number.ts';
import { aroundDifference, shown } from '../ledger/shown.ts';
import { eventOf, type StoredEvent } from '../ledger/stored-event.ts';
import { versionOf } from '../store/rows.ts';
import { type RecordRow, recordColumns } from '../store/schema.ts';
import { recordRowOf } from '../views/record-row.ts';
import { messageOf } from './events.ts';
import type { Findings } from './findings.ts';
import type { LedgerFile, Start } from './ledger-file.ts';

const folded = recordColumns.filter((column) => column !== 'to_position');

/** Rows known to be wrong; with more than these, every row is doubted. */
const doubtedMax = 10_000;

interface Before {
  version: Version;
  row: RecordRow;
}

/**
 * `records`, rebuilt in constant memory: what comes before an event is read from the row that it superseded, which was itself
 * compared when its own event came by. Where that row was wrong, the record is folded from its first event instead.
 */
export class RecordsCheck {
  readonly #file: LedgerFile;
  readonly #findings: Findings;
  readonly #doubted = new Set<number>();
  /** By initiative and kind: as many as there are initiatives, however long the log. */
  readonly #numbers = new Map<string, number>();

  constructor(file: LedgerFile, findings: Findings) {
    this.#file = file;
    this.#findings = findings;
  }

  /** Compares the row of an event; gives the rows before and after it as they must be. */
  check(
    position: number,
    event: StoredEvent,
    row: RecordRow | undefined,
  ): { before: RecordRow | undefined; after: RecordRow } | undefined {
    this.#count(event);
    let before = event.version === 1 ? undefined : this.#superseded(position, event, row);
    if (event.version !== 1 && !before) {
      const { version, initiativeId, recordId } = event;
      const detail = `Version ${version} of ${initiativeId}/${recordId} has no version ${version - 1} before it.`;
      this.#findings.add('version-order', position, detail);
      return undefined;
    }
    let after = afterOf(position, event, before);
    const isAsMade = (made: RecordRow): boolean => !row || differences(row, made).length === 0;
    if (before && ('fault' in after || !isAsMade(after))) {
      // Before anything is said of this row: was it the one before that is wrong?
      before = this.#refold(event, position) ?? before;
      after = afterOf(position, event, before);
    }
    if (before) this.#compareEnd(before.row.position, position, event.version);
    if ('fault' in after) {
      this.#doubt(position);
      const detail = `It can't follow from the events before it: ${after.fault}.`;
      this.#findings.add('event-invalid', position, detail);
      return undefined;
    }
    if (row) this.#compare(row, after);
    else {
      this.#doubt(position);
      const detail = `The row of version ${event.version} of ${event.initiativeId}/${event.recordId} is missing.`;
      this.#findings.add('record-missing', position, detail);
    }
    return { before: before?.row, after };
  }

  extra(row: RecordRow): void {
    const detail = `The row of version ${row.version} of ${row.initiative_id}/${row.record_id} belongs to no event.`;
    this.#findings.add('record-extra', row.position, detail);
  }

  checkNumbers(numbers: Start['numbers']): void {
    const wrong = (key: string, stored: number | undefined, logged: number | undefined): void => {
      const detail = `The last number of ${key} is ${shown(stored)}; in the log it is ${shown(logged)}.`;
      this.#findings.add('number-differs', undefined, detail);
    };
    for (const { initiative_id, kind, last_number } of numbers) {
      const key = `${initiative_id}/${kind}`;
      const logged = this.#numbers.get(key);
      if (logged !== last_number) wrong(key, last_number, logged);
      this.#numbers.delete(key);
    }
    for (const [key, logged] of this.#numbers) wrong(key, undefined, logged);
  }

  #count({ version, initiativeId, recordId }: StoredEvent): void {
    const made = version === 1 ? numberOf(recordId) : undefined;
    if (!made || made.number === 0) return;
    const key = `${initiativeId}/${made.kind}`;
    if (made.number > (this.#numbers.get(key) ?? 0)) this.#numbers.set(key, made.number);
  }

  #compare(row: RecordRow, after: RecordRow): void {
    const wrong = differences(row, after);
    if (wrong.length > 0) {
      this.#doubt(row.position);
      const detail = wrong.map((column) => {
        const [is, must] = aroundDifference(row[column], after[column]);
        return `column ${column} is ${is}; its events make it ${must}`;
      });
      this.#findings.add('record-differs', row.position, `${sentence(detail.join(', '))}.`);
    }
    if (row.to_position === null) return;
    // Right if the row there says it follows this one: that is compared when its event comes by.
    const next = this.#file.recordAt(row.to_position);
    const { initiative_id, record_id, version } = after;
    if (
      next?.prev_position === row.position &&
      next.initiative_id === initiative_id &&
      next.record_id === record_id
    )
      return;
    const followed = this.#file.positionOf(initiative_id, record_id, version + 1);
    if (followed === row.to_position) return;
    const detail = `Column to_position is ${row.to_position}; it must be ${shown(followed)}.`;
    this.#findings.add('record-differs', row.position, detail);
  }

  /** The version that an event superseded. */
  #superseded(position: number, event: StoredEvent, row: RecordRow | undefined): Before | undefined {
    const { initiativeId, recordId, version } = event;
    const at = row?.prev_position ?? 0;
    const before = at > 0 && at < position && !this.#isDoubted(at) ? this.#file.recordAt(at) : undefined;
    if (
      before?.initiative_id === initiativeId &&
      before.record_id === recordId &&
      before.version === version - 1
    ) {
      try {
        const state = before.state ?? this.#file.leafAt(at) ?? '';
        return { version: versionOf({ ...before, state }), row: before };
      } catch {
        // Its state is not JSON, which the finding about it says.
      }
    }
    return this.#refold(event, position);
  }

  /** The version before an event, folded from the first event of its record. */
  #refold({ initiativeId, recordId, version }: StoredEvent, position: number): Before | undefined {
    let before: Before | undefined;
    let expected = 1;
    for (const row of this.#file.eventsOf(initiativeId, recordId, version - 1)) {
      if (row.position >= position) return undefined;
      try {
        const event = eventOf(row.leaf);
        if (event.version !== expected || event.recordId !== recordId || event.initiativeId !== initiativeId)
          return undefined;
        const record = evolve(before?.version.record, event);
        const after: Version = {
          record,
          position: row.position,
          made: before?.version.made ?? row.position,
        };
        before = { version: after, row: recordRowOf({ before: before?.version, after }) };
        expected += 1;
      } catch {
        return undefined;
      }
    }
    return expected === version ? before : undefined;
  }

  /** That the row of a version says which one followed. Where it names another, that is found with the row itself. */
  #compareEnd(superseded: number, position: number, version: number): void {
    if (this.#file.recordAt(superseded)?.to_position !== null) return;
    const detail = `Column to_position is empty; version ${version} followed at position ${position}.`;
    this.#findings.add('record-differs', superseded, detail);
  }

  #isDoubted(position: number): boolean {
    return this.#doubted.has(position) || this.#doubted.size >= doubtedMax;
  }

  #doubt(position: number): void {
    if (this.#doubted.size < doubtedMax) this.#doubted.add(position);
  }
}

function afterOf(
  position: number,
  event: StoredEvent,
  before: Before | undefined,
): RecordRow | { fault: string } {
  try {
    const record = evolve(before?.version.record, event);
    const made = before?.version.made ?? position;
    return recordRowOf({ before: before?.version, after: { record, position, made } });
  } catch (error) {
    return { fault: messageOf(error) };
  }
}

const differences = (row: RecordRow, after: RecordRow) =>
  folded.filter((column) => row[column] !== after[column]);

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
