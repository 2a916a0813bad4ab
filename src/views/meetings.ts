import type { Db } from '../db/schema.ts';
import {
  type Counts,
  type Cut,
  dayNumber,
  isUndated,
  type Span,
  spanOf,
  type Tally,
} from '../projections/tally.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import type { LedgerRecord } from '../shapes/record.ts';
import { mapInTurns, turnIfDue } from '../turns.ts';
import { bytewise } from './bytewise.ts';
import type { ScopeCounts } from './counts.ts';
import { standingOf } from './records.ts';
import { spellingsOf } from './spellings.ts';

/** A meeting, and when it was held. */
export interface Meeting extends Span {
  record: LedgerRecord<'meeting'>;
  made: number;
}

/**
 * The standing meetings in order: earliest day, latest day, series, ordinal, position; those without a date come last. Text is
 * compared bytewise.
 */
export async function meetingsOf(db: Db, initiativeId: string, position: number): Promise<Meeting[]> {
  const records = await standingOf(db, initiativeId, 'meeting', position);
  const meetings = await mapInTurns(records, ({ record, made }) => {
    const { earliest = null, latest = null } = parseEdtf(record.occurredOn ?? '') ?? {};
    return { record, made, ...spanOf(earliest, latest) };
  });
  return meetings.sort(
    (a, b) =>
      Number(isUndated(a)) - Number(isUndated(b)) ||
      a.earliest - b.earliest ||
      a.latest - b.latest ||
      bytewise(a.record.data.series ?? '', b.record.data.series ?? '') ||
      (a.record.data.ordinal ?? 0) - (b.record.data.ordinal ?? 0) ||
      a.made - b.made,
  );
}

export type MilestoneKind = 'mous' | 'projects';

/** The least numbers of MoUs and projects of a meeting that the claims about it announce. */
export type Announced = Record<MilestoneKind, number>;

/** The same thing of MoUs and of projects. */
export const ofEach = <T>(of: (kind: MilestoneKind) => T) => ({
  mous: of('mous'),
  projects: of('projects'),
});

export const coverages = ['listed', 'partial', 'counted', 'unknown'] as const;
type Coverage = (typeof coverages)[number];

/** The counts of a meeting. `possible` stands only with `until`, and is only true: the meeting may have been held by then, or later. */
export type MeetingCounts = ReturnType<typeof countsOf>;

/**
 * The counts of meetings in order, with running totals. With `until`, only meetings held by then count as meetings; milestones that
 * surely happened by then count even if their meeting is only possible.
 */
export async function countMeetings(
  counts: ScopeCounts,
  initiativeId: string,
  position: number,
  meetings: readonly Meeting[],
  announced: ReadonlyMap<string, Announced>,
  until?: string,
): Promise<MeetingCounts[]> {
  const running = { meetings: 0, mous: 0, projects: 0 };
  const counted: MeetingCounts[] = [];
  while (counted.length < meetings.length) {
    const some = meetings.slice(counted.length, counted.length + countedAtOnce);
    const those = await counts.at(initiativeId, position, (tally) =>
      some.map((meeting) => countsOf(meeting, tally, announced, until, running)),
    );
    counted.push(...those);
    await turnIfDue();
  }
  return counted;
}

/** The number of meetings that are counted in one turn. */
const countedAtOnce = 500;

/** Adds the meeting to `running`, the totals of the meetings before it. */
function countsOf(
  { record, ...span }: Meeting,
  tally: Tally,
  announced: ReadonlyMap<string, Announced>,
  until: string | undefined,
  running: Announced & { meetings: number },
) {
  const cut = tally.counts('meeting', record.recordId, until);
  const undated = tally.undated('meeting', record.recordId);
  const counts = ofEach((kind) => countable(cut, kind, until, undated));
  const day = until === undefined ? Infinity : dayNumber(until);
  const isHeld = span.latest <= day && !isUndated(span);
  running.meetings += isHeld ? 1 : 0;
  // What has no date is in the total only where nothing is cut.
  for (const kind of ['mous', 'projects'] as const)
    running[kind] += cut.total[kind] - (until === undefined ? undated[kind] : 0);
  const { total, possible } = cut;
  const coverage = ofEach((kind) => {
    const named = `${kind}Named` as const;
    const least = announced.get(record.recordId)?.[kind] ?? 0;
    return coverageOf(total[kind] + possible[kind], total[named] + possible[named], least);
  });
  return {
    ...(until !== undefined && !isHeld && span.earliest <= day && { possible: true as const }),
    counts,
    running: { ...running },
    coverage,
  };
}

/**
 * Counts in the form of answers. Only with `until` they say how many may have happened by then, in addition to the total. They say how
 * many have no date where some have none.
 */
export const countable = (cut: Cut, kind: MilestoneKind, until: string | undefined, undated: Counts) => ({
  ...counted(cut, kind, until, undated),
  named: cut.total[`${kind}Named`],
});

export const counted = (
  { total, possible }: Cut,
  kind: MilestoneKind | 'meetings',
  until: string | undefined,
  undated: Counts,
) => ({
  total: total[kind],
  ...(until !== undefined && { possible: possible[kind] }),
  ...(undated[kind] > 0 && { undated: undated[kind] }),
});

/** Milestones are `listed` only if no claim says that more were announced. */
function coverageOf(recorded: number, named: number, announced: number): Coverage {
  if (recorded === 0) return 'unknown';
  if (named === 0) return 'counted';
  return named === recorded && recorded >= announced ? 'listed' : 'partial';
}

/** The number of ordinals that an answer names at most. */
const missingMax = 1_000;

/**
 * The ordinals that are missing between the lowest and the highest of each series, whatever way its name is spelled: the
 * first of them, and how many more.
 */
export function missingOrdinals(meetings: Meeting[]) {
  // Blank names are refused, so '' stands for none.
  const spelled = Map.groupBy(meetings, ({ record }) => record.data.series ?? '');
  const series = spellingsOf([...spelled].map(([name, some]) => [name, some.length]));
  const named = [];
  const leftOut = { ordinals: 0, series: 0 };
  let room = missingMax;
  for (const { shown, all } of series.sort((a, b) => bytewise(a.shown, b.shown))) {
    const some = all.flatMap((name) => spelled.get(name) ?? []);
    const ordinals = new Set(some.flatMap(({ record }) => record.data.ordinal ?? []));
    const sorted = [...ordinals].sort((a, b) => a - b);
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) continue;
    const missing: number[] = [];
    for (let ordinal = first; ordinal < last && missing.length < room; ordinal++)
      if (!ordinals.has(ordinal)) missing.push(ordinal);
    room -= missing.length;
    if (missing.length > 0) named.push({ series: shown || null, missing });
    const more = last - first + 1 - ordinals.size - missing.length;
    leftOut.ordinals += more;
    leftOut.series += more > 0 ? 1 : 0;
  }
  return { missingOrdinals: named, ...(leftOut.ordinals > 0 && { missingOrdinalsLeftOut: leftOut }) };
}
