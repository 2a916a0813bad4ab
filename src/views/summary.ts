import {
  type Cell,
  type Counts,
  dayNumber,
  dayText,
  isUndated,
  repeated,
  type Tally,
} from '../projections/tally.ts';
import { type ByName, byName, type DimensionName, forEachDimension } from '../shapes/dimensions.ts';
import { bytewise } from './bytewise.ts';
import { countable, counted, type MilestoneKind, ofEach } from './meetings.ts';
import { spellingsOf } from './spellings.ts';

/** key null: not said, or not known to lie in one year. */
export type Share = Record<MilestoneKind, number> & { key: string | null };

/** How counts divide: byPillar, byYear and so on. */
export type Shares = Record<ByName | 'byYear', Share[]>;

export function summaryCounts(tally: Tally, until?: string) {
  const cut = tally.counts('all', '', until);
  const { total } = cut;
  const undated = tally.undated('all', '');
  return {
    meetings: counted(cut, 'meetings', until, undated),
    ...ofEach((kind) => {
      const atMeetings = total[`${kind}AtMeetings`];
      return {
        ...countable(cut, kind, until, undated),
        atMeetings,
        outsideMeetings: total[kind] - atMeetings,
      };
    }),
  };
}

export type Breakdown = ReturnType<typeof breakdown>;

export function breakdown(tally: Tally, until?: string) {
  const cells = cellsBegun(tally, until);
  const dated = cells.filter((cell) => !isUndated(cell));
  return { ...sharesOf(tally, until, cells), ...occurrences(dated, until) };
}

export function sharesOf(tally: Tally, until?: string, cells = cellsBegun(tally, until)): Shares {
  const { total } = tally.counts('all', '', until);
  const { byPillar, ...others } = forEachDimension(byName, (name) => shares(tally, name, total, until));
  // byYear is the second member.
  return { byPillar, byYear: years(cells, until), ...others };
}

/** The cells of what happened by a day, or may have, in the order of latest days; what has no date last. */
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

/** The year of a day as a number. That of no day is no year. */
const yearOf = (day: number): number => Math.floor(day / 10_000);

/**
 * The first and the last day that something recorded is known to have: its date is this day. Besides, the first and the last day
 * that a vaguer date may mean, where that is before the first occurrence or after the last; null: before it, nobody knows how far.
 */
function occurrences(cells: readonly Cell[], until: string | undefined) {
  const end = cells.at(-1)?.latest ?? 0;
  const last = dayOf(until);
  const known = cells.filter(({ earliest, latest }) => earliest === latest && latest <= last);
  const [first, final] = [known[0]?.latest ?? Infinity, known.at(-1)?.latest ?? 0];
  const firstPossible = cells.reduce((first, { earliest }) => Math.min(first, earliest), Infinity);
  const lastPossible = Math.min(end, last);
  return {
    ...(known.length > 0 && { firstOccurrence: dayText(first), lastOccurrence: dayText(final) }),
    ...(firstPossible < first && { firstPossible: firstPossible === 0 ? null : dayText(firstPossible) }),
    ...(lastPossible > final && { lastPossible: dayText(lastPossible) }),
  };
}

/** What is left of some counts without the shares. */
function restOf(counts: Counts[], shares: Share[]): Share {
  const sumOf = (some: Record<MilestoneKind, number>[], kind: MilestoneKind) =>
    some.reduce((sum, one) => sum + one[kind], 0);
  return { key: null, ...ofEach((kind) => sumOf(counts, kind) - sumOf(shares, kind)) };
}

const isSome = ({ mous, projects }: Share): boolean => mous !== 0 || projects !== 0;
