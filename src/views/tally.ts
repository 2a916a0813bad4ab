import type { RecordRow } from '../store/schema.ts';

/** What a record counts for: the columns of `records` that counting looks at. */
export type Contribution = Pick<
  RecordRow,
  | 'kind'
  | 'standing'
  | 'named'
  | 'meeting_id'
  | 'pillar'
  | 'zone'
  | 'sector'
  | 'instrument'
  | 'earliest'
  | 'latest'
>;

export const contributionColumns = [
  'kind',
  'standing',
  'named',
  'meeting_id',
  'pillar',
  'zone',
  'sector',
  'instrument',
  'earliest',
  'latest',
] as const satisfies (keyof Contribution)[];

/** The counts of one cell. */
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

const members = [
  'meetings',
  'mous',
  'mousNamed',
  'mousAtMeetings',
  'mousNamedAtMeetings',
  'projects',
  'projectsNamed',
  'projectsAtMeetings',
  'projectsNamedAtMeetings',
] as const satisfies (keyof Counts)[];

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

export type Dimension = 'all' | 'pillar' | 'zone' | 'sector' | 'instrument' | 'meeting';

/** When something happened: from the earliest day ('' where there is none) to the latest. */
interface Span {
  earliest: string;
  latest: string;
}

interface Cell extends Span {
  counts: Counts;
}

/** Which records count: those that surely had happened by a day, and those that may have. */
export interface Cut {
  total: Counts;
  /** Additional to total. */
  possible: Counts;
}

/**
 * The counts of an initiative, by dimension, key and span of days: a fold over what each change takes away and
 * adds. Every count of every answer is a sum over its cells, at whatever day it is cut.
 */
export class Tally {
  /** dimension -> key -> span -> cell; cells of nothing are left out, so that equal counts are equal tallies. */
  readonly #cells = new Map<Dimension, Map<string, Map<string, Cell>>>();
  #size = 0;

  /** How many cells there are. */
  get size(): number {
    return this.#size;
  }

  change(before: Contribution | undefined, after: Contribution): void {
    if (before) this.#add(before, -1);
    this.#add(after, 1);
  }

  merge(other: Tally, sign: 1 | -1): void {
    for (const [dimension, keys] of other.#cells) {
      for (const [key, spans] of keys)
        for (const cell of spans.values()) this.#addTo(dimension, key, cell, cell.counts, sign);
    }
  }

  /** The counts of a key, in all or cut at the last day that counts. */
  counts(dimension: Dimension, key: string, until?: string): Cut {
    const cut = { total: noCounts(), possible: noCounts() };
    for (const { earliest, latest, counts } of this.#spans(dimension, key)) {
      if (until === undefined || latest <= until) addCounts(cut.total, counts, 1);
      else if (earliest <= until) addCounts(cut.possible, counts, 1);
    }
    return cut;
  }

  /** The counts of everything whose span fits: which is total, which possible, and which neither. */
  select(fits: (span: Span) => 'total' | 'possible' | undefined): Cut {
    const cut = { total: noCounts(), possible: noCounts() };
    for (const cell of this.#spans('all', '')) {
      const place = fits(cell);
      if (place) addCounts(cut[place], cell.counts, 1);
    }
    return cut;
  }

  /** Visits everything, by the span in which it happened. */
  each(visit: (span: Span, counts: Counts) => void): void {
    for (const cell of this.#spans('all', '')) visit(cell, cell.counts);
  }

  keys(dimension: Dimension): string[] {
    return [...(this.#cells.get(dimension)?.keys() ?? [])];
  }

  toJSON(): object {
    const sorted = <V, W>(map: Map<string, V>, each: (value: V) => W): object =>
      Object.fromEntries(
        [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, each(value)]),
      );
    return sorted(this.#cells, (keys) =>
      sorted(keys, (spans) => sorted(spans, ({ counts }) => members.map((member) => counts[member]))),
    );
  }

  static parse(json: string): Tally {
    const tally = new Tally();
    const parsed = JSON.parse(json) as Record<Dimension, Record<string, Record<string, number[]>>>;
    for (const [dimension, keys] of Object.entries(parsed)) {
      for (const [key, spans] of Object.entries(keys)) {
        for (const [span, values] of Object.entries(spans)) {
          const [earliest = '', latest = ''] = span.split('/');
          const counts = noCounts();
          for (const [i, member] of members.entries()) counts[member] = values[i] ?? 0;
          // The keys of what toJSON wrote.
          tally.#addTo(dimension as Dimension, key, { earliest, latest }, counts, 1);
        }
      }
    }
    return tally;
  }

  *#spans(dimension: Dimension, key: string): Generator<Cell> {
    yield* this.#cells.get(dimension)?.get(key)?.values() ?? [];
  }

  #add(record: Contribution, sign: 1 | -1): void {
    if (record.standing !== 1 || record.latest === null) return;
    const counts = countsOf(record);
    if (!counts) return;
    const span = { earliest: record.earliest ?? '', latest: record.latest };
    this.#addTo('all', '', span, counts, sign);
    if (record.kind === 'meeting') return;
    for (const dimension of ['pillar', 'zone', 'sector', 'instrument'] as const) {
      const key = record[dimension];
      if (key !== null) this.#addTo(dimension, key, span, counts, sign);
    }
    if (record.meeting_id !== null) this.#addTo('meeting', record.meeting_id, span, counts, sign);
  }

  #addTo(dimension: Dimension, key: string, { earliest, latest }: Span, counts: Counts, sign: 1 | -1): void {
    const keys = getOrMake(this.#cells, dimension);
    const spans = getOrMake(keys, key);
    const name = `${earliest}/${latest}`;
    let cell = spans.get(name);
    if (!cell) {
      cell = { earliest, latest, counts: noCounts() };
      spans.set(name, cell);
      this.#size += 1;
    }
    addCounts(cell.counts, counts, sign);
    if (members.some((member) => cell.counts[member] !== 0)) return;
    spans.delete(name);
    this.#size -= 1;
    if (spans.size === 0) keys.delete(key);
    if (keys.size === 0) this.#cells.delete(dimension);
  }
}

function countsOf({ kind, named, meeting_id }: Contribution): Counts | undefined {
  const at = meeting_id === null ? 0 : 1;
  const none = noCounts();
  if (kind === 'meeting') return { ...none, meetings: 1 };
  if (kind === 'mou')
    return { ...none, mous: 1, mousNamed: named, mousAtMeetings: at, mousNamedAtMeetings: named * at };
  if (kind === 'project') {
    return {
      ...none,
      projects: 1,
      projectsNamed: named,
      projectsAtMeetings: at,
      projectsNamedAtMeetings: named * at,
    };
  }
  return undefined;
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
  for (const member of members) to[member] += sign * counts[member];
}

/** after less before. */
export function countsBetween(before: Counts, after: Counts): Counts {
  const difference = { ...after };
  addCounts(difference, before, -1);
  return difference;
}

function getOrMake<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const present = map.get(key);
  if (present) return present;
  const made = new Map<string, V>();
  map.set(key, made);
  return made;
}
