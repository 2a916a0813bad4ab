import { bytesOfTally, eventsUntilSnapshot, StoredTally } from '../views/stored-tally.ts';
import { type ChangingTally, type Contribution, everything, TallySum, tallyOf } from '../views/tally.ts';
import { type Asking, ask } from './asking.ts';
import type { Folded } from './leaf-fold.ts';
import type { Database, RecordRow } from './schema.ts';

type Snapshot = Database['count_snapshots'];

interface Scope {
  name: string;
  /** The last snapshot that was made, and what changed since. */
  snapshot: StoredTally;
  bytes: number;
  changes: ChangingTally;
  events: number;
  /** The next position for which the present table has one; undefined: not looked for yet. */
  wanted: number | undefined;
}

/** Cells of counts that may be in memory, each some 300 bytes, and what a scope costs beside its cells. */
const cellsInMemoryMax = 250_000;
const cellBytes = 300;
const scopeCells = 10;
const cellsOf = ({ bytes, changes }: Scope): number => scopeCells + changes.size + bytes / cellBytes;
const pageRows = 1_000;
/** Where there is a snapshot within so many positions, none of our own is made before it. */
const soonPositions = 8_192;

/**
 * Makes the snapshots of counts anew: at each position for which there is one, and where one is overdue. In bounded
 * memory: the initiatives whose counts don't fit are folded one after the other in the end.
 */
export class SnapshotFold {
  readonly #table: string;
  readonly #cellsMax: number;
  readonly #scopes = new Map<string, Scope>();
  readonly #putOff = new Set<string>();
  #cells = 0;

  /** table: where the rows of `records` are that the events come to. */
  constructor(table: string, cellsMax = cellsInMemoryMax) {
    this.#table = table;
    this.#cellsMax = cellsMax;
  }

  /** The next event; gives the snapshots that are to be kept now. */
  *fold({ before, after }: Folded): Asking<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for (const name of [everything, after.initiative_id]) {
      if (this.#putOff.has(name)) continue;
      const scope = this.#scopes.get(name) ?? this.#begin(name);
      const cells = cellsOf(scope);
      snapshots.push(...(yield* this.#count(scope, after.position, before, after)));
      this.#cells += cellsOf(scope) - cells;
    }
    if (this.#cells > this.#cellsMax) this.#putOffAll();
    return snapshots;
  }

  /**
   * The other snapshots up to the position that was folded, piece by piece; each piece is done before the next one is asked
   * for. The table must have all rows up to the position.
   */
  *rest(to: number): Generator<Asking<Snapshot[]>> {
    for (const scope of this.#scopes.values()) yield this.#wantedBefore(scope, to + 1);
    for (const name of this.#putOff) {
      const scope = fresh(name);
      const read = { position: 0 };
      while (read.position < to) yield this.#page(scope, read, to);
      yield this.#wantedBefore(scope, to + 1);
    }
  }

  *#page(scope: Scope, read: { position: number }, to: number): Asking<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    const rows = yield* ask<RecordRow>(
      `select made.* from events join ${this.#table} as made on made.position = events.position
        where events.initiative_id = $1 and events.position > $2 and events.position <= $3
        order by events.position limit ${pageRows}`,
      scope.name,
      read.position,
      to,
    );
    const end = rows.length < pageRows ? to : (rows.at(-1)?.position ?? to);
    const earlier = yield* ask<RecordRow>(
      `select before.* from events join ${this.#table} as made on made.position = events.position
        join ${this.#table} as before on before.position = made.prev_position
        where events.initiative_id = $1 and events.position > $2 and events.position <= $3`,
      scope.name,
      read.position,
      end,
    );
    const before = new Map(earlier.map((row) => [row.position, row]));
    for (const row of rows)
      snapshots.push(...(yield* this.#count(scope, row.position, before.get(row.prev_position ?? 0), row)));
    read.position = end;
    return snapshots;
  }

  *#count(
    scope: Scope,
    position: number,
    before: Contribution | undefined,
    after: Contribution,
  ): Asking<Snapshot[]> {
    const snapshots = yield* this.#wantedBefore(scope, position);
    scope.changes.change(before, after);
    scope.events += 1;
    const isOverdue =
      scope.events >= eventsUntilSnapshot(scope.name, scope.bytes) &&
      (scope.wanted ?? 0) - position > soonPositions;
    if (isOverdue) snapshots.push(this.#snapshot(scope, position));
    return snapshots;
  }

  /** Those that are kept for positions before one, at which nothing of the scope happened since. */
  *#wantedBefore(scope: Scope, position: number): Asking<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    scope.wanted ??= yield* wantedAfter(scope.name, 0);
    while (scope.wanted < position) {
      snapshots.push(this.#snapshot(scope, scope.wanted));
      scope.wanted = yield* wantedAfter(scope.name, scope.wanted);
    }
    return snapshots;
  }

  #snapshot(scope: Scope, position: number): Snapshot {
    const tally = bytesOfTally(new TallySum(scope.snapshot, scope.changes));
    Object.assign(scope, begunFrom(scope.name, tally));
    return { initiative_id: scope.name, position, tally };
  }

  #begin(name: string): Scope {
    const scope = fresh(name);
    this.#scopes.set(name, scope);
    this.#cells += cellsOf(scope);
    return scope;
  }

  /** All but the counts of everything, which every event asks for. */
  #putOffAll(): void {
    for (const [name, scope] of this.#scopes) {
      if (name === everything) continue;
      this.#putOff.add(name);
      this.#scopes.delete(name);
      this.#cells -= cellsOf(scope);
    }
  }
}

const fresh = (name: string): Scope => ({ name, ...begunFrom(name, new Uint8Array()), wanted: undefined });

const begunFrom = (name: string, tally: Uint8Array) => ({
  snapshot: new StoredTally(tally),
  bytes: tally.length,
  changes: tallyOf(name),
  events: 0,
});

function* wantedAfter(name: string, position: number): Asking<number> {
  const [row] = yield* ask<{ position: number | null }>(
    'select min(position) as position from count_snapshots where initiative_id = $1 and position > $2',
    name,
    position,
  );
  return row?.position ?? Infinity;
}
