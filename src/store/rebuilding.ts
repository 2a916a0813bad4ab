import { numberOf } from '../ledger/record-number.ts';
import type { Asking } from './asking.ts';
import { type Comparison, RecordsComparison, SnapshotsComparison } from './compare.ts';
import { type Folded, LeafFold } from './leaf-fold.ts';
import { type Database, recordColumns } from './schema.ts';
import type { ReadModel, Rebuilt } from './store.ts';

/** A table of a read model. */
export type Table = ReadModel['tables'][number];
export const tables: Table[] = ['records', 'record_numbers', 'count_snapshots'];

/** A table being made anew, and the one that it took the place of. */
export const rebuiltName = (table: Table): string => `${table}_rebuilt`;
export const replacedName = (table: Table): string => `${table}_replaced`;

/** Events that may be left for the last turn, which nothing is recorded in. */
export const lastTurnEventsMax = 512;
export const progressEveryMs = 200;

/** Rows for the tables that are made anew. */
export interface Chunk {
  /** The position up to which the rows of `records` go. */
  to: number;
  /** Of `records`, with their values in the order of recordColumns. */
  rows: unknown[][];
  numbers: Database['record_numbers'][];
  snapshots: Database['count_snapshots'][];
  /** All snapshots were made; later events get none. */
  complete: boolean;
}

export function chunkOf(folded: Folded[], to: number): Chunk {
  const rows = folded.map(({ after }) => recordColumns.map((column) => after[column]));
  return { to, rows, numbers: numbersOf(folded), snapshots: [], complete: false };
}

/** The highest of each kind, which are few where the records are many. */
function numbersOf(folded: Folded[]): Chunk['numbers'] {
  const highest = new Map<string, Chunk['numbers'][number]>();
  for (const { event } of folded) {
    const { version, initiativeId, recordId } = event;
    const made = version === 1 ? numberOf(recordId) : undefined;
    if (!made || made.number === 0) continue;
    const key = `${initiativeId}/${made.kind}`;
    const { last_number = 0 } = highest.get(key) ?? {};
    if (made.number > last_number)
      highest.set(key, { initiative_id: initiativeId, kind: made.kind, last_number: made.number });
  }
  return [...highest.values()];
}

/** How an engine writes the tables that are made anew. */
export interface ShadowTables {
  insert(chunk: Chunk): Asking<void>;
  /** Puts those of a read model in the place of the present ones, and notes its version. */
  swap(readModel: ReadModel): Asking<void>;
}

/** Tables that are made anew beside the present ones, and compared with them as they grow. */
export class Rebuilding {
  /** Written up to here. */
  position = 0;
  /** The snapshots are all there. */
  complete = false;
  readonly #shadow: ShadowTables;
  readonly #readModels: readonly ReadModel[];
  readonly #records: RecordsComparison | undefined;
  readonly #snapshots: SnapshotsComparison | undefined;

  constructor(
    shadow: ShadowTables,
    readModels: readonly ReadModel[],
    writtenVersions: ReadonlyMap<string, number>,
  ) {
    this.#shadow = shadow;
    this.#readModels = readModels;
    // What other code wrote is swapped out in any case.
    const isCompared = (name: string): boolean =>
      readModels.some((one) => one.name === name && one.version === writtenVersions.get(name));
    this.#records = isCompared('records') ? new RecordsComparison() : undefined;
    this.#snapshots = isCompared('counts') ? new SnapshotsComparison() : undefined;
  }

  /** begun: the end of the log at the start. */
  *begin(begun: number): Asking<void> {
    if (this.#snapshots) yield* this.#snapshots.begin(begun);
  }

  *add(chunk: Chunk): Asking<void> {
    yield* this.#shadow.insert(chunk);
    if (this.#records && chunk.to > this.position) yield* this.#records.range(this.position + 1, chunk.to);
    if (this.#snapshots) for (const snapshot of chunk.snapshots) yield* this.#snapshots.one(snapshot);
    this.position = chunk.to;
    this.complete ||= chunk.complete;
  }

  /** The read models of which it is known already that they will be swapped. */
  swapping(): ReadModel[] {
    return this.#readModels.filter((readModel) => this.#comparisonOf(readModel)?.count !== 0);
  }

  /** Rebuilds what is left, and swaps; in one transaction, in which nothing else is recorded. end: of the log. */
  *finish(end: number): Asking<Rebuilt[]> {
    const leaves = new LeafFold(rebuiltName('records'), this.position);
    while (leaves.position < end) {
      const folded = yield* leaves.next(end, lastTurnEventsMax, this.position);
      yield* this.add(chunkOf(folded, leaves.position));
    }
    if (this.#records) yield* this.#records.rest(end);
    if (this.#snapshots) yield* this.#snapshots.rest(end);
    const rebuilt: Rebuilt[] = [];
    for (const readModel of this.#readModels) {
      const comparison = this.#comparisonOf(readModel);
      const swapped = comparison?.count !== 0;
      if (swapped) yield* this.#shadow.swap(readModel);
      rebuilt.push({
        view: readModel.name,
        swapped,
        ...(comparison && { differences: comparison.count }),
        first: comparison?.first ?? [],
      });
    }
    return rebuilt;
  }

  #comparisonOf({ name }: ReadModel): Comparison | undefined {
    return name === 'records' ? this.#records : this.#snapshots;
  }
}
