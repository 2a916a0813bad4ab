import { type ByName, byName, type DimensionName, forEachDimension } from '../projections/dimensions.ts';
import { type Cell, type Counts, dayNumber, dayText, repeated, type Tally } from '../projections/tally.ts';
import { bytewise } from './bytewise.ts';
import { type Countable, mousOf, projectsOf } from './meetings.ts';
import { spellingsOf } from './spellings.ts';

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

/** How counts divide: byPillar, byYear and so on. */
export type Shares = Record<ByName | 'byYear', Share[]>;

export interface Breakdown extends Shares {
  /** The first and the last day that something recorded is known to have: its date is this day. */
  firstOccurrence?: string;
  lastOccurrence?: string;
  /**
   * The first and the last day that a vaguer date may mean, where that is before the first occurrence or after the last;
   * null: before it, but nobody knows how far.
   */
  firstPossible?: string | null;
  lastPossible?: string;
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
  const cells = cellsBegun(tally, until);
  return { ...sharesOf(tally, until, cells), ...occurrences(cells, until) };
}

export function sharesOf(tally: Tally, until?: string, cells = cellsBegun(tally, until)): Shares {
  const { total } = tally.counts('all', '', until);
  const { byPillar, ...others } = forEachDimension(byName, (name) => shares(tally, name, total, until));
  // Years stand in their first place.
  return { byPillar, byYear: years(cells, until), ...others };
}

/** What has happened by a day, or may have, in the order of latest days. */
function cellsBegun(tally: Tally, until: string | undefined): Cell[] {
  const last = dayOf(until);
  return tally.cells('all', '').filter(({ earliest }) => earliest <= last);
}

const dayOf = (until: string | undefined): number => (until === undefined ? Infinity : dayNumber(until));

/**
 * One share a key, in bytewise order, and last the rest that has none: together they are the total, if no record has several
 * keys. Spellings of one key are one share, under the commonest of all that stand, whatever the cut, so that a cut renames no share.
 */
function shares(tally: Tally, dimension: DimensionName, total: Counts, until: string | undefined): Share[] {
  const used = tally.keys(dimension).flatMap((key) => {
    const { mous, projects } = tally.total(dimension, key);
    return key === repeated ? [] : [[key, mous + projects] as const];
  });
  const keyed = spellingsOf(used)
    .map(({ shown, all }) => {
      const share = { key: shown, mous: 0, projects: 0 };
      for (const key of all) {
        const { mous, projects } = tally.counts(dimension, key, until).total;
        share.mous += mous;
        share.projects += projects;
      }
      return share;
    })
    .filter(isSome)
    .sort((a, b) => bytewise(a.key, b.key));
  const again = tally.counts(dimension, repeated, until).total;
  return [...keyed, restOf([total, again], keyed)].filter(isSome);
}

/** What surely happened, by the year in which it did. */
function years(cells: readonly Cell[], until: string | undefined): Share[] {
  const last = dayOf(until);
  const shares = new Map<number | undefined, Share>();
  for (const { earliest, latest, counts } of cells) {
    if (latest > last) continue;
    const year = yearOf(earliest) === yearOf(latest) ? yearOf(latest) : undefined;
    const key = year === undefined ? null : `${year}`.padStart(4, '0');
    const share = shares.get(year) ?? { key, mous: 0, projects: 0 };
    share.mous += counts.mous;
    share.projects += counts.projects;
    shares.set(year, share);
  }
  return [...shares.values()]
    .filter(isSome)
    .sort((a, b) => (a.key === null ? 1 : b.key === null ? -1 : bytewise(a.key, b.key)));
}

/** Of a day as a number; that of no day is no year. */
const yearOf = (day: number): number => Math.floor(day / 10_000);

function occurrences(cells: readonly Cell[], until: string | undefined): Omit<Breakdown, keyof Shares> {
  const end = cells.at(-1);
  if (!end) return {};
  const last = dayOf(until);
  const known = cells.filter(({ earliest, latest }) => earliest === latest && latest <= last);
  const [first, final] = [known[0]?.latest ?? Infinity, known.at(-1)?.latest ?? 0];
  const firstPossible = cells.reduce((first, { earliest }) => Math.min(first, earliest), Infinity);
  const lastPossible = Math.min(end.latest, last);
  return {
    ...(known.length > 0 && { firstOccurrence: dayText(first), lastOccurrence: dayText(final) }),
    ...(firstPossible < first && { firstPossible: firstPossible === 0 ? null : dayText(firstPossible) }),
    ...(lastPossible > final && { lastPossible: dayText(lastPossible) }),
  };
}

/** What is left of some counts without the shares. */
function restOf(counts: Counts[], shares: Share[]): Share {
  const restOf = (of: 'mous' | 'projects'): number =>
    counts.reduce((sum, one) => sum + one[of], 0) - shares.reduce((sum, one) => sum + one[of], 0);
  return { key: null, mous: restOf('mous'), projects: restOf('projects') };
}

const isSome = ({ mous, projects }: Share): boolean => mous !== 0 || projects !== 0;
