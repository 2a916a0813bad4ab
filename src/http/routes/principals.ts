import { Type } from 'typebox';
import { administers, allGrants, grantsIn } from '../../access/rights.ts';
import { Refusal } from '../../errors.ts';
import { missing } from '../../ledger/authorize.ts';
import { closed, Reason, ref, Slug, text } from '../../shapes/fields.ts';
import { everyInitiative, Grants } from '../../shapes/grant.ts';
import { erasePrincipal, knownPrincipals } from '../../store/credentials.ts';
import { addPrincipal, changeRights, disablePrincipal } from '../../store/principals.ts';
import { principalsAt } from '../../views/principals.ts';
import type { App } from '../app.ts';
import { authorOf, type Caller } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { jsonAnswer } from '../plugins/openapi.ts';

const tags = ['access'];

const PrincipalBody = Type.Object(
  {
    principalId: Slug,
    label: Type.Union([Type.String(), Type.Null()], { description: 'null: it was erased, or never known.' }),
    enabled: Type.Boolean({ description: 'false: it may do nothing.' }),
    grants: Grants,
    position: Type.Integer({ minimum: 1, description: 'Of the event that made it so.' }),
  },
  { $id: 'Principal', ...closed, description: 'A person or a program, and what it may do.' },
);

const params = Type.Object({ principalId: Slug }, closed);
const querystring = Type.Object({}, closed);

/** Who may do what: /v1/principals. */
export function principalRoutes(app: App, ledger: Ledger): void {
  const { store, recorder, authentication } = ledger;
  app.addSchema(PrincipalBody);
  const by = (request: { caller: Caller }) => ({ store, recorder, author: authorOf(request) });

  const principals = async () => {
    const labels = await knownPrincipals(store.db);
    const { position } = await store.head();
    return (await principalsAt(store.db, position)).map((one) => ({
      ...one,
      grants: grantsIn(one.grants),
      label: labels.get(one.principalId)?.label ?? null,
    }));
  };
  const principal = async (principalId: string) => {
    const found = (await principals()).find((one) => one.principalId === principalId);
    if (!found) throw new Refusal('principal-not-found', `There is no principal ${principalId}.`);
    return found;
  };

  app.get(
    '/v1/principals',
    {
      config: { access: 'audit' },
      schema: {
        operationId: 'listPrincipals',
        summary: 'Everybody who may do something, or might',
        description: 'In the order in which they were added, with their labels as they are now.',
        tags,
        querystring,
        response: {
          200: jsonAnswer('The principals', Type.Object({ items: Type.Array(ref(PrincipalBody)) }, closed)),
        },
      },
    },
    async () => ({ items: await principals() }),
  );

  app.get(
    '/v1/principals/:principalId',
    {
      config: { access: 'audit' },
      schema: {
        operationId: 'getPrincipal',
        summary: 'A principal',
        description: 'Its label and what it may do now.',
        tags,
        params,
        querystring,
        response: { 200: jsonAnswer('The principal', ref(PrincipalBody)) },
      },
    },
    ({ params }) => principal(params.principalId),
  );

  app.post(
    '/v1/principals',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'addPrincipal',
        summary: 'Add a principal',
        description:
          'Records who may do what from now on. An administrator of an initiative can give rights in it; one of all can give any.',
        tags,
        querystring,
        body: Type.Object({ label: text(200), grants: Grants, reason: ref(Reason) }, closed),
        response: { 201: jsonAnswer('Added', ref(PrincipalBody)) },
      },
    },
    async (request, reply) => {
      refuseOpen(request.caller);
      const { principalId } = await addPrincipal(by(request), request.body);
      return reply
        .code(201)
        .header('location', `/v1/principals/${principalId}`)
        .send(await principal(principalId));
    },
  );

  app.post(
    '/v1/principals/:principalId/rights',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'changeRights',
        summary: 'Say what a principal may do',
        description: 'From now on it may do this and nothing else.',
        tags,
        params,
        querystring,
        body: Type.Object({ grants: Grants, reason: ref(Reason) }, closed),
        response: { 200: jsonAnswer('As it is now', ref(PrincipalBody)) },
      },
    },
    async (request) => {
      refuseOpen(request.caller);
      const { principalId } = request.params;
      await changeRights(by(request), principalId, request.body);
      return principal(principalId);
    },
  );

  app.post(
    '/v1/principals/:principalId/disable',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'disablePrincipal',
        summary: 'End all rights of a principal',
        description: 'It may do nothing any more, its tokens are refused, and it is never enabled again.',
        tags,
        params,
        querystring,
        body: Type.Object({ reason: ref(Reason) }, closed),
        response: { 200: jsonAnswer('As it is now', ref(PrincipalBody)) },
      },
    },
    async (request) => {
      refuseOpen(request.caller);
      const { principalId } = request.params;
      await disablePrincipal(by(request), principalId, request.body.reason);
      return principal(principalId);
    },
  );

  app.delete(
    '/v1/principals/:principalId/label',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'erasePrincipal',
        summary: 'Erase what a principal is called',
        description:
          'Its label, and by what an identity provider knows it, are gone. What it recorded stays, under its id.',
        tags,
        params,
        querystring,
        response: { 200: jsonAnswer('As it is now', ref(PrincipalBody)) },
      },
    },
    async ({ caller, params }) => {
      refuseOpen(caller);
      // Otherwise its absence would tell who there is.
      if (!administers(caller.grants, allGrants)) throw missing('administer', everyInitiative);
      const { principalId } = await principal(params.principalId);
      await store.durably(erasePrincipal(principalId));
      authentication.forget();
      return principal(principalId);
    },
  );
}

/** Nobody closes a ledger that is open to all over HTTP: whoever was quickest would own it. */
export function refuseOpen({ authority }: Caller): void {
  if (authority === 'open')
    throw new Refusal(
      'forbidden',
      'The ledger is open. The command `ledger token create` makes the first administrator, and with that it is open no more.',
    );
}
