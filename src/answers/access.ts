import { type Access, rightNeeded } from '../access/access.ts';
import { type Granted, granted, grantsIn, may, type Right, rightsGivenBy } from '../access/rights.ts';
import { instantOf } from '../db/rows.ts';
import type { TokenRow } from '../db/schema.ts';
import { Refusal } from '../errors.ts';
import { everyInitiative, type Grant, type GrantsByRole, roles } from '../shapes/grant.ts';
import { knownPrincipals, tokensOf } from '../store/credentials.ts';
import type { ReadStore } from '../store/store.ts';
import type { At } from '../views/at.ts';
import { type Principal, principalNow, principalsAt, rightSince, ruleFor } from '../views/principals.ts';

// Who may do what, as the API and the pages tell it.

/** A route, and what it needs of whoever asks. */
export interface RouteServed {
  method: string;
  /** As in the OpenAPI document. */
  path: string;
  access: Access;
}

/** What each role gives. */
export const roleTable = roles.map((role) => ({
  role,
  rights: rightsGivenBy({ role, initiativeId: everyInitiative }),
}));

/** Each right that some grants give, where it holds, and the grant that gives it. */
export const rightsBy = (grants: Granted): { right: Right; initiativeId: string; rule: Grant }[] =>
  grantsIn(grants).flatMap((rule) =>
    rightsGivenBy(rule).map((right) => ({ right, initiativeId: rule.initiativeId, rule })),
  );

/** Each principal that had a right at a moment, by which rule, and the event since which it had it without a break. */
export async function holdersOf({ db }: ReadStore, at: At, right: Right, initiativeId: string) {
  const labels = await knownPrincipals(db);
  const holders = [];
  for (const principal of await principalsAt(db, at.position)) {
    const rule = ruleFor(principal, right, initiativeId);
    if (!rule) continue;
    const position = await rightSince(db, principal, right, initiativeId);
    const { event_id, recorded_at, recorded_by } = await db
      .selectFrom('events')
      .select(['event_id', 'recorded_at', 'recorded_by'])
      .where('position', '=', position)
      .executeTakeFirstOrThrow();
    holders.push({
      principalId: principal.principalId,
      label: labels.get(principal.principalId)?.label ?? null,
      rule,
      since: {
        position,
        eventId: event_id,
        recordedAt: instantOf(recorded_at),
        recordedBy: recorded_by,
      },
    });
  }
  return holders;
}

/** Why a principal may, or may not, have what a route gives. Throws a Refusal where there is no such principal or route. */
export async function explainedFor(
  store: ReadStore,
  routes: readonly RouteServed[],
  principalId: string,
  route: string,
  initiativeId?: string,
) {
  const principal = await principalNow(store, principalId);
  if (!principal) throw new Refusal('principal-not-found', `There is no principal ${principalId}.`);
  return explained(principal, routes, route, initiativeId);
}

/** The same for somebody whose rights are known. */
export function explained(
  principal: Pick<Principal, 'principalId' | 'enabled' | 'grants'>,
  routes: readonly RouteServed[],
  route: string,
  initiativeId?: string,
) {
  const named = routes.find(({ method, path }) => `${method} ${path}` === route);
  if (!named) throw new Refusal('not-found', `GET /v1/access lists no route ${route}.`);
  const { access } = named;
  return { needs: access, grants: grantsIn(principal.grants), ...decided(principal, access, initiativeId) };
}

function decided(
  { principalId, enabled, grants }: Pick<Principal, 'principalId' | 'enabled' | 'grants'>,
  access: Access,
  initiativeId?: string,
): { allowed: boolean; rule?: Grant; explanation: string } {
  if (access === 'nothing') return { allowed: true, explanation: 'The route needs nothing.' };
  if (!enabled) return { allowed: false, explanation: `${principalId} is disabled.` };
  if (access === 'principal')
    return { allowed: true, explanation: 'The route is for everybody who is known.' };
  const right: Right = rightNeeded(access, initiativeId);
  const rule = may(grants, right, initiativeId);
  const where =
    initiativeId === undefined || initiativeId === everyInitiative ? 'all initiatives' : initiativeId;
  return rule
    ? {
        allowed: true,
        rule,
        explanation: `The role ${rule.role} in ${rule.initiativeId === everyInitiative ? 'all initiatives' : rule.initiativeId} gives the right to ${right} in ${where}.`,
      }
    : { allowed: false, explanation: `No grant gives the right to ${right} in ${where}.` };
}

/** The tokens of one principal, or of all, without their texts. */
export const tokenList = async ({ db }: ReadStore, principalId?: string) =>
  (await tokensOf(db, principalId)).map(tokenView);

/** A token as answers show it. */
export const tokenView = (row: TokenRow) => ({
  tokenId: row.token_id,
  principalId: row.principal_id,
  label: row.label,
  // Written by this ledger.
  ...(row.grants === null ? {} : { grants: grantsIn(granted(JSON.parse(row.grants) as GrantsByRole)) }),
  createdAt: instantOf(row.created_at),
  expires: instantOf(row.expires_at),
  revokedAt: row.revoked_at === null ? null : instantOf(row.revoked_at),
  usedAt: row.used_at === null ? null : instantOf(row.used_at),
});
