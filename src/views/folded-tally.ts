import type { Database } from '../store/schema.ts';
import { bytesOfTally, StoredTally } from './stored-tally.ts';
import { type ChangingTally, type Contribution, everything, type Tally, TallySum, tallyOf } from './tally.ts';

type Snapshot = Database['count_snapshots'];

/** What one cell of what changed takes, about: in memory, and as it is stored. */
const cellBytes = 300;
const storedCellBytes = 7;
/** Snapshots in a row that hold what changed since the one before; then they are put together. */
const levelsMax = 8;

/** A snapshot: of all counts if it is the first in a row, else of what changed since the one before it. */
interface Level {
  position: number;
  tally: StoredTally;
}

/** The counts of a scope: those of a row of snapshots, each of which goes on from the one before, and the changes after them. */
export class FoldedTally {
  readonly #scope: string;
  #levels: Level[];
  #changes: ChangingTally;
  /** How many events were folded since the last snapshot. */
  #events = 0;

  /** snapshots: that it begins with, in order. */
  constructor(scope: string, snapshots: Pick<Snapshot, 'position' | 'tally'>[] = []) {
    this.#scope = scope;
    this.#levels = snapshots.map(({ position, tally }) => ({ position, tally: new StoredTally(tally) }));
    this.#changes = tallyOf(scope);
  }

  change(before: Contribution | undefined, after: Contribution): void {
    this.#changes.change(before, after);
    this.#events += 1;
  }

  /** May not be kept over the next change. */
  get tally(): Tally {
    return this.#sumFrom(0);
  }

  /** In memory, about. */
  get bytes(): number {
    return lengthOf(this.#levels) + this.#changes.size * cellBytes;
  }

  /**
   * Whether a snapshot is due: after so many events of a scope, which a count as of then may have to fold. Those of all
   * initiatives together are rarer, as every event is one of theirs.
   */
  get isDue(): boolean {
    return this.#events >= (this.#scope === everything ? 1_024 : 256);
  }

  /**
   * The position that the next snapshot goes on from: that of the last one; after some, that of all counts; 0 (it holds all
   * counts) if what changed since is no small part of them.
   */
  get nextSince(): number {
    const [all, ...later] = this.#levels;
    if (!all) return 0;
    if (later.length < levelsMax) return later.at(-1)?.position ?? all.position;
    const changed = lengthOf(later) + this.#changes.size * storedCellBytes;
    return changed * 2 < all.tally.length ? all.position : 0;
  }

  /** Whether it can make a snapshot that goes on from a position; 0: that holds all, which it always can. */
  canTell(since: number): boolean {
    return since === 0 || this.#levels.some(({ position }) => position === since);
  }

  /** The counts at a position, after all the changes, as a snapshot; the next one may go on from there. */
  snapshot(position: number, since = this.nextSince): Snapshot {
    const kept = 1 + this.#levels.findIndex((level) => level.position === since);
    const tally = bytesOfTally(this.#sumFrom(kept));
    this.#levels = [...this.#levels.slice(0, kept), { position, tally: new StoredTally(tally) }];
    this.#changes = tallyOf(this.#scope);
    this.#events = 0;
    return { initiative_id: this.#scope, position, since, tally };
  }

  #sumFrom(level: number): Tally {
    return new TallySum(...this.#levels.slice(level).map(({ tally }) => tally), this.#changes);
  }
}

const lengthOf = (levels: Level[]): number => levels.reduce((sum, { tally }) => sum + tally.length, 0);
