import { canonicalJson } from '../ledger/canonical-json.ts';
import type { Change } from '../ledger/change.ts';
import { parseEdtf } from '../ledger/edtf.ts';
import { stateOf } from '../ledger/evolve.ts';
import { isMilestone, type LedgerRecord, type MilestoneData, meetingOf } from '../ledger/record.ts';
import { folded, titleKeyOf } from '../ledger/title-key.ts';
import type { RecordRow } from '../store/schema.ts';
import type { Contribution } from './tally.ts';

/** The row of `records` for the version that a change makes. */
export function recordRowOf({ before, after }: Pick<Change, 'before' | 'after'>): RecordRow {
  const { record, position, made } = after;
  const data: MilestoneData = isMilestone(record) ? record.data : {};
  const counted = contributionOf(record);
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
    pillar: counted.pillar,
    zone: counted.zone,
    sector: counted.sector,
    instrument: counted.instrument,
    title_key: titleKeyOf(record) ?? null,
    same_as: data.sameAs ?? null,
    in_force_from:
      (data.validFrom === undefined ? counted.latest : parseEdtf(data.validFrom)?.latest) ?? null,
    in_force_until: (data.validUntil === undefined ? undefined : parseEdtf(data.validUntil))?.latest ?? null,
    facets: facetsOf(record, data),
    words: wordsOf(record),
    // Canonical, so that it is the same whatever order of members the record was folded with.
    state: before ? canonicalJson(stateOf(record)) : null,
  };
}

/** What a record counts for. */
export function contributionOf(record: LedgerRecord): Contribution {
  const span = record.occurredOn === undefined ? undefined : parseEdtf(record.occurredOn);
  const data: MilestoneData = isMilestone(record) ? record.data : {};
  return {
    kind: record.kind,
    standing: record.status === 'standing' ? 1 : 0,
    named: data.title === undefined ? 0 : 1,
    meeting_id: meetingOf(record) ?? null,
    pillar: data.pillar ?? null,
    zone: data.zone ?? null,
    sector: data.sector ?? null,
    instrument: data.instrument ?? null,
    earliest: span?.earliest ?? null,
    latest: span?.latest ?? null,
  };
}

/** One `name=value` a line, folded, between line breaks: an exact filter is a search for one line. */
function facetsOf(record: LedgerRecord, data: MilestoneData): string {
  const lines = [''];
  const add = (name: string, value: string | undefined): void => {
    if (value === undefined) return;
    const line = facetLine(name, value);
    if (!lines.includes(line)) lines.push(line);
  };
  add('pillar', data.pillar);
  add('sector', data.sector);
  add('zone', data.zone);
  add('instrument', data.instrument);
  const parties = 'parties' in record.data ? (record.data.parties ?? []) : [];
  for (const { name } of parties) if (typeof name === 'string') add('party', name);
  for (const { publisher, url, archiveUrl } of record.sources) {
    add('publisher', publisher);
    add('source', url);
    add('source', archiveUrl);
  }
  add('sources', String(record.sources.length));
  if (record.sources.length === 0) lines.push('unsourced');
  lines.push('');
  return lines.join('\n');
}

export const facetLine = (name: string, value: string): string =>
  `${name}=${plain.test(value) ? value.toLowerCase() : folded(value).replace(/\s+/g, ' ').trim()}`;

/** ASCII with single spaces between words, as most values are: folding changes nothing but the case. */
const plain = /^[!-~]+(?: [!-~]+)*$/;

/** The words that `q` searches: names, titles and labels, but never the name of a person. */
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
    recordId,
    name,
    title,
    ...(titles ?? []).map(({ text }) => text),
    label,
    description,
    ...(aliases ?? []),
  ];
  return folded(words.filter((word) => word !== undefined).join('\n'));
}
