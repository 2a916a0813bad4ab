import { evolve } from '../../src/rules.ts';
import type { dimensions } from '../../src/shapes/dimensions.ts';
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

const standingAmong = (records: LedgerRecord[]) => records.filter(({ status }) => status === 'standing');
const isDated = ({ occurredOn }: LedgerRecord): boolean => occurredOn !== undefined;
const spanOf = ({ occurredOn = '' }: LedgerRecord) => parseEdtf(occurredOn);

/** Whether a record surely happened by a day, or perhaps; what has no date may have happened by every day. */
function happened(record: LedgerRecord, until: string | undefined): 'surely' | 'perhaps' | undefined {
  const span = spanOf(record);
  if (until === undefined) return 'surely';
  if (!span) return 'perhaps';
  return span.latest <= until ? 'surely' : (span.earliest ?? '') <= until ? 'perhaps' : undefined;
}

/** What the tests look at in the data of a record of any kind. */
interface Data {
  meetingId?: string;
  series?: string;
  ordinal?: number;
  pillar?: string;
  zone?: string;
  metric?: string;
  scope?: string;
}
const dataOf = ({ data }: LedgerRecord): Data => data as Data;

/** The counts that a summary must show, by going through all records. */
export function recount(records: LedgerRecord[], until?: string) {
  const standing = standingAmong(records);
  const certain = (record: LedgerRecord) => happened(record, until) === 'surely';
  const maybe = (record: LedgerRecord) => happened(record, until) === 'perhaps';
  const undatedAmong = (some: LedgerRecord[]) => {
    const undated = some.filter((record) => !isDated(record)).length;
    return undated === 0 ? {} : { undated };
  };
  const milestones = (kind: 'mou' | 'project') => {
    const all = standing.filter((record) => record.kind === kind);
    const had = all.filter(certain);
    const data = had.map((record) => record.data as { title?: string; meetingId?: string });
    const at = data.filter(({ meetingId }) => meetingId !== undefined).length;
    return {
      total: had.length,
      ...(until === undefined ? {} : { possible: all.filter(maybe).length }),
      ...undatedAmong(all),
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
      ...undatedAmong(meetings),
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

/** The milestones that surely happened by a day, by the year in which they did: null where that is not known. */
export function years(records: LedgerRecord[], until?: string) {
  const shares = new Map<string | null, { key: string | null; mous: number; projects: number }>();
  for (const record of standingAmong(records)) {
    const { kind } = record;
    if ((kind !== 'mou' && kind !== 'project') || happened(record, until) !== 'surely') continue;
    const span = spanOf(record);
    const [first, last] = [span?.earliest?.slice(0, 4), span?.latest.slice(0, 4)];
    const key = first !== undefined && first === last ? first : null;
    const share = shares.get(key) ?? { key, mous: 0, projects: 0 };
    share[kind === 'mou' ? 'mous' : 'projects'] += 1;
    shares.set(key, share);
  }
  return [...shares.values()].sort((a, b) => ((a.key ?? '9999') < (b.key ?? '9999') ? -1 : 1));
}

/** The meetings in order, each with what is counted up to it; of those that only may have been held by a day, `perhaps`. */
export function meetingsSoFar(records: LedgerRecord[], until?: string) {
  const standing = standingAmong(records);
  const order = (record: LedgerRecord) => {
    const { series = '', ordinal = 0 } = dataOf(record);
    const { earliest = '', latest = '' } = spanOf(record) ?? {};
    return [isDated(record) ? 0 : 1, earliest, latest, series, ordinal];
  };
  const meetings = standing
    .filter((record) => record.kind === 'meeting' && happened(record, until) !== undefined)
    .map((record) => ({ record, order: order(record) }))
    .sort((a, b) => {
      const i = a.order.findIndex((part, i) => part !== b.order[i]);
      return i === -1 ? 0 : (a.order[i] ?? 0) < (b.order[i] ?? 0) ? -1 : 1;
    });
  const running = { meetings: 0, mous: 0, projects: 0 };
  return meetings.map(({ record: { recordId }, record }) => {
    const isCounted = (one: LedgerRecord) => isDated(one) && happened(one, until) === 'surely';
    const at = standing.filter((one) => dataOf(one).meetingId === recordId && isCounted(one));
    running.meetings += isCounted(record) ? 1 : 0;
    running.mous += at.filter(({ kind }) => kind === 'mou').length;
    running.projects += at.filter(({ kind }) => kind === 'project').length;
    return {
      recordId,
      ...(happened(record, until) === 'perhaps' && { possible: true }),
      running: { ...running },
    };
  });
}

/** What each claim is compared with; undefined: nothing that is counted. */
export function compared(records: LedgerRecord[]) {
  const standing = standingAmong(records);
  const claims = standing.filter(({ kind }) => kind === 'claim');
  return claims.map((claim) => {
    const { metric = '', scope = '' } = dataOf(claim);
    const day = spanOf(claim)?.latest ?? '';
    const [name = '', value = ''] = scope.toLowerCase().split(':');
    const kind = new Map([
      ['mous', 'mou'],
      ['projects', 'project'],
      ['meetings', 'meeting'],
    ]).get(metric);
    const isDivided = name === 'pillar' || name === 'zone';
    if (kind === undefined || (kind === 'meeting' && isDivided)) return { recordId: claim.recordId };
    const meetingOf = (record: LedgerRecord) =>
      record.kind === 'meeting'
        ? record
        : standing.find(({ recordId }) => recordId === dataOf(record).meetingId);
    const isIn = (record: LedgerRecord): boolean => {
      const data = dataOf(record);
      const meeting = meetingOf(record);
      if (name === 'meetings') return meeting !== undefined;
      if (name === 'meeting') return meeting?.recordId === value;
      if (name === 'series') return meeting !== undefined && dataOf(meeting).series?.toLowerCase() === value;
      if (name === 'pillar' || name === 'zone') return data[name]?.toLowerCase() === value;
      return true;
    };
    const inYear = (record: LedgerRecord) => {
      const by = happened(record, day < `${value}-12-31` ? day : `${value}-12-31`);
      const { earliest = '', latest = '9' } = spanOf(record) ?? {};
      if (by === undefined || day < `${value}-01-01` || latest < `${value}-01-01`) return undefined;
      return by === 'surely' && earliest < `${value}-01-01` ? 'perhaps' : by;
    };
    const by = standing
      .filter((record) => record.kind === kind && isIn(record))
      .map((record) => (name === 'year' ? inYear(record) : happened(record, day)));
    const [recorded, possible] = ['surely', 'perhaps'].map((how) => by.filter((one) => one === how).length);
    return { recordId: claim.recordId, recorded, possible };
  });
}

/** Counts by a pair of properties, by going through all records: `key, key2: MoUs, projects, perhaps`. */
export function dividedByTwo(
  records: LedgerRecord[],
  by: readonly ((record: LedgerRecord) => readonly string[])[],
  until: string,
): string[] {
  const groups = new Map<string, number[]>();
  for (const record of records) {
    const { kind, status } = record;
    if (status === 'retracted' || (kind !== 'mou' && kind !== 'project')) continue;
    const { earliest = '', latest = '9' } = parseEdtf(record.occurredOn ?? '') ?? {};
    if (earliest > until) continue;
    const [ones, others] = by.map((keysOf) => {
      const keys = new Set(keysOf(record));
      return keys.size > 0 ? [...keys] : ['null'];
    });
    for (const one of ones ?? [])
      for (const other of others ?? []) {
        const sums = groups.get(`${one}, ${other}`) ?? [0, 0, 0];
        const column = latest > until ? 2 : kind === 'mou' ? 0 : 1;
        groups.set(
          `${one}, ${other}`,
          sums.map((sum, i) => sum + (i === column ? 1 : 0)),
        );
      }
  }
  return [...groups].map(([keys, sums]) => `${keys}: ${sums.join(', ')}`).sort();
}
