import { parseEdtf } from './edtf.ts';
import { wordsOf } from './facets.ts';
import type { LedgerRecord } from './record.ts';

export const sortNames = ['date', 'title', 'party', 'recorded'] as const;
export type SortName = (typeof sortNames)[number];

/**
 * What lists are sorted by, bytewise: a date by its earliest, then its latest day; a title or the first party folded as `q` folds. undefined:
 * the record has none. Records of one key stand in the order in which they were made.
 */
export function sortKeyOf(record: LedgerRecord, by: SortName): string | undefined {
  if (by === 'recorded') return '';
  if (by === 'date') {
    const span = record.occurredOn === undefined ? undefined : parseEdtf(record.occurredOn);
    return span && (span.earliest ?? '0000-00-00') + span.latest;
  }
  const [title, party] = wordsOf(record).split('\n', 2);
  return (by === 'title' ? title : party) || undefined;
}
