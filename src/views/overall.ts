import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { everything as all, sees, type Visible } from '../access/visible.ts';
import type { Database, RecordRow } from '../db/schema.ts';
import {
  ChangingTally,
  contributionColumns,
  everything,
  type Tally,
  TallySum,
} from '../projections/tally.ts';
import type { Store } from '../store/store.ts';
import { mapInTurns } from '../turns.ts';
import { knownAt } from './at.ts';
import type { Counts } from './counts.ts';
import { lastOfRows, retractedInitiatives, standingSince } from './records.ts';
import { slicesOf } from './slices.ts';
import { registeredFor } from './visible.ts';

/**
 * The counts over all standing initiatives, in which a milestone that several of them record counts once: of those
 * that `sameAs` links together, the one that was recorded first counts.
 */
export class OverallCounts {
  readonly #store: Store;
  readonly #counts: Counts;
  #retracted = new RetractedCounts();
  readonly #sums = new Map<string, SumOfSome>();
  /** How many there were when those of the retracted were begun. */
  #swaps = 0;
  /** What is under way: the counts of retracted initiatives are never read while they are changed. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store, counts: Counts) {
    this.#store = store;
    this.#counts = counts;
  }

  /** Reads the counts of what may be seen, as of a position; `read` must not keep the tally. */
  at<T>(visible: Visible, position: number, read: (tally: Tally) => T): Promise<T> {
    if (!visible.all) return this.#readSome(visible, position, read);
    const turn = this.#last.then(() => this.#read(position, read));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** The sum of some initiatives: as if there were no others. */
  async #readSome<T>(visible: Visible, position: number, read: (tally: Tally) => T): Promise<T> {
    const { db } = this.#store;
    for (;;) {
      const swaps = this.#store.swaps();
      const retracted = await retractedInitiatives(db, visible, position);
      const ids = new Set(retracted.map(({ initiative_id }) => initiative_id));
      const doubles = await lessDoubles(db, visible, position, ids);
      const sum = this.#sumOf(visible, position, swaps);
      const result = await sum.at(db, this.#counts, position, (tally) => read(new TallySum(tally, doubles)));
      if (swaps === this.#store.swaps()) return result;
    }
  }

  /** The sum that is kept for those who see the same, or one of its own for what lies before it. */
  #sumOf(visible: Visible, position: number, swaps: number): SumOfSome {
    const key = `${swaps} ${keyOfVisible(visible)}`;
    const known = this.#sums.get(key);
    if (known && known.position > position) return new SumOfSome(visible);
    const sum = known ?? new SumOfSome(visible);
    // The ones asked for last are kept.
    this.#sums.delete(key);
    this.#sums.set(key, sum);
    const [oldest] = this.#sums.keys();
    if (this.#sums.size > sumsMax && oldest !== undefined) this.#sums.delete(oldest);
    return sum;
  }

  async #read<T>(position: number, read: (tally: Tally) => T): Promise<T> {
    const { db } = this.#store;
    for (;;) {
      const swaps = this.#store.swaps();
      if (swaps !== this.#swaps) [this.#swaps, this.#retracted] = [swaps, new RetractedCounts()];
      const retracted = this.#retracted;
      const ids = await retracted.moveTo(db, this.#counts, position);
      const doubles = await lessDoubles(db, all, position, ids);
      const result = await this.#counts.at(everything, position, (tally) =>
        read(new TallySum(tally, retracted.less, doubles)),
      );
      // Read models that were swapped meanwhile may have said otherwise.
      if (swaps === this.#store.swaps()) return result;
    }
  }
}

/** Sums of some initiatives that are kept in memory. */
const sumsMax = 32;

const keys = new WeakMap<Visible, string>();
function keyOfVisible(visible: Visible): string {
  const key = keys.get(visible) ?? hash('sha256', [...visible.initiatives].sort().join(' '), 'base64url');
  keys.set(visible, key);
  return key;
}

/** The counts of some initiatives together. It moves on with the log: then only those are counted anew in which something happened. */
class SumOfSome {
  /** The one that it was moved to last. */
  position = 0;
  readonly #visible: Visible;
  readonly #sum = new ChangingTally(false);
  /** Those that are in it, each with the position as of which it is. */
  readonly #included = new Map<string, number>();
  /** What is under way: the sum is never read while it is changed. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(visible: Visible) {
    this.#visible = visible;
  }

  at<T>(db: Kysely<Database>, counts: Counts, position: number, read: (tally: Tally) => T): Promise<T> {
    const turn = this.#last.then(async () => {
      if (position < this.position) return new SumOfSome(this.#visible).at(db, counts, position, read);
      for (const [id, stands] of await standingSince(db, this.#visible, this.position, position))
        await this.#move(counts, id, stands ? position : undefined);
      this.position = position;
      return read(this.#sum);
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** to undefined: it counts no more. */
  async #move(counts: Counts, id: string, to: number | undefined): Promise<void> {
    const from = this.#included.get(id);
    if (from !== undefined) await counts.at(id, from, (tally) => this.#sum.merge(tally, -1));
    this.#included.delete(id);
    if (to === undefined) return;
    await counts.at(id, to, (tally) => this.#sum.merge(tally, 1));
    this.#included.set(id, to);
  }
}

/**
 * What retracted initiatives count, to be taken from the counts of all. Nothing happens in one of them while it is retracted, so from
 * one moment to another only those change that were retracted or reinstated in between.
 */
class RetractedCounts {
  /** Less than nothing, or nothing. */
  readonly less = new ChangingTally(false);
  /** Those that are in it, each with the position at which it was retracted. */
  readonly #included = new Map<string, number>();

  /** Gives the ids of those that are retracted as of a position. */
  async moveTo(db: Kysely<Database>, counts: Counts, position: number): Promise<ReadonlySet<string>> {
    const retracted = new Map<string, number>();
    for (const row of await retractedInitiatives(db, all, position))
      retracted.set(row.initiative_id, row.position);
    for (const [id, at] of this.#included) if (retracted.get(id) !== at) await this.#move(counts, id, at, 1);
    for (const [id, at] of retracted) if (!this.#included.has(id)) await this.#move(counts, id, at, -1);
    return new Set(retracted.keys());
  }

  async #move(counts: Counts, id: string, at: number, sign: 1 | -1): Promise<void> {
    await counts.at(id, at, (tally) => {
      this.less.merge(tally, sign);
      if (sign === 1) this.#included.delete(id);
      else this.#included.set(id, at);
    });
  }
}

const linkedColumns = [
  'position',
  'initiative_id',
  'record_id',
  'made',
  'same_as',
  ...contributionColumns,
] as const;

/** What a version of a milestone counts for, and what it is the same as. */
type Linked = Pick<RecordRow, (typeof linkedColumns)[number]>;

const keyOf = ({ initiative_id, record_id }: Linked): string => `${initiative_id}/${record_id}`;

/** What milestones count that are the same as one recorded before them, to be taken from the counts. */
async function lessDoubles(
  db: Kysely<Database>,
  visible: Visible,
  position: number,
  retracted: ReadonlySet<string>,
): Promise<ChangingTally> {
  const less = new ChangingTally(false);
  await mapInTurns(await doublesOf(db, visible, position, retracted), (double) =>
    less.change(double, { ...double, standing: 0 }),
  );
  return less;
}

/** Standing milestones that are the same as one recorded before them. */
export async function doublesOf(
  db: Kysely<Database>,
  visible: Visible,
  position: number,
  retracted: ReadonlySet<string>,
): Promise<Linked[]> {
  const rows = await linkedRows(db, visible, position);
  const linked = new Map<string, Linked>();
  await mapInTurns(rows, (row) => linked.set(keyOf(row), row));
  const named = new Set(
    rows.flatMap(({ same_as }) => (same_as === null || linked.has(same_as) ? [] : same_as)),
  );
  // Two that name the same third are the same as each other, even where the third is retracted or not known.
  for (const row of await milestonesAt(db, visible, named, position)) linked.set(keyOf(row), row);
  const groups = new Map<string, string>();
  // Chains of links are halved on the way, so that long ones are neither slow nor deep.
  const groupOf = (key: string): string => {
    let group = key;
    for (
      let parent = groups.get(group);
      parent !== undefined && parent !== group;
      parent = groups.get(group)
    ) {
      groups.set(group, groups.get(parent) ?? parent);
      group = parent;
    }
    return group;
  };
  await mapInTurns(rows, (row) => groups.set(groupOf(keyOf(row)), groupOf(row.same_as ?? keyOf(row))));
  const first = new Set<string>();
  const doubles: Linked[] = [];
  const inOrder = [...linked.values()].sort((a, b) => a.made - b.made);
  await mapInTurns(inOrder, (row) => {
    if (retracted.has(row.initiative_id)) return;
    const group = groupOf(keyOf(row));
    if (first.has(group)) doubles.push(row);
    else first.add(group);
  });
  return doubles;
}

/** The standing milestones that name another one, as it was known as of a position. */
async function linkedRows(db: Kysely<Database>, visible: Visible, position: number): Promise<Linked[]> {
  const naming = db.selectFrom('records').where('same_as', 'is not', null);
  const linked: Linked[] = [];
  for await (const slice of slicesOf({ from: 0, to: position }, 'asc', lastOfRows(naming, 'position'))) {
    const rows = await naming
      .select(linkedColumns)
      .where('standing', '=', 1)
      .where(registeredFor(visible))
      .where(knownAt(position))
      .where('position', '>', slice.from)
      .where('position', '<=', slice.to)
      .execute();
    for (const row of rows) linked.push(row);
  }
  return linked.sort((a, b) => a.made - b.made);
}

/** So many records are looked up by one query. */
const namedAtOnce = 100;

/** The standing milestones among some records (`initiative/record`), as they were known as of a position. */
async function milestonesAt(
  db: Kysely<Database>,
  visible: Visible,
  keys: ReadonlySet<string>,
  position: number,
): Promise<Linked[]> {
  const found: Linked[] = [];
  const columns = linkedColumns.map((column) => `records.${column}` as const);
  for (const [initiativeId, some] of Map.groupBy(keys, (key) => key.slice(0, key.indexOf('/')))) {
    if (!sees(visible, initiativeId)) continue;
    const ids = some.map((key) => key.slice(initiativeId.length + 1));
    for (let from = 0; from < ids.length; from += namedAtOnce) {
      const rows = await db
        .selectFrom('events')
        .innerJoin('records', 'records.position', 'events.position')
        .select(columns)
        .where('events.initiative_id', '=', initiativeId)
        .where('events.record_id', 'in', ids.slice(from, from + namedAtOnce))
        .where('records.kind', 'in', ['mou', 'project'])
        .where('records.standing', '=', 1)
        .where(knownAt(position))
        .execute();
      for (const row of rows) found.push(row);
    }
  }
  return found;
}
