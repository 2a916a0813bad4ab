import { evolve } from '../ledger/evolve.ts';
import type { MaybePromise } from '../ledger/facts.ts';
import type { Version } from '../ledger/record.ts';
import { numberOf } from '../ledger/record-number.ts';
import { aroundDifference, shown } from '../ledger/shown.ts';
import { eventOf, type StoredEvent } from '../ledger/stored-event.ts';
import { versionOf } from '../store/rows.ts';
import { type RecordRow, recordColumns } from '../store/schema.ts';
import { recordRowOf } from '../views/record-row.ts';
import { messageOf } from './events.ts';
import type { Findings } from './findings.ts';
import type { Start } from './start.ts';
import type { NearRow, StoredLedger } from './stored-ledger.ts';

const folded = recordColumns.filter((column) => column !== 'to_position');

/** Rows known to be wrong; with more than these, every row is doubted. */
const doubtedMax = 10_000;

interface Before {
  version: Version;
  row: RecordRow;
}

/** The rows around an event, by position. */
export type Near = ReadonlyMap<number, NearRow>;

/** The rows before and after an event, as they must be. */
export interface Compared {
  before: RecordRow | undefined;
  after: RecordRow;
}

/**
 * `records`, rebuilt in constant memory: what comes before an event is read from the row that it superseded, which was itself
 * compared when its own event came by. Where that row was wrong, the record is folded from its first event instead.
 */
export class RecordsCheck {
  readonly #ledger: StoredLedger;
  readonly #findings: Findings;
  readonly #doubted = new Set<number>();
  /** By initiative and kind: as many as there are initiatives, however long the log. */
  readonly #numbers = new Map<string, number>();

  constructor(ledger: StoredLedger, findings: Findings) {
    this.#ledger = ledger;
    this.#findings = findings;
  }

  /**
   * Compares the row of an event; gives the rows before and after it as they must be. near: the rows that it supersedes,
   * and that supersede it. Only where something is wrong is more read, and is it a promise.
   */
  check(
    position: number,
    event: StoredEvent,
    row: RecordRow | undefined,
    near: Near,
  ): MaybePromise<Compared | undefined> {
    this.#count(event);
    const before = event.version === 1 ? undefined : this.#superseded(position, event, row, near);
    if (event.version === 1 || before) {
      const after = afterOf(position, event, before);
      const fits = !('fault' in after) && (!row || differences(row, after).length === 0);
      if (event.version === 1 || fits) return this.#compared(position, event, row, before, after, near);
    }
    return this.#compareWithFolded(position, event, row, before, near);
  }

  /** Before anything is said of this row: was it the one before that is wrong? */
  async #compareWithFolded(
    position: number,
    event: StoredEvent,
    row: RecordRow | undefined,
    superseded: Before | undefined,
    near: Near,
  ): Promise<Compared | undefined> {
    const { version, initiativeId, recordId } = event;
    const before = (await this.#refold(event, position)) ?? superseded;
    if (!before) {
      const detail = `Version ${version} of ${initiativeId}/${recordId} has no version ${version - 1} before it.`;
      this.#findings.add('version-order', position, detail);
      return undefined;
    }
    const at = before.row.position;
    const known = near.has(at) ? near : new Map([...near, ...(await this.#ledger.recordsAt([at]))]);
    return this.#compared(position, event, row, before, afterOf(position, event, before), known);
  }

  #compared(
    position: number,
    event: StoredEvent,
    row: RecordRow | undefined,
    before: Before | undefined,
    after: RecordRow | { fault: string },
    near: Near,
  ): MaybePromise<Compared | undefined> {
    if (before) this.#compareEnd(near.get(before.row.position), position, event.version);
    if ('fault' in after) {
      this.#doubt(position);
      const detail = `It can't follow from the events before it: ${after.fault}.`;
      this.#findings.add('event-invalid', position, detail);
      return undefined;
    }
    const compared = { before: before?.row, after };
    if (!row) {
      this.#doubt(position);
      const detail = `The row of version ${event.version} of ${event.initiativeId}/${event.recordId} is missing.`;
      this.#findings.add('record-missing', position, detail);
      return compared;
    }
    this.#compare(row, after);
    if (row.to_position === null || follows(near.get(row.to_position), row, after)) return compared;
    return this.#compareFollowing(row, after).then(() => compared);
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
  }

  /** Where the row that a row says follows it does not say so itself. */
  async #compareFollowing(row: RecordRow, { initiative_id, record_id, version }: RecordRow): Promise<void> {
    const followed = await this.#ledger.positionOf(initiative_id, record_id, version + 1);
    if (followed === row.to_position) return;
    const detail = `Column to_position is ${row.to_position}; it must be ${shown(followed)}.`;
    this.#findings.add('record-differs', row.position, detail);
  }

  /** The version that an event superseded; undefined: its row is not there, or doubted. */
  #superseded(
    position: number,
    { initiativeId, recordId, version }: StoredEvent,
    row: RecordRow | undefined,
    near: Near,
  ): Before | undefined {
    const at = row?.prev_position ?? 0;
    const before = at > 0 && at < position && !this.#isDoubted(at) ? near.get(at) : undefined;
    if (
      before?.initiative_id !== initiativeId ||
      before.record_id !== recordId ||
      before.version !== version - 1
    )
      return undefined;
    try {
      return { version: versionOf({ ...before, state: before.state ?? before.leaf ?? '' }), row: before };
    } catch {
      // Its state is not JSON, which the finding about it says.
      return undefined;
    }
  }

  /** The version before an event, folded from the first event of its record. */
  async #refold(
    { initiativeId, recordId, version }: StoredEvent,
    position: number,
  ): Promise<Before | undefined> {
    let before: Before | undefined;
    for (let folded = 0; folded < version - 1; ) {
      const rows = await this.#ledger.eventsOf(initiativeId, recordId, folded, version - 1);
      if (rows.length === 0) return undefined;
      for (const row of rows) {
        if (row.position >= position) return undefined;
        try {
          const event = eventOf(row.leaf);
          if (
            event.version !== folded + 1 ||
            event.recordId !== recordId ||
            event.initiativeId !== initiativeId
          )
            return undefined;
          const record = evolve(before?.version.record, event);
          const after: Version = {
            record,
            position: row.position,
            made: before?.version.made ?? row.position,
          };
          before = { version: after, row: recordRowOf({ before: before?.version, after }) };
          folded += 1;
        } catch {
          return undefined;
        }
      }
    }
    return before;
  }

  /** That the row of a version says which one followed. Where it names another, that is found with the row itself. */
  #compareEnd(superseded: RecordRow | undefined, position: number, version: number): void {
    if (superseded?.to_position !== null) return;
    const detail = `Column to_position is empty; version ${version} followed at position ${position}.`;
    this.#findings.add('record-differs', superseded.position, detail);
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

/** Right if the row there says it follows this one: that is compared when its event comes by. */
const follows = (next: RecordRow | undefined, row: RecordRow, after: RecordRow): boolean =>
  next?.prev_position === row.position &&
  next.initiative_id === after.initiative_id &&
  next.record_id === after.record_id;

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
