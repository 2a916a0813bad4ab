import type { RecordRow } from '../db/schema.ts';
import { type DimensionName, dimensions, type Keys } from '../shapes/dimensions.ts';

/** The columns of `records` that counting looks at. */
export const contributionColumns = [
  'kind',
  'standing',
  'named',
  'meeting_id',
  'keys',
  'earliest',
  'latest',
] as const satisfies (keyof RecordRow)[];

/** What a record counts for. */
export type Contribution = Pick<RecordRow, (typeof contributionColumns)[number]>;

/** The keys that a record is counted under, as the column `keys` has them. */
export const textOfKeys = (keys: Keys): string | null => {
  const text = JSON.stringify(keys);
  return text === '{}' ? null : text;
};

const none: readonly string[] = [];

/** The keys behind such a text. */
function keysOfText(text: string): Keys {
  const known = parsedKeys.get(text);
  if (known) return known;
  // Written by textOfKeys.
  const keys = JSON.parse(text) as Keys;
  if (text.length > parsedLengthMax) return keys;
  if (parsedKeys.size === parsedKeysMax) parsedKeys.clear();
  parsedKeys.set(text, keys);
  return keys;
}

/** The last ones that were read: most records share theirs with others, and each is counted in two scopes. */
const parsedKeys = new Map<string, Keys>();
const parsedKeysMax = 1_024;
/** Of a text that is kept. */
const parsedLengthMax = 256;

/** The scope of the counts of all initiatives together. */
export const everything = '';

export interface Counts {
  meetings: number;
  mous: number;
  mousNamed: number;
  mousAtMeetings: number;
  /** Of the MoUs at meetings, how many are named. */
  mousNamedAtMeetings: number;
  projects: number;
  projectsNamed: number;
  projectsAtMeetings: number;
  projectsNamedAtMeetings: number;
}

export const noCounts = (): Counts => ({
  meetings: 0,
  mous: 0,
  mousNamed: 0,
  mousAtMeetings: 0,
  mousNamedAtMeetings: 0,
  projects: 0,
  projectsNamed: 0,
  projectsAtMeetings: 0,
  projectsNamedAtMeetings: 0,
});

/** How many numbers the counts are. */
export const countsMembers = Object.keys(noCounts()).length;

// By name, as this is done for every cell of a snapshot, and an index that is a name takes several times as long.
/** The counts as numbers, in the order in which they are stored. */
export function numbersOf(counts: Counts, to: number[]): void {
  to[0] = counts.meetings;
  to[1] = counts.mous;
  to[2] = counts.mousNamed;
  to[3] = counts.mousAtMeetings;
  to[4] = counts.mousNamedAtMeetings;
  to[5] = counts.projects;
  to[6] = counts.projectsNamed;
  to[7] = counts.projectsAtMeetings;
  to[8] = counts.projectsNamedAtMeetings;
}

/** Adds numbers in that order. */
export function addNumbers(to: Counts, numbers: readonly number[]): void {
  to.meetings += numbers[0] ?? 0;
  to.mous += numbers[1] ?? 0;
  to.mousNamed += numbers[2] ?? 0;
  to.mousAtMeetings += numbers[3] ?? 0;
  to.mousNamedAtMeetings += numbers[4] ?? 0;
  to.projects += numbers[5] ?? 0;
  to.projectsNamed += numbers[6] ?? 0;
  to.projectsAtMeetings += numbers[7] ?? 0;
  to.projectsNamedAtMeetings += numbers[8] ?? 0;
}

/** In the order in which they are stored. */
export const tallied = ['all', ...dimensions.map(({ name }) => name), 'meeting'] as const;
/** What counts are divided by: `all` has one key, ''; `meeting` the ids of meetings. */
export type Tallied = 'all' | DimensionName | 'meeting';

/**
 * The key of a dimension under which records of several keys count once for each key behind the first. So what has no key is the total and
 * this, less what counts under keys.
 */
export const repeated = '';

/** A day as a number: 20231214. */
export const dayNumber = (day: string): number =>
  Number(day.slice(0, 4)) * 10_000 + Number(day.slice(5, 7)) * 100 + Number(day.slice(8));

export function dayText(day: number): string {
  const digits = `${day}`.padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** When something happened, as numbers of days: from the earliest (0 where there is none) to the latest. */
export interface Span {
  earliest: number;
  latest: number;
}

/** Of what has no date: it may have happened by every day, surely did by none, and comes after all that has one. */
export const undated: Readonly<Span> = { earliest: 0, latest: 99_999_999 };
export const isUndated = ({ latest }: Span): boolean => latest === undated.latest;

/** latest null: without a date. earliest null: nobody knows how long before. */
export const spanOf = (earliest: string | null, latest: string | null): Span =>
  latest === null
    ? undated
    : { earliest: earliest === null ? 0 : dayNumber(earliest), latest: dayNumber(latest) };

/** What happened in a span. No cell has counts of nothing. */
export interface Cell extends Span {
  counts: Counts;
}

/** Which records count: those that surely had happened by a day, and those that may have. */
export interface Cut {
  total: Counts;
  /** Additional to total. */
  possible: Counts;
}

/** The group in which a span is summed up; undefined: in none. */
export type GroupOf<G> = (span: Span) => G | undefined;

/** Which spans are total, and which possible. */
export type Fits = GroupOf<keyof Cut>;

/** Counts by dimension, key and span of days. Every count of every answer is a sum over such cells. */
export abstract class Tally {
  abstract keys(dimension: Tallied): string[];
  /** By latest day, then by earliest. */
  abstract cells(dimension: Tallied, key: string): readonly Cell[];
  /** The sum over the cells of a key. */
  abstract total(dimension: Tallied, key: string): Counts;
  /** Adds the cells of a key to the sums of their groups. */
  abstract addSums<G>(dimension: Tallied, key: string, groupOf: GroupOf<G>, sums: Map<G, Counts>): void;

  /** The cells of a key by their groups. */
  sums<G>(dimension: Tallied, key: string, groupOf: GroupOf<G>): Map<G, Counts> {
    const sums = new Map<G, Counts>();
    this.addSums(dimension, key, groupOf, sums);
    return sums;
  }

  /** The counts of a key, in all or cut at the last day that counts. */
  counts(dimension: Tallied, key: string, until?: string): Cut {
    if (until === undefined) return { total: this.total(dimension, key), possible: noCounts() };
    const day = dayNumber(until);
    return this.cut(dimension, key, ({ earliest, latest }) =>
      latest <= day ? 'total' : earliest <= day ? 'possible' : undefined,
    );
  }

  /** The counts of what has no date. It is in the total, and with a cut in what is possible. */
  undated(dimension: Tallied, key: string): Counts {
    const sums = this.sums(dimension, key, (span) => (isUndated(span) ? 'undated' : undefined));
    return sums.get('undated') ?? noCounts();
  }

  /** The counts of what there is of a key whose span fits. */
  cut(dimension: Tallied, key: string, fits: Fits): Cut {
    const sums = this.sums(dimension, key, fits);
    return { total: sums.get('total') ?? noCounts(), possible: sums.get('possible') ?? noCounts() };
  }
}

/** The sum of a group, which begins with nothing. */
export function sumOf<G>(sums: Map<G, Counts>, group: G): Counts {
  const known = sums.get(group);
  if (known) return known;
  const sum = noCounts();
  sums.set(group, sum);
  return sum;
}

interface Keyed {
  total: Counts;
  /** By span. */
  cells: Map<number, Cell>;
  /** The cells in order; undefined: not asked for since there is another one. */
  ordered: Cell[] | undefined;
}

/** A tally that changes: a fold over what each change takes away and adds. Where it is one of changes, counts may be negative. */
export class ChangingTally extends Tally {
  readonly #keyed = new Map<Tallied, Map<string, Keyed>>();
  readonly #meetings: boolean;
  #size = 0;

  /** meetings: whether to count by meeting. The ids of meetings mean nothing outside an initiative. */
  constructor(meetings: boolean) {
    super();
    this.#meetings = meetings;
  }

  /** How many cells there are. */
  get size(): number {
    return this.#size;
  }

  change(before: Contribution | undefined, after: Contribution): void {
    if (before) this.#add(before, -1);
    this.#add(after, 1);
  }

  merge(other: Tally, sign: 1 | -1): void {
    for (const dimension of tallied) {
      for (const key of other.keys(dimension)) {
        for (const cell of other.cells(dimension, key)) this.#addTo(dimension, key, cell, cell.counts, sign);
      }
    }
  }

  override keys(dimension: Tallied): string[] {
    return [...(this.#keyed.get(dimension)?.keys() ?? [])];
  }

  override cells(dimension: Tallied, key: string): readonly Cell[] {
    const keyed = this.#keyed.get(dimension)?.get(key);
    if (!keyed) return [];
    keyed.ordered ??= [...keyed.cells.values()].sort(bySpan);
    return keyed.ordered;
  }

  override addSums<G>(dimension: Tallied, key: string, groupOf: GroupOf<G>, sums: Map<G, Counts>): void {
    for (const cell of this.#keyed.get(dimension)?.get(key)?.cells.values() ?? []) {
      const group = groupOf(cell);
      if (group !== undefined) addCounts(sumOf(sums, group), cell.counts, 1);
    }
  }

  override total(dimension: Tallied, key: string): Counts {
    return { ...(this.#keyed.get(dimension)?.get(key)?.total ?? noCounts()) };
  }

  #add(record: Contribution, sign: 1 | -1): void {
    if (record.standing !== 1) return;
    const counts = countsOf(record);
    if (!counts) return;
    const { earliest, latest, meeting_id } = record;
    const span = spanOf(earliest, latest);
    this.#addTo('all', '', span, counts, sign);
    if (record.kind === 'meeting') return;
    if (record.keys !== null) {
      const keys = keysOfText(record.keys);
      for (const { name } of dimensions) {
        const some = keys[name] ?? none;
        for (let i = 0; i < some.length; i++) {
          this.#addTo(name, some[i] ?? '', span, counts, sign);
          if (i > 0) this.#addTo(name, repeated, span, counts, sign);
        }
      }
    }
    if (meeting_id !== null && this.#meetings) this.#addTo('meeting', meeting_id, span, counts, sign);
  }

  #addTo(dimension: Tallied, key: string, { earliest, latest }: Span, counts: Counts, sign: 1 | -1): void {
    const keys = this.#keyed.get(dimension) ?? new Map<string, Keyed>();
    if (keys.size === 0) this.#keyed.set(dimension, keys);
    const keyed = keys.get(key) ?? {
      total: noCounts(),
      cells: new Map<number, Cell>(),
      ordered: undefined,
    };
    if (keyed.cells.size === 0) keys.set(key, keyed);
    addCounts(keyed.total, counts, sign);
    // Both days have eight digits at most, so this is exact. One day, as most are, is a small number, which is looked up quicker.
    const span = earliest === latest ? -latest : earliest * 2 ** 27 + latest;
    const cell = keyed.cells.get(span);
    if (cell) addCounts(cell.counts, counts, sign);
    else {
      const fresh = noCounts();
      addCounts(fresh, counts, sign);
      keyed.cells.set(span, { earliest, latest, counts: fresh });
      keyed.ordered = undefined;
      this.#size += 1;
    }
    if (cell && isNothing(cell.counts)) {
      keyed.cells.delete(span);
      keyed.ordered = undefined;
      this.#size -= 1;
      if (keyed.cells.size === 0) keys.delete(key);
    }
  }
}

/** An empty tally of what is counted in a scope. */
export const tallyOf = (scope: string): ChangingTally => new ChangingTally(scope !== everything);

/** Several tallies taken together. */
export class TallySum extends Tally {
  readonly #parts: readonly Tally[];

  constructor(...parts: Tally[]) {
    super();
    this.#parts = parts;
  }

  override keys(dimension: Tallied): string[] {
    return [...new Set(this.#parts.flatMap((part) => part.keys(dimension)))];
  }

  override total(dimension: Tallied, key: string): Counts {
    const sum = noCounts();
    for (const part of this.#parts) addCounts(sum, part.total(dimension, key), 1);
    return sum;
  }

  override addSums<G>(dimension: Tallied, key: string, groupOf: GroupOf<G>, sums: Map<G, Counts>): void {
    for (const part of this.#parts) part.addSums(dimension, key, groupOf, sums);
  }

  override cells(dimension: Tallied, key: string): Cell[] {
    // Sorting is merging where the parts are in order.
    const cells = this.#parts.flatMap((part) => part.cells(dimension, key)).sort(bySpan);
    const sum: Cell[] = [];
    for (const cell of cells) {
      const last = sum.at(-1);
      if (!last || bySpan(last, cell) !== 0) {
        sum.push(cell);
        continue;
      }
      sum.pop();
      const counts = { ...last.counts };
      addCounts(counts, cell.counts, 1);
      if (!isNothing(counts)) sum.push({ ...cell, counts });
    }
    return sum;
  }
}

export const bySpan = (a: Span, b: Span): number => a.latest - b.latest || a.earliest - b.earliest;

export const isNothing = (counts: Counts): boolean =>
  counts.meetings === 0 &&
  counts.mous === 0 &&
  counts.mousNamed === 0 &&
  counts.mousAtMeetings === 0 &&
  counts.mousNamedAtMeetings === 0 &&
  counts.projects === 0 &&
  counts.projectsNamed === 0 &&
  counts.projectsAtMeetings === 0 &&
  counts.projectsNamedAtMeetings === 0;

function countsOf({ kind, named, meeting_id }: Contribution): Counts | undefined {
  const at = meeting_id === null ? 0 : 1;
  const counts = noCounts();
  if (kind === 'meeting') counts.meetings = 1;
  else if (kind === 'mou') {
    counts.mous = 1;
    counts.mousNamed = named;
    counts.mousAtMeetings = at;
    counts.mousNamedAtMeetings = named * at;
  } else if (kind === 'project') {
    counts.projects = 1;
    counts.projectsNamed = named;
    counts.projectsAtMeetings = at;
    counts.projectsNamedAtMeetings = named * at;
  } else return undefined;
  return counts;
}

/** The counts of what is not at meetings. */
export const outsideMeetings = (counts: Counts): Counts => ({
  ...noCounts(),
  mous: counts.mous - counts.mousAtMeetings,
  mousNamed: counts.mousNamed - counts.mousNamedAtMeetings,
  projects: counts.projects - counts.projectsAtMeetings,
  projectsNamed: counts.projectsNamed - counts.projectsNamedAtMeetings,
});

export function addCounts(to: Counts, counts: Counts, sign: 1 | -1): void {
  to.meetings += sign * counts.meetings;
  to.mous += sign * counts.mous;
  to.mousNamed += sign * counts.mousNamed;
  to.mousAtMeetings += sign * counts.mousAtMeetings;
  to.mousNamedAtMeetings += sign * counts.mousNamedAtMeetings;
  to.projects += sign * counts.projects;
  to.projectsNamed += sign * counts.projectsNamed;
  to.projectsAtMeetings += sign * counts.projectsAtMeetings;
  to.projectsNamedAtMeetings += sign * counts.projectsNamedAtMeetings;
}
