import type { Db } from '../db/schema.ts';
import {
  type Cell,
  type Counts,
  dayNumber,
  noCounts,
  type Tallied,
  type Tally,
} from '../projections/tally.ts';
import { boundsOf } from '../shapes/claim-bounds.ts';
import { type EdtfSpan, parseEdtf } from '../shapes/edtf.ts';
import { folded } from '../shapes/folded.ts';
import type { ClaimData, LedgerRecord } from '../shapes/record.ts';
import { mapInTurns } from '../turns.ts';
import { cellsByDays, DaySums, lastDayOf } from './day-sums.ts';
import type { Announced, Meeting } from './meetings.ts';
import { standingOf } from './records.ts';

export const claimStatuses = ['matches', 'over', 'short', 'undecided', 'about', 'not-comparable'] as const;
export type ClaimStatus = (typeof claimStatuses)[number];

/** A published figure beside the count of the register for the same thing up to the same day. */
export type ComparedClaim = Awaited<ReturnType<Comparison['compared']>>[number];

export interface Claim {
  record: LedgerRecord<'claim'>;
  span: EdtfSpan;
  /** The last day of its date, for which it is stated, and the first day. The first is 0 where nobody knows it. */
  day: number;
  begins: number;
  made: number;
}

/** The standing claims in order: latest day, earliest day, position. ofMeetings: only those about meetings. */
export async function claimsOf(
  db: Db,
  initiativeId: string,
  position: number,
  ofMeetings = false,
): Promise<Claim[]> {
  const records = await standingOf(db, initiativeId, 'claim', position, ofMeetings);
  const claims = await mapInTurns(records, ({ record, made }) => {
    const span = parseEdtf(record.occurredOn ?? '') ?? { latest: '' };
    return { record, made, span, day: dayNumber(span.latest), begins: dayNumber(span.earliest ?? '') };
  });
  return claims.sort((a, b) => a.day - b.day || a.begins - b.begins || a.made - b.made);
}

/**
 * The claims that contradict another one of the same metric, scope and last day: no count satisfies both. The label makes a
 * difference only in the scope `other`, where nothing else says what is counted.
 */
export async function contradictedAmong(claims: readonly Claim[]): Promise<Set<Claim>> {
  const fold = folding();
  const series = new Map<string, { claim: Claim; low: number; high: number }[]>();
  await mapInTurns(claims, (claim) => {
    const { metric, scope, label = '' } = claim.record.data;
    const about = [metric, fold(scope), scope === 'other' ? fold(label) : '', claim.day].join('\n');
    const some = series.get(about) ?? [];
    some.push({ claim, ...boundsOf(claim.record.data) });
    series.set(about, some);
  });
  const contradicted = new Set<Claim>();
  await mapInTurns([...series.values()], (some) => {
    const least = some.reduce((least, { low }) => Math.max(least, low), -Infinity);
    const most = some.reduce((most, { high }) => Math.min(most, high), Infinity);
    for (const { claim, low, high } of some) if (low > most || high < least) contradicted.add(claim);
  });
  return contradicted;
}

interface Counted {
  recorded: number;
  possible: number;
}

/**
 * Compares some claims of an initiative with the counts of the register. The constructor takes the counts that it needs from the
 * tally. The claims are compared later, in turns with other requests.
 */
export class Comparison {
  readonly #claims: readonly Claim[];
  readonly #previous: ReadonlyMap<Claim, Claim>;
  readonly #sums: ScopeSums;
  readonly #happened: DaySums;

  /** previous: by `previousAmong`. meetings: may be empty if no claim is about meetings (`areAboutMeetings`). */
  constructor(
    claims: readonly Claim[],
    previous: ReadonlyMap<Claim, Claim>,
    meetings: Meeting[],
    tally: Tally,
    until?: string,
  ) {
    this.#claims = claims;
    this.#previous = previous;
    const counted = claims.flatMap((claim) => [claim, previous.get(claim) ?? []].flat());
    const end = until === undefined ? Infinity : dayNumber(until);
    const days = daysOf(counted, end);
    this.#sums = new ScopeSums(counted, meetings, tally, days);
    const cells = claims.length === 0 ? [] : cellsByDays(tally, 'all', '', days);
    this.#happened = new DaySums(cells.filter(({ latest }) => latest <= end));
  }

  compared() {
    return mapInTurns(this.#claims, (claim) => this.#one(claim));
  }

  #one(claim: Claim) {
    const { initiativeId, recordId, version, occurredOn = '', data, sources } = claim.record;
    const counted = this.#sums.count(claim);
    const previous = this.#previous.get(claim);
    const since = this.#happened.after(claim.day);
    return {
      initiativeId,
      recordId,
      version,
      metric: data.metric,
      value: data.value,
      qualifier: data.qualifier,
      scope: data.scope,
      ...(data.label !== undefined && { label: data.label }),
      ...(data.madeAt !== undefined && { madeAt: data.madeAt }),
      occurredOn,
      ...(counted && { ...counted, difference: counted.recorded - data.value }),
      status: counted ? statusOf(data, counted) : ('not-comparable' as const),
      ...(previous && {
        previous: stepFrom(previous.record, this.#sums.count(previous), data.value, counted),
      }),
      since: { meetings: since.meetings, mous: since.mous, projects: since.projects },
      sources,
    };
  }
}

/** The days that the comparison of the claims needs, in order. */
function daysOf(claims: readonly Claim[], end: number): number[] {
  const days = new Set<number>(end === Infinity ? [] : [end]);
  for (const { record, day } of claims) {
    days.add(day);
    const { name, value } = scopeOf(record.data);
    if (name === 'year') days.add(lastDayOf(Number(value) - 1)).add(lastDayOf(Number(value)));
  }
  return [...days].sort((a, b) => a - b);
}

/** For each claim the claim before it with the same metric, scope and label. The claims must be in order. */
export async function previousAmong(claims: readonly Claim[]): Promise<Map<Claim, Claim>> {
  const previous = new Map<Claim, Claim>();
  const series = new Map<string, { last: Claim; before: Claim | undefined }>();
  const fold = folding();
  await mapInTurns(claims, (claim) => {
    const { metric, scope, label = '' } = claim.record.data;
    const about = `${metric}\n${fold(scope)}\n${fold(label)}`;
    const known = series.get(about);
    // A step leads from an earlier day: other claims for the same day stand side by side.
    const before = known && known.last.day < claim.day ? known.last : known?.before;
    if (before) previous.set(claim, before);
    series.set(about, { last: claim, before });
  });
  return previous;
}

/** Folds each text once, because thousands of claims may have the same. */
function folding(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const result = known.get(text) ?? folded(text);
    known.set(text, result);
    return result;
  };
}

function stepFrom(
  { recordId, data }: LedgerRecord<'claim'>,
  before: Counted | undefined,
  value: number,
  counted: Counted | undefined,
) {
  const claimedIncrease = value - data.value;
  const step = { recordId, value: data.value, claimedIncrease };
  if (!before || !counted) return step;
  const recordedIncrease = counted.recorded - before.recorded;
  return { ...step, recordedIncrease, difference: recordedIncrease - claimedIncrease };
}

/** A bound never fails on its open side. Possible occurrences keep a claim undecided. */
export function statusOf(
  data: Pick<ClaimData, 'qualifier' | 'value'>,
  { recorded, possible }: Counted,
): ClaimStatus {
  const { low, high } = boundsOf(data);
  if (recorded > high) return 'over';
  if (recorded + possible < low) return 'short';
  if (recorded < low || recorded + possible > high) return 'undecided';
  return data.qualifier === 'nearly' || data.qualifier === 'about' ? 'about' : 'matches';
}

/** The counted member of each metric: in all scopes, and in the scope of the meetings. */
const metrics = new Map<string, { all: keyof Counts; atMeetings: keyof Counts }>([
  ['mous', { all: 'mous', atMeetings: 'mousAtMeetings' }],
  ['projects', { all: 'projects', atMeetings: 'projectsAtMeetings' }],
  ['meetings', { all: 'meetings', atMeetings: 'meetings' }],
]);

/** Whether any of the claims is about one meeting or about a series. */
export const areAboutMeetings = (claims: readonly Claim[]): boolean =>
  claims.some(({ record }) => /^(?:meeting|series):/.test(record.data.scope));

/** The counts by day of each scope that claims name. */
class ScopeSums {
  readonly #cells = new Map<string, readonly Cell[]>();
  /** The sums of a scope, made at its first use. */
  readonly #sums = new Map<string, DaySums>();

  constructor(claims: readonly Claim[], meetings: Meeting[], tally: Tally, days: readonly number[]) {
    const cellsOf = cellsIn(meetings, tally, days);
    for (const { record } of claims) {
      const scope = scopeOf(record.data);
      if (!this.#cells.has(scope.cells)) this.#cells.set(scope.cells, cellsOf(scope));
    }
  }

  /** The count of the register for a claim up to its day; undefined if the register does not count such things. */
  count({ record: { data }, day }: Claim): Counted | undefined {
    const { name, value, cells } = scopeOf(data);
    const metric = metrics.get(data.metric);
    const isDivided = name !== 'pillar' && name !== 'zone';
    if (!metric || name === 'other' || (data.metric === 'meetings' && !isDivided)) return undefined;
    const sums = this.#sums.get(cells) ?? new DaySums(this.#cells.get(cells) ?? []);
    this.#sums.set(cells, sums);
    const { total, possible } = name === 'year' ? sums.inYear(Number(value), day) : sums.upTo(day);
    const member = name === 'meetings' ? metric.atMeetings : metric.all;
    return { recorded: total[member], possible: possible[member] };
  }
}

interface Scope {
  name: string;
  /** Folded. */
  value: string;
  /** Scopes that count the same cells have the same text here. */
  cells: string;
}

function scopeOf({ scope }: ClaimData): Scope {
  const colon = scope.indexOf(':');
  const name = colon === -1 ? scope : scope.slice(0, colon);
  const value = colon === -1 ? '' : folded(scope.slice(colon + 1));
  return { name, value, cells: name === 'meetings' || name === 'year' ? 'all:' : `${name}:${value}` };
}

/** Gives the cells that a scope counts. Each index that leads to them is made once for all scopes, at its first use. */
function cellsIn(meetings: Meeting[], tally: Tally, days: readonly number[]): (scope: Scope) => Cell[] {
  const cells = (dimension: Tallied, key: string): Cell[] => cellsByDays(tally, dimension, key, days);
  /** The cells of meetings and of their milestones. */
  const cellsOfMeetings = (some: Meeting[] = []): Cell[] =>
    some.flatMap(({ record, earliest, latest }) => [
      { earliest: dayNumber(earliest), latest: dayNumber(latest), counts: { ...noCounts(), meetings: 1 } },
      ...cells('meeting', record.recordId),
    ]);
  const byId = once(() => Map.groupBy(meetings, ({ record }) => record.recordId));
  const bySeries = once(() => Map.groupBy(meetings, ({ record }) => folded(record.data.series ?? '')));
  const keys = {
    pillar: once(() => Map.groupBy(tally.keys('pillar'), folded)),
    zone: once(() => Map.groupBy(tally.keys('zone'), folded)),
  };
  return ({ name, value }) => {
    switch (name) {
      case 'meeting':
        return cellsOfMeetings(byId().get(value));
      case 'series':
        return cellsOfMeetings(bySeries().get(value));
      case 'pillar':
      case 'zone':
        return (keys[name]().get(value) ?? []).flatMap((key) => cells(name, key));
      case 'other':
        return [];
      default:
        return cells('all', '');
    }
  };
}

/** Makes an object at its first use. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The figures that claims announced for each meeting. With `until`, only claims count that are stated for a day by then. */
export function announcedIn(claims: readonly Claim[], until?: string): Map<string, Announced> {
  const announced = new Map<string, Announced>();
  for (const { record, span } of claims) {
    const { metric, scope } = record.data;
    if (!scope.startsWith('meeting:') || (metric !== 'mous' && metric !== 'projects')) continue;
    if (until !== undefined && span.latest > until) continue;
    const meetingId = scope.slice('meeting:'.length);
    const known = announced.get(meetingId) ?? { mous: 0, projects: 0 };
    known[metric] = Math.max(known[metric], boundsOf(record.data).low);
    announced.set(meetingId, known);
  }
  return announced;
}
