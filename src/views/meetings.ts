import type { Kysely } from 'kysely';
import { parseEdtf } from '../ledger/edtf.ts';
import type { LedgerRecord } from '../ledger/record.ts';
import type { Database } from '../store/schema.ts';
import { standingOf } from './records.ts';
import type { Cut, Tally } from './tally.ts';

/** A meeting with where it stands among the meetings of its initiative. */
export interface Meeting {
  record: LedgerRecord<'meeting'>;
  earliest: string;
  latest: string;
  made: number;
}

/** The standing meetings in order: earliest day, latest day, series, ordinal, position. Text is compared bytewise. */
export async function meetingsOf(
  db: Kysely<Database>,
  initiativeId: string,
  position: number,
): Promise<Meeting[]> {
  const records = await standingOf(db, initiativeId, 'meeting', position);
  return records
    .map(({ record, made }) => {
      const { earliest = '', latest = '' } = parseEdtf(record.occurredOn ?? '') ?? {};
      return { record, earliest, latest, made };
    })
    .sort(
      (a, b) =>
        bytewise(a.earliest, b.earliest) ||
        bytewise(a.latest, b.latest) ||
        bytewise(a.record.data.series ?? '', b.record.data.series ?? '') ||
        (a.record.data.ordinal ?? 0) - (b.record.data.ordinal ?? 0) ||
        a.made - b.made,
    );
}

/** The order of UTF-8 bytes, which is that of code points. */
export const bytewise = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));

export type Coverage = 'listed' | 'partial' | 'counted' | 'unknown';

export interface Countable {
  total: number;
  /** Only with `until`: what may have happened by then, additional to total. */
  possible?: number;
  named: number;
}

export interface MeetingCounts {
  counts: { mous: Countable; projects: Countable };
  running: { meetings: number; mous: number; projects: number };
  coverage: { mous: Coverage; projects: Coverage };
}

/** The counts of meetings in their order, and what they run up to. With `until` only meetings held by then count. */
export function countMeetings(meetings: Meeting[], tally: Tally, until?: string): MeetingCounts[] {
  const running = { meetings: 0, mous: 0, projects: 0 };
  return meetings.map(({ record, latest }) => {
    const cut = tally.counts('meeting', record.recordId, until);
    const counts = { mous: mousOf(cut, until), projects: projectsOf(cut, until) };
    running.meetings += until === undefined || latest <= until ? 1 : 0;
    running.mous += counts.mous.total;
    running.projects += counts.projects.total;
    const coverage = { mous: coverageOf(counts.mous), projects: coverageOf(counts.projects) };
    return { counts, running: { ...running }, coverage };
  });
}

export const mousOf = ({ total, possible }: Cut, until: string | undefined): Countable => ({
  total: total.mous,
  ...(until === undefined ? {} : { possible: possible.mous }),
  named: total.mousNamed,
});

export const projectsOf = ({ total, possible }: Cut, until: string | undefined): Countable => ({
  total: total.projects,
  ...(until === undefined ? {} : { possible: possible.projects }),
  named: total.projectsNamed,
});

function coverageOf({ total, named }: Countable): Coverage {
  if (total === 0) return 'unknown';
  if (named === total) return 'listed';
  return named === 0 ? 'counted' : 'partial';
}

/** The ordinals that are missing between the lowest and the highest of each series. */
export function missingOrdinals(meetings: Meeting[]): { series: string | null; missing: number[] }[] {
  const series = new Map<string | null, Set<number>>();
  for (const { record } of meetings) {
    const { series: name = null, ordinal } = record.data;
    if (ordinal !== undefined) series.set(name, (series.get(name) ?? new Set()).add(ordinal));
  }
  return [...series]
    .map(([name, ordinals]) => {
      const first = Math.min(...ordinals);
      const length = Math.max(...ordinals) - first + 1;
      const missing = Array.from({ length }, (_, i) => first + i).filter((ordinal) => !ordinals.has(ordinal));
      return { series: name, missing };
    })
    .filter(({ missing }) => missing.length > 0)
    .sort((a, b) => bytewise(a.series ?? '', b.series ?? ''));
}
