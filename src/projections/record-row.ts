import type { RecordRow } from '../db/schema.ts';
import { canonicalJson } from '../shapes/canonical-json.ts';
import type { Change } from '../shapes/change.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { folded, foldedForSearch } from '../shapes/folded.ts';
import { isMilestone, type LedgerRecord, type MilestoneData, meetingOf } from '../shapes/record.ts';
import { isGenerated } from '../shapes/record-number.ts';
import { stateOf } from '../shapes/state.ts';
import { titleKeyOf } from '../shapes/title-key.ts';
import { usualUrl } from '../shapes/web-url.ts';
import { type Keys, keysOf } from './dimensions.ts';
import { type Contribution, textOfKeys } from './tally.ts';

/** The row of `records` for the version that a change makes. */
export function recordRowOf({ before, after }: Pick<Change, 'before' | 'after'>): RecordRow {
  const { record, position, made } = after;
  const data: MilestoneData = isMilestone(record) ? record.data : {};
  const keys = keysOf(record);
  const counted = contributionOf(record, keys);
  return {
    position,
    prev_position: before?.position ?? null,
    to_position: null,
    made,
    initiative_id: record.initiativeId,
    record_id: record.recordId,
    kind: counted.kind,
    version: record.version,
    standing: counted.standing,
    meeting_id: counted.meeting_id,
    earliest: counted.earliest,
    latest: counted.latest,
    named: counted.named,
    keys: counted.keys,
    title_key: titleKeyOf(record) ?? null,
    same_as: data.sameAs ?? null,
    in_force_from:
      (data.validFrom === undefined ? counted.latest : parseEdtf(data.validFrom)?.latest) ?? null,
    in_force_until: (data.validUntil === undefined ? undefined : parseEdtf(data.validUntil))?.latest ?? null,
    facets: facetsOf(record, keys),
    words: wordsOf(record),
    // Canonical, so that it is the same whatever order of members the record was folded with.
    state: before ? canonicalJson(stateOf(record)) : null,
  };
}

/** What a record counts for. */
export function contributionOf(record: LedgerRecord, keys = keysOf(record)): Contribution {
  const span = record.occurredOn === undefined ? undefined : parseEdtf(record.occurredOn);
  const data: MilestoneData = isMilestone(record) ? record.data : {};
  return {
    kind: record.kind,
    standing: record.status === 'standing' ? 1 : 0,
    named: data.title === undefined ? 0 : 1,
    meeting_id: meetingOf(record) ?? null,
    keys: textOfKeys(keys),
    earliest: span?.earliest ?? null,
    latest: span?.latest ?? null,
  };
}

/** One `name=value` a line, folded, between line breaks: an exact filter is a search for one line. */
function facetsOf(record: LedgerRecord, keys: Keys): string {
  const lines = new Set<string>();
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) lines.add(facetLine(name, value));
  };
  const addUrl = (url: string | undefined): void => {
    if (url !== undefined) lines.add(sourceLine(url));
  };
  for (const [name, some] of Object.entries(keys)) for (const key of some) add(name, key);
  const parties = 'parties' in record.data ? (record.data.parties ?? []) : [];
  for (const { name } of parties) if (typeof name === 'string') add('party', name);
  for (const { publisher, url, archiveUrl } of record.sources) {
    add('publisher', publisher);
    addUrl(url);
    addUrl(archiveUrl);
  }
  add('sources', String(record.sources.length));
  if (record.sources.length === 0) lines.add('unsourced');
  return `\n${[...lines].join('\n')}\n`;
}

export const facetLine = (name: string, value: string): string => `${name}=${folded(value)}`;

/** What is no URL, as one that an earlier version took, stands for itself. */
export const sourceLine = (url: string): string => `source=${usualUrl(url) ?? url}`;

/** What `q` searches: names, titles, labels and ids that their sender chose, but never the name of a person. */
function wordsOf({ recordId, data }: LedgerRecord): string {
  const { name, title, titles, label, description, aliases } = data as {
    name?: string;
    title?: string;
    titles?: { text: string }[];
    label?: string;
    description?: string;
    aliases?: string[];
  };
  const words = [
    isGenerated(recordId) ? undefined : recordId,
    name,
    title,
    ...(titles ?? []).map(({ text }) => text),
    label,
    description,
    ...(aliases ?? []),
  ];
  // No folded text has a line break, so nothing is found across two of them.
  return words.flatMap((word) => (word === undefined ? [] : foldedForSearch(word))).join('\n');
}
