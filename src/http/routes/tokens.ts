import { Type } from 'typebox';
import { administers, allGrants, covers, granted, grantsIn } from '../../access/rights.ts';
import { expiryOf, tokenDaysMax } from '../../access/token.ts';
import { instantOf } from '../../db/rows.ts';
import type { TokenRow } from '../../db/schema.ts';
import { Refusal } from '../../errors.ts';
import { missing } from '../../ledger/authorize.ts';
import { invalid } from '../../ledger/posting.ts';
import { closed, ref, Slug, text } from '../../shapes/fields.ts';
import { byRole, everyInitiative, Grant, Grants, type GrantsByRole } from '../../shapes/grant.ts';
import { revokeToken, tokensOf } from '../../store/credentials.ts';
import { issueToken } from '../../store/principals.ts';
import type { Store } from '../../store/store.ts';
import { principalsAt } from '../../views/principals.ts';
import type { App } from '../app.ts';
import type { Caller } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { refuseOpen } from './principals.ts';

const tags = ['access'];
const Instant = Type.String({ format: 'date-time' });
const orNull = (schema: ReturnType<typeof Type.String>, description: string) =>
  Type.Union([schema, Type.Null()], { description });

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
const TokenBody = Type.Object(tokenMembers, {
  $id: 'Token',
  ...closed,
  description: 'A token, without its text.',
});
const IssuedToken = Type.Object(
  { ...tokenMembers, token: Type.String({ description: 'The token itself: shown here alone.' }) },
  { $id: 'IssuedToken', ...closed },
);

const querystring = Type.Object({}, closed);

/** What programs are known by: /v1/tokens. */
export function tokenRoutes(app: App, { store, authentication }: Ledger, clock: () => number): void {
  app.addSchema(TokenBody);
  app.addSchema(IssuedToken);

  app.post(
    '/v1/tokens',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'createToken',
        summary: 'Make a token',
        description: `For oneself, or for a principal whose rights one administers. It gives at most what its principal has, and never more than the token that asks. It ends after ${tokenDaysMax} days at the latest.`,
        tags,
        querystring,
        body: Type.Object(
          {
            principalId: Type.Optional(Slug),
            label: text(200),
            grants: Type.Optional(Grants),
            expires: Type.String({
              maxLength: 40,
              description: `An instant (RFC 3339), or days from now: 30d. At most ${tokenDaysMax} days ahead.`,
            }),
          },
          closed,
        ),
        response: {
          201: jsonAnswer('Made', ref(IssuedToken)),
        },
      },
    },
    async ({ caller, body }, reply) => {
      refuseOpen(caller);
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
      const { tokenId, token } = await issueToken(store, { principalId, label, grants, expiresAt }, nowMs);
      const row = (await tokensOf(store.db, principalId)).find((one) => one.token_id === tokenId);
      if (!row) throw new Error('a token that was made is not there');
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...tokenView(row), token });
    },
  );

  app.get(
    '/v1/tokens',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'listTokens',
        summary: 'Tokens',
        description: "One's own; an administrator of all sees all. Their texts are not kept.",
        tags,
        querystring,
        response: {
          200: {
            description: 'The tokens',
            content: {
              'application/json': { schema: Type.Object({ items: Type.Array(ref(TokenBody)) }, closed) },
            },
          },
        },
      },
    },
    async ({ caller }) => {
      refuseOpen(caller);
      const isOverAll = administers(caller.grants, allGrants);
      const rows = await tokensOf(store.db, isOverAll ? undefined : caller.principal);
      return { items: rows.map(tokenView) };
    },
  );

  app.delete(
    '/v1/tokens/:tokenId',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'revokeToken',
        summary: 'End a token',
        description: 'From now on nobody is known by it, on any instance within seconds.',
        tags,
        params: Type.Object(
          {
            tokenId: Type.String({
              format: 'uuid',
              description: 'From the answer that made it, or the list.',
            }),
          },
          closed,
        ),
        querystring,
        response: { 204: { description: 'Ended' } },
      },
    },
    async ({ caller, params: { tokenId } }, reply) => {
      refuseOpen(caller);
      const row = (await tokensOf(store.db)).find((one) => one.token_id === tokenId);
      const isOver =
        row &&
        (await requireOver(store, caller, row.principal_id).then(
          () => true,
          () => false,
        ));
      if (!isOver) throw new Refusal('token-not-found', `There is no token ${tokenId} that you may end.`);
      await store.durably(revokeToken(tokenId, clock()));
      authentication.forget();
      return reply.code(204).send();
    },
  );
}

/** Throws where the caller may not give out, or take back, what a principal has. evenDisabled: also of one that may do nothing. */
export async function requireOver(
  store: Store,
  caller: Caller,
  principalId: string,
  evenDisabled = false,
): Promise<void> {
  if (principalId === caller.principal) return;
  const { position } = await store.head();
  const principal = (await principalsAt(store.db, position)).find((one) => one.principalId === principalId);
  const isThere = principal && (principal.enabled || evenDisabled);
  if (!isThere || !administers(caller.grants, principal.grants)) throw missing('administer', everyInitiative);
}

/** What a new token gives at most; undefined: all of its principal. Throws where that is more than the caller itself has. */
function limitsOf(
  { principal, authority, grants }: Caller,
  principalId: string,
  asked: Grant[] | undefined,
): GrantsByRole | undefined {
  // Of another principal all is administered.
  if (principalId !== principal) return asked && byRole(asked);
  const limits = asked ? byRole(asked) : typeof authority === 'string' ? {} : byRole(grantsIn(authority));
  if (asked && !covers(grants, granted(limits)))
    throw new Refusal('forbidden', 'A token can give no more than the one that asks for it.');
  return limits;
}

const tokenView = (row: TokenRow) => ({
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
