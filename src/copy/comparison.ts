import type { Head } from '../db/rows.ts';
import type { Database } from '../db/schema.ts';
import {
  type Difference,
  extraRecords,
  lineOf,
  numberDifferences,
  recordDifferences,
  storedRecords,
} from '../projections/differences.ts';
import { RecordNumbers } from '../projections/record-fold.ts';
import { recordRowOf } from '../projections/record-row.ts';
import type { Asking } from '../shapes/asking.ts';
import type { Change } from '../shapes/change.ts';
import type { Start } from '../verify/start.ts';
import type { StoredLedger } from '../verify/stored-ledger.ts';

/** Compares the read models of a ledger, as they were at its start, and those of its copy with what the events come to. */
export class Comparison {
  /** The first difference, as one line. */
  difference: string | undefined;
  readonly #source: StoredLedger;
  readonly #copy: StoredLedger;
  readonly #numbers = new RecordNumbers();

  constructor(source: StoredLedger, copy: StoredLedger) {
    this.#source = source;
    this.#copy = copy;
  }

  /** The next events, which the copy has by now. */
  async next(changes: readonly Change[]): Promise<void> {
    for (const { event } of changes) this.#numbers.add(event);
    for (const ledger of [this.#source, this.#copy]) await this.#first(ledger, differencesOf(changes));
  }

  /** After the last event. made: the end of the copy. */
  async finish({ head, lastRecord, numbers }: Start, made: Head): Promise<void> {
    const { position, rootHash } = made;
    const expected = head?.root_hash ?? new Uint8Array();
    if (Buffer.compare(rootHash, expected) !== 0)
      this.difference = `position ${position}: the root hash is ${expected.toHex()}; the leaves give ${rootHash.toHex()}`;
    const ofCopy = await this.#copy.read<Database['record_numbers']>('select * from record_numbers');
    for (const [ledger, stored, last] of [
      [this.#source, numbers, lastRecord],
      [this.#copy, ofCopy, Number.MAX_SAFE_INTEGER],
    ] as const) {
      await this.#first(ledger, extraRecords(position, last));
      this.add(numberDifferences(stored, this.#numbers.rows)[0]);
    }
  }

  add(difference: Difference | undefined): void {
    this.difference ??= difference && lineOf(difference);
  }

  async #first(ledger: StoredLedger, differences: Asking<Difference[]>): Promise<void> {
    if (this.difference !== undefined) return;
    this.add((await ledger.answered(differences))[0]);
  }
}

function* differencesOf(changes: readonly Change[]): Asking<Difference[]> {
  const [first, last] = [changes[0], changes.at(-1)];
  if (!first || !last) return [];
  const stored = yield* storedRecords(first.position, last.position);
  const differences: Difference[] = [];
  for (const change of changes) differences.push(...(yield* recordDifferences(recordRowOf(change), stored)));
  return differences;
}
