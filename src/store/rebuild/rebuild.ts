import type { Database } from '../../db/schema.ts';
import {
  type Difference,
  extraRecords,
  numberDifferences,
  recordDifferences,
  storedRecords,
} from '../../projections/differences.ts';
import { type Folded, RecordNumbers } from '../../projections/record-fold.ts';
import { type Asking, ask, type Query } from '../../shapes/asking.ts';
import type { Dialect } from '../facts.ts';
import type { ReadModel, Rebuilt } from '../store.ts';
import { raiseNumbers, supersede } from '../write.ts';
import { Differences, SnapshotsComparison } from './compare.ts';
import { foldLeaves } from './leaf-fold.ts';
import { refillSearch } from './search-fill.ts';

/** A table of a read model. */
export type Table = ReadModel['tables'][number];
export const tables: Table[] = ['records', 'record_numbers', 'count_snapshots'];

/** A table being made anew, and the one that it took the place of. */
export const rebuiltName = (table: Table): string => `${table}_rebuilt`;
export const replacedName = (table: Table): string => `${table}_replaced`;
export const shadowNames = tables.flatMap((table) => [rebuiltName(table), replacedName(table)]);

/** Events that are folded, and written, in one go. As many may be left for the last transaction, beside which nothing is recorded. */
export const chunkEvents = 512;

/** How an engine makes tables anew, over a connection or a handle that is for nothing else. */
export interface Shadow {
  dialect: Dialect;
  answer: (query: Query) => object[] | Promise<object[]>;
  /** Begins a transaction. */
  begin: string;
  /** Whether nobody else fills the search index; from then on nobody does. */
  alone?(): Asking<boolean>;
  /** Throws a Refusal where read models may not be rebuilt now. */
  allowed?(): Asking<void>;
  /** Makes empty tables beside the present ones. */
  make(): Asking<void>;
  /** What is run when they are filled. */
  filled: string[];
  /** What is run first in the last transaction: from then on nothing is recorded, and nobody reads these tables. */
  hold(tables: Table[]): string[];
  /** Puts the tables made anew in the place of the present ones. */
  swap(tables: readonly Table[]): Asking<void>;
  /** Gives the names of the tables that a rebuild left. */
  left: string;
  /** Removes such a table, or a part of it. */
  remove(name: string): Asking<void>;
  /** While others record, work is followed by a pause of so many times the time that it took. */
  pausesBeside: number;
  close(): Promise<void> | void;
}

/** Tables that are made anew beside the present ones, and compared with them as they grow. */
export class Rebuild {
  /** Written up to here. */
  position = 0;
  readonly #shadow: Shadow;
  readonly #readModels: readonly ReadModel[];
  readonly #records: Differences | undefined;
  readonly #snapshots: SnapshotsComparison | undefined;

  constructor(shadow: Shadow, readModels: readonly ReadModel[], written: Database['view_versions'][]) {
    this.#shadow = shadow;
    this.#readModels = readModels;
    // What other code wrote is swapped out in any case.
    const isCompared = (name: string): boolean =>
      readModels.some(
        (one) =>
          one.name === name && written.some(({ view, version }) => view === name && version === one.version),
      );
    this.#records = isCompared('records') ? new Differences() : undefined;
    this.#snapshots = isCompared('counts') ? new SnapshotsComparison() : undefined;
  }

  /** Whether all are compared with what is there. */
  get comparesAll(): boolean {
    return this.#readModels.every((readModel) => this.#comparisonOf(readModel) !== undefined);
  }

  /** begun: the end of the log at the start. */
  *begin(begun: number): Asking<void> {
    if (this.#snapshots) yield* this.#snapshots.begin(begun);
  }

  /** Folds the next events, and compares what they make with the present rows. */
  *fold(to: number): Asking<Folded[]> {
    const folded = yield* foldLeaves(rebuiltName('records'), this.position, to, chunkEvents);
    if (this.#records) {
      const stored = yield* storedRecords(this.position + 1, this.position + folded.length);
      for (const { row } of folded) this.#records.add(...(yield* recordDifferences(row, stored)));
    }
    return folded;
  }

  /** Writes what was folded. */
  *add(folded: Folded[]): Asking<void> {
    const { dialect } = this.#shadow;
    const rows = folded.map(({ row }) => row);
    const numbers = new RecordNumbers();
    for (const { event } of folded) numbers.add(event);
    yield [...dialect.insert(rebuiltName('records'), rows)];
    yield supersede(rebuiltName('records'), rows, dialect);
    yield [...raiseNumbers(rebuiltName('record_numbers'), numbers.rows, dialect)];
    this.position += folded.length;
  }

  /** Writes snapshots that were made, and compares them. */
  *addSnapshots(snapshots: Database['count_snapshots'][]): Asking<void> {
    yield [
      ...this.#shadow.dialect.insert(rebuiltName('count_snapshots'), snapshots, 'on conflict do nothing'),
    ];
    if (this.#snapshots) for (const snapshot of snapshots) yield* this.#snapshots.one(snapshot);
  }

  /** The tables of which it is known already that they will be swapped. */
  swapping(): Table[] {
    const swapping = this.#readModels.filter((readModel) => this.#comparisonOf(readModel)?.count !== 0);
    return swapping.flatMap(({ tables }) => tables);
  }

  /** Rebuilds what is left, and swaps; in one transaction, in which nothing else is recorded. end: of the log. */
  *finish(end: number): Asking<Rebuilt[]> {
    while (this.position < end) yield* this.add(yield* this.fold(end));
    if (this.#records) this.#records.add(...(yield* extraRecords(end)), ...(yield* this.#numbers()));
    if (this.#snapshots) yield* this.#snapshots.rest(end);
    const rebuilt: Rebuilt[] = [];
    if (this.#readModels.some(({ name }) => name === 'records')) yield* ask(refillSearch);
    for (const readModel of this.#readModels) {
      const comparison = this.#comparisonOf(readModel);
      const swapped = comparison?.count !== 0;
      if (swapped) yield* this.#swap(readModel);
      rebuilt.push({
        view: readModel.name,
        swapped,
        ...(comparison && { differences: comparison.count }),
        first: comparison?.first ?? [],
      });
    }
    return rebuilt;
  }

  *#swap({ name, version, tables }: ReadModel): Asking<void> {
    yield* this.#shadow.swap(tables);
    yield* ask(
      `insert into view_versions values ($1, $2)
        on conflict (view) do update set version = excluded.version`,
      name,
      version,
    );
  }

  *#numbers(): Asking<Difference[]> {
    const rows = (table: string) => ask<Database['record_numbers']>(`select * from ${table}`);
    return numberDifferences(yield* rows('record_numbers'), yield* rows(rebuiltName('record_numbers')));
  }

  #comparisonOf({ name }: ReadModel): Differences | undefined {
    return name === 'records' ? this.#records : this.#snapshots;
  }
}
