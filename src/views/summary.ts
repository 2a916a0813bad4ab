import { bytewise, type Countable, mousOf, projectsOf } from './meetings.ts';
import { type Counts, type Dimension, dayNumber, dayText, type Tally } from './tally.ts';

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
  return {
    byPillar: shares(tally, 'pillar', total, until),
    byYear: years(tally, until),
    byZone: shares(tally, 'zone', total, until),
    bySector: shares(tally, 'sector', total, until),
    byInstrument: shares(tally, 'instrument', total, until),
    ...occurrences(tally, until),
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

function years(tally: Tally, until: string | undefined): Share[] {
  const counts = new Map<string | null, Share>();
  const last = until === undefined ? Infinity : dayNumber(until);
  for (const {
    earliest,
    latest,
    counts: { mous, projects },
  } of tally.cells('all', '')) {
    if (latest > last) continue;
    const key = yearOf(earliest) === yearOf(latest) ? yearOf(latest) : null;
    const share = counts.get(key) ?? { key, mous: 0, projects: 0 };
    counts.set(key, { key, mous: share.mous + mous, projects: share.projects + projects });
  }
  return [...counts.values()]
    .filter(isSome)
    .sort((a, b) => (a.key === null ? 1 : b.key === null ? -1 : bytewise(a.key, b.key)));
}

/** Of a day as a number; that of no day is no year. */
const yearOf = (day: number): string => dayText(day).slice(0, 4);

function occurrences(
  tally: Tally,
  until: string | undefined,
): Pick<Breakdown, 'firstOccurrence' | 'lastOccurrence'> {
  const end = until === undefined ? Infinity : dayNumber(until);
  let [first, last] = [Infinity, 0];
  for (const { earliest, latest } of tally.cells('all', '')) {
    if (latest > end) continue;
    first = Math.min(first, earliest === 0 ? latest : earliest);
    last = Math.max(last, latest);
  }
  return last === 0 ? {} : { firstOccurrence: dayText(first), lastOccurrence: dayText(last) };
}

const restOf = (total: Counts, keyed: Share[]): Share => ({
  key: null,
  mous: keyed.reduce((rest, { mous }) => rest - mous, total.mous),
  projects: keyed.reduce((rest, { projects }) => rest - projects, total.projects),
});

const isSome = ({ mous, projects }: Share): boolean => mous !== 0 || projects !== 0;
