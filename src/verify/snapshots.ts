import type { MaybePromise } from '../ledger/facts.ts';
import { bytesOfTally } from '../views/stored-tally.ts';
import { type ChangingTally, type Contribution, everything, tallyOf } from '../views/tally.ts';
import type { Findings } from './findings.ts';
import type { Start } from './start.ts';
import type { StoredLedger } from './stored-ledger.ts';

type Due = Start['snapshots'][number];

/** Folds counts up to the positions of snapshots. Only scopes with snapshots are folded, up to their last. */
export class SnapshotsFold {
  readonly #due: Due[];
  readonly #reached: (due: Due, tally: Uint8Array | undefined) => Promise<void>;
  #next = 0;
  #lost = false;
  readonly #tallies = new Map<string, { tally: ChangingTally; until: number }>();

  /** due: by position. reached: told what each must be; undefined: its position is after the end. */
  constructor(due: Due[], reached: (due: Due, tally: Uint8Array | undefined) => Promise<void>) {
    this.#due = due;
    this.#reached = reached;
    for (const { initiative_id, position } of due)
      this.#tallies.set(initiative_id, { tally: tallyOf(initiative_id), until: position });
  }

  /** What the event at a position changed. */
  change(
    position: number,
    initiativeId: string,
    before: Contribution | undefined,
    after: Contribution,
  ): MaybePromise<void> {
    const fold = (): void => {
      for (const scope of [everything, initiativeId]) this.#tallies.get(scope)?.tally.change(before, after);
    };
    const due = this.#due[this.#next];
    if (due && due.position < position) return this.#upTo(position - 1).then(fold);
    fold();
  }

  /** Without the event at a position the counts from there on can't be told. */
  async lose(position: number): Promise<void> {
    await this.#upTo(position - 1);
    this.#lost = true;
  }

  /** After the last event. */
  async finish(size: number): Promise<void> {
    await this.#upTo(size);
    for (const due of this.#due.slice(this.#next)) await this.#reached(due, undefined);
  }

  async #upTo(position: number): Promise<void> {
    for (let due = this.#due[this.#next]; due && due.position <= position; due = this.#due[this.#next]) {
      this.#next += 1;
      const folded = this.#tallies.get(due.initiative_id);
      if (!folded || this.#lost) continue;
      await this.#reached(due, bytesOfTally(folded.tally));
      if (folded.until === due.position) this.#tallies.delete(due.initiative_id);
    }
  }
}

/** `count_snapshots`, against the fold of the changes. */
export const snapshotsCheck = (ledger: StoredLedger, findings: Findings, due: Due[]): SnapshotsFold =>
  new SnapshotsFold(due, async ({ initiative_id: scope, position }, tally) => {
    const row = await ledger.snapshotAt(scope, position);
    // Without a row: taken away since the start, which costs time only.
    if (!row || (tally && Buffer.compare(row.tally, tally) === 0)) return;
    const name = scope === everything ? 'all initiatives' : scope;
    const detail = tally
      ? `The counts kept of ${name} are not those that the events up to here come to.`
      : `Counts of ${name} are kept for a position that the log has not.`;
    findings.add('snapshot-differs', position, detail);
  });
