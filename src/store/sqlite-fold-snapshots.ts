import type Sqlite from 'better-sqlite3';
import { bytesOfTally, eventsUntilSnapshot, StoredTally } from '../views/stored-tally.ts';
import { type ChangingTally, type Contribution, everything, TallySum, tallyOf } from '../views/tally.ts';
import type { Database, RecordRow } from './schema.ts';
import type { Folded } from './sqlite-fold.ts';

type Snapshot = Database['count_snapshots'];

interface Scope {
  name: string;
  /** The last snapshot that was made, and what changed since. */
  snapshot: StoredTally;
  bytes: number;
  changes: ChangingTally;
  events: number;
  /** The next position for which the present table has one. */
  wanted: number;
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
  readonly #cellsMax: number;
  readonly #scopes = new Map<string, Scope>();
  readonly #putOff = new Set<string>();
  #cells = 0;
  readonly #wanted: Sqlite.Statement<[string, number], number | null>;
  readonly #eventsOf: Sqlite.Statement<[string, number, number], number>;
  readonly #recordAt: Sqlite.Statement<[number], RecordRow>;

  /** table: where the rows of `records` are that the events come to. */
  constructor(handle: Sqlite.Database, table: string, cellsMax = cellsInMemoryMax) {
    this.#cellsMax = cellsMax;
    this.#wanted = handle
      .prepare<[string, number], number | null>(
        'select min(position) from count_snapshots where initiative_id = ? and position > ?',
      )
      .pluck();
    this.#eventsOf = handle
      .prepare<[string, number, number], number>(
        `select position from events where initiative_id = ? and position > ? and position <= ?
          order by position limit ${pageRows}`,
      )
      .pluck();
    this.#recordAt = handle.prepare(`select * from ${table} where position = ?`);
  }

  /** The next event; gives the snapshots that are to be kept now. */
  fold({ before, after }: Folded): Snapshot[] {
    const snapshots: Snapshot[] = [];
    for (const name of [everything, after.initiative_id]) {
      if (this.#putOff.has(name)) continue;
      const scope = this.#scopes.get(name) ?? this.#begin(name);
      const cells = cellsOf(scope);
      snapshots.push(...this.#count(scope, after.position, before, after));
      this.#cells += cellsOf(scope) - cells;
    }
    if (this.#cells > this.#cellsMax) this.#putOffAll();
    return snapshots;
  }

  /** The other snapshots up to the position that was folded. The table must have all rows up to it. */
  *rest(to: number): Generator<Snapshot> {
    for (const scope of this.#scopes.values()) yield* this.#wantedBefore(scope, to + 1);
    for (const name of this.#putOff) {
      const scope = this.#fresh(name);
      for (let after = 0, page = pageRows; page === pageRows; ) {
        const positions = this.#eventsOf.all(name, after, to);
        for (const position of positions) {
          const row = this.#rowAt(position);
          const before = row.prev_position === null ? undefined : this.#rowAt(row.prev_position);
          yield* this.#count(scope, position, before, row);
        }
        [after, page] = [positions.at(-1) ?? to, positions.length];
      }
      yield* this.#wantedBefore(scope, to + 1);
    }
  }

  #count(scope: Scope, position: number, before: Contribution | undefined, after: Contribution): Snapshot[] {
    const snapshots = this.#wantedBefore(scope, position);
    scope.changes.change(before, after);
    scope.events += 1;
    const isOverdue =
      scope.events >= eventsUntilSnapshot(scope.name, scope.bytes) && scope.wanted - position > soonPositions;
    if (isOverdue) snapshots.push(this.#snapshot(scope, position));
    return snapshots;
  }

  /** Those that are kept for positions before one, at which nothing of the scope happened since. */
  #wantedBefore(scope: Scope, position: number): Snapshot[] {
    const snapshots: Snapshot[] = [];
    while (scope.wanted < position) {
      snapshots.push(this.#snapshot(scope, scope.wanted));
      scope.wanted = this.#wantedAfter(scope.name, scope.wanted);
    }
    return snapshots;
  }

  #snapshot(scope: Scope, position: number): Snapshot {
    const tally = bytesOfTally(new TallySum(scope.snapshot, scope.changes));
    Object.assign(scope, begunFrom(scope.name, tally));
    return { initiative_id: scope.name, position, tally };
  }

  #begin(name: string): Scope {
    const scope = this.#fresh(name);
    this.#scopes.set(name, scope);
    this.#cells += cellsOf(scope);
    return scope;
  }

  #fresh(name: string): Scope {
    return { name, ...begunFrom(name, new Uint8Array()), wanted: this.#wantedAfter(name, 0) };
  }

  #wantedAfter(name: string, position: number): number {
    return this.#wanted.get(name, position) ?? Infinity;
  }

  #rowAt(position: number): RecordRow {
    const row = this.#recordAt.get(position);
    if (!row) throw new Error(`position ${position} was not rebuilt`);
    return row;
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

const begunFrom = (name: string, tally: Uint8Array) => ({
  snapshot: new StoredTally(tally),
  bytes: tally.length,
  changes: tallyOf(name),
  events: 0,
});
