import type { Change } from '../ledger/change.ts';
import { parseEdtf } from '../ledger/edtf.ts';
import { stateOf } from '../ledger/evolve.ts';
import { isMilestone, type LedgerRecord, type MilestoneData } from '../ledger/record.ts';
import { folded, titleKeyOf } from '../ledger/title-key.ts';
import type { RecordRow } from '../store/schema.ts';

/** The row of `records` for the version that a change makes. */
export function recordRowOf({ before, after }: Pick<Change, 'before' | 'after'>): RecordRow {
  const { record, position, made } = after;
  const span = record.occurredOn === undefined ? undefined : parseEdtf(record.occurredOn);
  const data: MilestoneData = isMilestone(record) ? record.data : {};
  return {
    position,
    prev_position: before?.position ?? null,
    to_position: null,
    made,
    initiative_id: record.initiativeId,
    record_id: record.recordId,
    kind: record.kind,
    version: record.version,
    standing: record.status === 'standing' ? 1 : 0,
    meeting_id: meetingOf(record) ?? null,
    earliest: span?.earliest ?? null,
    latest: span?.latest ?? null,
    named: data.title === undefined ? 0 : 1,
    pillar: data.pillar ?? null,
    zone: data.zone ?? null,
    sector: data.sector ?? null,
    instrument: data.instrument ?? null,
    title_key: titleKeyOf(record) ?? null,
    same_as: data.sameAs ?? null,
    in_force_from: parseEdtf(data.validFrom ?? record.occurredOn ?? '')?.latest ?? null,
    in_force_until: parseEdtf(data.validUntil ?? '')?.latest ?? null,
    facets: facetsOf(record, data),
    words: wordsOf(record),
    state: JSON.stringify(stateOf(record)),
  };
}

/** The meeting that a milestone belongs to, or that a claim's scope names. */
function meetingOf(record: LedgerRecord): string | undefined {
  if (isMilestone(record)) return record.data.meetingId;
  if (record.kind === 'claim' && record.data.scope.startsWith('meeting:')) return record.data.scope.slice(8);
  return undefined;
}

/** One `name=value` a line, folded, between line breaks: an exact filter is a search for one line. */
function facetsOf(record: LedgerRecord, data: MilestoneData): string {
  const facets: [name: string, value: string | undefined][] = [
    ['pillar', data.pillar],
    ['sector', data.sector],
    ['zone', data.zone],
    ['instrument', data.instrument],
    ...('parties' in record.data ? (record.data.parties ?? []) : []).map(
      ({ name }): [string, string | undefined] => ['party', typeof name === 'string' ? name : undefined],
    ),
    ...record.sources.flatMap(({ publisher, url, archiveUrl }): [string, string | undefined][] => [
      ['publisher', publisher],
      ['source', url],
      ['source', archiveUrl],
    ]),
    ['sources', String(record.sources.length)],
  ];
  const lines = new Set(
    facets.flatMap(([name, value]) => (value === undefined ? [] : [facetLine(name, value)])),
  );
  return `\n${[...lines, ...(record.sources.length === 0 ? ['unsourced'] : [])].map((line) => `${line}\n`).join('')}`;
}

export const facetLine = (name: string, value: string): string =>
  `${name}=${folded(value).replace(/\s+/g, ' ').trim()}`;

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
