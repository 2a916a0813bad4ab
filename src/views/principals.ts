import { type Granted, granted, may, type Right } from '../access/rights.ts';
import { recordOf, type VersionRow, versionColumns } from '../db/rows.ts';
import type { Db } from '../db/schema.ts';
import type { Grant } from '../shapes/grant.ts';
import { ownId } from '../shapes/stored-event.ts';
import type { ReadStore } from '../store/store.ts';
import { knownAt } from './at.ts';

/** A principal as it was known at a position. */
export interface Principal {
  principalId: string;
  /** false: it may do nothing, whatever its grants. */
  enabled: boolean;
  grants: Granted;
  /** Of the event that made it so. */
  position: number;
}

/** All principals, in the order in which they were added. */
export async function principalsAt(db: Db, position: number): Promise<Principal[]> {
  const rows = await ofPrincipals(db).where(knownAt(position)).orderBy('made').execute();
  return rows.map(principalOf);
}

/** All principals as they are now. */
export const principalsNow = async (store: ReadStore): Promise<Principal[]> =>
  principalsAt(store.db, (await store.head()).position);

export const principalNow = async (store: ReadStore, principalId: string): Promise<Principal | undefined> =>
  (await principalsNow(store)).find((one) => one.principalId === principalId);

const ofPrincipals = (db: Db) =>
  db
    .selectFrom('records')
    .select(versionColumns)
    .where('initiative_id', '=', ownId)
    .where('kind', '=', 'principal');

/** A principal as a version of its record says. */
export function principalOf(row: VersionRow): Principal {
  const { recordId: principalId, status, data } = recordOf(row);
  return {
    principalId,
    enabled: status === 'standing',
    grants: granted('grants' in data ? data.grants : {}),
    position: row.position,
  };
}

/** The grant that gives a principal a right, as it is; undefined: none does. */
export const ruleFor = (
  { enabled, grants }: Principal,
  right: Right,
  initiativeId?: string,
): Grant | undefined => (enabled ? may(grants, right, initiativeId) : undefined);

/** The position of the event since which, without a break, a principal has had the right that it has now. */
export async function rightSince(
  db: Db,
  { principalId, position }: Principal,
  right: Right,
  initiativeId?: string,
): Promise<number> {
  const versions = await ofPrincipals(db)
    .where('record_id', '=', principalId)
    .where('position', '<=', position)
    .orderBy('version', 'desc')
    .execute();
  let since = position;
  for (const version of versions) {
    if (!ruleFor(principalOf(version), right, initiativeId)) break;
    since = version.position;
  }
  return since;
}
