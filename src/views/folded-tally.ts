import type { Database } from '../store/schema.ts';
import { bytesOfTally, StoredTally } from './stored-tally.ts';
import { type ChangingTally, type Contribution, everything, type Tally, TallySum, tallyOf } from './tally.ts';

type Snapshot = Database['count_snapshots'];

/** What one cell of what changed takes, about: in memory, and as it is stored. */
const cellBytes = 300;
const storedCellBytes = 7;

/**
 * The counts of a scope: those at a snapshot of all of them, what had changed since by a later snapshot, and the changes
 * after that.
 */
export class FoldedTally {
  readonly #scope: string;
  /** The position of the snapshot of all counts; 0: there is none. */
  #since: number;
  #all: StoredTally;
  #changed: StoredTally;
  #changes: ChangingTally;
  /** How many events were folded since the last snapshot. */
  #events = 0;

  /** all, changed: the snapshots that it begins with. */
  constructor(scope: string, since = 0, all?: Uint8Array, changed?: Uint8Array) {
    this.#scope = scope;
    this.#since = since;
    this.#all = new StoredTally(all);
    this.#changed = new StoredTally(changed);
    this.#changes = tallyOf(scope);
  }

  change(before: Contribution | undefined, after: Contribution): void {
    this.#changes.change(before, after);
    this.#events += 1;
  }

  /** May not be kept over the next change. */
  get tally(): Tally {
    return new TallySum(this.#all, this.#changed, this.#changes);
  }

  /** In memory, about. */
  get bytes(): number {
    return this.#all.length + this.#changed.length + this.#changes.size * cellBytes;
  }

  /**
   * Whether a snapshot is due: after so many events of a scope, which a count as of then may have to fold; where what
   * changed is large, after more, so that snapshots are a small part of the ledger. Those of all initiatives together are
   * rarer, as every event is one of theirs.
   */
  get isDue(): boolean {
    const [eventsLeast, bytesAnEvent] = this.#scope === everything ? [1_024, 8] : [256, 64];
    return this.#events >= Math.max(eventsLeast, this.#changed.length / bytesAnEvent);
  }

  /** The position since which the next snapshot holds what changed; 0: it holds all, as the changes are no small part of it. */
  get nextSince(): number {
    const changed = this.#changed.length + this.#changes.size * storedCellBytes;
    return changed * 2 < this.#all.length ? this.#since : 0;
  }

  /** Whether it can make a snapshot of what changed since a position; since 0: of all, which it always can. */
  canTell(since: number): boolean {
    return since === 0 || since === this.#since;
  }

  /** The counts at a position, after all the changes, as a snapshot; later ones go on from there. */
  snapshot(position: number, since = this.nextSince): Snapshot {
    const changed = new TallySum(this.#changed, this.#changes);
    const tally = bytesOfTally(since === 0 ? new TallySum(this.#all, changed) : changed);
    if (since === 0)
      [this.#since, this.#all, this.#changed] = [position, new StoredTally(tally), new StoredTally()];
    else this.#changed = new StoredTally(tally);
    this.#changes = tallyOf(this.#scope);
    this.#events = 0;
    return { initiative_id: this.#scope, position, since, tally };
  }
}
