import { type Granted, granted, may, noGrants } from '../access/rights.ts';
import { Refusal } from '../errors.ts';
import type { Asking } from '../shapes/asking.ts';
import { everyInitiative, type GrantsByRole } from '../shapes/grant.ts';
import type { Posted } from '../shapes/posted.ts';
import { ownId } from '../shapes/stored-event.ts';
import type { Draft } from './draft.ts';
import type { EventTypes } from './event-types.ts';
import type { Posting } from './posting.ts';

/**
 * Throws where whoever posts may not post this, by the rights recorded up to here: a right that was taken away by an earlier request
 * of the same group is gone.
 */
export function* authorize(types: EventTypes, posting: Posting, draft: Draft): Asking<void> {
  const { authority, principal, initiativeId, items } = posting;
  if (authority === 'operator') return;
  if (authority === 'open') {
    if (!(yield* hasPrincipals(draft))) return;
    throw new Refusal('unauthenticated', 'The ledger has principals now, and is open no more.');
  }
  const recorded = yield* grantsOf(principal, draft);
  if (!recorded) throw new Refusal('unauthenticated', `${principal} is disabled.`);
  for (const { event } of items) {
    const right = types.rightFor(event, initiativeId);
    const places = initiativeId === ownId ? yield* concerned(event, draft) : [initiativeId];
    for (const place of places) {
      const has = (right: 'read' | 'record' | 'administer') =>
        may(recorded, right, place) && may(authority, right, place);
      if (!has(right)) throw has('read') ? missing(right, place) : notRegistered(place);
    }
  }
}

/** Whether a principal was ever added, after which the ledger is never open again. */
const hasPrincipals = function* (draft: Draft): Asking<boolean> {
  return (yield* draft.nextNumber(ownId, 'principal')) > 1;
};

/** undefined: the principal is disabled. */
function* grantsOf(principal: string, draft: Draft): Asking<Granted | undefined> {
  const record = (yield* draft.version(ownId, principal))?.record;
  return record?.kind === 'principal' && record.status === 'standing'
    ? granted(record.data.grants)
    : undefined;
}

/** The initiatives in which an event gives a right or takes one; all, where it changes nothing. */
function* concerned({ recordId, data, grants = {} }: Posted, draft: Draft): Asking<Iterable<string>> {
  const before = (recordId === undefined ? undefined : yield* grantsOf(recordId, draft)) ?? noGrants;
  // Made by this ledger, not posted as it is.
  const after = granted(data && 'grants' in data ? (data.grants as GrantsByRole) : grants);
  const places = new Set([...before.keys(), ...after.keys()]);
  for (const place of places) {
    const [had, has] = [before.get(place), after.get(place)];
    if (had && has && had.symmetricDifference(has).size === 0) places.delete(place);
  }
  return places.size === 0 ? [everyInitiative] : places;
}

export const missing = (right: string, place: string): Refusal =>
  new Refusal(
    'forbidden',
    `The right to ${right} in ${place === everyInitiative ? 'all initiatives' : place} is missing.`,
  );

/** As of one that does not exist: whoever may not read it learns nothing. */
export const notRegistered = (initiativeId: string): Refusal =>
  initiativeId === everyInitiative
    ? missing('administer', initiativeId)
    : new Refusal('initiative-not-found', `${initiativeId} is not registered.`);
