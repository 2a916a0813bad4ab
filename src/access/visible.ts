import { everyInitiative } from '../shapes/grant.ts';
import { ownId } from '../shapes/stored-event.ts';
import { type Granted, may } from './rights.ts';

/** What of a ledger whoever asks may see. Whatever reads more than one initiative takes it, so that none forgets it. */
export interface Visible {
  /** Every initiative, whenever it is registered. */
  all: boolean;
  /** What the ledger records of itself: who may do what, and the names of its log. */
  own: boolean;
  /** Where not all are. */
  initiatives: ReadonlySet<string>;
}

export const everything: Visible = { all: true, own: true, initiatives: new Set() };

export const visibleBy = (some: Granted): Visible => ({
  all: may(some, 'read') !== undefined,
  own: may(some, 'audit') !== undefined,
  initiatives: new Set(
    [...some.keys()].filter((place) => place !== everyInitiative && may(some, 'read', place)),
  ),
});

export const sees = ({ all, own, initiatives }: Visible, initiativeId: string): boolean =>
  initiativeId === ownId ? own : all || initiatives.has(initiativeId);

/** Whether all is seen that another one sees. */
export const seesAllOf = (visible: Visible, other: Visible): boolean =>
  (visible.own || !other.own) &&
  (visible.all || (!other.all && other.initiatives.isSubsetOf(visible.initiatives)));
