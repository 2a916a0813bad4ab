import { Type } from 'typebox';
import { administers, allGrants, grantsIn } from '../../access/rights.ts';
import { bodyOf, itemsOf, orNull } from '../../answers/schemas.ts';
import { Refusal } from '../../errors.ts';
import { missing } from '../../ledger/authorize.ts';
import { object, Reason, ref, Slug, text } from '../../shapes/fields.ts';
import { everyInitiative, Grants } from '../../shapes/grant.ts';
import { erasePrincipal, knownPrincipals } from '../../store/credentials.ts';
import { addPrincipal, type By, changeRights, disablePrincipal } from '../../store/principals.ts';
import { principalsNow } from '../../views/principals.ts';
import type { App } from '../app.ts';
import { authorOf, type Caller } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { guarded, telling } from './guarded.ts';

const PrincipalBody = bodyOf('Principal', 'A person or a program, and what it may do.', {
  principalId: Slug,
  label: orNull(Type.String(), 'null: it was erased, or never known.'),
  enabled: Type.Boolean({ description: 'false: it may do nothing.' }),
  grants: Grants,
  position: Type.Integer({ minimum: 1, description: 'Of the event that made it so.' }),
});

const params = object({ principalId: Slug });
const asItIsNow = { params, response: { 200: jsonAnswer('As it is now', ref(PrincipalBody)) } };

/** Who may do what: /v1/principals. */
export function principalRoutes(app: App, ledger: Ledger): void {
  const { store, recorder, authentication } = ledger;
  app.addSchema(PrincipalBody);
  const by = (caller: Caller): By => ({ store, recorder, author: authorOf({ caller }) });

  const principals = async () => {
    const labels = await knownPrincipals(store.db);
    return (await principalsNow(store)).map((one) => ({
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
  const changed = async (principalId: string, change: Promise<unknown>) => {
    await change;
    return principal(principalId);
  };

  app.get(
    '/v1/principals',
    telling('audit', {
      operationId: 'listPrincipals',
      summary: 'Everybody who may do something, or might',
      description: 'In the order in which they were added, with their labels as they are now.',
      response: { 200: jsonAnswer('The principals', itemsOf(PrincipalBody)) },
    }),
    async () => ({ items: await principals() }),
  );

  app.get(
    '/v1/principals/:principalId',
    telling('audit', {
      operationId: 'getPrincipal',
      summary: 'A principal',
      description: 'Its label and what it may do now.',
      params,
      response: { 200: jsonAnswer('The principal', ref(PrincipalBody)) },
    }),
    ({ params }) => principal(params.principalId),
  );

  app.post(
    '/v1/principals',
    guarded({
      operationId: 'addPrincipal',
      summary: 'Add a principal',
      description:
        'Records who may do what from now on. An administrator of an initiative can give rights in it; one of all can give any.',
      body: object({ label: text(200), grants: Grants, reason: ref(Reason) }),
      response: { 201: jsonAnswer('Added', ref(PrincipalBody)) },
    }),
    async ({ caller, body }, reply) => {
      const { principalId } = await addPrincipal(by(caller), body);
      return reply
        .code(201)
        .header('location', `/v1/principals/${principalId}`)
        .send(await principal(principalId));
    },
  );

  app.post(
    '/v1/principals/:principalId/rights',
    guarded({
      operationId: 'changeRights',
      summary: 'Say what a principal may do',
      description: 'From now on it may do this and nothing else.',
      body: object({ grants: Grants, reason: ref(Reason) }),
      ...asItIsNow,
    }),
    ({ caller, params: { principalId }, body }) =>
      changed(principalId, changeRights(by(caller), principalId, body)),
  );

  app.post(
    '/v1/principals/:principalId/disable',
    guarded({
      operationId: 'disablePrincipal',
      summary: 'End all rights of a principal',
      description: 'It may do nothing any more, its tokens are refused, and it is never enabled again.',
      body: object({ reason: ref(Reason) }),
      ...asItIsNow,
    }),
    ({ caller, params: { principalId }, body }) =>
      changed(principalId, disablePrincipal(by(caller), principalId, body)),
  );

  app.delete(
    '/v1/principals/:principalId/label',
    guarded({
      operationId: 'erasePrincipal',
      summary: 'Erase what a principal is called',
      description:
        'Its label, and by what an identity provider knows it, are gone. What it recorded stays, under its id.',
      ...asItIsNow,
    }),
    async ({ caller, params: { principalId } }) => {
      // Whether a principal exists is told to no other administrator.
      if (!administers(caller.grants, allGrants)) throw missing('administer', everyInitiative);
      await principal(principalId);
      await store.durably(erasePrincipal(principalId));
      authentication.forget();
      return principal(principalId);
    },
  );
}
