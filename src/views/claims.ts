import type { Kysely } from 'kysely';
import { type EdtfSpan, parseEdtf } from '../ledger/edtf.ts';
import type { ClaimData, LedgerRecord, Source } from '../ledger/record.ts';
import { folded } from '../ledger/title-key.ts';
import type { Database } from '../store/schema.ts';
import { bytewise, type Meeting } from './meetings.ts';
import { standingOf } from './records.ts';
import { addCounts, type Counts, type Cut, dayNumber, noCounts, type Tally } from './tally.ts';

export type ClaimStatus = 'matches' | 'over' | 'short' | 'undecided' | 'about' | 'not-comparable';

/** A published figure beside what the register counts for the same thing up to the same day. */
export interface ComparedClaim {
  initiativeId: string;
  recordId: string;
  version: number;
  metric: string;
  value: number;
  qualifier: ClaimData['qualifier'];
  scope: string;
  label?: string;
  madeAt?: string;
  occurredOn: string;
  recorded?: number;
  possible?: number;
  /** recorded less value. */
  difference?: number;
  status: ClaimStatus;
  previous?: {
    recordId: string;
    value: number;
    claimedIncrease: number;
    recordedIncrease?: number;
    difference?: number;
  };
  /** What was recorded as having happened after the day of the claim. */
  since: { meetings: number; mous: number; projects: number };
  sources: Source[];
}

export interface Claim {
  record: LedgerRecord<'claim'>;
  span: EdtfSpan;
  made: number;
}

/** The standing claims in order: latest day, earliest day, position. */
export async function claimsOf(
  db: Kysely<Database>,
  initiativeId: string,
  position: number,
): Promise<Claim[]> {
  const records = await standingOf(db, initiativeId, 'claim', position);
  return records
    .map(({ record, made }) => ({ record, made, span: parseEdtf(record.occurredOn ?? '') ?? { latest: '' } }))
    .sort(
      (a, b) =>
        bytewise(a.span.latest, b.span.latest) ||
        bytewise(a.span.earliest ?? '', b.span.earliest ?? '') ||
        a.made - b.made,
    );
}

/**
 * The claims that contradict another one of the same metric, scope and last day: no count can satisfy both. What is
 * printed beside a scope (label) makes no difference, unless it is all that says what is counted.
 */
export function contradictedAmong(claims: Claim[]): Set<string> {
  const series = Map.groupBy(claims, ({ record: { data }, span }) =>
    [
      data.metric,
      folded(data.scope),
      data.scope === 'other' ? folded(data.label ?? '') : '',
      span.latest,
    ].join('\n'),
  );
  const contradicted = new Set<string>();
  for (const bounds of [...series.values()].map((some) => some.map(boundsOf))) {
    const least = Math.max(...bounds.map(({ low }) => low));
    const most = Math.min(...bounds.map(({ high }) => high));
    for (const { recordId, low, high } of bounds) if (low > most || high < least) contradicted.add(recordId);
  }
  return contradicted;
}

/** The counts that a claim allows. "Nearly" and "about" say no bounds, so they are taken at their value. */
function boundsOf({ record: { recordId, data } }: Claim): { recordId: string; low: number; high: number } {
  const { qualifier, value } = data;
  switch (qualifier) {
    case 'atLeast':
    case 'moreThan':
      return { recordId, low: qualifier === 'atLeast' ? value : value + 1, high: Infinity };
    case 'atMost':
    case 'lessThan':
      return { recordId, low: -Infinity, high: qualifier === 'atMost' ? value : value - 1 };
    case 'exact':
    case 'nearly':
    case 'about':
      return { recordId, low: value, high: value };
  }
}

interface Counted {
  recorded: number;
  possible: number;
}

/** Compares claims, given in their order. With `until`, only those stated for a day by then are there. */
export function compareClaims(
  claims: Claim[],
  meetings: Meeting[],
  tally: Tally,
  until?: string,
): ComparedClaim[] {
  /** The claims before, by what they are about. */
  const earlier = new Map<string, { claim: Claim; counted: Counted | undefined }[]>();
  return claims
    .filter(({ span }) => until === undefined || span.latest <= until)
    .map((claim) => {
      const { initiativeId, recordId, version, occurredOn = '', data, sources } = claim.record;
      const counted = count(data, claim.span.latest, meetings, tally);
      const about = [data.metric, folded(data.scope), folded(data.label ?? '')].join('\n');
      const series = earlier.get(about) ?? [];
      // A step is one in time: other claims for the same day stand side by side.
      const previous = series.findLast((one) => one.claim.span.latest < claim.span.latest);
      series.push({ claim, counted });
      earlier.set(about, series);
      const [day, end] = [dayNumber(claim.span.latest), until === undefined ? Infinity : dayNumber(until)];
      const { total } = tally.select(({ earliest, latest }) =>
        earliest > day && latest <= end ? 'total' : undefined,
      );
      return {
        initiativeId,
        recordId,
        version,
        metric: data.metric,
        value: data.value,
        qualifier: data.qualifier,
        scope: data.scope,
        ...(data.label === undefined ? {} : { label: data.label }),
        ...(data.madeAt === undefined ? {} : { madeAt: data.madeAt }),
        occurredOn,
        ...(counted ? { ...counted, difference: counted.recorded - data.value } : {}),
        status: counted ? statusOf(data, counted) : 'not-comparable',
        ...(previous ? { previous: stepFrom(previous, data.value, counted) } : {}),
        since: { meetings: total.meetings, mous: total.mous, projects: total.projects },
        sources,
      };
    });
}

function stepFrom(
  { claim: { record }, counted: before }: { claim: Claim; counted: Counted | undefined },
  value: number,
  counted: Counted | undefined,
): NonNullable<ComparedClaim['previous']> {
  const claimedIncrease = value - record.data.value;
  const step = { recordId: record.recordId, value: record.data.value, claimedIncrease };
  if (!before || !counted) return step;
  const recordedIncrease = counted.recorded - before.recorded;
  return { ...step, recordedIncrease, difference: recordedIncrease - claimedIncrease };
}

/** Bounds never fail on their open side; what may have happened keeps a claim undecided. */
export function statusOf(
  { qualifier, value }: Pick<ClaimData, 'qualifier' | 'value'>,
  counted: Counted,
): ClaimStatus {
  const { recorded } = counted;
  const most = recorded + counted.possible;
  const either = (over: boolean, short: boolean, matches: boolean): ClaimStatus =>
    over ? 'over' : short ? 'short' : matches ? 'matches' : 'undecided';
  switch (qualifier) {
    case 'exact':
      return either(recorded > value, most < value, recorded === value && most === value);
    case 'atLeast':
      return either(false, most < value, recorded >= value);
    case 'moreThan':
      return either(false, most <= value, recorded > value);
    case 'atMost':
      return either(recorded > value, false, most <= value);
    case 'lessThan':
      return either(recorded >= value, false, most < value);
    case 'nearly':
    case 'about':
      return 'about';
  }
}

/** What the register counts for a claim's metric and scope up to a day; undefined: it does not count such things. */
function count(
  { metric, scope }: ClaimData,
  day: string,
  meetings: Meeting[],
  tally: Tally,
): Counted | undefined {
  const all = metrics[metric];
  if (!all) return undefined;
  const [name = '', value = ''] = splitScope(scope);
  const counted = (cut: Cut, of: (counts: Counts) => number = all): Counted => ({
    recorded: of(cut.total),
    possible: of(cut.possible),
  });
  switch (name) {
    case 'all':
      return counted(tally.counts('all', '', day));
    case 'meetings':
      return counted(tally.counts('all', '', day), atMeetings[metric]);
    case 'meeting':
    case 'series': {
      const chosen = meetings.filter(({ record }) =>
        name === 'meeting' ? record.recordId === value : folded(record.data.series ?? '') === folded(value),
      );
      if (metric === 'meetings') return heldBy(chosen, day);
      return counted(sum(chosen.map(({ record }) => tally.counts('meeting', record.recordId, day))));
    }
    case 'pillar':
    case 'zone': {
      if (metric === 'meetings') return undefined;
      const keys = tally.keys(name).filter((key) => folded(key) === folded(value));
      return counted(sum(keys.map((key) => tally.counts(name, key, day))));
    }
    case 'year':
      return counted(countYear(tally, value, day));
    default:
      return undefined;
  }
}

const metrics: Record<string, (counts: Counts) => number> = {
  mous: ({ mous }) => mous,
  projects: ({ projects }) => projects,
  meetings: ({ meetings }) => meetings,
};
const atMeetings: Record<string, (counts: Counts) => number> = {
  mous: ({ mousAtMeetings }) => mousAtMeetings,
  projects: ({ projectsAtMeetings }) => projectsAtMeetings,
};

function splitScope(scope: string): [name: string, value: string] {
  const colon = scope.indexOf(':');
  return colon === -1 ? [scope, ''] : [scope.slice(0, colon), scope.slice(colon + 1)];
}

const heldBy = (meetings: Meeting[], day: string): Counted => ({
  recorded: meetings.filter(({ latest }) => latest <= day).length,
  possible: meetings.filter(({ earliest, latest }) => latest > day && earliest <= day).length,
});

/** What surely happened in a year and by a day, and what may have. */
function countYear(tally: Tally, year: string, day: string): Cut {
  const first = dayNumber(`${year}-01-01`);
  const last = Math.min(dayNumber(`${year}-12-31`), dayNumber(day));
  return tally.select(({ earliest, latest }) =>
    earliest >= first && latest <= last
      ? 'total'
      : earliest <= last && latest >= first
        ? 'possible'
        : undefined,
  );
}

function sum(cuts: Cut[]): Cut {
  const all = { total: noCounts(), possible: noCounts() };
  for (const { total, possible } of cuts) {
    addCounts(all.total, total, 1);
    addCounts(all.possible, possible, 1);
  }
  return all;
}
