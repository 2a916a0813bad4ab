import { Type } from 'typebox';
import { administers, allGrants, covers, granted, grantsIn } from '../../access/rights.ts';
import { expiryOf, tokenDaysMax } from '../../access/token.ts';
import { tokenList, tokenView } from '../../answers/access.ts';
import { bodyOf, Instant, itemsOf, orNull } from '../../answers/schemas.ts';
import { Refusal } from '../../errors.ts';
import { invalid } from '../../ledger/posting.ts';
import { object, ref, Slug, text } from '../../shapes/fields.ts';
import { byRole, Grant, Grants, type GrantsByRole } from '../../shapes/grant.ts';
import { revokeToken, tokensOf } from '../../store/credentials.ts';
import { issueToken } from '../../store/principals.ts';
import type { App } from '../app.ts';
import type { Caller } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { guarded, requireOver } from './guarded.ts';

const tokenMembers = {
  tokenId: Type.String({ format: 'uuid' }),
  principalId: Slug,
  label: Type.String(),
  grants: Type.Optional(
    Type.Array(ref(Grant), {
      description: 'It gives no more than these. Absent: all of its principal.',
    }),
  ),
  createdAt: Instant,
  expires: Instant,
  revokedAt: orNull(Instant, 'null: it was not revoked.'),
  usedAt: orNull(Instant, 'When it was used last, within an hour; null: never.'),
};
const TokenBody = bodyOf('Token', 'A token, without its text.', tokenMembers);
const IssuedToken = bodyOf('IssuedToken', '', {
  ...tokenMembers,
  token: Type.String({ description: 'The token itself: shown here alone.' }),
});

/** What programs are known by: /v1/tokens. */
export function tokenRoutes(app: App, { store, authentication }: Ledger, clock: () => number): void {
  app.addSchema(TokenBody);
  app.addSchema(IssuedToken);

  app.post(
    '/v1/tokens',
    guarded({
      operationId: 'createToken',
      summary: 'Make a token',
      description: `For oneself, or for a principal whose rights one administers. It gives at most what its principal has, and never more than the token that asks. It ends after ${tokenDaysMax} days at the latest.`,
      body: object({
        principalId: Type.Optional(Slug),
        label: text(200),
        grants: Type.Optional(Grants),
        expires: Type.String({
          maxLength: 40,
          description: `An instant (RFC 3339), or days from now: 30d. At most ${tokenDaysMax} days ahead.`,
        }),
      }),
      response: { 201: jsonAnswer('Made', ref(IssuedToken)) },
    }),
    async ({ caller, body }, reply) => {
      const { principalId = caller.principal, label, expires } = body;
      await requireOver(store, caller, principalId);
      const nowMs = clock();
      const expiresAt = expiryOf(expires, nowMs);
      if (expiresAt === undefined)
        throw invalid({
          pointer: '/expires',
          detail: `must be an instant, or days such as 30d, and at most ${tokenDaysMax} days ahead`,
        });
      const grants = limitsOf(caller, principalId, body.grants);
      const { token, row } = await issueToken(store, { principalId, label, grants, expiresAt }, nowMs);
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...tokenView(row), token });
    },
  );

  app.get(
    '/v1/tokens',
    guarded({
      operationId: 'listTokens',
      summary: 'Tokens',
      description: "One's own; an administrator of all sees all. Their texts are not kept.",
      response: { 200: jsonAnswer('The tokens', itemsOf(TokenBody)) },
    }),
    async ({ caller }) => {
      const isOverAll = administers(caller.grants, allGrants);
      return { items: await tokenList(store, isOverAll ? undefined : caller.principal) };
    },
  );

  app.delete(
    '/v1/tokens/:tokenId',
    guarded({
      operationId: 'revokeToken',
      summary: 'End a token',
      description: 'From now on nobody is known by it, on any instance within seconds.',
      params: object({
        tokenId: Type.String({
          format: 'uuid',
          description: 'From the answer that made it, or the list.',
        }),
      }),
      response: { 204: { type: 'null', description: 'Ended' } },
    }),
    async ({ caller, params: { tokenId } }, reply) => {
      const none = new Refusal('token-not-found', `There is no token ${tokenId} that you may end.`);
      const row = (await tokensOf(store.db)).find((one) => one.token_id === tokenId);
      if (!row) throw none;
      await requireOver(store, caller, row.principal_id).catch(() => Promise.reject(none));
      await store.durably(revokeToken(tokenId, clock()));
      authentication.forget();
      return reply.code(204).send();
    },
  );
}

/** What a new token gives at most; undefined: all of its principal. Refuses what is more than the caller itself has. */
function limitsOf(
  { principal, authority, grants }: Caller,
  principalId: string,
  asked: Grant[] | undefined,
): GrantsByRole | undefined {
  // The caller administers everything that another principal has.
  if (principalId !== principal) return asked && byRole(asked);
  const limits = asked ? byRole(asked) : typeof authority === 'string' ? {} : byRole(grantsIn(authority));
  if (asked && !covers(grants, granted(limits)))
    throw new Refusal('forbidden', 'A token can give no more than the one that asks for it.');
  return limits;
}
