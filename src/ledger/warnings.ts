import type { Asking } from '../shapes/asking.ts';
import type { Json } from '../shapes/canonical-json.ts';
import type { Change } from '../shapes/change.ts';
import { boundsOf } from '../shapes/claim-bounds.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { jsonEqual } from '../shapes/merge-patch.ts';
import { isMilestone, type Kind, type LedgerRecord, type Milestone, type Version } from '../shapes/record.ts';
import { isTitled, titleKeyOf } from '../shapes/title-key.ts';
import { isCloseTo } from '../shapes/typing-distance.ts';
import type { Draft } from './draft.ts';
import type { Warning } from './facts.ts';
import { itemsAtOnce } from './turns.ts';
import type { World } from './world.ts';

/**
 * What is odd about the records that a request makes or changes, as they stand after it; never a reason to refuse. A change is
 * warned of what it touches only. mayRepeat: the sender has no other way to know that it sent the same before.
 */
export function* warningsOf(draft: Draft, world: World, mayRepeat: boolean): Asking<Warning[]> {
  const spans = spansOf(draft.changes);
  const titleKeys: number[] = [];
  for (const span of spans) {
    const mayBeSame = isTitled(span.after.record) && touches(span, sameness);
    const titleKey = mayBeSame ? titleKeyOf(span.after) : undefined;
    if (titleKey !== undefined) titleKeys.push(titleKey);
  }
  yield* world.titles.load(titleKeys);
  // The same for every record of a kind at a meeting, and a request may have a thousand of these.
  const claimed = new Map<string, string | undefined>();
  // An item that made many records is warned of once.
  const said = new Map<string, Warning>();
  const say = (warning: Warning): void => void said.set(JSON.stringify(warning), warning);
  for (const [i, span] of spans.entries()) {
    if (i % itemsAtOnce === 0) yield [];
    if (span.after.record.status !== 'standing') continue;
    for (const told of yield* warningsOfOne(span, draft, claimed)) say({ ...told, pointer: span.pointer });
  }
  if (mayRepeat) for (const warning of yield* repeatedOnes(draft)) say(warning);
  return [...said.values()];
}

/** A record before a request and after it. pointer: of its last change. */
interface Span {
  before: Version | undefined;
  after: Version;
  pointer: string;
}

function spansOf(changes: readonly Change[]): readonly Span[] {
  // One change is one span.
  if (changes.length === 1) return changes;
  const spans = new Map<string, Span>();
  for (const { before, after, pointer } of changes) {
    const { recordId } = after.record;
    const known = spans.get(recordId);
    spans.set(recordId, { before: known ? known.before : before, after, pointer });
  }
  return [...spans.values()];
}

/** Whether a record is new, stands again, is of another kind, or differs in one of these members. */
function touches({ before, after }: Span, membersOf: (kind: Kind) => readonly string[]): boolean {
  const [was, is] = [before?.record, after.record];
  if (!was || was.status !== is.status || was.kind !== is.kind) return true;
  return membersOf(is.kind).some((member) => !jsonEqual(valueIn(was, member), valueIn(is, member)));
}

function valueIn({ occurredOn, data, sources }: LedgerRecord, member: string): Json | undefined {
  if (member === 'occurredOn') return occurredOn;
  if (member === 'publisher') return sources[0]?.publisher;
  // The data of a record are JSON.
  const members = data as { [member: string]: Json };
  return Object.hasOwn(members, member) ? members[member] : undefined;
}

const samenessOf = new Map<Kind, readonly string[]>([
  ['meeting', ['occurredOn', 'name', 'series', 'ordinal', 'place']],
  ['claim', ['occurredOn', 'metric', 'scope', 'label', 'value', 'qualifier', 'publisher']],
  ['mou', ['occurredOn', 'title', 'parties']],
  ['project', ['occurredOn', 'title', 'parties']],
]);
/** The members by which a record would be taken for another one. */
const sameness = (kind: Kind): readonly string[] => samenessOf.get(kind) ?? [];

type Told = Omit<Warning, 'pointer'>;

function* warningsOfOne(span: Span, draft: Draft, claimed: Map<string, string | undefined>): Asking<Told[]> {
  const { record } = span.after;
  const mayBeSame = isTitled(record) && touches(span, sameness);
  const same = mayBeSame ? (yield* draft.sameTitle(span.after))?.recordId : undefined;
  if (record.kind === 'meeting') return yield* warningsOfMeeting(span, same, draft);
  if (record.kind === 'claim') return yield* warningsOfClaim(span, same, draft);
  if (!isMilestone(record)) return [];
  const all: Told[] = [];
  const say = (code: Warning['code'], detail: string | undefined): void => {
    if (detail !== undefined) all.push({ code, detail });
  };
  say('same-title-and-date', same && `${same} has the same title, date and parties.`);
  const { meetingId, validFrom, validUntil } = record.data;
  if (meetingId !== undefined) {
    if (touches(span, () => ['meetingId', 'occurredOn']))
      say('date-outside-meeting', yield* outsideMeeting(record, draft));
    if (touches(span, () => ['meetingId'])) {
      const place = `${meetingId}/${record.kind}`;
      if (!claimed.has(place)) claimed.set(place, yield* moreThanClaimed(record, draft));
      say('more-than-claimed', claimed.get(place));
    }
  }
  const isTermed = validFrom !== undefined || validUntil !== undefined;
  if (isTermed && touches(span, () => ['occurredOn', 'validFrom', 'validUntil'])) {
    say('in-force-before-signed', inForceBefore(record));
    say('validity-reversed', reversedValidity(record));
  }
  return all;
}

const told = (code: Warning['code'], detail: string | undefined): Told[] =>
  detail === undefined ? [] : [{ code, detail }];

function* warningsOfMeeting(span: Span, same: string | undefined, draft: Draft): Asking<Told[]> {
  const { record } = span.after;
  const mayBeSecond = same === undefined && touches(span, () => ['occurredOn', 'series', 'ordinal']);
  const second = mayBeSecond ? yield* draft.sameInSeries(span.after) : undefined;
  const sharesOrdinal =
    second?.data.ordinal !== undefined && second.data.ordinal === valueIn(record, 'ordinal');
  const shared = sharesOrdinal
    ? `with the same ordinal, ${second.data.ordinal}`
    : `on the same day, ${record.occurredOn}`;
  return [
    ...told(
      'same-meeting',
      same && `${same} is a meeting on the same date, with the same series, ordinal and name.`,
    ),
    ...told('same-meeting', second && `${second.recordId} is a meeting of the same series ${shared}.`),
    ...(yield* milestonesLeft(span, draft)),
  ];
}

/** Milestones that have the date that their meeting had until it was corrected. */
function* milestonesLeft({ before, after }: Span, draft: Draft): Asking<Told[]> {
  const { initiativeId, recordId: meetingId, occurredOn } = after.record;
  const was = before?.record.occurredOn;
  if (was === undefined || was === occurredOn) return [];
  const [one] = yield* draft.milestonesAt({ initiativeId, meetingId, occurredOn: was, limit: 1 });
  if (!one) return [];
  const detail = `Milestones of ${meetingId}, such as ${one.record.recordId}, keep ${was}, the date that it had.`;
  return [{ code: 'milestones-keep-date', detail, where: { meetingId, occurredOn: was } }];
}

function* warningsOfClaim(span: Span, same: string | undefined, draft: Draft): Asking<Told[]> {
  const { record } = span.after;
  const metric = touches(span, () => ['metric']) ? String(valueIn(record, 'metric')) : undefined;
  const similar =
    metric === undefined || isCounted(metric) ? undefined : yield* similarMetric(metric, span, draft);
  return [
    ...told(
      'same-claim',
      same && `${same} is the same figure for the same date and scope, from the same publisher.`,
    ),
    ...told('similar-metric', similar && `${metric} is new here, and ${similar} is known: is it the same?`),
  ];
}

const counted = ['mous', 'projects', 'meetings'];
/** Whether it is a metric that every initiative knows, which is close to no other. */
export const isCounted = (metric: unknown): boolean => counted.some((one) => one === metric);

/** A known metric that this one may be a typing error of; undefined: it is known itself, or far from all. */
function* similarMetric(metric: string, { before, after }: Span, draft: Draft): Asking<string | undefined> {
  const known = new Set([...counted, ...(yield* draft.metricsBefore(after))]);
  if (known.has(metric)) return undefined;
  const own = before && valueIn(before.record, 'metric');
  return [...known].find((one) => one !== own && isCloseTo(one, metric));
}

/**
 * Records without a title that one item made, while as many that look the same were made together before: with the same date and
 * meeting, of the same sources. Such items have no id that would tell a repeat.
 */
function* repeatedOnes(draft: Draft): Asking<Warning[]> {
  const made = draft.changes.filter(
    ({ before, after: { record } }) => !before && isMilestone(record) && !isTitled(record),
  );
  const warnings: Warning[] = [];
  const own: Change[][] = [];
  for (const some of Map.groupBy(made, ({ pointer }) => pointer).values()) {
    const [first] = some;
    const key = first && titleKeyOf(first.after);
    if (some.length < 2 || !first || key === undefined) continue;
    const isAlike = ([one]: Change[]): boolean => one !== undefined && titleKeyOf(one.after) === key;
    const before = [
      ...runsIn(yield* draft.alikeBefore(key)),
      ...own.filter(isAlike).map((all) => all.map(refOf)),
    ];
    own.push(some);
    const twin = before.find((run) => run.length === some.length);
    if (!twin) continue;
    const detail = `${twin[0]?.recordId} to ${twin.at(-1)?.recordId} are as many, with the same date, meeting and sources: is it the same announcement?`;
    warnings.push({ code: 'same-repeat', pointer: first.pointer, detail });
  }
  return warnings;
}

const refOf = ({ after: { made, record } }: Change) => ({ made, recordId: record.recordId });

/** Records that were made one right after the other. */
function runsIn<R extends { made: number }>(records: R[]): R[][] {
  const runs: R[][] = [];
  for (const record of records) {
    const run = runs.at(-1);
    if (run?.at(-1)?.made === record.made - 1) run.push(record);
    else runs.push([record]);
  }
  return runs;
}

function* outsideMeeting(
  { initiativeId, occurredOn, data }: Milestone,
  draft: Draft,
): Asking<string | undefined> {
  if (data.meetingId === undefined) return undefined;
  const meeting = (yield* draft.version(initiativeId, data.meetingId))?.record;
  const [own, its] = [parseEdtf(occurredOn ?? ''), parseEdtf(meeting?.occurredOn ?? '')];
  if (!own || !its) return undefined;
  const inside = own.latest <= its.latest && (its.earliest ?? '') <= (own.earliest ?? '');
  return inside
    ? undefined
    : `${occurredOn} is not within ${meeting?.occurredOn}, the date of ${data.meetingId}.`;
}

/** What claims call the milestones of a kind. */
export const metricOf = (kind: 'mou' | 'project'): string => (kind === 'mou' ? 'mous' : 'projects');

function* moreThanClaimed(
  { initiativeId, kind, data: { meetingId } }: Milestone,
  draft: Draft,
): Asking<string | undefined> {
  if (meetingId === undefined) return undefined;
  const metric = metricOf(kind);
  const about = yield* draft.claimsAbout(initiativeId, meetingId);
  const claims = about.filter(({ data }) => data.metric === metric);
  if (claims.length === 0) return undefined;
  const count = yield* draft.countAt(initiativeId, meetingId, kind);
  const claim = claims.find(({ data }) => count > boundsOf(data).high);
  return (
    claim && `${meetingId} has ${count} ${metric} now, where ${claim.recordId} says ${claim.data.value}.`
  );
}

function inForceBefore({ occurredOn, data: { validFrom } }: Milestone): string | undefined {
  const [from, signed] = [parseEdtf(validFrom ?? ''), parseEdtf(occurredOn ?? '')];
  return from && signed?.earliest !== undefined && from.latest < signed.earliest
    ? `validFrom lies before occurredOn: in force from ${validFrom}, signed ${occurredOn}.`
    : undefined;
}

function reversedValidity({ occurredOn, data: { validFrom, validUntil } }: Milestone): string | undefined {
  const until = parseEdtf(validUntil ?? '');
  if (!until) return undefined;
  for (const [name, text] of [
    ['validFrom', validFrom],
    ['occurredOn', occurredOn],
  ] as const) {
    const from = parseEdtf(text ?? '');
    if (from?.earliest !== undefined && until.latest < from.earliest)
      return `validUntil lies before ${name}.`;
  }
  return undefined;
}
