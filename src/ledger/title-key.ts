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
  return placeOf(`${initiativeId}\n${kind}\n${occurredOn}`) * 2 ** 32 + hash(folded(title));
}

/** 20 bits. */
const placeOf = (text: string): number => hash(text) >>> 12;

/**
 * 32 bits of a text: FNV-1a over its UTF-16 code units, mixed in the end as by MurmurHash3. Whoever looks for two titles with the
 * same one finds them, and gets a needless warning; a cryptographic hash cost as much as hashing the leaf.
 */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
