import { hash } from 'node:crypto';
import { isMilestone, type LedgerRecord } from './record.ts';

/** Text as filters and comparisons see it: NFKC, lower case; the same on every engine. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * A number that two records of one kind share if title and date are the same (and, rarely, if they are not:
 * 48 bits of SHA-256, which an integer column holds). undefined: the record has no title.
 */
export function titleKeyOf(record: LedgerRecord): number | undefined {
  const title = isMilestone(record) ? record.data.title : undefined;
  if (title === undefined) return undefined;
  const { initiativeId, kind, occurredOn = '' } = record;
  const text = `${initiativeId}\n${kind}\n${occurredOn}\n${folded(title)}`;
  return hash('sha256', text, 'buffer').readUIntBE(0, 6);
}
