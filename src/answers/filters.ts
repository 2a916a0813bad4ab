import type { Db } from '../db/schema.ts';
import { type GivenFilters, type Wanted, wantedBy } from '../shapes/record-filter.ts';
import { partyNamesAt } from '../views/party-names.ts';
import { badFilter } from './parameters.ts';

/** What the filters of a query want: a party by any name that means it, as known at a position. */
export async function wantedAt(db: Db, position: number, given: GivenFilters): Promise<Wanted> {
  const isByParty = given.party !== undefined || given['party.all'] !== undefined;
  const names = isByParty ? await partyNamesAt(db, position) : undefined;
  return wantedBy(given, badFilter, (name) => names?.allOf(name) ?? [name]);
}
