import type { FastifySchema } from 'fastify';
import type { Access } from '../../access/access.ts';
import { administers } from '../../access/rights.ts';
import { Refusal } from '../../errors.ts';
import { missing } from '../../ledger/authorize.ts';
import { object } from '../../shapes/fields.ts';
import { everyInitiative } from '../../shapes/grant.ts';
import type { Store } from '../../store/store.ts';
import { principalNow } from '../../views/principals.ts';
import type { Caller } from '../authentication.ts';

const common: FastifySchema = { tags: ['access'], querystring: object({}) };

/** A route about access, with its right and without parameters in the query unless the schema has some. */
export const telling = <S extends FastifySchema>(access: Access, schema: S) => ({
  config: { access },
  schema: { ...common, ...schema },
});

/** A route that changes who may do what. Whoever is known may ask; an open ledger refuses. */
export const guarded = <S extends FastifySchema>(schema: S) => ({
  ...telling('principal', schema),
  preHandler: refuseOpen,
});

/** Nobody closes an open ledger over HTTP: whoever was quickest would own it. */
async function refuseOpen({ caller }: { caller: Caller }): Promise<void> {
  if (caller.authority === 'open')
    throw new Refusal(
      'forbidden',
      'The ledger is open. The command `ledger token create` makes the first administrator, and with that it is open no more.',
    );
}

/** Refuses a caller who may not give out, or take back, the rights of a principal. evenDisabled: also of a disabled one. */
export async function requireOver(
  store: Store,
  caller: Caller,
  principalId: string,
  evenDisabled = false,
): Promise<void> {
  if (principalId === caller.principal) return;
  const principal = await principalNow(store, principalId);
  const isThere = principal && (principal.enabled || evenDisabled);
  if (!isThere || !administers(caller.grants, principal.grants)) throw missing('administer', everyInitiative);
}
