import type { Db } from '../db/schema.ts';
import { dayNumber } from '../projections/tally.ts';
import { boundsOf } from '../shapes/claim-bounds.ts';
import { meetingAlone, scopeKey } from '../shapes/claim-scope.ts';
import { type EdtfSpan, parseEdtf } from '../shapes/edtf.ts';
import { folded } from '../shapes/folded.ts';
import type { PartyNames } from '../shapes/party-names.ts';
import type { ClaimData, LedgerRecord } from '../shapes/record.ts';
import { mapInTurns } from '../turns.ts';
import {
  type Counted,
  cellsIn,
  isAboutMeetings,
  joinedCells,
  type Scope,
  ScopeSums,
  scopeOf,
} from './claim-scopes.ts';
import type { ScopeCounts } from './counts.ts';
import { cellsByDays, DaySums, lastDayOf } from './day-sums.ts';
import { type Announced, meetingsOf } from './meetings.ts';
import { partyNamesAt } from './party-names.ts';
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
  const [fold, keyOf] = [remembering(folded), remembering(scopeKey)];
  const series = new Map<string, { claim: Claim; low: number; high: number }[]>();
  await mapInTurns(claims, (claim) => {
    const { metric, scope, label = '' } = claim.record.data;
    const about = [metric, keyOf(scope), scope === 'other' ? fold(label) : '', claim.day].join('\n');
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

/** The initiative whose claims are compared, and as of when. */
export interface Place {
  db: Db;
  counts: ScopeCounts;
  initiativeId: string;
  position: number;
}

/**
 * Gives the function that compares some of the chosen claims of an initiative with the counts of the register. What all of them need is
 * read once, when the first are compared. all: the claims among which the previous ones are looked for, in order.
 */
export function comparing(
  { db, counts, initiativeId, position }: Place,
  all: readonly Claim[],
  chosen: readonly Claim[],
  until?: string,
): (claims: readonly Claim[]) => Promise<ComparedClaim[]> {
  const end = until === undefined ? Infinity : dayNumber(until);
  const read = async () => {
    const previous = await previousAmong(all);
    const names = await partyNamesAt(db, position);
    const { scopes, days } = await neededBy(chosen, previous, names, end);
    const some = [...scopes.values()];
    const meetings = some.some(isAboutMeetings) ? await meetingsOf(db, initiativeId, position) : [];
    const joined = await joinedCells(db, initiativeId, position, some, meetings, days, names);
    return { previous, names, meetings, joined };
  };
  let reading: ReturnType<typeof read> | undefined;
  return async (claims) => {
    if (claims.length === 0) return [];
    reading ??= read();
    const { previous, names, meetings, joined } = await reading;
    const { scopes, days } = await neededBy(claims, previous, names, end);
    const comparison = await counts.at(initiativeId, position, (tally) => {
      const happened = cellsByDays(tally, 'all', '', days).filter(({ latest }) => latest <= end);
      const sums = new ScopeSums(scopes, cellsIn(meetings, joined, tally, days));
      return new Comparison(claims, previous, sums, new DaySums(happened));
    });
    return comparison.compared();
  };
}

/** The scopes of claims and of those before them, and the days that their comparison asks about, in order. */
async function neededBy(
  claims: readonly Claim[],
  previous: ReadonlyMap<Claim, Claim>,
  names: PartyNames,
  end: number,
) {
  const scopes = new Map<string, Scope>();
  const days = new Set<number>(end === Infinity ? [] : [end]);
  const need = ({ record: { data }, day }: Claim): void => {
    days.add(day);
    if (scopes.has(data.scope)) return;
    const scope = scopeOf(data.scope, names);
    scopes.set(data.scope, scope);
    if (scope.year !== undefined) days.add(lastDayOf(scope.year - 1)).add(lastDayOf(scope.year));
  };
  await mapInTurns(claims, (claim) => {
    need(claim);
    const before = previous.get(claim);
    if (before) need(before);
  });
  return { scopes, days: [...days].sort((a, b) => a - b) };
}

/** Compares claims in turns with other requests. */
class Comparison {
  readonly #claims: readonly Claim[];
  readonly #previous: ReadonlyMap<Claim, Claim>;
  readonly #sums: ScopeSums;
  readonly #happened: DaySums;

  /** happened: the counts of all that had surely happened. */
  constructor(
    claims: readonly Claim[],
    previous: ReadonlyMap<Claim, Claim>,
    sums: ScopeSums,
    happened: DaySums,
  ) {
    this.#claims = claims;
    this.#previous = previous;
    this.#sums = sums;
    this.#happened = happened;
  }

  compared() {
    return mapInTurns(this.#claims, (claim) => this.#one(claim));
  }

  #one(claim: Claim) {
    const { initiativeId, recordId, version, occurredOn = '', data, sources } = claim.record;
    const counted = this.#sums.count(claim.record.data, claim.day);
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
        previous: stepFrom(
          previous.record,
          this.#sums.count(previous.record.data, previous.day),
          data.value,
          counted,
        ),
      }),
      since: { meetings: since.meetings, mous: since.mous, projects: since.projects },
      sources,
    };
  }
}

/** For each claim the claim before it with the same metric, scope and label. The claims must be in order. */
async function previousAmong(claims: readonly Claim[]): Promise<Map<Claim, Claim>> {
  const previous = new Map<Claim, Claim>();
  const series = new Map<string, { last: Claim; before: Claim | undefined }>();
  const [fold, keyOf] = [remembering(folded), remembering(scopeKey)];
  await mapInTurns(claims, (claim) => {
    const { metric, scope, label = '' } = claim.record.data;
    const about = `${metric}\n${keyOf(scope)}\n${fold(label)}`;
    const known = series.get(about);
    // A step leads from an earlier day: other claims for the same day stand side by side.
    const before = known && known.last.day < claim.day ? known.last : known?.before;
    if (before) previous.set(claim, before);
    series.set(about, { last: claim, before });
  });
  return previous;
}

/** Computes each text once, because thousands of claims may have the same. */
function remembering(of: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const result = known.get(text) ?? of(text);
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

/** The figures that claims announced for each meeting. With `until`, only claims count that are stated for a day by then. */
export function announcedIn(claims: readonly Claim[], until?: string): Map<string, Announced> {
  const announced = new Map<string, Announced>();
  for (const { record, span } of claims) {
    const { metric, scope } = record.data;
    const meetingId = meetingAlone(scope);
    if (meetingId === undefined || (metric !== 'mous' && metric !== 'projects')) continue;
    if (until !== undefined && span.latest > until) continue;
    const known = announced.get(meetingId) ?? { mous: 0, projects: 0 };
    known[metric] = Math.max(known[metric], boundsOf(record.data).low);
    announced.set(meetingId, known);
  }
  return announced;
}
