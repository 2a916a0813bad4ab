import { yearOf } from '../ledger/edtf.ts';
import { bytewise, type Countable, mousOf, projectsOf } from './meetings.ts';
import type { Counts, Dimension, Tally } from './tally.ts';

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
  tally.each(({ earliest, latest }, { mous, projects }) => {
    if (until !== undefined && latest > until) return;
    const key = (earliest === '' ? undefined : yearOf({ earliest, latest })) ?? null;
    const share = counts.get(key) ?? { key, mous: 0, projects: 0 };
    counts.set(key, { key, mous: share.mous + mous, projects: share.projects + projects });
  });
  return [...counts.values()]
    .filter(isSome)
    .sort((a, b) => (a.key === null ? 1 : b.key === null ? -1 : bytewise(a.key, b.key)));
}

function occurrences(
  tally: Tally,
  until: string | undefined,
): Pick<Breakdown, 'firstOccurrence' | 'lastOccurrence'> {
  let [first, last] = ['', ''];
  tally.each(({ earliest, latest }) => {
    if (until !== undefined && latest > until) return;
    const from = earliest === '' ? latest : earliest;
    if (first === '' || from < first) first = from;
    if (latest > last) last = latest;
  });
  return first === '' ? {} : { firstOccurrence: first, lastOccurrence: last };
}

const restOf = (total: Counts, keyed: Share[]): Share => ({
  key: null,
  mous: keyed.reduce((rest, { mous }) => rest - mous, total.mous),
  projects: keyed.reduce((rest, { projects }) => rest - projects, total.projects),
});

const isSome = ({ mous, projects }: Share): boolean => mous !== 0 || projects !== 0;
