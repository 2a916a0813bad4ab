import type { Right } from './rights.ts';

/**
 * What a route needs of whoever asks:
 * - nothing: not even to be known
 * - principal: to be known, whatever their rights: proofs, checkpoints, keys
 * - read: a right to read, and no more than it covers is answered
 * - record: a right to record, in the initiative that the path names
 * - audit: a right to the whole log
 * - export: a right to read the initiative that the query names; where it names none, as audit
 * - administer: a right to everything
 */
export const accesses = ['nothing', 'principal', 'read', 'record', 'audit', 'export', 'administer'] as const;
export type Access = (typeof accesses)[number];

/** The right that a route of such an access needs, where its path or query names an initiative, or none. */
export const rightNeeded = (
  access: Exclude<Access, 'nothing' | 'principal'>,
  initiativeId?: string,
): Right => {
  if (access !== 'export') return access;
  return initiativeId === undefined ? 'audit' : 'read';
};
