import { kinds } from '../../events/define-event.ts';
import type { Kind } from './record.ts';

const numbered = new RegExp(`^(${kinds.join('|')})-([0-9]{1,9})$`);

/**
 * Kind and number of an id that the server could make, so that it never makes it again. The record that has the id
 * may be of another kind: an id is its sender's choice.
 */
export function numberOf(recordId: string): { kind: Kind; number: number } | undefined {
  const [, kind, digits] = numbered.exec(recordId) ?? [];
  // The expression has the kinds in it.
  return kind === undefined ? undefined : { kind: kind as Kind, number: Number(digits) };
}
