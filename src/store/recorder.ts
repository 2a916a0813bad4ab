import { Refusal } from '../errors.ts';
import type { Change } from '../ledger/change.ts';
import type { Posting } from '../ledger/posting.ts';
import { type DecidedGroup, decideGroup, type Outcome } from './group.ts';
import { keptReceipt } from './kept-answers.ts';
import type { Receipt } from './receipt.ts';
import type { Store } from './store.ts';

/** Requests in one group; further ones wait for the next. */
const groupRequestsMax = 256;
/** Events that the requests of a group may ask for (one request may ask for more), so that a group is short. */
const groupEventsMax = 4096;
/** Requests that may wait; further ones are refused as `overloaded`. */
const waitingMax = 4096;

interface Waiting {
  posting: Posting;
  resolve: (receipt: Receipt) => void;
  reject: (error: unknown) => void;
}

/**
 * The one way into the log. Requests that arrive while a commit runs form the next group, so that all of them
 * cost one fsync; a lone request waits for nobody.
 */
export class Recorder {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #recorded: (changes: Change[]) => void;
  readonly #allowed: () => void;
  #waiting: Waiting[] = [];
  /** The commit that is running or about to. */
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Set when it is unknown whether a commit is on disk: nothing more is recorded until a restart has looked. */
  #broken: unknown;

  /**
   * recorded: told of the changes of each group, after they are on disk; must not throw. allowed: throws a Refusal
   * where nothing may be recorded.
   */
  constructor(
    store: Store,
    clock: () => number,
    recorded: (changes: Change[]) => void = () => {},
    allowed: () => void = () => {},
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#recorded = recorded;
    this.#allowed = allowed;
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
    this.#allowed();
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
      // Whoever records again as soon as it is answered must not keep the event loop from everything else.
      if (this.#waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#running = undefined;
  }

  async #commit(group: Waiting[]): Promise<void> {
    let decided: DecidedGroup;
    try {
      this.check();
      decided = await this.#store.group(async (transaction) => {
        const decisions = await decideGroup(
          group.map(({ posting }) => posting),
          transaction,
          this.#store.fingerprintKey,
          this.#clock(),
        );
        if (decisions.batch.changes.length > 0) await transaction.write(decisions.batch);
        return decisions;
      });
    } catch (error) {
      if (isUnknownOutcome(error)) this.#broken = error;
      // One bad request must cost only itself: the group was rolled back, now each goes alone.
      // A refusal is one of the whole group.
      if (group.length > 1 && this.#broken === undefined && !(error instanceof Refusal)) {
        for (const one of group) await this.#commit([one]);
      } else {
        for (const { reject } of group) reject(error);
      }
      return;
    }
    // On disk from here on.
    for (const [i, outcome] of decided.outcomes.entries()) await this.#answer(group[i], outcome);
    if (decided.batch.changes.length > 0) this.#recorded(decided.batch.changes);
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

/** An I/O error may have struck before or after the commit reached the disk. */
const isUnknownOutcome = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(String(error.code));
