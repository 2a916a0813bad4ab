import type { Kysely } from 'kysely';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { type Contribution, contributionColumns, Tally } from './tally.ts';

/** The scope of the counts of all initiatives together. */
export const everything = '';

/** Changes folded from one query; between two, other work gets its turn. */
const sliceRows = 2_000;
/** Cells that are kept in memory, over all scopes; each is some 200 bytes. */
const cachedCellsMax = 500_000;
/** A snapshot is due after this many events of a scope, or, where it has more cells, after a fourth as many. */
const snapshotEvents = 1_000;
/** At every so many positions of the log it is looked whether a snapshot is due. */
const observedEvents = 256;

interface Cached {
  position: number;
  tally: Tally;
}

/**
 * The counts of any initiative as of any position: the last snapshot at or before it, and the fold of the changes
 * after it. The newest counts of the scopes asked for last are kept in memory and folded on.
 */
export class Counts {
  readonly #store: Store;
  readonly #cache = new Map<string, Cached>();
  /** Per scope, what is under way: a tally is never read while it is folded on. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #failed: (error: unknown) => void;
  #snapshots: Promise<void> = Promise.resolve();

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
    const cached = this.#cache.get(scope);
    if (cached && cached.position > position) {
      const past = await this.#snapshotBefore(scope, position);
      await this.#foldOn(scope, past, position);
      return read(past.tally);
    }
    const current = cached ?? (await this.#snapshotBefore(scope, position));
    await this.#foldOn(scope, current, position);
    this.#cache.delete(scope);
    this.#cache.set(scope, current);
    this.#forgetOldest();
    return read(current.tally);
  }

  async #snapshotBefore(scope: string, position: number): Promise<Cached> {
    const row = await this.#store.db
      .selectFrom('count_snapshots')
      .select(['position', 'tally'])
      .where('initiative_id', '=', scope)
      .where('position', '<=', position)
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row
      ? { position: row.position, tally: Tally.parse(row.tally) }
      : { position: 0, tally: new Tally() };
  }

  async #foldOn(scope: string, cached: Cached, to: number): Promise<void> {
    while (cached.position < to) {
      const rows = await changesOf(this.#store.db, scope, cached.position, to, sliceRows);
      for (const { before, after } of rows) cached.tally.change(before, after);
      cached.position = rows.length < sliceRows ? to : (rows.at(-1)?.position ?? to);
      if (rows.length === sliceRows) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #forgetOldest(): void {
    let cells = 0;
    for (const { tally } of this.#cache.values()) cells += tally.size + 1;
    for (const [scope, { tally }] of this.#cache) {
      if (cells <= cachedCellsMax || this.#cache.size === 1) return;
      cells -= tally.size + 1;
      this.#cache.delete(scope);
    }
  }

  /** Looks now and then whether the scopes that changed are due for a snapshot; answers don't wait for it. */
  observe(changes: readonly { position: number; event: { initiativeId: string } }[]): void {
    const scopes = new Map<string, number>();
    for (const { position, event } of changes) {
      if (position % observedEvents !== 0) continue;
      scopes.set(everything, position);
      scopes.set(event.initiativeId, position);
    }
    for (const [scope, position] of scopes) {
      this.#snapshots = this.#snapshots.then(() => this.snapshot(scope, position)).catch(this.#failed);
    }
  }

  /** Resolves when no snapshot is being made. */
  settled(): Promise<void> {
    return this.#snapshots;
  }

  /** Keeps a snapshot of a scope if one is due at a position. */
  async snapshot(scope: string, position: number): Promise<void> {
    const { db } = this.#store;
    const last = await db
      .selectFrom('count_snapshots')
      .select(['position', 'cells'])
      .where('initiative_id', '=', scope)
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
    const due = Math.max(snapshotEvents, Math.floor((last?.cells ?? 0) / 4));
    if ((await eventsAfter(db, scope, last?.position ?? 0, position, due)) < due) return;
    const row = await this.at(scope, position, (tally) => ({
      cells: tally.size,
      tally: JSON.stringify(tally),
    }));
    await this.#store.keepSnapshot({ initiative_id: scope, position, ...row });
  }
}

/** How many events a scope has after one position up to another, counted no further than `max`. */
async function eventsAfter(
  db: Kysely<Database>,
  scope: string,
  from: number,
  to: number,
  max: number,
): Promise<number> {
  if (scope === everything) return to - from;
  const { count } = await db
    .selectFrom(
      db
        .selectFrom('events')
        .select('position')
        .where('initiative_id', '=', scope)
        .where('position', '>', from)
        .where('position', '<=', to)
        .limit(max)
        .as('some'),
    )
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface CountedChange {
  position: number;
  before: Contribution | undefined;
  after: Contribution;
}

const after = contributionColumns.map((column) => `after.${column} as after_${column}` as const);
const before = contributionColumns.map((column) => `before.${column} as before_${column}` as const);

/** What each event of a scope changed, for counting: after one position, up to another, in order. */
export async function changesOf(
  db: Kysely<Database>,
  scope: string,
  from: number,
  to: number,
  limit: number,
): Promise<CountedChange[]> {
  const rows = await db
    .selectFrom('events')
    .innerJoin('records as after', 'after.position', 'events.position')
    .leftJoin('records as before', 'before.position', 'after.prev_position')
    .select(['events.position', 'before.version as before_version', ...after, ...before])
    .where('events.position', '>', from)
    .where('events.position', '<=', to)
    .$if(scope !== everything, (query) => query.where('events.initiative_id', '=', scope))
    .orderBy('events.position')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    position: row.position,
    before: row.before_version === null ? undefined : contributionOf(row, 'before_'),
    after: contributionOf(row, 'after_'),
  }));
}

/** The columns of one of the two joined rows, which are there as the join says. */
const contributionOf = (row: object, prefix: 'before_' | 'after_'): Contribution =>
  Object.fromEntries(
    contributionColumns.map((column) => [column, (row as Record<string, unknown>)[prefix + column]]),
  ) as unknown as Contribution;
