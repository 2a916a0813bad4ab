import type { Database } from '../db/schema.ts';
import { bytesOfTally, StoredTally } from './stored-tally.ts';
import { type ChangingTally, type Contribution, type Tally, TallySum, tallyOf } from './tally.ts';

/** What one cell of what changed takes in memory, about. */
const cellBytes = 300;
/** A snapshot is due after so many events, which a count as of then may have to fold, and after more where it is a large one: */
export const eventsMin = 1_024;
/** it takes so many bytes an event at most. */
const bytesPerEvent = 256;

/** The counts of a scope: those of a snapshot, and the changes after it. */
export class FoldedTally {
  readonly #scope: string;
  #snapshot: StoredTally;
  #changes: ChangingTally;
  /** How many events were folded since the snapshot, and the position of the last one. */
  #events = 0;
  #position = 0;

  /** bytes: of the snapshot that it begins with. */
  constructor(scope: string, bytes?: Uint8Array) {
    this.#scope = scope;
    this.#snapshot = new StoredTally(bytes);
    this.#changes = tallyOf(scope);
  }

  change(position: number, before: Contribution | undefined, after: Contribution): void {
    this.#changes.change(before, after);
    this.#events += 1;
    this.#position = position;
  }

  /** May not be kept over the next change. */
  get tally(): Tally {
    return new TallySum(this.#snapshot, this.#changes);
  }

  /** In memory, about. */
  get bytes(): number {
    return this.#snapshot.length + this.#changes.size * cellBytes;
  }

  get isDue(): boolean {
    return this.#events >= Math.max(eventsMin, this.#snapshot.length / bytesPerEvent);
  }

  /** The counts after all the changes, as a snapshot, from which the next one goes on. */
  snapshot(): Database['count_snapshots'] {
    const tally = bytesOfTally(this.#changes, this.#snapshot);
    this.#snapshot = new StoredTally(tally);
    this.#changes = tallyOf(this.#scope);
    this.#events = 0;
    return { initiative_id: this.#scope, position: this.#position, tally };
  }
}
