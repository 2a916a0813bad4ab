import { createHash, createHmac, type Hmac } from 'node:crypto';
import { type LineError, Refusal } from '../errors.ts';
import { derivedId } from '../ledger/derived-id.ts';
import type { Warning } from '../ledger/facts.ts';
import type { Authority, Posting } from '../ledger/posting.ts';
import { rules } from '../rules.ts';
import type { Reason, Source } from '../shapes/fields.ts';
import { withoutNames } from '../shapes/people.ts';
import { eventsMax, type Posted } from '../shapes/posted.ts';
import type { Kind } from '../shapes/record.ts';
import type { Outcome } from '../store/group.ts';
import type { RecordSince } from '../store/queries.ts';
import type { Basis } from '../store/receipt.ts';
import type { Recorder } from '../store/recorder.ts';
import { turnIfDue } from '../turns.ts';
import {
  firstOf,
  type Keyed,
  type KeyedRecord,
  recordsByExternalId,
  recordsById,
  standingRecords,
} from '../views/synced.ts';
import { checkedLines } from './checked-lines.ts';
import { type FaultGroup, Faults } from './faults.ts';
import { isOfLine, rehearsedOf, type Target } from './import-lines.ts';
import { errorsMax, type LineSettings, lineErrorsOf } from './line-checker.ts';
import { Spool } from './spool.ts';
import { goneOf, type Planned, planOf, type SyncRow } from './sync-plan.ts';
import { isByExternalId } from './sync-rows.ts';

/** Bytes of a list that are read and compared together: some hundreds of rows. */
const pieceBytes = 64 * 1024;
/** Rows of a list: their keys are kept in memory. */
const rowsMax = 1_000_000;
/** How often a plan is made anew because somebody recorded in the initiative meanwhile. */
const attemptsMax = 5;
/** Steps of the first commit of a sync that is too large for one: nothing is recorded where the plan does not hold. */
const firstSteps = 100;
/** The first steps that may be refused by a sync that can go on after an interruption. */
const lookedAt = 512;
/** Syncs at the same time. */
const syncsMax = 4;
let syncs = 0;

export interface SyncOptions extends Omit<LineSettings, 'fingerprintKey' | 'importId' | 'key'> {
  /** The columns that are the key together, or `externalId`, or `recordId`. */
  key: readonly string[];
  reason: Reason;
  /** Of the list. */
  sources: Source[];
  /** What is done about records that the list has no more. */
  missing: 'keep' | 'retract';
  /** The hash of the preview that is to be done; undefined: to preview. */
  expect: string | undefined;
  /** Items of the answer, and how many are left out before them. */
  limit: number;
  after: number;
  principal: string;
  authority: Authority;
  /** Nobody else uses the ledger. */
  alone: boolean;
}

/** What a sync does about one record. */
export interface SyncItem extends Pick<Planned, 'action' | 'changes'> {
  /** Of the row in the list; of a record that is gone, by which it was known. */
  key: string;
  /** Absent where the ledger makes one. */
  recordId?: string;
  /** Absent: the list has no row. */
  line?: number;
}

/** Something that whoever syncs should know; no reason to refuse. */
export interface SyncWarning {
  /** Absent: it is about the list as a whole. */
  line?: number;
  code: NonNullable<Planned['kept']> | 'nothing-retracted' | Warning['code'];
  /** Into the event that it is about, if it is about one. */
  pointer?: string;
  detail: string;
}

export interface SyncReport {
  /** Of this file, these options, and what is planned. */
  hash: string;
  /** Of every event of it. */
  correlationId: string;
  new: number;
  changed: number;
  gone: number;
  unchanged: number;
  /** Rows that can't be recorded. */
  refused: number;
  /** Events that it makes. */
  events: number;
  /** Of the events, those that were recorded now, and before; absent in a preview. */
  recorded?: number;
  alreadyRecorded?: number;
  items: SyncItem[];
  /** The `after` of the next items; absent: there are none. */
  next?: number;
  warnings: SyncWarning[];
  faults: FaultGroup[];
  /** The first errors. */
  errors: LineError[];
  basis: Basis;
}

/**
 * Compares a list with the records of an initiative. Without `expect` says what would have to be recorded so that the records are as
 * the list; with it records exactly that. Throws Refusal `plan-changed` where that is not what the preview said any more.
 */
export async function syncList(
  target: Target,
  source: AsyncIterable<Uint8Array>,
  options: SyncOptions,
): Promise<SyncReport> {
  if (syncs === syncsMax) throw new Refusal('overloaded', `There are ${syncsMax} syncs under way.`);
  syncs += 1;
  const spool = await Spool.open();
  try {
    const list = await listOf(target, source, options, spool);
    for (let attempt = 1; ; attempt++) {
      const done = await attempted(target, list, options, attempt === attemptsMax);
      if (done) return done;
    }
  } finally {
    syncs -= 1;
    await spool.close();
  }
}

/** A list that was read to its end. */
interface List {
  /** Its rows with their lines, piece by piece. */
  spool: Spool;
  /** SHA-256 of the file, in hex. */
  fileHash: string;
  /** The first line of each key. */
  lineOf: Map<string, number>;
  /** The lines of each key that stands twice. */
  twice: Map<string, number[]>;
  /** The rows that are none. */
  failed: number;
  faults: FaultGroup[];
  errors: LineError[];
}

async function listOf(
  { store }: Target,
  source: AsyncIterable<Uint8Array>,
  options: SyncOptions,
  spool: Spool,
): Promise<List> {
  const { format, initiativeId, mapping, key } = options;
  if ((await store.lastEventOf(initiativeId, (await store.head()).position)) === 0)
    throw new Refusal('initiative-not-found', `${initiativeId} is not registered.`);
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const { fingerprintKey } = store;
  const settings = { format, initiativeId, mapping, key, importId: undefined, fingerprintKey };
  const lineOf = new Map<string, number>();
  const twice = new Map<string, number[]>();
  const faults = new Faults();
  const errors: LineError[] = [];
  let failed = 0;
  for await (const checked of checkedLines(hashed(), settings, pieceBytes)) {
    const { events, lines } = checked;
    // The other thread made it.
    for (const [i, { key, event }] of (JSON.parse(events) as SyncRow[]).entries()) {
      const name = nameOf(event, key);
      const [line = 0, first] = [lines[i], lineOf.get(name)];
      if (first === undefined) lineOf.set(name, line);
      else twice.set(name, [...(twice.get(name) ?? [first]), line]);
    }
    if (lineOf.size > rowsMax) throw new Refusal('body-too-large', `A list has at most ${rowsMax} rows.`);
    failed += checked.failed;
    errors.push(...checked.errors.slice(0, errorsMax - errors.length));
    faults.addAll(checked.faults);
    await spool.add(`[${events},${JSON.stringify(lines)}]`);
  }
  return { spool, fileHash: hash.digest('hex'), lineOf, twice, failed, faults: faults.list(), errors };
}

/** Rows of different kinds may have the same key. */
const nameOf = ({ type }: Posted, key: string): string => `${rules.madeBy(type)} ${key}`;

/** Previews, or records what was previewed; undefined: somebody recorded in the initiative meanwhile. */
async function attempted(
  target: Target,
  list: List,
  options: SyncOptions,
  isLast: boolean,
): Promise<SyncReport | undefined> {
  const { store } = target;
  const { expect } = options;
  const { position: end } = await store.head();
  const begun = expect === undefined ? undefined : await begunAt(target, options, expect);
  const asked = { target, options, list, position: begun === undefined ? end : begun - 1 };
  if (expect === undefined) {
    const { report } = await planned(asked, true, async (plan) => plan);
    return { ...report, basis: await basisAt(target, end) };
  }
  const record = async (plan: Plan): Promise<SyncReport | undefined> => {
    if (plan.report.hash !== expect) return undefined;
    const counts = await plan.record(begun === undefined);
    return { ...plan.report, ...counts, basis: await basisAt(target, (await store.head()).position) };
  };
  try {
    // A preview in which no rule refused a row was of the plan as it is without a rehearsal, which takes as long as to record it.
    const done = (await planned(asked, false, record)) ?? (await planned(asked, true, record));
    if (done) return done;
  } catch (error) {
    // What was recorded may have nothing to do with the list.
    if (!isLast && error instanceof ChangedMeanwhile) return undefined;
    throw error;
  }
  throw new Refusal('plan-changed', 'The file, the options or the records are not as in the preview.');
}

/** Makes a plan and works with it. isRehearsed: without the rows that a rule refuses. */
async function planned<T>(
  asked: PlanAsked,
  isRehearsed: boolean,
  work: (plan: Plan) => Promise<T>,
): Promise<T> {
  const plan = new Plan(asked);
  try {
    await plan.make(isRehearsed);
    return await work(plan);
  } finally {
    await plan.close();
  }
}

/** Where the sync of a preview began, so that it can go on after an interruption; undefined: nothing of it was recorded. */
function begunAt(
  { store }: Target,
  { initiativeId }: SyncOptions,
  expect: string,
): Promise<number | undefined> {
  const idAt = idsOf(store.fingerprintKey, initiativeId, expect);
  return firstOf(
    store.db,
    Array.from({ length: lookedAt }, (_, place) => idAt(place, 0)),
  );
}

/** The first half of the hash tells nothing about names of persons, so ids may follow from it for ever. */
const syncIdOf = (hash: string): string => hash.slice(0, 32);

/** The ids of the events of a sync, by the place of their step and their own place in it. */
const idsOf =
  (key: Buffer, initiativeId: string, hash: string) =>
  (place: number, index: number): string =>
    derivedId(key, 'sync', initiativeId, syncIdOf(hash), place, index);

async function basisAt({ store }: Target, position: number): Promise<Basis> {
  return { treeSize: position, rootHash: await store.rootAt(position) };
}

/** Something was recorded in the initiative after the plan was made, and nothing of the plan. */
class ChangedMeanwhile extends Refusal {}

/** Something that is planned for one record; line: of its row. */
interface Step {
  line?: number;
  key: string;
  recordId: string | undefined;
  planned: Planned;
}

interface PlanAsked {
  target: Target;
  options: SyncOptions;
  list: List;
  position: number;
}

/** What has to be recorded so that the records, as of a position, are as the list. */
class Plan {
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

  /** Records what is planned. isNew: nothing of it was recorded before. Throws a Refusal where it can't be recorded as planned. */
  async record(isNew: boolean): Promise<{ recorded: number; alreadyRecorded: number }> {
    const { recorder, store } = this.#target;
    const { initiativeId, alone } = this.#options;
    const counts = { recorded: 0, alreadyRecorded: 0 };
    const premise = isNew
      ? { initiativeId, since: this.#position, isBrokenBy: (one: RecordSince) => this.#isOfPlan(one) }
      : undefined;
    const inOne = this.#report.events <= eventsMax;
    const postingsOf = (todos: Todo[]): Posting[] =>
      todos.map((todo) => this.#postingOf(todo, this.#report.hash));
    const begin = async (todos: Todo[]): Promise<void> => {
      const outcomes = await recorder.recordTogether(postingsOf(todos), eventsMax, premise).catch((error) => {
        const isChanged = error instanceof Refusal && error.code === 'plan-changed';
        throw isChanged ? new ChangedMeanwhile(error.code, error.message) : error;
      });
      const isRefused = outcomes.some((outcome) => 'error' in outcome);
      this.#countRecorded(
        todos,
        isRefused ? outcomes.filter((outcome) => 'error' in outcome) : outcomes,
        counts,
      );
    };
    const goOn = async (todos: Todo[]): Promise<void> =>
      this.#countRecorded(todos, await recorder.recordEach(postingsOf(todos), alone), counts);
    let together: Todo[] = [];
    let isBegun = false;
    try {
      for await (const text of this.#events?.texts() ?? []) {
        const todos = JSON.parse(text) as Todo[]; // As #take put them there.
        if (isBegun) await goOn(todos);
        else if (inOne) together.push(...todos);
        else {
          await begin(todos.slice(0, firstSteps));
          isBegun = true;
          await goOn(todos.slice(firstSteps));
        }
      }
      if (together.length > 0) await begin(together);
    } finally {
      together = [];
      await store.sync();
    }
    return counts;
  }

  /** Throws where an event was refused. */
  #countRecorded(
    todos: Todo[],
    outcomes: Outcome[],
    counts: { recorded: number; alreadyRecorded: number },
  ): void {
    let refused: { error: unknown } | undefined;
    for (const [i, outcome] of outcomes.entries()) {
      if ('error' in outcome) refused ??= outcome;
      if (!('recorded' in outcome)) continue;
      this.#warnOf(todos[i]?.line, outcome.warnings);
      for (const { replayed } of outcome.recorded) counts[replayed ? 'alreadyRecorded' : 'recorded'] += 1;
    }
    if (!refused) return;
    const { error } = refused;
    if (!isOfLine(error) || !(error instanceof Refusal)) throw error;
    const before = counts.recorded > 0 ? ` ${counts.recorded} events were recorded before that.` : '';
    throw new Refusal('plan-changed', `${error.message}${before}`);
  }

  /** Whether the plan would be another one, as this record was made or changed. */
  #isOfPlan({ recordId, kind, externalId }: RecordSince): boolean {
    const { key, missing } = this.#options;
    if (this.#seen.has(recordId)) return true;
    const isKeyed = !isByExternalId(kind, key) || externalId !== null;
    if (missing === 'retract') return isKeyed && this.#kinds.has(kind);
    return externalId !== null && this.#list.lineOf.has(`${kind} ${externalId}`);
  }

  /** hash: undefined in a preview, whose events need no ids. */
  #postingOf({ place, events }: Todo, hash: string | undefined): Posting {
    const { initiativeId, principal, authority } = this.#options;
    const idAt =
      hash === undefined ? undefined : idsOf(this.#target.store.fingerprintKey, initiativeId, hash);
    const ids = (index: number) =>
      idAt && hash !== undefined
        ? { eventId: idAt(place, index), correlationId: correlationIdOf(hash) }
        : undefined;
    return {
      initiativeId,
      principal,
      authority,
      items: events.map((event, index) => ({ index, pointer: '', event: { ...event, ...ids(index) } })),
      dryRun: false,
    };
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
      if (outcome && 'recorded' in outcome) this.#warnOf(step.line, rehearsedOf(outcome.warnings));
      if (todo && events.length > 0) taken.push(todo);
    }
    if (taken.length > 0) await this.#events?.add(JSON.stringify(taken));
  }

  async #outcomesOf(todos: Todo[]): Promise<Outcome[]> {
    const { expect } = this.#options;
    const some = todos.filter(({ events }) => events.length > 0);
    if (some.length === 0) return [];
    this.#rehearsal ??= await this.#target.recorder.rehearsal();
    return await this.#rehearsal.recorder.recordEach(some.map((todo) => this.#postingOf(todo, expect)));
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

  #warnOf(line: number | undefined, warnings: readonly Warning[]): void {
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

/** The events of a step, and its place among all steps that have some. */
interface Todo {
  place: number;
  events: Posted[];
  /** Of the row. */
  line?: number;
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

const correlationIdOf = (hash: string): string => `sync-${syncIdOf(hash)}`;
