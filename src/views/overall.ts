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
import { retractedInitiatives, standingSince } from './initiatives.ts';
import { lastOfRows, slicesOf } from './slices.ts';
import { registeredFor } from './visible.ts';

/**
 * The counts over all standing initiatives, in which a milestone that several of them record counts once: of those
 * that `sameAs` links together, the one that was recorded first counts.
 */
export class OverallCounts {
  readonly #store: Store;
  readonly #counts: Counts;
  #retracted: RetractedCounts;
  readonly #sums = new Map<string, SumOfSome>();
  /** The number of swaps when the counts of the retracted were begun. */
  #swaps = 0;
  readonly #queue = new Queue();

  constructor(store: Store, counts: Counts) {
    this.#store = store;
    this.#counts = counts;
    this.#retracted = new RetractedCounts(counts);
  }

  /** Reads the counts of what may be seen, as of a position; `read` must not keep the tally. */
  at<T>(visible: Visible, position: number, read: (tally: Tally) => T): Promise<T> {
    if (!visible.all) return this.#unswapped((swaps) => this.#readSome(swaps, visible, position, read));
    return this.#queue.next(() => this.#unswapped((swaps) => this.#readAll(swaps, position, read)));
  }

  /** Reads again where read models were swapped meanwhile, as they may have said otherwise. */
  async #unswapped<T>(read: (swaps: number) => Promise<T>): Promise<T> {
    for (;;) {
      const swaps = this.#store.swaps();
      const result = await read(swaps);
      if (swaps === this.#store.swaps()) return result;
    }
  }

  /** The sum of some initiatives: as if there were no others. */
  async #readSome<T>(
    swaps: number,
    visible: Visible,
    position: number,
    read: (tally: Tally) => T,
  ): Promise<T> {
    const { db } = this.#store;
    const doubles = await lessDoubles(
      db,
      visible,
      position,
      await retractedInitiatives(db, visible, position),
    );
    const sum = this.#sumOf(visible, swaps);
    return sum.at(db, position, (tally) => read(new TallySum(tally, doubles)));
  }

  /** The sum that is kept for those who see the same. */
  #sumOf(visible: Visible, swaps: number): SumOfSome {
    const key = `${swaps} ${keyOfVisible(visible)}`;
    const known = this.#sums.get(key);
    const sum = known ?? new SumOfSome(visible, this.#counts);
    // The sums asked for last are kept.
    this.#sums.delete(key);
    this.#sums.set(key, sum);
    const [oldest] = this.#sums.keys();
    if (this.#sums.size > sumsMax && oldest !== undefined) this.#sums.delete(oldest);
    return sum;
  }

  async #readAll<T>(swaps: number, position: number, read: (tally: Tally) => T): Promise<T> {
    const { db } = this.#store;
    if (swaps !== this.#swaps) [this.#swaps, this.#retracted] = [swaps, new RetractedCounts(this.#counts)];
    const retracted = this.#retracted;
    const doubles = await lessDoubles(db, all, position, await retracted.moveTo(db, position));
    return this.#counts.at(everything, position, (tally) =>
      read(new TallySum(tally, retracted.tally, doubles)),
    );
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

/** Does one thing after another: nothing is read while it is changed. */
class Queue {
  #last: Promise<unknown> = Promise.resolve();

  next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** The counts of some initiatives together, or less than nothing: what is to be taken from other counts. */
class JoinedCounts {
  readonly tally = new ChangingTally(false);
  /** The initiatives in the tally, each with the position as of which it is. */
  readonly included = new Map<string, number>();
  readonly counts: Counts;
  readonly #sign: 1 | -1;

  constructor(counts: Counts, sign: 1 | -1) {
    this.counts = counts;
    this.#sign = sign;
  }

  /** to undefined: the initiative counts no more. If a step fails, `included` says what is in the tally. */
  async move(id: string, to: number | undefined): Promise<void> {
    const from = this.included.get(id);
    if (from !== undefined)
      await this.counts.at(id, from, (tally) => {
        this.tally.merge(tally, this.#sign === 1 ? -1 : 1);
        this.included.delete(id);
      });
    if (to !== undefined)
      await this.counts.at(id, to, (tally) => {
        this.tally.merge(tally, this.#sign);
        this.included.set(id, to);
      });
  }
}

/** The counts of some initiatives together. It moves on with the log: then only initiatives are counted anew in which something happened. */
class SumOfSome extends JoinedCounts {
  /** The position that it was moved to last. */
  position = 0;
  readonly #visible: Visible;
  readonly #queue = new Queue();

  constructor(visible: Visible, counts: Counts) {
    super(counts, 1);
    this.#visible = visible;
  }

  at<T>(db: Kysely<Database>, position: number, read: (tally: Tally) => T): Promise<T> {
    return this.#queue.next(async () => {
      if (position < this.position) return new SumOfSome(this.#visible, this.counts).at(db, position, read);
      for (const [id, stands] of await standingSince(db, this.#visible, this.position, position))
        await this.move(id, stands ? position : undefined);
      this.position = position;
      return read(this.tally);
    });
  }
}

/**
 * What retracted initiatives count, to be taken from the counts of all. Nothing happens in one of them while it is retracted, so from
 * one moment to another only those change that were retracted or reinstated in between.
 */
class RetractedCounts extends JoinedCounts {
  constructor(counts: Counts) {
    super(counts, -1);
  }

  /** Gives the initiatives that are retracted as of a position. */
  async moveTo(db: Kysely<Database>, position: number): Promise<ReadonlyMap<string, number>> {
    const retracted = await retractedInitiatives(db, all, position);
    for (const id of new Set([...this.included.keys(), ...retracted.keys()]))
      if (this.included.get(id) !== retracted.get(id)) await this.move(id, retracted.get(id));
    return retracted;
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
  retracted: ReadonlyMap<string, unknown>,
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
  retracted: ReadonlyMap<string, unknown>,
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
