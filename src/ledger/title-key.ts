import { hash } from 'node:crypto';
import { isMilestone, type LedgerRecord } from './record.ts';

/** Text as filters and comparisons see it: NFKC, lower case; the same on every engine. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * A number that two milestones share if initiative, kind, date and title are the same (and, rarely, if they are
 * not): 20 bits for the first three and 32 for the title, so that what is recorded together stands together in the
 * index. undefined: the record has no title.
 */
export function titleKeyOf(record: LedgerRecord): number | undefined {
  const title = isMilestone(record) ? record.data.title : undefined;
  if (title === undefined) return undefined;
  const { initiativeId, kind, occurredOn = '' } = record;
  const place = sha256(`${initiativeId}\n${kind}\n${occurredOn}`).readUIntBE(0, 3) >>> 4;
  return place * 2 ** 32 + sha256(folded(title)).readUInt32BE();
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');
