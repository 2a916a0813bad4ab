import { type SqlBool, sql } from 'kysely';
import type { Visible } from '../access/visible.ts';
import type { Db } from '../db/schema.ts';
import { folded } from '../shapes/folded.ts';
import { mapInTurns } from '../turns.ts';
import {
  areAboutMeetings,
  type Claim,
  type ClaimStatus,
  type ComparedClaim,
  Comparison,
  claimsOf,
  contradictedAmong,
  previousAmong,
} from './claims.ts';
import type { ScopeCounts } from './counts.ts';
import { initiativesWhere } from './initiatives.ts';
import { type Meeting, meetingsOf } from './meetings.ts';

interface ClaimFilters {
  metric?: string | undefined;
  scope?: string | undefined;
  status?: ClaimStatus | undefined;
  conflicting?: boolean | undefined;
  /** A day: only claims that are stated for this day or an earlier one. */
  until?: string | undefined;
}

/** Claims that match some filters. They are compared page by page, so that counting them compares none. */
export interface ChosenClaims {
  claims: readonly Claim[];
  compare(claims: readonly Claim[]): Promise<ComparedClaim[]>;
}

export async function chosenClaims(
  db: Db,
  counts: ScopeCounts,
  initiativeId: string,
  position: number,
  { status, ...filters }: ClaimFilters,
): Promise<ChosenClaims> {
  const all = await claimsOf(db, initiativeId, position);
  const chosen = await chosenAmong(all, filters);
  let previous: Promise<Map<Claim, Claim>> | undefined;
  let meetings: Promise<Meeting[]> | undefined;
  const compare = async (claims: readonly Claim[]): Promise<ComparedClaim[]> => {
    if (claims.length === 0) return [];
    previous ??= previousAmong(all);
    if (areAboutMeetings(claims)) meetings ??= meetingsOf(db, initiativeId, position);
    const [before, held] = [await previous, (await meetings) ?? []];
    const comparison = await counts.at(
      initiativeId,
      position,
      (tally) => new Comparison(claims, before, held, tally, filters.until),
    );
    return comparison.compared();
  };
  if (status === undefined) return { claims: chosen, compare };
  const compared = new Map<Claim, ComparedClaim>();
  for (let from = 0; from < chosen.length; from += comparedAtOnce) {
    const some = chosen.slice(from, from + comparedAtOnce);
    for (const [i, one] of (await compare(some)).entries())
      if (some[i] && one.status === status) compared.set(some[i], one);
  }
  return {
    claims: [...compared.keys()],
    compare: async (claims) => claims.flatMap((claim) => compared.get(claim) ?? []),
  };
}

/** The number of claims that are compared in one turn. */
const comparedAtOnce = 1_000;

async function chosenAmong(
  all: readonly Claim[],
  { metric, scope, conflicting, until }: ClaimFilters,
): Promise<readonly Claim[]> {
  if ([metric, scope, conflicting, until].every((filter) => filter === undefined)) return all;
  const contradicted = conflicting === undefined ? undefined : await contradictedAmong(all);
  const wanted = scope === undefined ? undefined : folded(scope);
  const isChosen = await mapInTurns(
    all,
    (claim) =>
      (until === undefined || claim.span.latest <= until) &&
      (contradicted === undefined || contradicted.has(claim) === conflicting) &&
      (metric === undefined || claim.record.data.metric === metric) &&
      (wanted === undefined || folded(claim.record.data.scope) === wanted),
  );
  return all.filter((_, i) => isChosen[i]);
}

const hasClaims = (position: number) => sql<SqlBool>`exists (select 1 from records as claim
  where claim.initiative_id = records.initiative_id and claim.kind = 'claim' and claim.standing = 1
    and claim.position <= ${position} and (claim.to_position is null or claim.to_position > ${position}))`;

/** The standing initiatives with standing claims, after an id, in the order of ids. */
export const initiativesWithClaims = (db: Db, visible: Visible, position: number, after: string) =>
  initiativesWhere(db, visible, position, 1, hasClaims(position), after);
