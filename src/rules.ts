import { eventTypes } from '../events/catalogue.ts';
import { type Continuation, continuationOf } from '../events/log-continued.ts';
import { EventTypes } from './ledger/event-types.ts';
import { type Item, itemIn, itemsIn } from './ledger/posting.ts';
import type { Change } from './shapes/change.ts';
import { eventsMax } from './shapes/posted.ts';
import type { LedgerRecord } from './shapes/record.ts';
import { leafOf, type StoredEvent } from './shapes/stored-event.ts';
import { leafHash } from './tlog/merkle.ts';

/** The rules of this ledger: the machine that decides and folds, with the types of `events/`. */
export const rules = new EventTypes(eventTypes);

/** See `EventTypes.evolve`. */
export const evolve = (before: LedgerRecord | undefined, event: StoredEvent): LedgerRecord =>
  rules.evolve(before, event);

/** See `itemsIn`. */
export const itemsOf = (body: unknown, most = eventsMax): Item[] => itemsIn(rules, body, most);

/** See `itemIn`. */
export const itemOf = (value: unknown): Item => itemIn(rules, value);

/** What LogContinued does, the first event of a log under a new name. */
export function logContinuation(continuation: Continuation): Change {
  const { position } = continuation;
  const event = continuationOf(continuation);
  const leaf = leafOf(event);
  return {
    position,
    pointer: '',
    event,
    leaf,
    leafHash: leafHash(Buffer.from(leaf)),
    fingerprint: null,
    before: undefined,
    after: { record: evolve(undefined, event), position, made: position },
    openings: [],
  };
}
