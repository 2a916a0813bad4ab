import type { dimensions } from '../../src/projections/dimensions.ts';
import { evolve } from '../../src/rules.ts';
import { parseEdtf } from '../../src/shapes/edtf.ts';
import type { LedgerRecord } from '../../src/shapes/record.ts';
import { eventOf } from '../../src/shapes/stored-event.ts';

/** The records of an initiative after these leaves: the slow and obvious way. */
export function recordsAfter(leaves: string[], initiativeId: string): LedgerRecord[] {
  const records = new Map<string, LedgerRecord>();
  for (const event of leaves.map(eventOf)) {
    if (event.initiativeId === initiativeId)
      records.set(event.recordId, evolve(records.get(event.recordId), event));
  }
  return [...records.values()];
}

/** The counts that a summary must show, by going through all records. */
export function recount(records: LedgerRecord[], until?: string) {
  const standing = records.filter(({ status }) => status === 'standing');
  const spanOf = ({ occurredOn = '' }: LedgerRecord) => parseEdtf(occurredOn) ?? { latest: '' };
  const certain = (record: LedgerRecord) => until === undefined || spanOf(record).latest <= until;
  const maybe = (record: LedgerRecord) =>
    !certain(record) && (spanOf(record).earliest ?? '') <= (until ?? '');
  const milestones = (kind: 'mou' | 'project') => {
    const all = standing.filter((record) => record.kind === kind);
    const had = all.filter(certain);
    const data = had.map((record) => record.data as { title?: string; meetingId?: string });
    const at = data.filter(({ meetingId }) => meetingId !== undefined).length;
    return {
      total: had.length,
      ...(until === undefined ? {} : { possible: all.filter(maybe).length }),
      named: data.filter(({ title }) => title !== undefined).length,
      atMeetings: at,
      outsideMeetings: had.length - at,
    };
  };
  const meetings = standing.filter(({ kind }) => kind === 'meeting');
  return {
    meetings: {
      total: meetings.filter(certain).length,
      ...(until === undefined ? {} : { possible: meetings.filter(maybe).length }),
    },
    mous: milestones('mou'),
    projects: milestones('project'),
  };
}

/** One breakdown of a summary, by going through all records. */
export function divide(records: LedgerRecord[], { keysOf }: (typeof dimensions)[number]) {
  const shares = new Map<string | null, { key: string | null; mous: number; projects: number }>();
  for (const record of records) {
    const { kind, status } = record;
    if (status === 'retracted' || (kind !== 'mou' && kind !== 'project')) continue;
    const keys = new Set(keysOf(record));
    for (const key of keys.size > 0 ? keys : [null]) {
      const share = shares.get(key) ?? { key, mous: 0, projects: 0 };
      share[kind === 'mou' ? 'mous' : 'projects'] += 1;
      shares.set(key, share);
    }
  }
  return [...shares.values()].sort((a, b) =>
    a.key === null ? 1 : b.key === null ? -1 : a.key < b.key ? -1 : 1,
  );
}
