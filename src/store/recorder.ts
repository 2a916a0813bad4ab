import type { Head } from '../db/rows.ts';
import { Refusal } from '../errors.ts';
import type { Item, Posting } from '../ledger/posting.ts';
import type { World } from '../ledger/world.ts';
import { rules } from '../rules.ts';
import type { Change } from '../shapes/change.ts';
import { standardLimits } from '../shapes/limits.ts';
import { requireClock } from './clock.ts';
import { Refused } from './damaged.ts';
import { FairQueue } from './fair-queue.ts';
import { type DecidedGroup, decideGroup, foreseen, type GroupOptions, type Outcome } from './group.ts';
import { keptReceipt } from './kept-answers.ts';
import { type RecordSince, recordsSince } from './queries.ts';
import type { Receipt } from './receipt.ts';
import type { Batch, FindTargets, GroupTransaction, Store } from './store.ts';

/** Events that are looked at to see whether a premise holds; after more of them it does not. */
const lookedAtMax = 1_000;
/** Requests in one group; further ones wait for the next. */
const groupRequestsMax = 256;
/** Events that the requests of a group may ask for, so that a group is short. */
const groupEventsMax = 1024;
/** A request that asks for more events is committed by itself, after the smaller ones that wait. */
const groupedEventsMax = 50;
/** How long a commit for those who record many aims to take: about as long as a request may have to wait for it. */
const sliceMs = 12;
const sliceEventsMax = 4096;
/** Events in a commit where no request can come. */
const aloneEventsMax = 16_384;

/** What must not have been recorded in an initiative since a position. */
export interface Premise {
  initiativeId: string;
  since: number;
  isBrokenBy: (recorded: RecordSince) => boolean;
}

/** What was recorded together. */
export interface Commit {
  /** Requests that it decided on, and how many of these recorded something. */
  requests: number;
  recorded: number;
  events: number;
  tookMs: number;
}

interface CommitOptions extends GroupOptions {
  /** Whether it is to be on disk when it is done. */
  sync?: boolean;
  premise?: Premise | undefined;
}

interface Waiting {
  posting: Posting;
  resolve: (receipt: Receipt) => void;
  reject: (error: unknown) => void;
}

/**
 * The one way into the log. Requests that arrive while a commit runs form the next group, so that all of them
 * cost one fsync; a lone request waits for nobody. Whoever sends many leaves the others their place in each group.
 */
export class Recorder {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #recorded: (changes: Change[]) => void;
  readonly #allowed: (head?: Head) => void;
  readonly #startedMs: number;
  readonly #findTargets: FindTargets;
  readonly #waitingMax: number;
  readonly #waiting = new FairQueue<Waiting>();
  /** Commits of those who record many: one after each group of the requests that wait. */
  readonly #turns = new FairQueue<() => Promise<void>>();
  /** Events in the next commit of them, found by how long the last one took. */
  #sliceEvents = 64;
  /** The commit that is running or about to. */
  #running: Promise<void> | undefined;
  #stopped = false;
  #watched: ((commit: Commit) => void) | undefined;

  /**
   * recorded: told of the changes of each group, after they are on disk; must not throw. allowed: throws a Refusal
   * where nothing may be recorded; in a group it is given the head. startedMs: a time that is known to be right. findTargets:
   * needed where an event has a `where`. waitingMax: requests that may wait; one principal may have as many as there is room left, so
   * that there is always some for others.
   */
  constructor(
    store: Store,
    clock: () => number,
    recorded: (changes: Change[]) => void = () => {},
    allowed: (head?: Head) => void = () => {},
    startedMs: number = clock(),
    findTargets: FindTargets = async () => {
      throw new Error('this recorder can not find the targets of a where');
    },
    waitingMax: number = standardLimits.waiting,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#recorded = recorded;
    this.#allowed = allowed;
    this.#startedMs = startedMs;
    this.#findTargets = findTargets;
    this.#waitingMax = waitingMax;
  }

  /** Has it told of each commit, when it is on disk; must not throw. */
  watch(watched: (commit: Commit) => void): void {
    this.#watched = watched;
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#waiting.length + this.#turns.length;
  }

  /** Records a request, or refuses it whole. Resolves only when what it recorded is safe on disk. */
  record(posting: Posting): Promise<Receipt> {
    this.#checkOpen();
    if (posting.items.some(lacksTargets)) return this.#aimed(posting).then((aimed) => this.record(aimed));
    const { principal } = posting;
    const room = this.#waitingMax - this.waiting;
    if (this.#waiting.lengthOf(principal) + this.#turns.lengthOf(principal) >= room)
      throw new Refusal('overloaded', 'Too many requests wait to be recorded.');
    return new Promise((resolve, reject) => {
      const waiting = { posting, resolve, reject };
      if (eventsAskedBy(posting) > groupedEventsMax)
        this.#turns.add(principal, () => this.#commitWaiting([waiting]));
      else this.#waiting.add(principal, waiting);
      this.#start();
    });
  }

  /**
   * Records many requests, each decided on by itself as by `record`, but answered together and without receipts. The
   * commits are short, and between two of them the requests that wait have their turn; alone: there are none, and what is
   * recorded is on disk after `Store.sync`. Where recording has to end, that is the outcome of all that are left.
   */
  async recordEach(postings: Posting[], alone = false): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    while (outcomes.length < postings.length) {
      const rest = postings.slice(outcomes.length);
      const length = groupLengthOf(rest, alone ? aloneEventsMax : this.#sliceEvents);
      try {
        const slice = await this.#aimedAll(rest.slice(0, length));
        outcomes.push(
          ...(await this.#inTurn(principalOf(slice), () =>
            alone ? this.#commit(slice, { receipts: false, sync: false }) : this.#commitSlice(slice),
          )),
        );
      } catch (error) {
        return [...outcomes, ...rest.map(() => ({ error }))];
      }
    }
    return outcomes;
  }

  /**
   * Records many requests in one commit, or none of them where one is refused: then the outcomes say why. Throws a
   * Refusal where they would make more than `eventsMax` events, and `plan-changed` where the premise does not hold any more.
   */
  async recordTogether(postings: Posting[], eventsMax: number, premise?: Premise): Promise<Outcome[]> {
    const aimed = await this.#aimedAll(postings);
    return this.#inTurn(principalOf(postings), async () => {
      const { outcomes, batch } = await this.#decideAndWrite(
        aimed,
        { receipts: false, eventsMax, premise },
        (decided) => decided.outcomes.every((outcome) => !('error' in outcome)),
      );
      this.#told(batch);
      return outcomes;
    });
  }

  /** A recorder that decides as this one does, on what is recorded here and by itself, and whose records nobody else sees. */
  async rehearsal(): Promise<{ recorder: Recorder; close: () => Promise<void> }> {
    const store = await this.#store.rehearsal();
    const recorder = new Recorder(
      store,
      this.#clock,
      undefined,
      () => this.check(),
      this.#startedMs,
      this.#findTargets,
    );
    return {
      recorder,
      close: async () => {
        await recorder.stop();
        await store.close();
      },
    };
  }

  /** A posting with the targets of each `where`, as they are now; a group then looks only at what changed since. */
  async #aimed(posting: Posting): Promise<Posting> {
    const { initiativeId } = posting;
    const items: Item[] = [];
    for (const item of posting.items) {
      const { type, where } = item.event;
      const asked = where && { initiativeId, where, standing: !rules.changesRetracted(type) };
      items.push(asked ? { ...item, targets: await this.#findTargets(this.#store, asked) } : item);
    }
    return { ...posting, items };
  }

  async #aimedAll(postings: Posting[]): Promise<Posting[]> {
    const aimed: Posting[] = [];
    for (const posting of postings)
      aimed.push(posting.items.some(lacksTargets) ? await this.#aimed(posting) : posting);
    return aimed;
  }

  /** Throws where nothing can be recorded any more. head: the end of the log now, if it is known. */
  check(head?: Head): void {
    this.#allowed(head);
    this.#store.requireWritable();
  }

  /** Throws a Refusal while the clock may not stamp the log, which ends there. */
  checkClock({ recordedAt }: Head): void {
    requireClock(this.#clock(), recordedAt, this.#startedMs);
  }

  /** Takes no more requests, and resolves when those waiting were answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  #checkOpen(): void {
    if (this.#stopped) throw new Refusal('shutting-down', 'The ledger is shutting down.');
    this.check();
  }

  /** Not at once: the requests that the event loop reads in this turn share the commit. */
  #start(): void {
    this.#running ??= new Promise((done) => setImmediate(() => this.#run().then(done)));
  }

  /** Commits when the requests that wait were answered, and after others that came here before. */
  #inTurn<T>(principal: string, commit: () => Promise<T>): Promise<T> {
    this.#checkOpen();
    return new Promise((resolve, reject) => {
      this.#turns.add(principal, () => commit().then(resolve, reject));
      this.#start();
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 || this.#turns.length > 0) {
      await this.#commitWaiting(this.#nextGroup());
      await this.#turns.take()?.();
      // Whoever records again as soon as it is answered must not keep the event loop from everything else.
      if (this.#waiting.length > 0 || this.#turns.length > 0)
        await new Promise((resolve) => setImmediate(resolve));
    }
    this.#running = undefined;
  }

  #nextGroup(): Waiting[] {
    const group: Waiting[] = [];
    let events = 0;
    for (let next = this.#waiting.next; next && group.length < groupRequestsMax; next = this.#waiting.next) {
      events += eventsAskedBy(next.posting);
      if (group.length > 0 && events > groupEventsMax) break;
      this.#waiting.take();
      group.push(next);
    }
    return group;
  }

  async #commitWaiting(group: Waiting[]): Promise<void> {
    const outcomes = await this.#commit(group.map(({ posting }) => posting));
    for (const [i, outcome] of outcomes.entries()) await this.#answer(group[i], outcome);
  }

  async #commitSlice(slice: Posting[]): Promise<Outcome[]> {
    const events = slice.reduce((sum, posting) => sum + eventsAskedBy(posting), 0);
    const startMs = performance.now();
    const outcomes = await this.#commit(slice, { receipts: false });
    const tookMs = performance.now() - startMs;
    const fitting = Math.floor((events * sliceMs) / tookMs);
    this.#sliceEvents = Math.max(16, Math.min(fitting, this.#sliceEvents * 2, sliceEventsMax));
    return outcomes;
  }

  /** Commits a group, and gives what came of each request: nothing that fails is thrown. */
  async #commit(group: Posting[], options: CommitOptions = {}): Promise<Outcome[]> {
    if (group.length === 0) return [];
    try {
      const { outcomes, batch } = await this.#decideAndWrite(group, options);
      this.#told(batch);
      return outcomes;
    } catch (error) {
      // One bad request must cost only itself: the group was rolled back, now each goes alone. A refusal is of them all.
      const isOfAll = error instanceof Refusal && !(error instanceof Refused);
      if (group.length === 1 || isOfAll) return group.map(() => ({ error }));
      const outcomes: Outcome[] = [];
      for (const one of group) outcomes.push(...(await this.#commit([one], options)));
      return outcomes;
    }
  }

  async #decideAndWrite(
    group: Posting[],
    { sync = true, premise, ...options }: CommitOptions,
    mayWrite: (decided: DecidedGroup) => boolean = () => true,
  ): Promise<DecidedGroup> {
    this.check();
    const startMs = performance.now();
    const decideAndWrite = async (transaction: GroupTransaction, world: World): Promise<DecidedGroup> => {
      // Again, as the end of the log can't move any more, nor the read models.
      this.#allowed(transaction.head);
      if (premise) await requirePremise(transaction, premise);
      const { fingerprintKey } = this.#store;
      const nowMs = this.#clock();
      requireClock(nowMs, transaction.head.recordedAt, this.#startedMs);
      const decided = await transaction.answered(
        decideGroup(group, { ...transaction, world }, fingerprintKey, nowMs, options),
      );
      if (!mayWrite(decided)) return { ...decided, batch: { ...decided.batch, changes: [] } };
      if (decided.batch.changes.length > 0) await transaction.write(decided.batch, sync);
      return decided;
    };
    const decided = await this.#store.group(decideAndWrite, (facts) => foreseen(group, facts));
    if (decided.batch.changes.length > 0) this.#watched?.(commitOf(decided, performance.now() - startMs));
    return decided;
  }

  /** The changes are written. */
  #told({ changes }: Batch): void {
    if (changes.length > 0) this.#recorded(changes);
  }

  async #answer(waiting: Waiting | undefined, outcome: Outcome): Promise<void> {
    if ('error' in outcome) waiting?.reject(outcome.error);
    else if ('receipt' in outcome) waiting?.resolve(outcome.receipt);
    else if ('kept' in outcome) {
      try {
        waiting?.resolve(await keptReceipt(this.#store, outcome.kept));
      } catch (error) {
        waiting?.reject(error);
      }
    }
  }
}

async function requirePremise(
  transaction: GroupTransaction,
  { initiativeId, since, isBrokenBy }: Premise,
): Promise<void> {
  const recorded = await transaction.answered(recordsSince(initiativeId, since, lookedAtMax + 1));
  if (recorded.length > lookedAtMax || recorded.some(isBrokenBy))
    throw new Refusal('plan-changed', `Somebody recorded in ${initiativeId} after position ${since}.`);
}

function commitOf({ outcomes, batch }: DecidedGroup, tookMs: number): Commit {
  const recorded = outcomes.filter((outcome) => 'receipt' in outcome || 'recorded' in outcome).length;
  return { requests: outcomes.length, recorded, events: batch.changes.length, tookMs };
}

/** Whose requests they are: those of an import are all of one. */
const principalOf = (postings: Posting[]): string => postings[0]?.principal ?? '';

/** How many of those waiting fit into one commit, at least one. */
function groupLengthOf(waiting: Posting[], eventsMax: number): number {
  let events = 0;
  const fits = waiting.findIndex((posting, i) => {
    events += eventsAskedBy(posting);
    return i > 0 && events > eventsMax;
  });
  return fits === -1 ? waiting.length : fits;
}

const lacksTargets = ({ event, targets }: Item): boolean => event.where !== undefined && !targets;

/** As many as it may be. */
const eventsOfWhere = 1000;

function eventsAskedBy({ items, undo }: Posting): number {
  let events = undo?.events.length ?? 0;
  for (const { event } of items)
    events += 'where' in event ? eventsOfWhere : (('repeat' in event ? event.repeat : undefined) ?? 1);
  return events;
}
