import { hash } from 'node:crypto';
import { isMilestone, type Kind, type LedgerRecord } from './record.ts';

/** Text as filters and comparisons see it: NFKC, lower case; the same on every engine. */
export const folded = (text: string): string =>
  ascii.test(text) ? text.toLowerCase() : text.normalize('NFKC').toLowerCase();

/** NFKC leaves it as it is. */
const ascii = /^[\0-\x7f]*$/;

/**
 * A number that two milestones share if initiative, kind, date and title are the same (and, rarely, if they are
 * not): 20 bits for the first three and 32 for the title, so that what is recorded together stands together in the
 * index. undefined: the record has no title.
 */
export function titleKeyOf(record: LedgerRecord): number | undefined {
  const title = isMilestone(record) ? record.data.title : undefined;
  if (title === undefined) return undefined;
  const known = titleKeys.get(record) ?? titleKeyFrom(record, title);
  titleKeys.set(record, known);
  return known;
}

/** Records are never changed, and are asked for it several times on their way into the log. */
const titleKeys = new WeakMap<LedgerRecord, number>();

/** That of a record that has this title. */
export function titleKeyFrom(
  {
    initiativeId,
    kind,
    occurredOn = '',
  }: { initiativeId: string; kind: Kind; occurredOn?: string | undefined },
  title: string,
): number {
  return placeOf(`${initiativeId}\n${kind}\n${occurredOn}`) * 2 ** 32 + sha256(folded(title)).readUInt32BE();
}

const places = new Map<string, number>();
const placesMax = 4_096;

/** 20 bits. Kept for the places asked for last, as many records share one. */
function placeOf(text: string): number {
  const known = places.get(text);
  if (known !== undefined) return known;
  if (places.size === placesMax) places.clear();
  const place = sha256(text).readUIntBE(0, 3) >>> 4;
  places.set(text, place);
  return place;
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');
