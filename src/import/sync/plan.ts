import { createHmac, type Hmac } from 'node:crypto';
import { Refusal } from '../../errors.ts';
import type { Warning } from '../../ledger/facts.ts';
import { rules } from '../../rules.ts';
import { withoutNames } from '../../shapes/people.ts';
import type { Posted } from '../../shapes/posted.ts';
import type { Kind } from '../../shapes/record.ts';
import type { Outcome } from '../../store/group.ts';
import type { RecordSince } from '../../store/queries.ts';
import type { Recorder } from '../../store/recorder.ts';
import { turnIfDue } from '../../turns.ts';
import {
  type Keyed,
  type KeyedRecord,
  recordsByExternalId,
  recordsById,
  standingRecords,
} from '../../views/synced.ts';
import { Faults } from '../faults.ts';
import { isOfLine, rehearsedOf, type Target } from '../import-lines.ts';
import { errorsMax, lineErrorsOf } from '../line-checker.ts';
import { Spool } from '../spool.ts';
import { type List, nameOf } from './list.ts';
import { correlationIdOf, postingOf, type Todo } from './postings.ts';
import type { SyncOptions, SyncReport, SyncWarning } from './report.ts';
import { goneOf, type Planned, planOf, type SyncRow } from './row-plan.ts';
import { isByExternalId } from './rows.ts';

/** Something that is planned for one record; line: of its row. */
interface Step {
  line?: number;
  key: string;
  recordId: string | undefined;
  planned: Planned;
}

export interface PlanAsked {
  target: Target;
  options: SyncOptions;
  list: List;
  position: number;
}

/** What has to be recorded so that the records, as of a position, are as the list. */
export class Plan {
  readonly #target: Target;
  readonly #options: SyncOptions;
  readonly #list: List;
  readonly #position: number;
  readonly #faults = new Faults();
  /** The line of the row that each record belongs to. */
  readonly #seen = new Map<string, number>();
  /** Of the rows. */
  readonly #kinds = new Set<string>();
  readonly #report: SyncReport;
  /** Over all, and over all without names of persons. */
  readonly #hashes: { all: Hmac; nameless: Hmac };
  /** Of the steps, piece by piece. */
  #events: Spool | undefined;
  /** Opened once something is to be rehearsed. */
  #rehearsal: Awaited<ReturnType<Recorder['rehearsal']>> | undefined;
  #isRehearsed = false;
  #items = 0;
  #places = 0;

  constructor({ target, options, list, position }: PlanAsked) {
    this.#target = target;
    this.#options = options;
    this.#list = list;
    this.#position = position;
    const hmac = (): Hmac => createHmac('sha256', target.store.fingerprintKey);
    this.#hashes = { all: hmac(), nameless: hmac() };
    this.#report = {
      hash: '',
      correlationId: '',
      new: 0,
      changed: 0,
      gone: 0,
      unchanged: 0,
      refused: list.failed,
      events: 0,
      items: [],
      warnings: [],
      faults: [],
      errors: [],
      basis: { treeSize: 0, rootHash: new Uint8Array() },
    };
    this.#faults.addAll(list.faults);
  }

  get report(): SyncReport {
    return this.#report;
  }

  /** What must not have been recorded since the plan was made. */
  get premise() {
    return {
      initiativeId: this.#options.initiativeId,
      since: this.#position,
      isBrokenBy: (one: RecordSince) => this.#isOfPlan(one),
    };
  }

  /** The steps that have events, in their order, piece by piece. */
  async *todos(): AsyncGenerator<Todo[]> {
    for await (const text of this.#events?.texts() ?? []) yield JSON.parse(text) as Todo[]; // As #take put them there.
  }

  async close(): Promise<void> {
    await this.#rehearsal?.close();
    await this.#events?.close();
  }

  async make(isRehearsed: boolean): Promise<void> {
    this.#isRehearsed = isRehearsed;
    this.#events = await Spool.open();
    const { initiativeId, format, mapping = null, key, reason, sources, missing } = this.#options;
    this.#hash({ initiativeId, format, mapping, key, reason, sources, missing });
    this.#hashes.all.update(this.#list.fileHash);
    for await (const text of this.#list.spool.texts()) {
      const [rows, lines] = JSON.parse(text) as [SyncRow[], number[]]; // As listOf put it there.
      await this.#take(await this.#stepsOf(rows, lines));
    }
    // A meeting can be retracted once its milestones are.
    for (const kind of ['claim', 'mou', 'project', 'meeting'] as const)
      if (this.#kinds.has(kind)) await this.#takeGone(kind);
    const report = this.#report;
    const [nameless, all] = [this.#hashes.nameless.digest('hex'), this.#hashes.all.digest('hex')];
    report.hash = nameless.slice(0, 32) + all.slice(0, 32);
    report.correlationId = correlationIdOf(report.hash);
    report.errors = [...this.#list.errors, ...report.errors]
      .sort((a, b) => a.line - b.line)
      .slice(0, errorsMax);
    report.faults = this.#faults.list();
  }

  /** Whether the plan would be another one, as this record was made or changed. */
  #isOfPlan({ recordId, kind, externalId }: RecordSince): boolean {
    const { key, missing } = this.#options;
    if (this.#seen.has(recordId)) return true;
    const isKeyed = !isByExternalId(kind, key) || externalId !== null;
    if (missing === 'retract') return isKeyed && this.#kinds.has(kind);
    return externalId !== null && this.#list.lineOf.has(`${kind} ${externalId}`);
  }

  /** What is to be done about the rows of a piece, in their order. */
  async #stepsOf(rows: SyncRow[], lines: number[]): Promise<Step[]> {
    const presentOf = await this.#presentOf(rows);
    const steps: Step[] = [];
    const { reason, sources } = this.#options;
    for (const [i, row] of rows.entries()) {
      await turnIfDue();
      const line = lines[i] ?? 0;
      const kind = kindOf(row);
      this.#kinds.add(kind);
      const present = presentOf(row);
      const first = present && this.#seen.get(present.recordId);
      const recordId = present?.recordId ?? row.event.recordId;
      if (recordId !== undefined && first === undefined) this.#seen.set(recordId, line);
      const others = this.#list.twice.get(nameOf(row.event, row.key))?.filter((other) => other !== line);
      const fault = others
        ? `has the key of line ${others.join(', ')}, too`
        : first !== undefined
          ? `belongs to ${present?.recordId}, as line ${first} does`
          : present && present.kind !== kind
            ? `belongs to ${present.recordId}, which is a ${present.kind}`
            : undefined;
      if (fault === undefined)
        steps.push({
          line,
          key: row.key,
          recordId,
          planned: planOf(row, present, { reason, sources }),
        });
      else this.#refuse(line, new Refusal('rule-violated', `The row ${fault}.`), undefined);
    }
    return steps;
  }

  /** Finds the records of the rows of a piece. */
  async #presentOf(rows: SyncRow[]): Promise<(row: SyncRow) => KeyedRecord | undefined> {
    const { key, initiativeId } = this.#options;
    const asked: Keyed = { db: this.#target.store.db, initiativeId, position: this.#position };
    const byExternalId = new Map<Kind, Map<string, KeyedRecord>>();
    const isExternal = (row: SyncRow): boolean => isByExternalId(kindOf(row), key);
    for (const [kind, some] of Map.groupBy(rows.filter(isExternal), kindOf)) {
      const keys = some.map((row) => row.key);
      byExternalId.set(kind, await recordsByExternalId(asked, kind, keys));
    }
    const found = (row: SyncRow) => byExternalId.get(kindOf(row))?.get(row.key);
    // A record that was imported without an external id is given it by the row that has its id.
    const ids = rows.flatMap((row) => (found(row) ? [] : (row.event.recordId ?? [])));
    const byId = await recordsById(asked, ids);
    return (row) => {
      const record = found(row) ?? byId.get(row.event.recordId ?? '');
      return record && isExternal(row) && !found(row) && record.data['externalId'] !== undefined
        ? undefined
        : record;
    };
  }

  /** Takes the steps that nothing refuses into the plan. */
  async #take(steps: Step[]): Promise<void> {
    const todos = steps.map(({ line, planned: { events } }): Todo => {
      const place = this.#places;
      if (events.length > 0) this.#places += 1;
      return { place, events, ...(line !== undefined && { line }) };
    });
    const outcomes = this.#isRehearsed ? await this.#outcomesOf(todos) : [];
    const taken: Todo[] = [];
    let next = 0;
    for (const [i, step] of steps.entries()) {
      await turnIfDue();
      const todo = todos[i];
      const events = todo?.events ?? [];
      const outcome = events.length > 0 ? outcomes[next++] : undefined;
      if (outcome && 'error' in outcome) {
        this.#refuse(step.line, outcome.error, events.at(-1));
        continue;
      }
      this.#count(step);
      if (outcome && 'recorded' in outcome) this.warnOf(step.line, rehearsedOf(outcome.warnings));
      if (todo && events.length > 0) taken.push(todo);
    }
    if (taken.length > 0) await this.#events?.add(JSON.stringify(taken));
  }

  async #outcomesOf(todos: Todo[]): Promise<Outcome[]> {
    const { expect } = this.#options;
    const some = todos.filter(({ events }) => events.length > 0);
    if (some.length === 0) return [];
    this.#rehearsal ??= await this.#target.recorder.rehearsal();
    const { fingerprintKey } = this.#target.store;
    return await this.#rehearsal.recorder.recordEach(
      some.map((todo) => postingOf(todo, this.#options, fingerprintKey, expect)),
    );
  }

  #count({ line, key, recordId, planned }: Step): void {
    const { action, changes, events, kept } = planned;
    const report = this.#report;
    report[action] += 1;
    report.events += events.length;
    if (kept !== undefined && line !== undefined) this.#warn({ line, code: kept, detail: keptDetails[kept] });
    if (action === 'unchanged') return;
    if (events.length > 0) this.#hash({ key, events });
    const { after, limit } = this.#options;
    const place = this.#items++;
    if (place < after) return;
    if (report.items.length === limit) report.next ??= place;
    else
      report.items.push({
        ...(line !== undefined && { line }),
        key,
        ...(recordId !== undefined && { recordId }),
        action,
        changes,
      });
  }

  async #takeGone(kind: Kind): Promise<void> {
    const { key, initiativeId, missing, reason, sources } = this.#options;
    const asked: Keyed = { db: this.#target.store.db, initiativeId, position: this.#position };
    const byExternalId = isByExternalId(kind, key);
    // The rows that can't be read may be those of the records that seem to be gone.
    const retracts = missing === 'retract' && this.#list.failed === 0;
    for await (const records of standingRecords(asked, kind, byExternalId)) {
      const gone = records.filter(({ recordId }) => !this.#seen.has(recordId));
      const steps = gone.map(({ recordId, version, externalId }): Step => {
        const planned = goneOf({ recordId, version }, { reason, sources });
        return {
          key: (byExternalId ? externalId : undefined) ?? recordId,
          recordId,
          planned: retracts ? planned : { ...planned, changes: [], events: [] },
        };
      });
      await this.#take(steps);
    }
    if (missing === 'retract' && !retracts && this.#report.gone > 0)
      this.#warn({ code: 'nothing-retracted', detail: nothingRetracted });
  }

  #refuse(line: number | undefined, error: unknown, event: Posted | undefined): void {
    if (!isOfLine(error)) throw error;
    const report = this.#report;
    report.refused += 1;
    const told = lineErrorsOf(line ?? 0, error, event);
    for (const one of told) this.#faults.add(one);
    report.errors.push(...told.slice(0, errorsMax - report.errors.length));
    this.#hashes.all.update(JSON.stringify(told.map(({ line, code }) => [line, code])));
  }

  #warn(warning: SyncWarning): void {
    const { warnings } = this.#report;
    if (warnings.length === errorsMax) return;
    // What is said of the list as a whole is said once.
    const isKnown = warning.line === undefined && warnings.some(({ code }) => code === warning.code);
    if (!isKnown) warnings.push(warning);
  }

  warnOf(line: number | undefined, warnings: readonly Warning[]): void {
    for (const warning of warnings) this.#warn({ ...(line !== undefined && { line }), ...warning });
  }

  #hash(part: { events?: Posted[]; [member: string]: unknown }): void {
    const { events } = part;
    const all = JSON.stringify(part);
    const nameless = events?.map((event) => withoutNames(event));
    const isNameless = !events || nameless?.every((event, i) => event === events[i]);
    this.#hashes.all.update(all);
    this.#hashes.nameless.update(isNameless ? all : JSON.stringify({ ...part, events: nameless }));
  }
}

const keptDetails = {
  'stays-retracted':
    'The record was retracted as a duplicate, or as something that is not to be in the register, so it stays retracted.',
  'has-erased-names': 'Names of persons were erased from the record, so its list of names stays as it is.',
};

const nothingRetracted =
  'Rows that can not be read may be those of the records that are missing, so no record is retracted.';

/** It was checked when the row was read. */
const kindOf = ({ event }: SyncRow): Kind => rules.madeBy(event.type) ?? 'mou';
