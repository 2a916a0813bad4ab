import { type Keys, keysOf } from './dimensions.ts';
import { folded, foldedForSearch } from './folded.ts';
import type { LedgerRecord } from './record.ts';
import { isGenerated } from './record-number.ts';
import { usualUrl } from './web-url.ts';

/** What exact filters compare: one `name=value` a line, folded, between line breaks. */
export function facetsOf(record: LedgerRecord, keys: Keys = keysOf(record)): string {
  const lines = new Set<string>();
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) lines.add(facetLine(name, value));
  };
  const addUrl = (url: string | undefined): void => {
    if (url !== undefined) lines.add(sourceLine(url));
  };
  const data = searchedIn(record);
  for (const [name, some] of Object.entries(keys)) for (const key of some) add(name, key);
  for (const name of partyNamesIn(data)) add('party', name);
  for (const place of placesIn(data)) add('place', place);
  add('externalId', data.externalId);
  add('tier', data.tier);
  for (const role of rolesIn(data)) add('role', role);
  for (const { publisher, url, archiveUrl } of record.sources) {
    add('publisher', publisher);
    addUrl(url);
    addUrl(archiveUrl);
  }
  add('sources', String(record.sources.length));
  if (record.sources.length === 0) lines.add(unsourcedLine);
  return `\n${[...lines].join('\n')}\n`;
}

export const facetLine = (name: string, value: string): string => `${name}=${folded(value)}`;

/** What is no URL, as one that an earlier version took, stands for itself. */
export const sourceLine = (url: string): string => `source=${usualUrl(url) ?? url}`;

export const unsourcedLine = 'unsourced';

/**
 * What `q` searches, one text a line: titles, names, parties, places, references, labels, and the ids that people gave, but never the
 * name of a person. The first line is what lists are sorted by as title, the second as party; they are there though they may be empty.
 */
export function wordsOf(record: Pick<LedgerRecord, 'recordId' | 'data'>): string {
  const data = searchedIn(record);
  const { title, name, label, titles = [], description, aliases = [], externalId } = data;
  const { references = [], parties = [] } = data;
  const [heading, ...headings] = [title, name, label].flatMap((one) => one ?? []);
  const [party, ...others] = partyNamesIn(data);
  const texts = [
    isGenerated(record.recordId) ? undefined : record.recordId,
    ...headings,
    ...titles.map(({ text }) => text),
    description,
    ...aliases,
    externalId,
    ...others,
    ...parties.map(({ externalId }) => externalId),
    ...placesIn(data),
    ...references.flatMap(({ text, url }) => [text, url]),
  ];
  // No folded text has a line break, so nothing is found across two of them.
  return [heading ?? '', party ?? '', ...texts.flatMap((text) => text ?? [])].map(foldedForSearch).join('\n');
}

/** The members of the data of any kind that are searched. */
interface SearchedData {
  name?: string;
  title?: string;
  titles?: { text: string }[];
  label?: string;
  description?: string;
  aliases?: string[];
  place?: string;
  places?: string[];
  occasion?: { place?: string };
  externalId?: string;
  tier?: string;
  references?: { text?: string; url?: string }[];
  /** The name of a person is a commitment. */
  parties?: { name: unknown; role?: string; externalId?: string }[];
}

/** Kinds share no member, but those of one name have one shape. */
const searchedIn = ({ data }: Pick<LedgerRecord, 'data'>): SearchedData => data as SearchedData;

const partyNamesIn = ({ parties = [] }: SearchedData): string[] =>
  parties.flatMap(({ name }) => (typeof name === 'string' ? name : []));

/** What its parties have to do with it. */
const rolesIn = ({ parties = [] }: SearchedData): string[] => parties.map(({ role }) => role ?? 'party');

/** Where it happened: of a milestone its places and its occasion's, of a meeting its place. */
const placesIn = ({ place, places = [], occasion }: SearchedData): string[] =>
  [...places, place, occasion?.place].flatMap((one) => one ?? []);
