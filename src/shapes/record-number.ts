import type { Kind } from './record.ts';
import { kinds } from './record-data.ts';

/** The kinds of which the server makes ids. */
const anyKind = [...kinds, 'principal'].join('|');

const numbered = new RegExp(`^(${anyKind})-([0-9]{1,9})$`);

/**
 * Kind and number of an id that the server could make, so that it never makes it again. The record that has the id
 * may be of another kind: an id is its sender's choice.
 */
export function numberOf(recordId: string): { kind: Kind; number: number } | undefined {
  const [, kind, digits] = numbered.exec(recordId) ?? [];
  // The expression has the kinds in it.
  return kind === undefined ? undefined : { kind: kind as Kind, number: Number(digits) };
}

/** Whether the id has a form that the server gives, so that nobody need have chosen it. */
export const isGenerated = (recordId: string): boolean => generated.test(recordId);

/** `kind-number`, or `kind-UUID` when the numbers are used up. */
const generated = new RegExp(`^(${anyKind})-([0-9]{1,9}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`);
