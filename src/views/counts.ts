import type { Database, Db } from '../db/schema.ts';
import { FoldedTally } from '../projections/folded-tally.ts';
import { contributionOf } from '../projections/record-row.ts';
import { type Contribution, contributionColumns, everything, type Tally } from '../projections/tally.ts';
import type { Change } from '../shapes/change.ts';
import type { ReadStore, Store } from '../store/store.ts';
import { SliceLength } from './slices.ts';

/** The number of changes that the first query of a fold reads. Later queries read as many as take some milliseconds. */
const rowsAtFirst = 1_024;
/** The bytes that the counts kept in memory may take, about, and the bytes of a scope in which nothing is counted. */
const cachedBytesMax = 64 * 1024 * 1024;
const scopeBytes = 1_024;
/** A scope that begins is kept in memory while there are fewer scopes than this, so that its events are not read again. */
const begunMax = 100;
/** A scope that is not in memory is checked for a due snapshot once in so many positions. */
const observedEvents = 256;

/** Counts in memory that are this far behind may be further away than a snapshot, as after a start. */
const farPositions = 512;

type CountedStore = ReadStore & Pick<Store, 'keepSnapshot'>;

/** The counts of a scope as of a position. */
interface Folded {
  position: number;
  counts: FoldedTally;
  /** The run of observed events that is folded in without a gap, so that the next event can be folded, too. 0: none. */
  live: number;
}

/**
 * The counts of any initiative as of any position: the last snapshot at or before it, and the fold of the changes
 * after them. The newest counts of the scopes asked for last are kept in memory and folded on as events are recorded.
 */
export class ScopeCounts {
  readonly #store: CountedStore;
  #cache = new KeptCounts();
  /** The number of swaps when the cache was begun. */
  #swaps = 0;
  /** By scope, the read that is under way: no tally is read while it is folded on. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #failed: (error: unknown) => void;
  #snapshots: Promise<void> = Promise.resolve();
  /** The last position observed, and the number of the run without a gap that it belongs to. */
  #observed = 0;
  #run = 1;

  /** failed: told of a snapshot that could not be kept. Only the speed of answers depends on snapshots. */
  constructor(store: CountedStore, failed: (error: unknown) => void) {
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

  /** Reads again where a read model was swapped meanwhile: some of what was folded may be of the old one. */
  async #read<T>(scope: string, position: number, read: (tally: Tally) => T): Promise<T> {
    for (;;) {
      const cache = this.#cacheNow();
      const cached = cache.get(scope);
      const isPast = cached !== undefined && cached.position > position;
      const folded = await this.#foldedTo(position, scope, isPast ? undefined : cached);
      if (cache !== this.#cacheNow()) continue;
      if (!isPast) cache.keep(scope, folded);
      return read(folded.counts.tally);
    }
  }

  /** Counts of a read model that was swapped out are forgotten. */
  #cacheNow(): KeptCounts {
    const swaps = this.#store.swaps();
    if (swaps !== this.#swaps) [this.#swaps, this.#cache] = [swaps, new KeptCounts()];
    return this.#cache;
  }

  /** The counts of a scope as of a position: the cached ones, which are earlier, or those of a nearer snapshot, folded on. */
  async #foldedTo(position: number, scope: string, cached: Folded | undefined): Promise<Folded> {
    let folded = cached;
    // Live counts have all events up to the last one observed.
    if (folded?.live === this.#run && position <= this.#observed) return folded;
    // Events observed meanwhile are read from the log, once.
    if (folded) folded.live = 0;
    if (!folded || position - folded.position >= farPositions) {
      const before = await this.#snapshotBefore(scope, position);
      if (!folded || before.position > folded.position) folded = before;
    }
    const later = changesFrom(this.#store.db, scope, folded.position, position, rowsAtFirst);
    for await (const { changes, end } of later) {
      for (const { position, before, after } of changes) folded.counts.change(position, before, after);
      folded.position = end;
    }
    folded.live = position === this.#observed ? this.#run : 0;
    return folded;
  }

  async #snapshotBefore(scope: string, position: number): Promise<Folded> {
    const snapshot = await this.#store.db
      .selectFrom('count_snapshots')
      .select(['position', 'tally'])
      .where('initiative_id', '=', scope)
      .where('position', '<=', position)
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
    return { position: snapshot?.position ?? 0, counts: new FoldedTally(scope, snapshot?.tally), live: 0 };
  }

  /** Folds recorded events into the counts in memory, and has due snapshots made. No answer waits for it. */
  observe(changes: readonly Change[]): void {
    const first = changes[0]?.position ?? 0;
    // Another instance may have recorded events in between. Then the counts in memory are folded on from the log.
    const cache = this.#cacheNow();
    if (first !== this.#observed + 1) this.#run += 1;
    const due = new Set<string>();
    for (const { position, event, before, after } of changes) {
      const contributions = [before && contributionOf(before.record), contributionOf(after.record)] as const;
      for (const scope of [everything, event.initiativeId]) {
        const isFirst = scope === everything ? position === 1 : !before && event.recordId === scope;
        if (isFirst && cache.size < begunMax)
          cache.keep(scope, { position: 0, counts: new FoldedTally(scope), live: this.#run });
        const folded = cache.get(scope);
        if (folded?.live === this.#run) {
          folded.counts.change(position, ...contributions);
          folded.position = position;
          cache.changed(scope);
          if (folded.counts.isDue) this.#keep(folded.counts.snapshot());
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
        // No snapshot is kept of a read model that was swapped out meanwhile.
        if (swaps === this.#store.swaps()) return this.#store.keepSnapshot(snapshot);
      })
      .catch(this.#failed);
  }

  /** Keeps a snapshot of a scope as of the last position observed, or a later one, if one is due. */
  async snapshot(scope: string): Promise<void> {
    await this.at(scope, this.#observed, () => {});
    const folded = this.#cacheNow().get(scope);
    if (folded?.counts.isDue) await this.#store.keepSnapshot(folded.counts.snapshot());
  }
}

/** The counts of the scopes asked for last, as many as fit into memory. Each is weighed when it is kept and when it changes. */
export class KeptCounts {
  readonly #kept = new Map<string, { folded: Folded; bytes: number }>();
  #bytes = 0;

  get size(): number {
    return this.#kept.size;
  }

  get(scope: string): Folded | undefined {
    return this.#kept.get(scope)?.folded;
  }

  keep(scope: string, folded: Folded): void {
    this.#drop(scope);
    this.#kept.set(scope, { folded, bytes: 0 });
    this.changed(scope);
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= cachedBytesMax || this.#kept.size === 1) return;
      this.#drop(oldest);
    }
  }

  changed(scope: string): void {
    const kept = this.#kept.get(scope);
    if (!kept) return;
    const bytes = kept.folded.counts.bytes + scopeBytes;
    this.#bytes += bytes - kept.bytes;
    kept.bytes = bytes;
  }

  #drop(scope: string): void {
    this.#bytes -= this.#kept.get(scope)?.bytes ?? 0;
    this.#kept.delete(scope);
  }
}

interface CountedChange {
  position: number;
  before: Contribution | undefined;
  after: Contribution;
}

/** The changes of a scope, as many at once as take some milliseconds, and the position up to which they go. */
export async function* changesFrom(
  db: Db,
  scope: string,
  from: number,
  to: number,
  rowsAtFirst?: number,
): AsyncGenerator<{ changes: CountedChange[]; end: number }> {
  const length = new SliceLength(rowsAtFirst);
  for (let end = from; end < to; length.ended()) {
    length.begins();
    const wanted = length.rows;
    const changes = await changesOf(db, scope, end, to, wanted);
    end = changes.length < wanted ? to : (changes.at(-1)?.position ?? to);
    yield { changes, end };
  }
}

/** The changes of a scope after one position, up to another, in order. */
export async function changesOf(
  db: Db,
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
    .select(['after.position', 'after.prev_position', ...contributionColumnsOf('after')])
    .where('events.position', '<=', to)
    .orderBy('events.position')
    .limit(limit)
    .execute();
  // Few events change a record that exists, so the versions before are read apart: a join for all would take twice as long.
  const changed = rows.findLast(({ prev_position }) => prev_position !== null);
  const earlier = changed
    ? await inRange
        .innerJoin('records as before', 'before.position', 'after.prev_position')
        .select(['before.position', ...contributionColumnsOf('before')])
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

const contributionColumnsOf = <T extends string>(table: T) =>
  contributionColumns.map((column) => `${table}.${column}` as const);
