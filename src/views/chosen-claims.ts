import { type SqlBool, sql } from 'kysely';
import type { Visible } from '../access/visible.ts';
import type { Db } from '../db/schema.ts';
import { scopeKey } from '../shapes/claim-scope.ts';
import { matches, type Wanted } from '../shapes/record-filter.ts';
import { mapInTurns } from '../turns.ts';
import {
  type Claim,
  type ClaimStatus,
  type ComparedClaim,
  claimsOf,
  comparing,
  contradictedAmong,
} from './claims.ts';
import type { ScopeCounts } from './counts.ts';
import { initiativesWhere } from './initiatives.ts';

/** Of a list any value will do. */
interface ClaimFilters {
  wanted: Wanted;
  metric?: readonly string[] | undefined;
  scope?: readonly string[] | undefined;
  status?: readonly ClaimStatus[] | undefined;
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
  const compare = comparing({ db, counts, initiativeId, position }, all, chosen, filters.until);
  if (status === undefined) return { claims: chosen, compare };
  const compared = new Map<Claim, ComparedClaim>();
  for (let from = 0; from < chosen.length; from += comparedAtOnce) {
    const some = chosen.slice(from, from + comparedAtOnce);
    for (const [i, one] of (await compare(some)).entries())
      if (some[i] && status.includes(one.status)) compared.set(some[i], one);
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
  { wanted, metric, scope, conflicting, until }: ClaimFilters,
): Promise<readonly Claim[]> {
  const contradicted = conflicting === undefined ? undefined : await contradictedAmong(all);
  const scopes = scope && new Set(scope.map(scopeKey));
  const isChosen = await mapInTurns(
    all,
    (claim) =>
      (until === undefined || claim.span.latest <= until) &&
      (contradicted === undefined || contradicted.has(claim) === conflicting) &&
      (!metric || metric.includes(claim.record.data.metric)) &&
      (!scopes || scopes.has(scopeKey(claim.record.data.scope))) &&
      matches(claim.record, wanted),
  );
  return all.filter((_, i) => isChosen[i]);
}

const hasClaims = (position: number) => sql<SqlBool>`exists (select 1 from records as claim
  where claim.initiative_id = records.initiative_id and claim.kind = 'claim' and claim.standing = 1
    and claim.position <= ${position} and (claim.to_position is null or claim.to_position > ${position}))`;

/** The standing initiatives with standing claims, after an id, in the order of ids. */
export const initiativesWithClaims = (db: Db, visible: Visible, position: number, after: string) =>
  initiativesWhere(db, visible, position, 1, hasClaims(position), after);
