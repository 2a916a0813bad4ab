import type { Database } from '../db/schema.ts';
import { FoldedTally } from './folded-tally.ts';
import { type Contribution, everything } from './tally.ts';

/** Where a snapshot is. */
export type Due = Pick<Database['count_snapshots'], 'initiative_id' | 'position'>;

/** What an event changed in what is counted. */
export interface CountedEvent {
  position: number;
  initiativeId: string;
  before: Contribution | undefined;
  after: Contribution;
}

/** Folds counts up to the positions of snapshots, of the scopes that have any. */
export class SnapshotsFold {
  readonly #due: Due[];
  readonly #reached: (due: Due, tally: Uint8Array | undefined) => Promise<void>;
  readonly #counts: Map<string, FoldedTally>;
  #next = 0;
  #lost = false;

  /** due: by position. reached: told what each must be; undefined: its position is after the end. */
  constructor(due: Due[], reached: (due: Due, tally: Uint8Array | undefined) => Promise<void>) {
    this.#due = due;
    this.#reached = reached;
    this.#counts = new Map(due.map(({ initiative_id: scope }) => [scope, new FoldedTally(scope)]));
  }

  /** What the event at a position changed. */
  async change({ position, initiativeId, before, after }: CountedEvent): Promise<void> {
    if (this.#isDueBefore(position)) await this.#upTo(position - 1);
    for (const scope of [everything, initiativeId]) this.#counts.get(scope)?.change(position, before, after);
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

  #isDueBefore(position: number): boolean {
    const due = this.#due[this.#next];
    return due !== undefined && due.position < position;
  }

  async #upTo(position: number): Promise<void> {
    for (let due = this.#due[this.#next]; due && due.position <= position; due = this.#due[this.#next]) {
      this.#next += 1;
      if (this.#lost) continue;
      await this.#reached(due, this.#counts.get(due.initiative_id)?.snapshot().tally);
    }
  }
}
