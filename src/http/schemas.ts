import { type TProperties, type TSchema, Type } from 'typebox';
import { allKinds } from '../../events/define-event.ts';
import { closed, Reason, ref, Slug, Source } from '../../events/fields.ts';
import { ClaimData, qualifiers } from '../../events/figure-claimed.ts';

const count = (description?: string) => Type.Integer({ minimum: 0, ...(description ? { description } : {}) });
const Day = Type.String({ format: 'date', description: 'A day, YYYY-MM-DD.' });
const Instant = Type.String({ format: 'date-time' });
const Position = Type.Integer({ minimum: 1, description: 'Place in the log: 1, 2, 3 …' });
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 in hex.' });
const Possible = Type.Optional(count('With until: what may have happened by then, in addition to total.'));

/** What every read model says of where its answer comes from. */
export const Basis = Type.Object(
  {
    treeSize: count('How many events of the log the answer was computed from.'),
    rootHash: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'The root of the Merkle tree over them.',
    }),
  },
  { $id: 'Basis', ...closed, description: 'The exact log that the answer was computed from.' },
);

export const AsOf = Type.Object(
  {
    position: count('The last position that the answer takes in; 0: before the first event.'),
    recordedAt: Type.Optional(Instant),
  },
  { $id: 'AsOf', ...closed, description: 'The moment that the answer speaks of.' },
);

const Status = Type.Enum(['standing', 'retracted']);
const Kind = Type.Enum([...allKinds]);
const AnyJson = Type.Unknown({ description: 'Any JSON value.' });

/** Members of a record, for schemas that add to them. */
const record = {
  initiativeId: Slug,
  recordId: Slug,
  kind: Kind,
  status: Status,
  version: Type.Integer({ minimum: 1 }),
  occurredOn: Type.Optional(Type.String({ description: 'As given: an EDTF date.' })),
  earliest: Type.Optional(Day),
  latest: Type.Optional(Day),
  data: Type.Unknown({
    description: 'InitiativeData, MeetingData, MilestoneData or ClaimData, names revealed.',
  }),
  sources: Type.Array(ref(Source)),
};
export const RecordBody = Type.Object(record, {
  $id: 'Record',
  ...closed,
  description: 'One thing in a register.',
});

const Countable = Type.Object(
  { total: count(), possible: Possible, named: count('How many of them have a title.') },
  closed,
);
const MilestoneCounts = Type.Object(
  { total: count(), possible: Possible, named: count(), atMeetings: count(), outsideMeetings: count() },
  closed,
);
export const SummaryCounts = Type.Object(
  {
    meetings: Type.Object({ total: count(), possible: Possible }, closed),
    mous: MilestoneCounts,
    projects: MilestoneCounts,
  },
  { $id: 'Counts', ...closed, description: 'Computed from the records, never entered.' },
);

const Shares = Type.Array(
  Type.Object({ key: Type.Union([Type.String(), Type.Null()]), mous: count(), projects: count() }, closed),
  { description: 'They sum to the total; key null is what has none.' },
);
const breakdown = {
  byPillar: Shares,
  byYear: Shares,
  byZone: Shares,
  bySector: Shares,
  byInstrument: Shares,
  firstOccurrence: Type.Optional(Day),
  lastOccurrence: Type.Optional(Day),
};

export const ComparedClaim = Type.Object(
  {
    initiativeId: Slug,
    recordId: Slug,
    version: Type.Integer({ minimum: 1 }),
    metric: ClaimData.properties.metric,
    value: count(),
    qualifier: Type.Enum([...qualifiers]),
    scope: Type.String(),
    label: Type.Optional(Type.String()),
    madeAt: Type.Optional(Slug),
    occurredOn: Type.String({ description: 'The date that the figure is stated for.' }),
    recorded: Type.Optional(count()),
    possible: Type.Optional(count()),
    difference: Type.Optional(Type.Integer({ description: 'recorded less value' })),
    status: Type.Enum(['matches', 'over', 'short', 'undecided', 'about', 'not-comparable']),
    previous: Type.Optional(
      Type.Object(
        {
          recordId: Slug,
          value: count(),
          claimedIncrease: Type.Integer(),
          recordedIncrease: Type.Optional(Type.Integer()),
          difference: Type.Optional(Type.Integer()),
        },
        {
          ...closed,
          description: 'The claim before it of the same metric, scope and label, and the step from it.',
        },
      ),
    ),
    since: Type.Object(
      { meetings: count(), mous: count(), projects: count() },
      { ...closed, description: 'What was recorded as having happened after the day of the claim.' },
    ),
    sources: Type.Array(ref(Source)),
  },
  { $id: 'Claim', ...closed, description: 'A published figure, compared with what is recorded.' },
);

const meetingCounts = {
  counts: Type.Object({ mous: Countable, projects: Countable }, closed),
  running: Type.Object({ meetings: count(), mous: count(), projects: count() }, closed),
  coverage: Type.Object(
    {
      mous: Type.Enum(['listed', 'partial', 'counted', 'unknown']),
      projects: Type.Enum(['listed', 'partial', 'counted', 'unknown']),
    },
    { ...closed, description: 'listed: all named; partial; counted: none named; unknown: none recorded' },
  ),
};
export const CountedMeeting = Type.Object(
  { ...record, ...meetingCounts },
  { $id: 'CountedMeeting', ...closed },
);

export const CountedInitiative = Type.Object(
  { ...record, counts: ref(SummaryCounts) },
  { $id: 'CountedInitiative', ...closed },
);

const FieldChanges = Type.Array(
  Type.Object({ path: Type.String(), from: Type.Optional(AnyJson), to: Type.Optional(AnyJson) }, closed),
  { description: 'Absent from or to means absent.' },
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
const VersionOrigin = Type.Object(versionOrigin, {
  $id: 'VersionOrigin',
  ...closed,
  description: 'The event that made a version of a record.',
});
export const VersionBody = Type.Object(
  { ...versionOrigin, changes: FieldChanges },
  { $id: 'Version', ...closed, description: 'An event of a record, and what it changed.' },
);

const StoredEventBody = Type.Object(
  {
    v: Type.Literal(1),
    eventId: Type.String({ format: 'uuid' }),
    initiativeId: Type.String({
      pattern: '^(-|[a-z0-9][a-z0-9-]{0,62})$',
      description: 'The initiative; a hyphen for LogContinued, which belongs to none.',
    }),
    recordId: Slug,
    kind: Kind,
    version: Type.Integer({ minimum: 1 }),
    type: Type.String(),
    occurredOn: Type.Optional(Type.String()),
    data: Type.Optional(Type.Object({}, { additionalProperties: true })),
    changes: Type.Optional(FieldChanges),
    to: Type.Optional(Type.Enum(['mou', 'project'])),
    erased: Type.Optional(
      Type.Object(
        {
          commitments: Type.Array(Hash),
          legalBasis: Type.String(),
          requestedBy: Type.Optional(Type.String()),
        },
        { ...closed, description: 'The commitments whose names were erased.' },
      ),
    ),
    sources: Type.Optional(Type.Array(ref(Source))),
    reason: Type.Optional(ref(Reason)),
    note: Type.Optional(Type.String()),
    correlationId: Type.Optional(Type.String()),
    recordedAt: Instant,
    recordedBy: Type.String(),
  },
  { $id: 'StoredEvent', ...closed, description: 'The event exactly as logged: RFC 8785 canonical JSON.' },
);
const loggedEvent = {
  position: Position,
  leafHash: Hash,
  event: ref(StoredEventBody),
  openings: Type.Optional(
    Type.Array(Type.Object({ commitment: Hash, name: Type.String(), salt: Hash }, closed), {
      description: 'Names of persons behind commitments in the event, where they were not erased.',
    }),
  ),
};
export const LoggedEvent = Type.Object(loggedEvent, { $id: 'LoggedEvent', ...closed });

const Moved = Type.Object(
  {
    meetings: Type.Optional(Type.Integer()),
    mous: Type.Optional(Type.Integer()),
    mousNamed: Type.Optional(Type.Integer()),
    mousAtMeetings: Type.Optional(Type.Integer()),
    mousNamedAtMeetings: Type.Optional(Type.Integer()),
    projects: Type.Optional(Type.Integer()),
    projectsNamed: Type.Optional(Type.Integer()),
    projectsAtMeetings: Type.Optional(Type.Integer()),
    projectsNamedAtMeetings: Type.Optional(Type.Integer()),
  },
  { ...closed, description: 'What the event added to each count; counts that it left alone are absent.' },
);
const MovingEvent = Type.Object({ ...loggedEvent, moved: Moved }, { $id: 'MovingEvent', ...closed });

const provenance = { asOf: ref(AsOf), basis: ref(Basis) };
const answer = <P extends TProperties>($id: string, properties: P) =>
  Type.Object({ ...properties, ...provenance }, { $id, ...closed });
const total = { total: Type.Optional(count('With count=true: the items of this page and those after it.')) };
const listOf = ($id: string, item: TSchema, more: TProperties = {}) =>
  answer($id, { items: Type.Array(ref(item)), ...more });

const summary = { counts: ref(SummaryCounts), ...breakdown };
const claims = Type.Array(ref(ComparedClaim));

export const InitiativeListAnswer = listOf('InitiativeList', CountedInitiative);
export const InitiativeAnswer = answer('Initiative', {
  ...record,
  version: Type.Integer({ minimum: 0, description: '0: not registered yet at the moment asked for.' }),
  ...summary,
  claims,
});
export const SummaryAnswer = answer('Summary', { initiativeId: Slug, status: Status, ...summary, claims });
export const OverallAnswer = answer('OverallSummary', { initiatives: count(), ...summary });
export const MeetingListAnswer = listOf('MeetingList', CountedMeeting, {
  missingOrdinals: Type.Array(
    Type.Object(
      { series: Type.Union([Type.String(), Type.Null()]), missing: Type.Array(Type.Integer()) },
      closed,
    ),
  ),
  outside: Type.Object(
    { mous: Countable, projects: Countable },
    { ...closed, description: 'Milestones outside meetings.' },
  ),
});
export const MeetingAnswer = answer('Meeting', {
  ...record,
  ...meetingCounts,
  mous: Type.Array(ref(RecordBody)),
  projects: Type.Array(ref(RecordBody)),
  claims,
});
export const RecordListAnswer = listOf('RecordList', RecordBody, total);
export const ClaimListAnswer = listOf('ClaimList', ComparedClaim, total);
export const RecordAnswer = answer('RecordAnswer', {
  ...record,
  references: Type.Array(Type.Object({ recordId: Slug, status: Status }, closed), {
    description: 'The status of the records named by renews and under.',
  }),
});
export const HistoryAnswer = answer('History', {
  recordId: Slug,
  versions: Type.Array(ref(VersionBody)),
  ...total,
});
export const DifferenceAnswer = answer('Difference', {
  recordId: Slug,
  from: ref(VersionOrigin),
  to: ref(VersionOrigin),
  changes: FieldChanges,
});
export const ChangesAnswer = answer('Changes', {
  from: ref(AsOf),
  to: ref(AsOf),
  before: ref(SummaryCounts),
  after: ref(SummaryCounts),
  items: Type.Array(ref(MovingEvent)),
  ...total,
});
export const EventListAnswer = listOf('EventList', LoggedEvent, total);
export const EventAnswer = Type.Object({ ...loggedEvent, ...provenance }, { $id: 'EventAnswer', ...closed });

export const KeysAnswer = Type.Object(
  {
    origin: Type.String({ description: 'The name of the log.' }),
    items: Type.Array(
      Type.Object({ vkey: Type.String(), signsFrom: Instant, signsUntil: Type.Optional(Instant) }, closed),
    ),
  },
  { $id: 'Keys', ...closed },
);
const Hashes = Type.Array(Hash);
export const InclusionAnswer = Type.Object(
  {
    leafIndex: count('The position less one.'),
    treeSize: count(),
    leafHash: Hash,
    rootHash: Hash,
    hashes: Hashes,
  },
  { $id: 'InclusionProof', ...closed },
);
export const ConsistencyAnswer = Type.Object(
  { from: count(), to: count(), fromRoot: Hash, toRoot: Hash, hashes: Hashes },
  { $id: 'ConsistencyProof', ...closed },
);

export const RebuildLine = Type.Object(
  {
    events: Type.Optional(count('How many events are rebuilt.')),
    of: Type.Optional(count('How many there are.')),
    outcome: Type.Optional(
      Type.Enum(['done', 'stopped'], { description: 'In the last line. Stopped: nothing was changed.' }),
    ),
    views: Type.Optional(
      Type.Array(
        Type.Object(
          {
            view: Type.String({ description: 'The read model.' }),
            swapped: Type.Boolean({ description: 'Whether the one made anew is now in use.' }),
            differences: Type.Optional(count('Rows that differed; absent: they were not compared.')),
            first: Type.Array(
              Type.Object(
                { table: Type.String(), position: Type.Optional(Type.Integer()), detail: Type.String() },
                closed,
              ),
              { description: 'The first of them.' },
            ),
          },
          closed,
        ),
      ),
    ),
    position: Type.Optional(Type.Integer({ description: 'Of the event that can not be folded.' })),
    detail: Type.Optional(Type.String({ description: 'Why it stopped.' })),
  },
  { $id: 'RebuildLine', ...closed, description: 'How far a rebuild is, or its outcome.' },
);

/** Every schema that others refer to by its $id. */
export const answerSchemas = [
  Basis,
  AsOf,
  RecordBody,
  SummaryCounts,
  ComparedClaim,
  CountedMeeting,
  CountedInitiative,
  VersionOrigin,
  VersionBody,
  StoredEventBody,
  LoggedEvent,
  MovingEvent,
  InitiativeListAnswer,
  InitiativeAnswer,
  SummaryAnswer,
  OverallAnswer,
  MeetingListAnswer,
  MeetingAnswer,
  RecordListAnswer,
  ClaimListAnswer,
  RecordAnswer,
  HistoryAnswer,
  DifferenceAnswer,
  ChangesAnswer,
  EventListAnswer,
  EventAnswer,
  KeysAnswer,
  InclusionAnswer,
  ConsistencyAnswer,
  RebuildLine,
];
