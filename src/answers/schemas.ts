import { type TInteger, type TProperties, type TSchema, Type } from 'typebox';
import { noCounts } from '../projections/tally.ts';
import type { Json as JsonValue } from '../shapes/canonical-json.ts';
import { byName, forEachDimension } from '../shapes/dimensions.ts';
import { CoChair, closed, object, Party, Reason, ref, Slug, Source } from '../shapes/fields.ts';
import {
  allKinds,
  ClaimData,
  dataOf,
  InitiativeData,
  type Kind,
  kinds,
  MeetingData,
  MilestoneData,
  ownSchemas,
  qualifiers,
} from '../shapes/record-data.ts';
import { movedUndated } from '../views/changes.ts';
import { claimStatuses } from '../views/claims.ts';
import { coverages } from '../views/meetings.ts';

const count = (description?: string) => Type.Integer({ minimum: 0, ...(description ? { description } : {}) });
const Day = Type.String({ format: 'date', description: 'A day, YYYY-MM-DD.' });
export const Instant = Type.String({ format: 'date-time' });
const Position = Type.Integer({ minimum: 1, description: 'Place in the log: 1, 2, 3 …' });
const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });
const Hash = hash('SHA-256 in hex.');
const DayOrNull = (description: string) => orNull(Type.String({ format: 'date' }), description);
const Possible = Type.Optional(count('With until: what may have happened by then, in addition to total.'));

/** Every schema that others refer to by its $id, in the order of this file. */
export const answerSchemas: TSchema[] = [];

/** A closed object that others refer to by its $id. */
export const bodyOf = <P extends TProperties>(
  $id: string,
  description: string,
  properties: P,
  more: object = {},
) => Type.Object(properties, { $id, ...closed, ...(description && { description }), ...more });

const named: typeof bodyOf = (...parts) => {
  const schema = bodyOf(...parts);
  answerSchemas.push(schema);
  return schema;
};

const part = <P extends TProperties>(description: string, properties: P) =>
  Type.Object(properties, { ...closed, description });

/** A list without pages. */
export const itemsOf = (item: TSchema) => object({ items: Type.Array(ref(item)) });

export const orNull = <S extends TSchema>(schema: S, description: string) =>
  Type.Union([schema, Type.Null()], { description });

/** Every answer of a read model says where it comes from. */
export const Basis = named('Basis', 'The exact log that the answer was computed from.', {
  treeSize: count('How many events of the log the answer was computed from.'),
  rootHash: hash('The root of the Merkle tree over them.'),
});

export const AsOf = named('AsOf', 'The moment that the answer speaks of.', {
  position: count('The last position that the answer takes in; 0: before the first event.'),
  recordedAt: Type.Optional(Instant),
});

const Status = Type.Enum(['standing', 'retracted']);
// The static types of kind and data are those of a record of any kind: the document says more to others.
const kindOf = (kinds: readonly Kind[]) => Type.Unsafe<Kind>(Type.Enum([...kinds]));

/** A value of a record, at whatever path; nulls are never stored. It does not refer to itself, as not every reader of schemas can follow. */
const Json = Type.Unsafe<JsonValue>({
  $id: 'Json',
  description: 'Any JSON value but null.',
  anyOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'array', items: {} },
    { type: 'object', additionalProperties: true },
  ],
});

answerSchemas.push(Json, ...ownSchemas);

const shownName = { name: Type.String({ description: 'A name; [erased] where it was erased.' }) };
const ShownMeetingData = named('ShownMeetingData', 'The data of a meeting, with the names of persons.', {
  ...MeetingData.properties,
  coChairs: Type.Optional(Type.Array(object({ ...CoChair.properties, ...shownName }))),
});
const ShownMilestoneData = named(
  'ShownMilestoneData',
  'The data of an MoU or a project, with the names of persons.',
  {
    ...MilestoneData.properties,
    parties: Type.Optional(Type.Array(object({ ...Party.properties, ...shownName }))),
  },
);
const shownData = {
  initiative: InitiativeData,
  meeting: ShownMeetingData,
  mou: ShownMilestoneData,
  project: ShownMilestoneData,
  claim: ClaimData,
};
const dataOfKind = (kind: keyof typeof shownData) => ({
  kind: kindOf([kind]),
  data: Type.Unsafe<unknown>(ref(shownData[kind])),
});

/** Says, beside the members of an object, what its data is for each kind. */
const dataByKind = (data: { readonly [kind: string]: TSchema }, required: string[]) =>
  Object.entries(data).map(([kind, schema]) => ({
    type: 'object',
    required,
    properties: { kind: { const: kind }, data: ref(schema) },
  }));

const PossibleItem = Type.Optional(
  Type.Literal(true, { description: 'Only with until: it may have happened by then or later.' }),
);

/** Members of a record, for schemas that add to them. */
const record = {
  initiativeId: Slug,
  recordId: Slug,
  kind: kindOf(kinds),
  status: Status,
  version: Type.Integer({ minimum: 1 }),
  occurredOn: Type.Optional(Type.String({ description: 'As given: an EDTF date.' })),
  earliest: Type.Optional(Day),
  latest: Type.Optional(Day),
  data: Type.Unknown({ description: 'By kind, with names of persons.' }),
  sources: Type.Array(ref(Source)),
};
const byKind = { oneOf: dataByKind(shownData, ['kind', 'data']) };
const RecordBody = named('Record', 'One thing in a register.', { ...record, possible: PossibleItem }, byKind);
const initiativeRecord = { ...record, ...dataOfKind('initiative') };

const Undated = Type.Optional(
  count('How many of them have no date: they are in total, and with until in possible. Absent: none.'),
);
const total = { total: count(), possible: Possible, undated: Undated };
const Countable = object({ ...total, named: count('How many of them have a title.') });
const MilestoneCounts = object({
  ...total,
  named: count(),
  atMeetings: count(),
  outsideMeetings: count(),
});
const SummaryCounts = named('Counts', 'Computed from the records, never entered.', {
  meetings: object(total),
  mous: MilestoneCounts,
  projects: MilestoneCounts,
});

const sharesOf = (number: TInteger, options = {}) => {
  const key = Type.Union([Type.String(), Type.Null()]);
  return Type.Array(object({ key, mous: number, projects: number }), options);
};
const Shares = sharesOf(count(), {
  description:
    'A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total.',
});
const shares = { ...forEachDimension(byName, () => Shares), byYear: Shares };
const day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));
const breakdown = {
  ...shares,
  firstOccurrence: day(
    'The first day on which something counted is known to have happened: its date is this day. Absent if no date is a day.',
  ),
  lastOccurrence: day('The last day that something counted is known to have.'),
  firstPossible: Type.Optional(
    DayOrNull(
      'The first day that a vaguer date may mean, if it is before firstOccurrence or there is no firstOccurrence. null: nobody knows how long before. Absent: nothing counted may have been earlier.',
    ),
  ),
  lastPossible: day(
    'The last day that a vaguer date may mean, if it is after lastOccurrence or there is no lastOccurrence; with until, no later than its last day. Absent: nothing counted may have been later.',
  ),
};

const counts = { meetings: count(), mous: count(), projects: count() };

const ComparedClaim = named('Claim', 'A published figure, compared with the records.', {
  initiativeId: Slug,
  recordId: Slug,
  version: Type.Integer({ minimum: 1 }),
  metric: ClaimData.properties.metric,
  value: count(),
  qualifier: Type.Enum([...qualifiers]),
  scope: Type.String(),
  label: Type.Optional(Type.String()),
  madeAt: Type.Optional(Slug),
  occurredOn: Type.String({ description: 'The date for which the figure is stated.' }),
  recorded: Type.Optional(count()),
  possible: Type.Optional(count()),
  difference: Type.Optional(Type.Integer({ description: 'recorded less value' })),
  status: Type.Enum([...claimStatuses], {
    description:
      'about: nearly, from 90 % of the value up to it, or about, within 10 % either way. undecided: what is possible decides.',
  }),
  previous: Type.Optional(
    part('The earlier claim of the same metric, scope and label, and the step from it.', {
      recordId: Slug,
      value: count(),
      claimedIncrease: Type.Integer(),
      recordedIncrease: Type.Optional(Type.Integer()),
      difference: Type.Optional(Type.Integer()),
    }),
  ),
  since: part('Counts of what happened after the day of the claim.', counts),
  sources: Type.Array(ref(Source)),
});

const Coverage = Type.Enum([...coverages]);
const countedMeeting = {
  ...record,
  ...dataOfKind('meeting'),
  possible: PossibleItem,
  counts: object({ mous: Countable, projects: Countable }),
  running: part(
    'Totals up to and including this meeting. With until: meetings that were surely held by then, and milestones that surely happened by then, also at meetings that are only possible.',
    counts,
  ),
  coverage: part(
    'listed: all that were announced are recorded and named, as far as the claims about the meeting say; partial: some are not named, or a claim says that there are more; counted: none is named; unknown: none is recorded. Claims about it are those of scope meeting:<recordId>; "more than 20" and "about 30" (27 at least) say that there are more than 20. With until, what is only possible is taken in, and claims stated for a later day are not.',
    { mous: Coverage, projects: Coverage },
  ),
};
const CountedMeeting = named('CountedMeeting', '', countedMeeting);

const CountedParty = named('CountedParty', 'A party of MoUs and projects, and how many it signed.', {
  name: Type.String({ description: 'The name given to it, or as the newest of the records spells it.' }),
  aliases: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Where several names mean it: those of the others that these records have.',
    }),
  ),
  country: Type.Optional(Type.String({ description: 'The country given to it with its names.' })),
  mous: count(),
  projects: count(),
  first: DayOrNull(
    'Of those with a date, the earliest day that the first may have happened on; null: nobody knows.',
  ),
  last: DayOrNull(
    'Of those with a date, the latest day that the last may have happened on; null: none has one.',
  ),
});

const DividedItem = named(
  'DividedItem',
  'What counts under a key, or under a pair of keys; with others: under all other keys together.',
  {
    key: Type.Optional(
      orNull(Type.String(), 'As the newest record that has it spells it; null: of records that have none.'),
    ),
    key2: Type.Optional(orNull(Type.String(), 'Of two: the second one.')),
    others: Type.Optional(count('With top: the number of keys, or pairs, that this item sums up.')),
    mous: object(total),
    projects: object(total),
    meetings: Type.Optional(object(total)),
    ...total,
  },
);

const CountedInitiative = named('CountedInitiative', '', { ...initiativeRecord, counts: ref(SummaryCounts) });

export const FieldChanges = Type.Array(
  object({ path: Type.String(), from: Type.Optional(ref(Json)), to: Type.Optional(ref(Json)) }),
  {
    description:
      'Without from, the member was absent; without to, it was removed. An item of a list without from was put before the one at its path. They hold one after the other.',
  },
);
const versionOrigin = {
  version: Type.Integer({ minimum: 1 }),
  position: Position,
  eventId: Type.String({ format: 'uuid' }),
  type: Type.String(),
  recordedAt: Instant,
  recordedBy: Type.String(),
  reason: Type.Optional(ref(Reason)),
  sources: Type.Optional(Type.Array(ref(Source))),
  note: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String()),
};
const VersionOrigin = named('VersionOrigin', 'The event that made a version of a record.', versionOrigin);
const VersionBody = named('Version', 'An event of a record, and its changes.', {
  ...versionOrigin,
  changes: FieldChanges,
});

const StoredEventBody = named(
  'StoredEvent',
  'The event exactly as logged: RFC 8785 canonical JSON.',
  {
    v: Type.Literal(1),
    eventId: Type.String({ format: 'uuid' }),
    initiativeId: Type.String({
      pattern: '^(-|[a-z0-9][a-z0-9-]{0,62})$',
      description: 'The initiative. A hyphen for LogContinued, which belongs to none.',
    }),
    recordId: Slug,
    kind: kindOf(allKinds),
    version: Type.Integer({ minimum: 1 }),
    type: Type.String(),
    occurredOn: Type.Optional(Type.String()),
    data: Type.Optional(Type.Object({}, { additionalProperties: true })),
    changes: Type.Optional(FieldChanges),
    to: Type.Optional(Type.Enum(['mou', 'project'])),
    erased: Type.Optional(
      part('The commitments whose names were erased.', {
        commitments: Type.Array(Hash),
        legalBasis: Type.String(),
        requestedBy: Type.Optional(Type.String()),
      }),
    ),
    sources: Type.Optional(Type.Array(ref(Source))),
    reason: Type.Optional(ref(Reason)),
    note: Type.Optional(Type.String()),
    correlationId: Type.Optional(Type.String()),
    recordedAt: Instant,
    recordedBy: Type.String(),
  },
  { oneOf: dataByKind(dataOf, ['kind']) },
);
const loggedEvent = {
  position: Position,
  leafHash: Hash,
  event: ref(StoredEventBody),
  openings: Type.Optional(
    Type.Array(object({ commitment: Hash, name: Type.String(), salt: Hash }), {
      description: 'Names of persons behind the commitments in the event, without erased ones.',
    }),
  ),
};
export const LoggedEvent = named('LoggedEvent', '', loggedEvent);

export const CloudEvent = named('CloudEvent', 'An event of the log as CloudEvents 1.0 have it.', {
  specversion: Type.Literal('1.0'),
  id: Type.String({ format: 'uuid', description: 'The eventId.' }),
  source: Type.String({ format: 'uri', description: 'The name of the log, as a URI.' }),
  type: Type.String(),
  subject: Type.String({ description: 'initiativeId/recordId' }),
  time: Instant,
  datacontenttype: Type.Literal('application/json'),
  position: Position,
  leafhash: Hash,
  data: ref(StoredEventBody),
});

const MovedShares = Type.Optional(sharesOf(Type.Integer()));
const Moved = part(
  'The amount that the event added to each figure, without figures that it did not move. A key has the spelling of the record.',
  {
    ...Object.fromEntries(
      [...Object.keys(noCounts()), ...movedUndated].map((name) => [name, Type.Optional(Type.Integer())]),
    ),
    ...forEachDimension(byName, () => MovedShares),
    byYear: MovedShares,
  },
);
const MovingEvent = named('MovingEvent', '', { ...loggedEvent, moved: Moved });

const provenance = { asOf: ref(AsOf), basis: ref(Basis) };
const answer = <P extends TProperties>($id: string, properties: P, more = {}) =>
  named($id, '', { ...properties, ...provenance }, more);
const paged = { total: Type.Optional(count('With count=true: the items of this page and those after it.')) };
const listOf = <I extends TSchema, P extends TProperties>($id: string, item: I, more: P) =>
  answer($id, { items: Type.Array(ref(item)), ...more });

const summary = { counts: ref(SummaryCounts), ...breakdown };
const claims = {
  claims: Type.Array(ref(ComparedClaim), {
    description: 'The claims for the latest days, up to 1,000 or about 1 MiB. The list of claims has all.',
  }),
  claimsLeftOut: Type.Optional(count('How many claims there are before these; absent: none.')),
};

export const InitiativeListAnswer = listOf('InitiativeList', CountedInitiative, paged);
export const InitiativeAnswer = answer('Initiative', { ...initiativeRecord, ...summary, ...claims });
export const SummaryAnswer = answer('Summary', { initiativeId: Slug, status: Status, ...summary, ...claims });
export const OverallAnswer = answer('OverallSummary', {
  initiatives: count(),
  ...summary,
  covers: Type.Optional(
    Type.Literal('readable', {
      description: 'It tells of the initiatives that you may read; there may be others.',
    }),
  ),
});
export const MeetingListAnswer = listOf('MeetingList', CountedMeeting, {
  missingOrdinals: Type.Array(
    object({ series: Type.Union([Type.String(), Type.Null()]), missing: Type.Array(Type.Integer()) }),
    {
      description:
        'The first 1,000 ordinals, between the lowest and the highest of each series, that no meeting of the list has, on any page.',
    },
  ),
  missingOrdinalsLeftOut: Type.Optional(
    part('The number of further missing ordinals and of their series. Absent: there are none.', {
      ordinals: count(),
      series: count(),
    }),
  ),
  outside: part('Milestones outside meetings.', { mous: Countable, projects: Countable }),
  ...paged,
});
export const MeetingAnswer = answer('Meeting', {
  ...countedMeeting,
  mous: Type.Array(ref(RecordBody)),
  projects: Type.Array(ref(RecordBody)),
  claims: Type.Array(ref(ComparedClaim), { description: 'Claims about the meeting, or made at it.' }),
  leftOut: Type.Optional(
    part('The numbers of items that are left out here. Absent: none.', {
      mous: count(),
      projects: count(),
      claims: count(),
    }),
  ),
});
export const RecordListAnswer = listOf('RecordList', RecordBody, paged);
export const PartyListAnswer = listOf('PartyList', CountedParty, paged);
export const DividedAnswer = listOf('Divided', DividedItem, {
  distinct: part('Each record once, however many keys it has.', {
    mous: object(total),
    projects: object(total),
    meetings: Type.Optional(object(total)),
    ...total,
  }),
  ...paged,
});
export const ClaimListAnswer = listOf('ClaimList', ComparedClaim, paged);
export const RecordAnswer = answer(
  'RecordAnswer',
  {
    ...record,
    references: Type.Array(object({ recordId: Slug, status: Status }), {
      description: 'The status of the records that renews and under name.',
    }),
  },
  byKind,
);
export const HistoryAnswer = answer('History', {
  recordId: Slug,
  versions: Type.Array(ref(VersionBody)),
  ...paged,
});
export const DifferenceAnswer = answer('Difference', {
  recordId: Slug,
  from: ref(VersionOrigin),
  to: ref(VersionOrigin),
  changes: FieldChanges,
  ...paged,
});
export const ChangesAnswer = answer('Changes', {
  from: ref(AsOf),
  to: ref(AsOf),
  before: ref(SummaryCounts),
  after: ref(SummaryCounts),
  shares: part('How the counts divide, before and after.', {
    before: Type.Object(shares, closed),
    after: Type.Object(shares, closed),
  }),
  items: Type.Array(ref(MovingEvent)),
  ...paged,
});
export const EventListAnswer = listOf('EventList', LoggedEvent, paged);
export const EventAnswer = named('EventAnswer', '', { ...loggedEvent, ...provenance });

export const KeysAnswer = named('Keys', '', {
  origin: Type.String({ description: 'The name of the log.' }),
  items: Type.Array(object({ vkey: Type.String(), signsFrom: Instant, signsUntil: Type.Optional(Instant) })),
});
const Hashes = Type.Array(Hash);
export const InclusionAnswer = named('InclusionProof', '', {
  leafIndex: count('The position less one.'),
  treeSize: count(),
  leafHash: Hash,
  rootHash: Hash,
  hashes: Hashes,
});
export const ConsistencyAnswer = named('ConsistencyProof', '', {
  from: count(),
  to: count(),
  fromRoot: Hash,
  toRoot: Hash,
  hashes: Hashes,
});

export const RebuildLine = named('RebuildLine', 'The progress of a rebuild, or its outcome.', {
  events: Type.Optional(count('How many events are rebuilt.')),
  of: Type.Optional(count('How many there are.')),
  outcome: Type.Optional(
    Type.Enum(['done', 'stopped'], { description: 'Only in the last line. stopped: nothing was changed.' }),
  ),
  views: Type.Optional(
    Type.Array(
      object({
        view: Type.String({ description: 'The read model.' }),
        swapped: Type.Boolean({ description: 'Whether the rebuilt one is now in use.' }),
        differences: Type.Optional(count('Rows that differed; absent: they were not compared.')),
        first: Type.Array(
          Type.Object(
            { table: Type.String(), position: Type.Optional(Type.Integer()), detail: Type.String() },
            closed,
          ),
          { description: 'The first of them.' },
        ),
      }),
    ),
  ),
  position: Type.Optional(Type.Integer({ description: "The position of the event that can't be folded." })),
  detail: Type.Optional(Type.String({ description: 'Why the rebuild stopped.' })),
});
