import { type SqlBool, sql } from 'kysely';
import type { Visible } from '../access/visible.ts';
import { ownId } from '../shapes/stored-event.ts';

/** Whether a row is of an initiative that may be seen, or of the ledger itself. */
export function seenBy({ all, own, initiatives }: Visible, column = 'initiative_id') {
  const of = sql.ref(column);
  if (all) return own ? sql<SqlBool>`true` : sql<SqlBool>`${of} <> ${sql.lit(ownId)}`;
  return initiatives.size === 0
    ? sql<SqlBool>`false`
    : sql<SqlBool>`${of} in (${sql.join([...initiatives])})`;
}

/** The same without the ledger itself, which is no part of the register. */
export const registeredFor = (visible: Visible, column?: string) =>
  seenBy({ ...visible, own: false }, column);
