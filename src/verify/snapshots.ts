import type { MaybePromise } from '../ledger/facts.ts';
import { bytesOfTally } from '../views/stored-tally.ts';
import { type ChangingTally, type Contribution, everything, tallyOf } from '../views/tally.ts';
import type { Findings } from './findings.ts';
import type { Start } from './start.ts';
import type { StoredLedger } from './stored-ledger.ts';

type Due = Start['snapshots'][number];

/** The counts of a scope, or what changed of them since a position, which snapshots hold up to a position. */
interface Counted {
  scope: string;
  since: number;
  until: number;
  tally: ChangingTally;
  /** What changed since its last snapshot, if another one goes on from that: folded there, and added when this is asked for. */
  rest?: Counted | undefined;
}

/** Folds counts up to the positions of snapshots. Only what snapshots hold is folded. */
export class SnapshotsFold {
  readonly #due: Due[];
  readonly #reached: (due: Due, tally: Uint8Array | undefined) => Promise<void>;
  #next = 0;
  #lost = false;
  /** By the position since which they count. */
  readonly #later: Counted[];
  readonly #begun = new Map<string, Counted[]>();

  /** due: by position. reached: told what each must be; undefined: its position is after the end. */
  constructor(due: Due[], reached: (due: Due, tally: Uint8Array | undefined) => Promise<void>) {
    this.#due = due;
    this.#reached = reached;
    const counted = new Map<string, Counted>();
    for (const { initiative_id: scope, position: until, since } of due)
      counted.set(`${since} ${scope}`, { scope, since, until, tally: tallyOf(scope) });
    this.#later = [...counted.values()].sort((a, b) => b.since - a.since);
  }

  /** What the event at a position changed. */
  change(
    position: number,
    initiativeId: string,
    before: Contribution | undefined,
    after: Contribution,
  ): MaybePromise<void> {
    const fold = (): void => {
      for (let next = this.#later.at(-1); next && next.since < position; next = this.#later.at(-1)) {
        this.#begun.set(next.scope, [...(this.#begun.get(next.scope) ?? []), next]);
        this.#later.pop();
      }
      for (const scope of [everything, initiativeId])
        for (const { tally, rest } of this.#begun.get(scope) ?? []) if (!rest) tally.change(before, after);
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
      if (this.#lost) continue;
      const { initiative_id: scope, position, since } = due;
      const begun = this.#begun.get(scope) ?? [];
      const counted = begun.find((one) => one.since === since);
      for (let rest = counted?.rest; counted && rest; rest = rest.rest) counted.tally.merge(rest.tally, 1);
      await this.#reached(due, bytesOfTally(counted?.tally ?? tallyOf(scope)));
      if (counted)
        counted.rest = this.#later.findLast((one) => one.scope === scope && one.since === position);
      this.#begun.set(
        scope,
        begun.filter((one) => one.until > position || begun.some(({ rest }) => rest === one)),
      );
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
