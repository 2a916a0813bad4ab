import { type Asking, together } from '../shapes/asking.ts';
import { meetingsIn } from '../shapes/claim-scope.ts';
import { commitmentsIn } from '../shapes/people.ts';
import type { Posted } from '../shapes/posted.ts';
import type { Kind, LedgerRecord } from '../shapes/record.ts';
import { ownId } from '../shapes/stored-event.ts';
import { isTitled, titleKeyFrom } from '../shapes/title-key.ts';
import type { EventTypes } from './event-types.ts';
import type { AnswerKey, GivenId, MeetingMark, NumberedIds, PlaceOfKind, RecordRef } from './facts.ts';
import type { Item, Posting } from './posting.ts';
import { changedId, refKey } from './touched.ts';
import { isCounted, metricOf } from './warnings.ts';
import { marksFrom, type World } from './world.ts';

/**
 * Loads what the decisions on a group will ask for: one to three rounds of queries, however many requests it has. What
 * can't be told before deciding, they ask for themselves.
 */
export function* prefetch(types: EventTypes, world: World, group: Posting[]): Asking<void> {
  const first = askedAtFirst(types, group);
  yield* together([
    world.versions.load(first.refs),
    world.events.load(first.eventIds),
    world.answers.load(first.answers),
    world.numbers.load(first.numbers),
    world.titles.load(first.titleKeys),
    world.externalIds.load(first.externalIds),
  ]);
  const then = askedThen(types, world, first);
  yield* together([
    world.names.load(then.commitments),
    world.externalIds.load(then.externalIds),
    world.titles.load(then.titleKeys),
    world.alike.load(then.alike),
    world.meetings.load(then.marks),
    world.metrics.load(then.metrics),
    world.claims.load(
      then.places.map(({ initiativeId, meetingId }) => ({ initiativeId, recordId: meetingId })),
    ),
  ]);
  // To count is to look at all milestones of a meeting, so it is done where a claim asks for it.
  yield* world.counts.load(
    then.places.filter(({ initiativeId, meetingId, kind }) =>
      world.claims
        .get(refKey(initiativeId, meetingId))
        ?.some(({ record }) => record.kind === 'claim' && record.data.metric === metricOf(kind)),
    ),
  );
}

/** What can be told to be asked for before anything is known. Each item is looked at once, as there can be thousands. */
function askedAtFirst(types: EventTypes, group: Posting[]) {
  const refs: RecordRef[] = [];
  const eventIds: string[] = [];
  const answers: AnswerKey[] = [];
  const numbers: NumberedIds[] = [];
  const titleKeys: number[] = [];
  const externalIds: GivenId[] = [];
  const records: Ahead[] = [];
  /** Of these more is told by the records that they name. */
  const others: { initiativeId: string; item: Item }[] = [];
  let last: string | undefined;
  for (const { initiativeId, principal, authority, idempotency, dryRun, items } of group) {
    if (initiativeId !== last) refs.push({ initiativeId, recordId: initiativeId });
    last = initiativeId;
    // Its rights are looked at.
    if (typeof authority !== 'string') refs.push({ initiativeId: ownId, recordId: principal });
    if (authority === 'open') numbers.push({ initiativeId: ownId, kind: 'principal' });
    // A dry run ignores keys.
    if (idempotency && !dryRun) answers.push({ principal, initiativeId, key: idempotency.key });
    for (const item of items) {
      const { event } = item;
      addRefs(initiativeId, event, refs);
      if (event.eventId !== undefined) eventIds.push(event.eventId);
      const made = types.madeBy(event.type);
      if (made === undefined) {
        others.push({ initiativeId, item });
        continue;
      }
      // New records take numbers where they come without an id.
      if (event.recordId === undefined) numbers.push({ initiativeId, kind: made });
      const given = givenId(initiativeId, made, event);
      if (given) externalIds.push(given);
      const ahead = recordAhead(initiativeId, event, made, undefined, undefined);
      // A milestone without a date has that of its meeting.
      if (event.occurredOn === undefined && ahead.meetingId !== undefined) {
        others.push({ initiativeId, item });
        continue;
      }
      records.push(ahead);
      if (ahead.titleKey === undefined) continue;
      item.titleKey = ahead.titleKey;
      if (ahead.isTitled) titleKeys.push(ahead.titleKey);
    }
  }
  return { refs, eventIds, answers, numbers, titleKeys, externalIds, records, others };
}

/** What can be told once the records are known that the items name. */
function askedThen(types: EventTypes, world: World, { records, others }: ReturnType<typeof askedAtFirst>) {
  const commitments: string[] = [];
  const externalIds: GivenId[] = [];
  const titleKeys: number[] = [];
  for (const { initiativeId, item } of others) {
    const { event } = item;
    const made = types.madeBy(event.type);
    const present = made === undefined ? recordIn(world, initiativeId, event.recordId) : undefined;
    // An event may repeat the names that the record holds.
    if (present && types.namingPersons.has(event.type)) commitments.push(...commitmentsIn(present.data));
    const given = present && changedId(present, event.to, event.changes);
    if (given) externalIds.push(given);
    const kind = event.to ?? made ?? present?.kind;
    if (kind === undefined) continue;
    const ahead = recordAhead(initiativeId, event, kind, present, world);
    records.push(ahead);
    if (ahead.isTitled && ahead.titleKey !== undefined) titleKeys.push(ahead.titleKey);
  }
  const alike: number[] = [];
  const marks: MeetingMark[] = [];
  const metrics: string[] = [];
  const places: PlaceOfKind[] = [];
  for (const { initiativeId, kind, titleKey, isRepeated, meetingId, marks: own, metric } of records) {
    if (isRepeated && titleKey !== undefined) alike.push(titleKey);
    marks.push(...own);
    if (metric !== undefined && !isCounted(metric)) metrics.push(initiativeId);
    if (meetingId !== undefined && (kind === 'mou' || kind === 'project'))
      places.push({ initiativeId, meetingId, kind });
  }
  return { commitments, externalIds, titleKeys, alike, marks, metrics, places };
}

/** Adds the records that the decision on an event is sure to ask for. */
function addRefs(initiativeId: string, { recordId, reason, data, changes }: Posted, to: RecordRef[]): void {
  const add = (id: unknown): void => void (typeof id === 'string' && to.push({ initiativeId, recordId: id }));
  add(recordId);
  add(reason?.duplicateOf);
  if (data) addReferences(data, add);
  if (changes?.['data']) addReferences(changes['data'] as object, add);
}

/** What is told of other records in data that may be checked against no schema yet. */
function addReferences(data: object, add: (id: unknown) => void): void {
  const { meetingId, madeAt, scope, renews, under } = data as Members;
  add(meetingId);
  add(madeAt);
  if (typeof scope === 'string') for (const meeting of meetingsIn(scope)) add(meeting);
  add((renews as { recordId?: unknown } | null | undefined)?.recordId);
  if (Array.isArray(under)) for (const one of under) add(one);
}

/** The external id that an event brings which makes a record of a kind. */
function givenId(initiativeId: string, kind: Kind, event: Posted): GivenId | undefined {
  if (kind !== 'mou' && kind !== 'project') return undefined;
  const externalId = textOf((event.data as Members | undefined)?.['externalId']);
  return externalId === undefined ? undefined : { initiativeId, kind, externalId };
}

/** What warnings look at in a record. */
interface Ahead {
  initiativeId: string;
  kind: Kind;
  titleKey: number | undefined;
  isTitled: boolean;
  /** Whether it makes several records at once. */
  isRepeated: boolean;
  meetingId: string | undefined;
  marks: MeetingMark[];
  /** Of a claim that says it. */
  metric: unknown;
}

/**
 * The record that an event will make or change, as far as it can be told before it is decided on. world: undefined where nothing is
 * known yet.
 */
function recordAhead(
  initiativeId: string,
  event: Posted,
  kind: Kind,
  present: LedgerRecord | undefined,
  world: World | undefined,
): Ahead {
  // Members of an event are looked at by name.
  const posted = (event.changes ?? event) as Members;
  const own = (posted['data'] ?? {}) as Members;
  const data: Members = present ? { ...present.data, ...own } : own;
  const meetingId = textOf(data['meetingId']);
  const occurredOn =
    textOf(posted['occurredOn']) ??
    present?.occurredOn ??
    (world && meetingId !== undefined ? recordIn(world, initiativeId, meetingId)?.occurredOn : undefined);
  // Evidence comes behind the sources that are there.
  const sources = event.changes?.['sources'] ?? present?.sources ?? posted['sources'];
  return {
    initiativeId,
    kind,
    titleKey: titleKeyFrom({ initiativeId, kind, occurredOn }, data, sources),
    isTitled: isTitled({ kind, data }),
    isRepeated: (event.repeat ?? 1) > 1,
    meetingId,
    marks:
      kind === 'meeting' && typeof data['series'] === 'string' && tellsPlace(posted)
        ? marksFrom(initiativeId, occurredOn, data['ordinal'])
        : noMarks,
    metric: kind === 'claim' ? Object(posted['data'])['metric'] : undefined,
  };
}

const noMarks: MeetingMark[] = [];

/** Whether an event says where a meeting stands in its series. */
const tellsPlace = ({ occurredOn, data }: Members): boolean =>
  occurredOn !== undefined || ['series', 'ordinal'].some((member) => member in Object(data));

type Members = { [member: string]: unknown };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const recordIn = (world: World, initiativeId: string, recordId = ''): LedgerRecord | undefined =>
  world.versions.get(refKey(initiativeId, recordId))?.record;
