import { Type } from 'typebox';
import { type Access, accesses } from '../../access/access.ts';
import { rights } from '../../access/rights.ts';
import { explainedFor, holdersOf, type RouteServed, rightsBy } from '../../answers/access.ts';
import { moment } from '../../answers/parameters.ts';
import { AsOf, Basis, bodyOf, Instant, itemsOf, orNull } from '../../answers/schemas.ts';
import { basisJson } from '../../reading/computed.ts';
import { closed, object, ref, Slug } from '../../shapes/fields.ts';
import { Grant, Grants, InitiativeOrAll } from '../../shapes/grant.ts';
import { asOfJson, resolveAt } from '../../views/at.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { telling } from './guarded.ts';

const RouteAccess = bodyOf('RouteAccess', 'What a route needs of whoever asks.', {
  method: Type.String(),
  path: Type.String({ description: 'As in the OpenAPI document.' }),
  access: Type.Enum([...accesses], {
    description:
      'nothing: open to everybody; principal: to whoever is known; read, record, audit, administer: to whoever has this right; export: to whoever may read the initiative that the query names, or audit all.',
  }),
});

const RightName = Type.Enum([...rights], { description: 'What can be done.' });

const GivenRight = bodyOf('GivenRight', 'A right, where it holds, and the grant that gives it.', {
  right: RightName,
  initiativeId: InitiativeOrAll,
  rule: ref(Grant),
});

const Holder = bodyOf('Holder', 'A principal that has a right, and since when.', {
  principalId: Slug,
  label: orNull(Type.String(), 'As it is now; null: erased, or never known.'),
  rule: ref(Grant),
  since: Type.Object(
    {
      position: Type.Integer({ minimum: 1 }),
      eventId: Type.String({ format: 'uuid' }),
      recordedAt: Instant,
      recordedBy: Type.String(),
    },
    { ...closed, description: 'The event since which it has had the right without a break.' },
  ),
  proof: Type.String({ description: 'Where the proof is that the event is in the log.' }),
});

/** The routes of the OpenAPI document, with what each needs. */
export const routesOf = (app: App): RouteServed[] =>
  app.routesServed
    .filter(({ method, schema }) => method !== 'HEAD' && schema?.operationId !== undefined && !schema.hide)
    .map(({ method, url, config }) => ({
      method: String(method),
      path: url.replaceAll(/:(\w+)/g, '{$1}'),
      // The application starts only if each route declares it.
      access: config?.access as Access,
    }));

/** The table of routes and rights, who had which, and why: GET /v1/access and below, and GET /v1/me. */
export function accessRoutes(app: App, { store }: Ledger): void {
  for (const schema of [RouteAccess, GivenRight, Holder]) app.addSchema(schema);

  app.get(
    '/v1/access',
    telling('principal', {
      operationId: 'listAccess',
      summary: 'Which route needs which right',
      description:
        'Every route of this document, with what it needs of whoever asks. While the ledger is open, everybody on its machine has all rights.',
      response: { 200: jsonAnswer('The routes', itemsOf(RouteAccess)) },
    }),
    () => ({ items: routesOf(app) }),
  );

  app.get(
    '/v1/me',
    telling('principal', {
      operationId: 'getMe',
      summary: 'Who am I, and what may I do?',
      description: 'The rights that the request has now, each with the rule that gives it.',
      response: {
        200: jsonAnswer(
          'Whoever asks',
          object({
            principalId: Slug,
            open: Type.Boolean({
              description: 'Whether the ledger is open to everybody on its machine.',
            }),
            rights: Type.Array(ref(GivenRight)),
          }),
        ),
      },
    }),
    ({ caller: { principal, grants, authority } }, reply) => {
      reply.header('cache-control', 'private, no-store');
      return {
        principalId: principal,
        open: authority === 'open',
        rights: rightsBy(grants),
      };
    },
  );

  app.get(
    '/v1/access/who',
    telling('audit', {
      operationId: 'listWhoMay',
      summary: 'Who has a right, or had it at a moment, and who gave it',
      description:
        'Each principal that has the right in the initiative, the rule that gives it, and the event since which it has it, with the address of the proof that this event is in the log.',
      querystring: object({ ...moment, right: RightName, initiative: InitiativeOrAll }),
      response: {
        200: jsonAnswer(
          'The principals',
          object({ items: Type.Array(ref(Holder)), asOf: ref(AsOf), basis: ref(Basis) }),
        ),
      },
    }),
    async ({ query: { right, initiative, ...asked } }) => {
      const at = await resolveAt(store, asked);
      const holders = await holdersOf(store, at, right, initiative);
      const items = holders.map((holder) => ({
        ...holder,
        proof: `${app.basePath}/v1/log/proofs/inclusion?position=${holder.since.position}&size=${at.position}`,
      }));
      return { items, asOf: asOfJson(at), basis: basisJson(at.basis) };
    },
  );

  app.get(
    '/v1/access/explain',
    telling('audit', {
      operationId: 'explainAccess',
      summary: 'Why may somebody do something, or not?',
      description: 'What the route needs, and the rule that gives it to the principal, or that none does.',
      querystring: object({
        principal: Slug,
        route: Type.String({
          maxLength: 300,
          description: 'A method and a path of GET /v1/access: GET /v1/summary.',
        }),
        initiative: Type.Optional(InitiativeOrAll),
      }),
      response: {
        200: jsonAnswer(
          'The explanation',
          object({
            allowed: Type.Boolean(),
            needs: Type.Enum([...accesses]),
            rule: Type.Optional(ref(Grant)),
            grants: Grants,
            explanation: Type.String(),
          }),
        ),
      },
    }),
    ({ query: { principal, route, initiative } }) =>
      explainedFor(store, routesOf(app), principal, route, initiative),
  );
}
