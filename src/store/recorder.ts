import { randomBytes } from 'node:crypto';
import { Refusal } from '../errors.ts';
import {
  type Circumstances,
  decide,
  extraOf,
  Progress,
  type Recorded,
  recordedOf,
} from '../ledger/decide.ts';
import { addDays } from '../ledger/edtf.ts';
import type { AnswerExtra, Facts, KeptAnswer, RecordRef, Warning } from '../ledger/facts.ts';
import type { Posting } from '../ledger/posting.ts';
import { warningsOf } from '../ledger/warnings.ts';
import { answerKey, type Change, Draft, Missing, World } from '../ledger/world.ts';
import type { Edge, Tile } from '../tlog/edge.ts';
import { instantOf } from './rows.ts';
import type { KeyRow } from './schema.ts';
import type { GroupTransaction, Store } from './store.ts';
import { uuidv7 } from './uuidv7.ts';

/** The log that an answer was computed from. */
export interface Basis {
  treeSize: number;
  rootHash: Uint8Array;
}

export interface Receipt {
  recorded: Recorded[];
  warnings: Warning[];
  basis: Basis;
  /** The answer of an earlier request with the same Idempotency-Key. */
  kept: boolean;
}

/** Requests in one group; further ones wait for the next. */
const groupRequestsMax = 256;
/** Events that the requests of a group may ask for (one request may ask for more), so that a group is short. */
const groupEventsMax = 4096;
/** Requests that may wait; further ones are refused as `overloaded`. */
const waitingMax = 4096;
/** How far the log may be ahead of the clock before recording waits. */
const clockBehindMaxMs = 5_000;

interface Waiting {
  posting: Posting;
  resolve: (receipt: Receipt) => void;
  reject: (error: unknown) => void;
}

type Outcome = { receipt: Receipt } | { kept: KeptAnswer } | { error: unknown };

/**
 * The one way into the log. Requests that arrive while a commit runs form the next group, so that all of them
 * cost one fsync; a lone request waits for nobody.
 */
export class Recorder {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #recorded: (changes: Change[]) => void;
  #waiting: Waiting[] = [];
  /** The commit that is running or about to. */
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Set when it is unknown whether a commit is on disk: nothing more is recorded until a restart has looked. */
  #broken: unknown;

  /** recorded: told of the changes of each group, after they are on disk; must not throw. */
  constructor(store: Store, clock: () => number, recorded: (changes: Change[]) => void = () => {}) {
    this.#store = store;
    this.#clock = clock;
    this.#recorded = recorded;
  }

  /** Records a request, or refuses it whole. Resolves only when what it recorded is safe on disk. */
  record(posting: Posting): Promise<Receipt> {
    if (this.#stopped) throw new Refusal('shutting-down', 'The ledger is shutting down.');
    this.check();
    if (this.#waiting.length >= waitingMax)
      throw new Refusal('overloaded', 'Too many requests wait to be recorded.');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ posting, resolve, reject });
      // Not at once: the requests that the event loop reads in this turn share the commit.
      this.#running ??= new Promise((done) => setImmediate(() => this.#run().then(done)));
    });
  }

  /** Throws where nothing can be recorded any more. */
  check(): void {
    if (this.#broken !== undefined) {
      throw new Refusal(
        'storage-unavailable',
        'The storage failed. The operator has to look at it and restart the ledger.',
      );
    }
  }

  /** Takes no more requests, and resolves when those waiting were answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#commit(this.#waiting.splice(0, groupLengthOf(this.#waiting)));
    }
    this.#running = undefined;
  }

  async #commit(group: Waiting[]): Promise<void> {
    let outcomes: Outcome[];
    try {
      this.check();
      outcomes = await this.#store.group((transaction) => this.#decideAll(group, transaction));
    } catch (error) {
      if (isUnknownOutcome(error)) this.#broken = error;
      // One bad request must cost only itself: the group was rolled back, now each goes alone.
      if (group.length > 1 && this.#broken === undefined) {
        for (const one of group) await this.#commit([one]);
      } else {
        for (const { reject } of group) reject(error);
      }
      return;
    }
    for (const [i, outcome] of outcomes.entries()) await this.#answer(group[i], outcome);
  }

  async #answer(waiting: Waiting | undefined, outcome: Outcome): Promise<void> {
    if ('error' in outcome) waiting?.reject(outcome.error);
    else if ('receipt' in outcome) waiting?.resolve(outcome.receipt);
    else {
      try {
        waiting?.resolve(await keptReceipt(this.#store, outcome.kept));
      } catch (error) {
        waiting?.reject(error);
      }
    }
  }

  async #decideAll(group: Waiting[], transaction: GroupTransaction): Promise<Outcome[]> {
    const { head, facts, edge } = transaction;
    const nowMs = this.#clock();
    if (head.recordedAt > nowMs + clockBehindMaxMs) {
      throw new Refusal(
        'clock-behind',
        `The clock says ${instantOf(nowMs)}, the log ends at ${instantOf(head.recordedAt)}.`,
      );
    }
    const recordedAtMs = Math.max(nowMs, head.recordedAt);
    const circumstances: Circumstances = {
      recordedAt: instantOf(recordedAtMs),
      lastDay: addDays(instantOf(nowMs).slice(0, 10), 1),
      fingerprintKey: this.#store.fingerprintKey,
      newId: () => uuidv7(recordedAtMs),
      newSalt: () => randomBytes(32),
    };
    const world = new World(head.position);
    await world.prefetch(facts, refsOf(group), eventIdsOf(group));
    await world.prefetchNames(facts, correctedRefsOf(group));

    const batch = { changes: [] as Draft['changes'], answers: [] as KeyRow[], tiles: [] as Tile[], edge };
    const outcomes: Outcome[] = [];
    for (const { posting } of group) {
      try {
        let draft = new Draft(world);
        let progress = new Progress();
        const decision = await untilLoaded(facts, world, () => {
          if (progress.torn) [draft, progress] = [new Draft(world), new Progress()];
          return decide(posting, draft, circumstances, progress);
        });
        if ('kept' in decision) {
          outcomes.push({ kept: decision.kept });
          continue;
        }
        await world.prefetchForWarnings(facts, draft.changes);
        const warnings: Warning[] = [];
        for (const step of warningsOf(draft)) warnings.push(...(await untilLoaded(facts, world, step)));
        if (!posting.dryRun && draft.changes.length > 0) {
          const extra = extraOf(decision.recorded, warnings);
          // From here on nothing is refused any more.
          draft.accept();
          batch.changes.push(...draft.changes);
          for (const { leafHash } of draft.changes) batch.tiles.push(...edge.append(leafHash));
          const answer = answerRowOf(posting, extra, draft, recordedAtMs);
          if (answer) {
            batch.answers.push(answer.row);
            world.answers.set(answer.key, answer.kept);
          }
        }
        outcomes.push({ receipt: { ...decision, warnings, basis: basisOf(edge), kept: false } });
      } catch (error) {
        outcomes.push({ error });
      }
    }
    if (batch.changes.length > 0) {
      await transaction.write(batch);
      this.#recorded(batch.changes);
    }
    return outcomes;
  }
}

/** Tries until nothing is missing any more. Each round knows more, and no fact is asked for twice. */
async function untilLoaded<T>(facts: Facts, world: World, decision: () => T): Promise<T> {
  for (;;) {
    try {
      return decision();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      await error.load(facts, world);
    }
  }
}

const basisOf = (edge: Edge): Basis => ({ treeSize: edge.size, rootHash: edge.root() });

function answerRowOf(
  { idempotency, principal, initiativeId }: Posting,
  extra: AnswerExtra | null,
  draft: Draft,
  recordedAtMs: number,
): { row: KeyRow; key: string; kept: KeptAnswer } | undefined {
  const [firstPosition, lastPosition] = [draft.changes[0]?.position, draft.changes.at(-1)?.position];
  if (!idempotency || firstPosition === undefined || lastPosition === undefined) return undefined;
  const { key, fingerprint } = idempotency;
  const row = {
    principal,
    initiative_id: initiativeId,
    key,
    fingerprint,
    first_position: firstPosition,
    last_position: lastPosition,
    extra: extra && JSON.stringify(extra),
    recorded_at: recordedAtMs,
  };
  const kept = { fingerprint, firstPosition, lastPosition, extra };
  return { row, key: answerKey(principal, initiativeId, key), kept };
}

/** The first answer again, rebuilt from the log. */
async function keptReceipt(store: Store, kept: KeptAnswer): Promise<Receipt> {
  const { lastPosition, extra } = kept;
  const events = new Map((await store.eventsOf(kept)).map((event) => [event.position, event]));
  const items = extra?.items ?? [...events.keys()].map((position, i) => [i, position, 0] as const);
  // What was recorded before the request, under eventIds that it repeated, lies outside its range.
  for (const [, position, replayed] of items) {
    if (replayed === 0) continue;
    const [event] = await store.eventsOf({ ...kept, firstPosition: position, lastPosition: position });
    if (event) events.set(position, event);
  }
  const recorded = items.map(([index, position, replayed]) => {
    const event = events.get(position);
    if (!event) throw new Error(`the log lacks position ${position} of a kept answer`);
    return recordedOf(index, event, replayed === 1);
  });
  const basis = { treeSize: lastPosition, rootHash: await store.rootAt(lastPosition) };
  return { recorded, warnings: extra?.warnings ?? [], basis, kept: true };
}

/** How many of those waiting make up the next group, at least one. */
function groupLengthOf(waiting: Waiting[]): number {
  let events = 0;
  const fits = waiting.findIndex(({ posting }, i) => {
    for (const { event } of posting.items) events += ('repeat' in event ? event.repeat : undefined) ?? 1;
    return i === groupRequestsMax || (i > 0 && events > groupEventsMax);
  });
  return fits === -1 ? waiting.length : fits;
}

/** The records that the decisions of a group are sure to ask for, each once, so that they are loaded together. */
function refsOf(group: Waiting[]): RecordRef[] {
  const refs = new Map<string, RecordRef>();
  for (const { posting } of group) {
    const { initiativeId, items } = posting;
    const add = (recordId: string): void =>
      void refs.set(`${initiativeId}/${recordId}`, { initiativeId, recordId });
    add(initiativeId);
    for (const { event } of items) {
      if (event.recordId !== undefined) add(event.recordId);
      if ('reason' in event && event.reason.duplicateOf !== undefined) add(event.reason.duplicateOf);
      if ('data' in event) referencesIn(event.data ?? {}).forEach(add);
      // Not checked against a schema yet, so each member may be anything.
      if ('changes' in event) referencesIn(event.changes.data ?? {}).forEach(add);
    }
  }
  return [...refs.values()];
}

function referencesIn(data: object): string[] {
  const { meetingId, madeAt, scope, renews, under } = data as { [member: string]: unknown };
  const about = typeof scope === 'string' && scope.startsWith('meeting:') ? scope.slice(8) : undefined;
  const renewed = (renews as { recordId?: unknown } | null | undefined)?.recordId;
  return [meetingId, madeAt, about, renewed, ...(Array.isArray(under) ? under : [])].filter(
    (recordId) => typeof recordId === 'string',
  );
}

const correctedRefsOf = (group: Waiting[]): RecordRef[] =>
  group.flatMap(({ posting: { initiativeId, items } }) =>
    items.flatMap(({ event: { type, recordId } }) =>
      type === 'RecordCorrected' && recordId !== undefined ? [{ initiativeId, recordId }] : [],
    ),
  );

const eventIdsOf = (group: Waiting[]): string[] =>
  group.flatMap(({ posting }) => posting.items.flatMap(({ event }) => event.eventId ?? []));

/** An I/O error may have struck before or after the commit reached the disk. */
const isUnknownOutcome = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(String(error.code));
