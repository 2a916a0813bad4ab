import { bytewise, type Countable, mousOf, projectsOf } from './meetings.ts';
import { type Counts, type Dimension, dayNumber, dayText, isNothing, type Tally } from './tally.ts';

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
  const spans = spansOfYears(tally, last);
  return {
    byPillar: shares(tally, 'pillar', total, until),
    byYear: years(spans),
    byZone: shares(tally, 'zone', total, until),
    bySector: shares(tally, 'sector', total, until),
    byInstrument: shares(tally, 'instrument', total, until),
    ...occurrences(tally, spans, last),
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

/** What happened between two years, by a day. */
interface YearSpan {
  /** 0: nobody knows. */
  earliest: number;
  latest: number;
  counts: Counts;
}

function spansOfYears(tally: Tally, last: number): YearSpan[] {
  const sums = tally.sums('all', '', ({ earliest, latest }) =>
    latest > last ? undefined : yearOf(earliest) * 10_000 + yearOf(latest),
  );
  return [...sums]
    .filter(([, counts]) => !isNothing(counts))
    .map(([years, counts]) => ({ earliest: yearOf(years), latest: years % 10_000, counts }));
}

function years(spans: YearSpan[]): Share[] {
  const shares = new Map<string | null, Share>();
  for (const { earliest, latest, counts } of spans) {
    const key = earliest === latest ? `${latest}`.padStart(4, '0') : null;
    const share = shares.get(key) ?? { key, mous: 0, projects: 0 };
    share.mous += counts.mous;
    share.projects += counts.projects;
    shares.set(key, share);
  }
  return [...shares.values()]
    .filter(isSome)
    .sort((a, b) => (a.key === null ? 1 : b.key === null ? -1 : bytewise(a.key, b.key)));
}

/** Of a day as a number; that of no day is no year. */
const yearOf = (day: number): number => Math.floor(day / 10_000);

/** The days of the first year and of the last one are looked at one by one. */
function occurrences(
  tally: Tally,
  spans: YearSpan[],
  last: number,
): Pick<Breakdown, 'firstOccurrence' | 'lastOccurrence'> {
  if (spans.length === 0) return {};
  const firstYear = Math.min(...spans.map(({ earliest, latest }) => earliest || latest));
  const lastYear = Math.max(...spans.map(({ latest }) => latest));
  // Where no earliest day is known it is the latest, told apart by its sign.
  const firsts = tally.sums('all', '', ({ earliest, latest }) => {
    if (latest > last) return undefined;
    if (yearOf(earliest || latest) > firstYear) return earliest === 0 ? -Infinity : Infinity;
    return earliest || -latest;
  });
  const lasts = tally.sums('all', '', ({ latest }) =>
    latest > last ? undefined : Math.max(latest, lastYear * 10_000),
  );
  return {
    firstOccurrence: dayText(Math.min(...daysOf(firsts).map(Math.abs))),
    lastOccurrence: dayText(Math.max(...daysOf(lasts))),
  };
}

const daysOf = (sums: Map<number, Counts>): number[] =>
  [...sums].flatMap(([day, counts]) => (isNothing(counts) ? [] : day));

const restOf = (total: Counts, keyed: Share[]): Share => ({
  key: null,
  mous: keyed.reduce((rest, { mous }) => rest - mous, total.mous),
  projects: keyed.reduce((rest, { projects }) => rest - projects, total.projects),
});

const isSome = ({ mous, projects }: Share): boolean => mous !== 0 || projects !== 0;
