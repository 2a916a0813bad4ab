import { hash } from 'node:crypto';
import { sees, type Visible } from '../access/visible.ts';
import type { Db, RecordRow } from '../db/schema.ts';
import {
  ChangingTally,
  contributionColumns,
  everything,
  type Tally,
  TallySum,
} from '../projections/tally.ts';
import type { ReadStore } from '../store/store.ts';
import { mapInTurns } from '../turns.ts';
import { knownAt } from './at.ts';
import type { ScopeCounts } from './counts.ts';
import { retractedInitiatives, standingSince } from './initiatives.ts';
import { lastOfRows, slicesOf } from './slices.ts';
import { registeredFor } from './visible.ts';

/**
 * The counts over all standing initiatives, in which a milestone that several of them record counts once: of those
 * that `sameAs` links together, the one that was recorded first counts.
 */
export class OverallCounts {
  readonly #store: ReadStore;
  readonly #counts: ScopeCounts;
  readonly #kept = new Map<string, JoinedCounts>();

  constructor(store: ReadStore, counts: ScopeCounts) {
    this.#store = store;
    this.#counts = counts;
  }

  /** Reads the counts of what may be seen, as of a position; `read` must not keep the tally. */
  async at<T>(visible: Visible, position: number, read: (tally: Tally) => T): Promise<T> {
    for (;;) {
      const swaps = this.#store.swaps();
      const joined = this.#keptFor(visible, swaps);
      const turn = joined.last.then(() => this.#read(joined, visible, position, read));
      joined.last = turn.catch(() => {});
      const result = await turn;
      // Read models that were swapped meanwhile may have said otherwise.
      if (swaps === this.#store.swaps()) return result;
    }
  }

  /** The joined counts that are kept for those who see the same. */
  #keptFor(visible: Visible, swaps: number): JoinedCounts {
    const key = `${swaps} ${keyOfVisible(visible)}`;
    const joined = this.#kept.get(key) ?? new JoinedCounts(this.#counts, visible.all ? -1 : 1);
    // The ones asked for last are kept.
    this.#kept.delete(key);
    this.#kept.set(key, joined);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptMax && oldest !== undefined) this.#kept.delete(oldest);
    return joined;
  }

  async #read<T>(
    kept: JoinedCounts,
    visible: Visible,
    position: number,
    read: (tally: Tally) => T,
  ): Promise<T> {
    const { db } = this.#store;
    const retracted = await retractedInitiatives(db, visible, position);
    /** What milestones count that are the same as one recorded before them, to be taken from the counts. */
    const doubles = new ChangingTally(false);
    await mapInTurns(await doublesOf(db, visible, position, retracted), (double) =>
      doubles.change(double, { ...double, standing: 0 }),
    );
    if (visible.all) {
      // Nothing happens in an initiative while it is retracted, so only those move that were retracted or reinstated.
      for (const id of new Set([...kept.included.keys(), ...retracted.keys()]))
        await kept.move(id, retracted.get(id));
      return this.#counts.at(everything, position, (tally) => read(new TallySum(tally, kept.tally, doubles)));
    }
    // The sum moves on with the log, and never back.
    const sum = position < kept.position ? new JoinedCounts(this.#counts, 1) : kept;
    for (const [id, stands] of await standingSince(db, visible, sum.position, position))
      await sum.move(id, stands ? position : undefined);
    sum.position = position;
    return read(new TallySum(sum.tally, doubles));
  }
}

/** Joined counts that are kept in memory. */
const keptMax = 32;

const keys = new WeakMap<Visible, string>();
function keyOfVisible(visible: Visible): string {
  if (visible.all) return 'all';
  const key = keys.get(visible) ?? hash('sha256', [...visible.initiatives].sort().join(' '), 'base64url');
  keys.set(visible, key);
  return key;
}

/** The counts of some initiatives together; with sign -1 less than nothing, to be taken from the counts of all. */
class JoinedCounts {
  readonly tally = new ChangingTally(false);
  /** The initiatives in the tally, each with the position as of which it is, whatever failed. */
  readonly included = new Map<string, number>();
  /** The position that all were moved to last. */
  position = 0;
  /** What is under way: no tally is read while it is changed. */
  last: Promise<unknown> = Promise.resolve();
  readonly #counts: ScopeCounts;
  readonly #sign: 1 | -1;

  constructor(counts: ScopeCounts, sign: 1 | -1) {
    this.#counts = counts;
    this.#sign = sign;
  }

  /** to undefined: the initiative counts no more. */
  async move(id: string, to: number | undefined): Promise<void> {
    const from = this.included.get(id);
    if (from === to) return;
    if (from !== undefined)
      await this.#counts.at(id, from, (tally) => {
        this.tally.merge(tally, this.#sign === 1 ? -1 : 1);
        this.included.delete(id);
      });
    if (to !== undefined)
      await this.#counts.at(id, to, (tally) => {
        this.tally.merge(tally, this.#sign);
        this.included.set(id, to);
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

/** Standing milestones that are the same as one recorded before them. */
export async function doublesOf(
  db: Db,
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
    for (let group = key; ; ) {
      const parent = groups.get(group) ?? group;
      if (parent === group) return group;
      groups.set(group, groups.get(parent) ?? parent);
      group = parent;
    }
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
async function linkedRows(db: Db, visible: Visible, position: number): Promise<Linked[]> {
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
  db: Db,
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
