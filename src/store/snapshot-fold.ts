import { FoldedTally } from '../views/folded-tally.ts';
import { type Contribution, everything } from '../views/tally.ts';
import { type Asking, ask } from './asking.ts';
import type { Folded } from './leaf-fold.ts';
import type { Database, RecordRow } from './schema.ts';

type Snapshot = Database['count_snapshots'];

type Place = Pick<Snapshot, 'position' | 'since'>;

interface Scope {
  name: string;
  counts: FoldedTally;
  /** The next place for which the present table has one; undefined: not looked for yet. */
  wanted: Place | undefined;
}

/** What counts may take in memory, and what a scope costs beside them. */
const bytesInMemoryMax = 75_000_000;
const scopeBytes = 3_000;
const bytesOf = ({ counts }: Scope): number => scopeBytes + counts.bytes;
const pageRows = 1_000;
/** Where there is a snapshot within so many positions, none of our own is made before it. */
const soonPositions = 8_192;

/**
 * Makes the snapshots of counts anew: at each position for which there is one, and where one is overdue. In bounded
 * memory: the initiatives whose counts don't fit are folded one after the other in the end.
 */
export class SnapshotFold {
  readonly #table: string;
  readonly #bytesMax: number;
  readonly #scopes = new Map<string, Scope>();
  readonly #putOff = new Set<string>();
  #bytes = 0;

  /** table: where the rows of `records` are that the events come to. */
  constructor(table: string, bytesMax = bytesInMemoryMax) {
    this.#table = table;
    this.#bytesMax = bytesMax;
  }

  /** The next event; gives the snapshots that are to be kept now. */
  *fold({ before, after }: Folded): Asking<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for (const name of [everything, after.initiative_id]) {
      if (this.#putOff.has(name)) continue;
      const scope = this.#scopes.get(name) ?? this.#begin(name);
      const bytes = bytesOf(scope);
      snapshots.push(...(yield* this.#count(scope, after.position, before, after)));
      this.#bytes += bytesOf(scope) - bytes;
    }
    if (this.#bytes > this.#bytesMax) this.#putOffAll();
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
    const { counts, wanted } = scope;
    counts.change(before, after);
    if (counts.isDue && wanted && wanted.position - position > soonPositions) {
      // Another one might take away what the next one goes on from.
      const since = wanted.since === 0 || !counts.canTell(wanted.since) ? counts.nextSince : wanted.since;
      snapshots.push(counts.snapshot(position, since));
    }
    return snapshots;
  }

  /** Those that are kept for positions before one, at which nothing of the scope happened since. */
  *#wantedBefore(scope: Scope, position: number): Asking<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    scope.wanted ??= yield* wantedAfter(scope.name, 0);
    while (scope.wanted.position < position) {
      const wanted: Place = scope.wanted;
      // Two instances may leave such as go on from elsewhere.
      const since = scope.counts.canTell(wanted.since) ? wanted.since : scope.counts.nextSince;
      snapshots.push(scope.counts.snapshot(wanted.position, since));
      scope.wanted = yield* wantedAfter(scope.name, wanted.position);
    }
    return snapshots;
  }

  #begin(name: string): Scope {
    const scope = fresh(name);
    this.#scopes.set(name, scope);
    this.#bytes += bytesOf(scope);
    return scope;
  }

  /** All but the counts of everything, which every event asks for. */
  #putOffAll(): void {
    for (const [name, scope] of this.#scopes) {
      if (name === everything) continue;
      this.#putOff.add(name);
      this.#scopes.delete(name);
      this.#bytes -= bytesOf(scope);
    }
  }
}

const fresh = (name: string): Scope => ({ name, counts: new FoldedTally(name), wanted: undefined });

function* wantedAfter(name: string, position: number): Asking<Place> {
  const [row] = yield* ask<Place>(
    `select position, since from count_snapshots where initiative_id = $1 and position > $2
      order by position limit 1`,
    name,
    position,
  );
  return row ?? { position: Infinity, since: 0 };
}
