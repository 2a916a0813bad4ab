import { recordOf, versionColumns } from '../db/rows.ts';
import type { Db } from '../db/schema.ts';
import { PartyNames } from '../shapes/party-names.ts';
import type { LedgerRecord } from '../shapes/record.ts';
import { ownId } from '../shapes/stored-event.ts';
import { knownAt } from './at.ts';

/** The parties that have names, as they were known at a position, in the order in which they were first named. */
export async function namedPartiesAt(db: Db, position: number): Promise<LedgerRecord<'party'>[]> {
  const rows = await db
    .selectFrom('records')
    .select(versionColumns)
    .where('initiative_id', '=', ownId)
    .where('kind', '=', 'party')
    .where(knownAt(position))
    .orderBy('made')
    .execute();
  // The query asked for this kind.
  return rows.map((row) => recordOf(row) as LedgerRecord<'party'>);
}

/** The names that meant the same at a position. */
export const partyNamesAt = async (db: Db, position: number): Promise<PartyNames> =>
  new PartyNames((await namedPartiesAt(db, position)).map(({ data }) => data));
