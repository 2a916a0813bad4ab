import { folded } from './folded.ts';
import type { Kind, Version } from './record.ts';

/**
 * A number that two records share if they look like the same thing, and rarely if not: 20 bits for initiative, kind and date, and 32
 * for the rest, so that records of one initiative and date are neighbours in the index. Milestones without a title share one if a
 * source counts them together. undefined if nothing distinguishes the record.
 */
export function titleKeyOf(version: Version): number | undefined {
  const { record } = version;
  const key = version.titleKey ?? titleKeyFrom(record, record.data, record.sources);
  if (key !== undefined) version.titleKey = key;
  return key;
}

/** Whether a record would be taken for another one of the same key: a milestone without a title would not. */
export const isTitled = ({ kind, data }: { kind: Kind; data: object }): boolean =>
  (kind !== 'mou' && kind !== 'project') || 'title' in data;

/** The number of a record with this data and these sources, which may be unchecked. */
export function titleKeyFrom(
  {
    initiativeId,
    kind,
    occurredOn = '',
  }: { initiativeId: string; kind: Kind; occurredOn?: string | undefined },
  data: object,
  sources: unknown,
): number | undefined {
  // An object may have any members.
  const same = sameOf(kind, data as Members, sources);
  return same === undefined
    ? undefined
    : placeOf(`${initiativeId}\n${kind}\n${occurredOn}`) * 2 ** 32 + hash(same);
}

/** The text that two records of one kind and date share if they look like the same thing. */
function sameOf(kind: Kind, data: Members, sources: unknown): string | undefined {
  switch (kind) {
    case 'mou':
    case 'project':
      return typeof data['title'] === 'string'
        ? `${folded(data['title'])}\n${partiesIn(data['parties'])}`
        : countedOf(data, sources);
    case 'meeting': {
      const named = partsOf(data, ['series', 'ordinal', 'name']);
      return named.some((part) => part !== '') ? named.join('\n') : partsOf(data, ['place']).join();
    }
    case 'claim': {
      // Another publisher's equal figure is another claim.
      const [source] = Array.isArray(sources) ? sources : [];
      const figure = partsOf(data, ['metric', 'scope', 'label', 'value', 'qualifier']);
      return [...figure, ...partsOf(source ?? {}, ['publisher'])].join('\n');
    }
    default:
      return undefined;
  }
}

/** The names, each once and in one order; of persons the number, as their names are commitments that differ from record to record. */
function partiesIn(parties: unknown): string {
  if (!Array.isArray(parties) || parties.length === 0) return '';
  const names = new Set<string>();
  let persons = 0;
  for (const party of parties) {
    const { name, person }: Members = party ?? {};
    if (person === true) persons += 1;
    else if (typeof name === 'string') names.add(folded(name));
  }
  return [persons, ...[...names].sort()].join('\n');
}

/** What the records have in common that one `repeat` makes. Folding would cost as much as the rest of the decision. */
function countedOf(data: Members, sources: unknown): string {
  const valuesOf = (of: Members, names: string[]): unknown[] => names.map((name) => of[name] ?? '');
  const places = valuesOf(data, ['meetingId', 'pillar', 'sector', 'zone', 'instrument', 'tier']);
  const cited = (Array.isArray(sources) ? sources : []).flatMap((source) =>
    valuesOf((source ?? {}) as Members, ['publisher', 'title', 'url', 'publishedOn', 'quote']),
  );
  return [...places, '', ...cited].join('\n');
}

interface Members {
  [member: string]: unknown;
}

const partsOf = (data: Members, names: string[]): string[] =>
  names.map((name) => {
    const part = data[name];
    return typeof part === 'string' ? folded(part) : typeof part === 'number' ? `${part}` : '';
  });

/** 20 bits. */
const placeOf = (text: string): number => hash(text) >>> 12;

/**
 * 32 bits of a text: FNV-1a over its UTF-16 code units, mixed at the end like MurmurHash3. Somebody can construct two titles with one
 * hash, and gets a needless warning. A cryptographic hash would cost as much as hashing the leaf.
 */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
