import type { MaybePromise } from '../ledger/facts.ts';
import { bytesOfTally } from '../views/stored-tally.ts';
import { type ChangingTally, everything, tallyOf } from '../views/tally.ts';
import type { Findings } from './findings.ts';
import type { Compared } from './records.ts';
import type { Start, StoredLedger } from './stored-ledger.ts';

/** `count_snapshots`, against the fold of the changes. Only scopes with snapshots are folded, up to their last. */
export class SnapshotsCheck {
  readonly #ledger: StoredLedger;
  readonly #findings: Findings;
  readonly #due: Start['snapshots'];
  #next = 0;
  #lost = false;
  readonly #tallies = new Map<string, { tally: ChangingTally; until: number }>();

  constructor(ledger: StoredLedger, findings: Findings, due: Start['snapshots']) {
    this.#ledger = ledger;
    this.#findings = findings;
    this.#due = due;
    for (const { initiative_id, position } of due)
      this.#tallies.set(initiative_id, { tally: tallyOf(initiative_id), until: position });
  }

  /** The next event, with what it did where that is known. */
  fold(position: number, change: Compared | undefined): MaybePromise<void> {
    if (this.#isDue(position - 1)) return this.#upTo(position - 1).then(() => this.#fold(change));
    this.#fold(change);
  }

  #fold(change: Compared | undefined): void {
    if (!change) {
      this.lose();
      return;
    }
    for (const scope of [everything, change.after.initiative_id])
      this.#tallies.get(scope)?.tally.change(change.before, change.after);
  }

  /** Without all events the counts can't be told; that some are missing is found already. */
  lose(): void {
    this.#lost = true;
  }

  /** Compares what is left. */
  async finish(size: number): Promise<void> {
    await this.#upTo(size);
    for (const { initiative_id, position } of this.#due.slice(this.#next)) {
      const detail = `Counts of ${named(initiative_id)} are kept for a position that the log has not.`;
      this.#findings.add('snapshot-differs', position, detail);
    }
  }

  #isDue(position: number): boolean {
    const due = this.#due[this.#next];
    return due !== undefined && due.position <= position;
  }

  async #upTo(position: number): Promise<void> {
    for (let due = this.#due[this.#next]; due && due.position <= position; due = this.#due[this.#next]) {
      this.#next += 1;
      const scope = due.initiative_id;
      const row = await this.#ledger.snapshotAt(scope, due.position);
      const folded = this.#tallies.get(scope);
      // Without a row: taken away since the start, which costs time only.
      if (!row || !folded || this.#lost) continue;
      if (Buffer.compare(row.tally, bytesOfTally(folded.tally)) !== 0) {
        const detail = `The counts kept of ${named(scope)} are not those that the events up to here come to.`;
        this.#findings.add('snapshot-differs', due.position, detail);
      }
      if (folded.until === due.position) this.#tallies.delete(scope);
    }
  }
}

const named = (scope: string): string => (scope === everything ? 'all initiatives' : scope);
