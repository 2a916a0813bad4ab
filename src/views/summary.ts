import { bytewise, type Countable, mousOf, projectsOf } from './meetings.ts';
import { type Cell, type Counts, type Dimension, dayNumber, dayText, type Tally } from './tally.ts';

interface MilestoneCounts extends Countable {
  atMeetings: number;
  outsideMeetings: number;
}

export interface SummaryCounts {
  meetings: { total: number; possible?: number };
  mous: MilestoneCounts;
  projects: MilestoneCounts;
}

export interface Share {
  /** null: not said, or not known to lie in one year. */
  key: string | null;
  mous: number;
  projects: number;
}

export interface Breakdown {
  byPillar: Share[];
  byYear: Share[];
  byZone: Share[];
  bySector: Share[];
  byInstrument: Share[];
  /** The first day on which anything recorded may have happened, and the last. */
  firstOccurrence?: string;
  lastOccurrence?: string;
}

export function summaryCounts(tally: Tally, until?: string): SummaryCounts {
  const cut = tally.counts('all', '', until);
  const { total, possible } = cut;
  return {
    meetings: { total: total.meetings, ...(until === undefined ? {} : { possible: possible.meetings }) },
    mous: {
      ...mousOf(cut, until),
      atMeetings: total.mousAtMeetings,
      outsideMeetings: total.mous - total.mousAtMeetings,
    },
    projects: {
      ...projectsOf(cut, until),
      atMeetings: total.projectsAtMeetings,
      outsideMeetings: total.projects - total.projectsAtMeetings,
    },
  };
}

export function breakdown(tally: Tally, until?: string): Breakdown {
  const { total } = tally.counts('all', '', until);
  const last = until === undefined ? Infinity : dayNumber(until);
  const counted = tally.cells('all', '').filter(({ latest }) => latest <= last);
  return {
    byPillar: shares(tally, 'pillar', total, until),
    byYear: years(counted),
    byZone: shares(tally, 'zone', total, until),
    bySector: shares(tally, 'sector', total, until),
    byInstrument: shares(tally, 'instrument', total, until),
    ...occurrences(counted),
  };
}

/** One share a key, in bytewise order, and last the rest that has none: together they are the total. */
function shares(tally: Tally, dimension: Dimension, total: Counts, until: string | undefined): Share[] {
  const keyed = tally
    .keys(dimension)
    .map((key) => ({ key, counts: tally.counts(dimension, key, until).total }))
    .map(({ key, counts: { mous, projects } }) => ({ key, mous, projects }))
    .filter(isSome)
    .sort((a, b) => bytewise(a.key, b.key));
  return [...keyed, restOf(total, keyed)].filter(isSome);
}

function years(cells: Cell[]): Share[] {
  const shares = new Map<number | undefined, Share>();
  for (const { earliest, latest, counts } of cells) {
    const year = yearOf(earliest) === yearOf(latest) ? yearOf(latest) : undefined;
    let share = shares.get(year);
    if (!share) {
      share = { key: year === undefined ? null : dayText(latest).slice(0, 4), mous: 0, projects: 0 };
      shares.set(year, share);
    }
    share.mous += counts.mous;
    share.projects += counts.projects;
  }
  return [...shares.values()]
    .filter(isSome)
    .sort((a, b) => (a.key === null ? 1 : b.key === null ? -1 : bytewise(a.key, b.key)));
}

/** Of a day as a number; that of no day is no year. */
const yearOf = (day: number): number => Math.floor(day / 10_000);

function occurrences(cells: Cell[]): Pick<Breakdown, 'firstOccurrence' | 'lastOccurrence'> {
  const last = cells.at(-1);
  if (!last) return {};
  const first = cells.reduce(
    (first, { earliest, latest }) => Math.min(first, earliest === 0 ? latest : earliest),
    Infinity,
  );
  return { firstOccurrence: dayText(first), lastOccurrence: dayText(last.latest) };
}

const restOf = (total: Counts, keyed: Share[]): Share => ({
  key: null,
  mous: keyed.reduce((rest, { mous }) => rest - mous, total.mous),
  projects: keyed.reduce((rest, { projects }) => rest - projects, total.projects),
});

const isSome = ({ mous, projects }: Share): boolean => mous !== 0 || projects !== 0;
