import type { Kysely } from 'kysely';
import type { Change } from '../ledger/change.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { FoldedTally } from './folded-tally.ts';
import { contributionOf } from './record-row.ts';
import { type Contribution, contributionColumns, everything, type Tally } from './tally.ts';

/** Changes folded from one query; between two, other work gets its turn. */
const sliceRows = 2_000;
/** Bytes that the counts kept in memory may take, about. */
const cachedBytesMax = 64 * 1024 * 1024;
/** Up to so many scopes in memory, one that begins is kept there, so that none of its events has to be read again. */
const begunMax = 100;
/** At every so many positions of the log it is looked whether a scope that is not in memory is due for a snapshot. */
const observedEvents = 256;

/** Over so many positions a snapshot may be nearer than the counts in memory: after a start these may be old ones. */
const farPositions = 512;

/** The counts of a scope as of a position. */
interface Folded {
  position: number;
  counts: FoldedTally;
  /** Whether all events of the scope that were observed are folded in, so that the next one can be. */
  live: boolean;
}

/**
 * The counts of any initiative as of any position: the last snapshots at or before it, and the fold of the changes
 * after them. The newest counts of the scopes asked for last are kept in memory and folded on as events are recorded.
 */
export class Counts {
  readonly #store: Store;
  #cache = new Map<string, Folded>();
  /** How many there were when the cache was begun. */
  #swaps = 0;
  /** Per scope, what is under way: a tally is never read while it is folded on. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #failed: (error: unknown) => void;
  #snapshots: Promise<void> = Promise.resolve();
  /** The last position observed. */
  #observed = 0;

  /** failed: told of a snapshot that could not be kept. Nothing depends on it but the speed of answers. */
  constructor(store: Store, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** Reads a scope's counts as of a position; `read` must not keep the tally. */
  at<T>(scope: string, position: number, read: (tally: Tally) => T): Promise<T> {
    const turn = (this.#queues.get(scope) ?? Promise.resolve()).then(() => this.#read(scope, position, read));
    const settled = turn
      .catch(() => {})
      .then(() => {
        if (this.#queues.get(scope) === settled) this.#queues.delete(scope);
      });
    this.#queues.set(scope, settled);
    return turn;
  }

  async #read<T>(scope: string, position: number, read: (tally: Tally) => T): Promise<T> {
    for (;;) {
      const result = await this.#readFrom(this.#cacheNow(), scope, position, read);
      if (result) return result.value;
    }
  }

  /** Counts of a read model that was swapped out are forgotten. */
  #cacheNow(): Map<string, Folded> {
    const swaps = this.#store.swaps();
    if (swaps !== this.#swaps) [this.#swaps, this.#cache] = [swaps, new Map()];
    return this.#cache;
  }

  /** undefined: a read model was swapped meanwhile, and some of what was folded may be of the old one. */
  async #readFrom<T>(
    cache: Map<string, Folded>,
    scope: string,
    position: number,
    read: (tally: Tally) => T,
  ): Promise<{ value: T } | undefined> {
    const cached = cache.get(scope);
    const isPast = cached !== undefined && cached.position > position;
    let folded = isPast ? undefined : cached;
    // What is live has all events up to the last one observed.
    if (!(folded?.live && position <= this.#observed)) {
      // What is observed meanwhile is read from the log, once.
      if (folded) folded.live = false;
      if (!folded || position - folded.position >= farPositions) {
        const before = await this.#snapshotBefore(scope, position);
        if (!folded || before.position > folded.position) folded = before;
      }
      await this.#foldOn(scope, folded, position);
      folded.live = position === this.#observed;
    }
    if (cache !== this.#cacheNow()) return undefined;
    if (!isPast) keep(cache, scope, folded);
    return { value: read(folded.counts.tally) };
  }

  async #snapshotBefore(scope: string, position: number): Promise<Folded> {
    for (let before = position; ; ) {
      const snapshots = await snapshotsBefore(this.#store.db, scope, before);
      const [first] = snapshots;
      // What goes on from a snapshot that was lost is passed over.
      if (first && first.since !== 0) before = first.position - 1;
      else
        return {
          position: snapshots.at(-1)?.position ?? 0,
          counts: new FoldedTally(scope, snapshots),
          live: false,
        };
    }
  }

  async #foldOn(scope: string, folded: Folded, to: number): Promise<void> {
    while (folded.position < to) {
      const rows = await changesOf(this.#store.db, scope, folded.position, to, sliceRows);
      for (const { before, after } of rows) folded.counts.change(before, after);
      folded.position = rows.length < sliceRows ? to : (rows.at(-1)?.position ?? to);
      if (rows.length === sliceRows) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Folds what was recorded into the counts that are in memory, and has snapshots made that are due; no answer waits for it. */
  observe(changes: readonly Change[]): void {
    const first = changes[0]?.position ?? 0;
    // Other events may have come between, through another instance: what is in memory is folded on from the log then.
    const cache = this.#cacheNow();
    if (first !== this.#observed + 1) for (const folded of cache.values()) folded.live = false;
    const due = new Set<string>();
    for (const { position, event, before, after } of changes) {
      const contributions = [before && contributionOf(before.record), contributionOf(after.record)] as const;
      for (const scope of [everything, event.initiativeId]) {
        const isFirst = scope === everything ? position === 1 : !before && event.recordId === scope;
        if (isFirst && cache.size < begunMax)
          cache.set(scope, { position: 0, counts: new FoldedTally(scope), live: true });
        const folded = cache.get(scope);
        if (folded?.live) {
          folded.counts.change(...contributions);
          folded.position = position;
          if (folded.counts.isDue) this.#keep(folded.counts.snapshot(position));
        } else if (position % observedEvents === 0) due.add(scope);
      }
      this.#observed = position;
    }
    for (const scope of due) {
      this.#snapshots = this.#snapshots.then(() => this.snapshot(scope)).catch(this.#failed);
    }
  }

  /** Resolves when no snapshot is being made. */
  settled(): Promise<void> {
    return this.#snapshots;
  }

  #keep(snapshot: Database['count_snapshots']): void {
    const swaps = this.#swaps;
    this.#snapshots = this.#snapshots
      .then(() => {
        // Of a read model that was swapped out meanwhile nothing is kept.
        if (swaps === this.#store.swaps()) return this.#store.keepSnapshot(snapshot);
      })
      .catch(this.#failed);
  }

  /** Keeps a snapshot of a scope as of the last position observed, or a later one, if one is due. */
  async snapshot(scope: string): Promise<void> {
    await this.at(scope, this.#observed, () => {});
    const folded = this.#cacheNow().get(scope);
    if (folded?.counts.isDue) await this.#store.keepSnapshot(folded.counts.snapshot(folded.position));
  }
}

function keep(cache: Map<string, Folded>, scope: string, folded: Folded): void {
  cache.delete(scope);
  cache.set(scope, folded);
  let bytes = 0;
  for (const one of cache.values()) bytes += one.counts.bytes;
  for (const [oldest, one] of cache) {
    if (bytes <= cachedBytesMax || cache.size === 1) return;
    bytes -= one.counts.bytes;
    cache.delete(oldest);
  }
}

/** The last snapshot of a scope at or before a position, and those that it goes on from, as far as they are there; in order. */
async function snapshotsBefore(
  db: Kysely<Database>,
  scope: string,
  position: number,
): Promise<Pick<Database['count_snapshots'], 'position' | 'since' | 'tally'>[]> {
  const rows = await db
    .withRecursive('chain(position, since)', (cte) =>
      cte
        .selectFrom((last) =>
          last
            .selectFrom('count_snapshots')
            .select(['position', 'since'])
            .where('initiative_id', '=', scope)
            .where('position', '<=', position)
            .orderBy('position', 'desc')
            .limit(1)
            .as('last'),
        )
        .select(['position', 'since'])
        .unionAll(
          cte
            .selectFrom('chain')
            .innerJoin('count_snapshots as earlier', 'earlier.position', 'chain.since')
            .select(['earlier.position', 'earlier.since'])
            .where('earlier.initiative_id', '=', scope)
            .whereRef('earlier.position', '<', 'chain.position'),
        ),
    )
    .selectFrom('chain')
    // An inner join, SQLite might begin with all snapshots of the scope.
    .crossJoin('count_snapshots')
    .whereRef('count_snapshots.position', '=', 'chain.position')
    .select(['count_snapshots.position', 'count_snapshots.since', 'count_snapshots.tally'])
    .where('count_snapshots.initiative_id', '=', scope)
    .execute();
  // The database would copy the tallies to sort them.
  return rows.sort((a, b) => a.position - b.position);
}

export interface CountedChange {
  position: number;
  before: Contribution | undefined;
  after: Contribution;
}

/** What each event of a scope changed, for counting: after one position, up to another, in order. */
export async function changesOf(
  db: Kysely<Database>,
  scope: string,
  from: number,
  to: number,
  limit: number,
): Promise<CountedChange[]> {
  const inRange = db
    .selectFrom('events')
    .innerJoin('records as after', 'after.position', 'events.position')
    .where('events.position', '>', from)
    .$if(scope !== everything, (query) => query.where('events.initiative_id', '=', scope));
  const rows = await inRange
    .select(['after.position', 'after.prev_position', ...columnsOf('after')])
    .where('events.position', '<=', to)
    .orderBy('events.position')
    .limit(limit)
    .execute();
  // Few events change a record that is there, and twice the columns take twice as long to read.
  const changed = rows.findLast(({ prev_position }) => prev_position !== null);
  const earlier = changed
    ? await inRange
        .innerJoin('records as before', 'before.position', 'after.prev_position')
        .select(['before.position', ...columnsOf('before')])
        .where('events.position', '<=', changed.position)
        .execute()
    : [];
  const before = new Map(earlier.map((row) => [row.position, row]));
  return rows.map((after) => ({
    position: after.position,
    before: after.prev_position === null ? undefined : before.get(after.prev_position),
    after,
  }));
}

const columnsOf = <T extends string>(table: T) =>
  contributionColumns.map((column) => `${table}.${column}` as const);
