/*
 * Every text of the pages, in one place. Numbers of things have their noun here, because languages differ in how they count.
 */

const english = new Intl.NumberFormat('en');
const digits = (count: number): string => english.format(count);

const s = (count: number, one: string, many = `${one}s`): string =>
  `${digits(count)} ${count === 1 ? one : many}`;

function ordinal(number: number): string {
  const tens = number % 100;
  const end = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${end}`;
}

const kindsOfRecord = new Map([
  ['initiative', 'Initiative'],
  ['meeting', 'Meeting'],
  ['mou', 'MoU'],
  ['project', 'Project'],
  ['claim', 'Claim'],
  ['log', 'Log'],
  ['principal', 'Principal'],
]);
const metrics = new Map([
  ['mous', 'MoUs'],
  ['projects', 'projects'],
  ['meetings', 'meetings'],
]);
const qualifiers = new Map([
  ['atLeast', 'at least'],
  ['moreThan', 'more than'],
  ['atMost', 'at most'],
  ['lessThan', 'fewer than'],
  ['nearly', 'nearly'],
  ['about', 'about'],
]);
const doubts = new Map([
  ['?', (date: string) => `${date} (uncertain)`],
  ['~', (date: string) => `about ${date}`],
  ['%', (date: string) => `about ${date} (uncertain)`],
]);
const statuses = new Map([
  ['matches', 'matches'],
  ['over', 'over'],
  ['short', 'short'],
  ['undecided', 'undecided'],
  ['about', 'about right'],
  ['not-comparable', 'not comparable'],
]);
const eventTypes = new Map([
  ['InitiativeRegistered', 'initiative registered'],
  ['MeetingHeld', 'meeting held'],
  ['MoUSigned', 'MoU signed'],
  ['ProjectLaunched', 'project launched'],
  ['FigureClaimed', 'figure claimed'],
  ['RecordCorrected', 'corrected'],
  ['EvidenceAdded', 'evidence added'],
  ['RecordRetracted', 'withdrawn'],
  ['RecordReinstated', 'reinstated'],
  ['RecordReclassified', 'reclassified'],
  ['PersonalDataErased', 'names erased'],
  ['LogContinued', 'log goes on under a new name'],
  ['PrincipalAdded', 'principal added'],
  ['RightsChanged', 'rights changed'],
  ['PrincipalDisabled', 'principal disabled'],
]);
const reasons = new Map([
  ['typing-error', 'Typing error'],
  ['wrong-source', 'Wrong source'],
  ['late-information', 'Late information'],
  ['publisher-changed', 'The publisher changed it'],
  ['duplicate', 'Duplicate'],
  ['never-happened', 'It never happened'],
  ['scope-decision', 'Decision on the scope'],
  ['other', 'Other reason'],
]);
/** Members of a record, by their names. */
const fields = new Map([
  ['name', 'Name'],
  ['title', 'Title'],
  ['titleKind', 'Title is'],
  ['titles', 'In other languages'],
  ['aliases', 'Also called'],
  ['description', 'Description'],
  ['occurredOn', 'Date'],
  ['series', 'Series'],
  ['ordinal', 'Number in the series'],
  ['place', 'Place'],
  ['mode', 'Form'],
  ['coChairs', 'Co-chairs'],
  ['parties', 'Parties'],
  ['meetingId', 'Meeting'],
  ['occasion', 'Occasion'],
  ['instrument', 'Instrument'],
  ['pillar', 'Pillar'],
  ['pillars', 'Pillars'],
  ['sector', 'Sector'],
  ['zone', 'Zone'],
  ['zones', 'Zones'],
  ['tier', 'Tier'],
  ['amount', 'Amount'],
  ['currency', 'currency'],
  ['validFrom', 'In force from'],
  ['validUntil', 'In force until'],
  ['renews', 'Renews'],
  ['under', 'Under'],
  ['sameAs', 'The same as'],
  ['metric', 'What is counted'],
  ['value', 'Value'],
  ['qualifier', 'How exact'],
  ['scope', 'Scope'],
  ['label', 'As printed'],
  ['madeAt', 'Made at'],
  ['grants', 'Rights'],
  ['kind', 'Kind'],
  ['status', 'Status'],
  ['sources', 'Sources'],
  ['origin', 'Name of the log'],
  ['continues', 'Last signed'],
]);
const fieldNames = [...fields.keys()];
/** Values that the ledger knows, by the name of their member. */
const values = new Map<string, ReadonlyMap<string, string>>([
  ['kind', kindsOfRecord],
  ['metric', metrics],
  ['qualifier', new Map([...qualifiers, ['exact', 'exactly']])],
  [
    'status',
    new Map([
      ['standing', 'standing'],
      ['retracted', 'withdrawn'],
    ]),
  ],
  [
    'mode',
    new Map([
      ['in-person', 'in person'],
      ['virtual', 'online'],
      ['hybrid', 'in person and online'],
    ]),
  ],
  [
    'titleKind',
    new Map([
      ['official', 'official'],
      ['description', 'a description, as no title was announced'],
      ['translation', 'a translation'],
    ]),
  ],
]);
/** The days of a record, by its kind. */
const happenings = new Map([
  ['meeting', 'Held'],
  ['mou', 'Signed'],
  ['project', 'Launched'],
  ['claim', 'Stated for'],
]);

const coverages = new Map([
  ['listed', 'all that were announced are recorded and named'],
  ['partial', 'some are not named, or more were announced'],
  ['counted', 'recorded as a number, none is named'],
  ['unknown', 'none is recorded'],
]);
const modes = new Map([
  ['in-person', 'in person'],
  ['virtual', 'online'],
  ['hybrid', 'in person and online'],
]);
const facetNames = new Map([
  ['meetingId', 'Meeting'],
  ['pillar', 'Pillar'],
  ['sector', 'Sector'],
  ['zone', 'Zone'],
  ['instrument', 'Instrument'],
  ['country', 'Country'],
  ['named', 'Named'],
  ['party', 'Party'],
  ['q', 'Words'],
  ['until', 'Happened by'],
  ['inForceOn', 'In force on'],
  ['endsBy', 'Ends by'],
  ['standing', 'Standing'],
  ['sources', 'Sources'],
]);
const claimFilters = new Map([
  ['status', 'Result'],
  ['metric', 'Of'],
  ['scope', 'Scope'],
  ['until', 'Stated by'],
  ['conflicting', 'Contradicted'],
]);
const signed = (count: number): string => (count > 0 ? `+${digits(count)}` : digits(count).replace('-', '−'));
const movedCounts = new Map([
  ['meetings', 'meetings'],
  ['mous', 'MoUs'],
  ['mousNamed', 'MoUs named'],
  ['mousAtMeetings', 'MoUs at meetings'],
  ['mousNamedAtMeetings', 'MoUs named at meetings'],
  ['projects', 'projects'],
  ['projectsNamed', 'projects named'],
  ['projectsAtMeetings', 'projects at meetings'],
  ['projectsNamedAtMeetings', 'projects named at meetings'],
]);
const moment = (position: number, time: string | undefined): string =>
  position === 0
    ? 'the beginning of the log'
    : `position ${digits(position)}${time === undefined ? '' : ` (${time})`}`;

const members = new Map([
  ['name', 'Name'],
  ['title', 'Title'],
  ['description', 'Description'],
  ['series', 'Series'],
  ['ordinal', 'Number in its series'],
  ['place', 'Place'],
  ['mode', 'Held'],
  ['meetingId', 'Id of the meeting'],
  ['pillar', 'Pillar'],
  ['sector', 'Sector'],
  ['zone', 'Zone'],
  ['instrument', 'Instrument'],
  ['validFrom', 'Valid from'],
  ['validUntil', 'Valid until'],
  ['metric', 'What is counted'],
  ['value', 'Number'],
  ['qualifier', 'The number is meant'],
  ['scope', 'It speaks of'],
  ['label', 'As printed'],
]);

const accessNames = new Map([
  ['nothing', 'nothing: it is open to everybody'],
  ['principal', 'to be known'],
  ['read', 'the right to read'],
  ['record', 'the right to record, in its initiative'],
  ['audit', 'the right to audit all'],
  ['export', 'the right to read the initiative that is named, or to audit all'],
  ['administer', 'the right to administer'],
]);

export const w = {
  name: 'Milestone Ledger',
  titleOf: (page: string) => `${page} · Milestone Ledger`,
  skip: 'To the content',
  main: 'Main',
  initiatives: 'Initiatives',
  claims: 'Claims',
  log: 'Log',
  record: 'Record',
  about: 'How it counts',
  logIn: 'Log in',
  logOut: 'Log out',
  me: (principal: string) => `You are ${principal}`,
  sessionEnded: 'You are logged out. What is shown here may be old: load the page again to log in.',
  openLedger: 'This ledger is open: everybody on this machine may read and record.',

  signed,
  number: (count: number) => digits(count),
  months: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
  between: (from: string, to: string) => `between ${from} and ${to}`,
  byThen: (to: string) => `by ${to}`,
  fromTo: (from: string, to: string) => `${from} to ${to}`,
  /** mark: of an EDTF date, such as `~`; undefined for any other character. */
  doubted: (mark: string, date: string) => doubts.get(mark)?.(date),
  unknownDate: 'date unknown',

  asKnownOn: 'As known on',
  asKnownAt: 'Or at position',
  show: 'Show',
  now: (events: number) => `Now: all ${s(events, 'event')}.`,
  past: (position: number, recorded: string | undefined) =>
    `As known at position ${position}${recorded ? `, recorded ${recorded}` : ''}: what was recorded later is left out.`,
  backToNow: 'Back to now',
  changedSince: 'What changed since',

  computedFrom: (events: number) => s(events, 'event'),
  computed: 'Computed from',
  root: 'root',
  check: 'Check it in this browser',

  ordinalAlone: ordinal,
  ordinal: (number: number, of: string) => `${ordinal(number)} ${of}`,
  meeting: 'meeting',
  last: (date: string) => `last: ${date}`,
  online: 'online',
  source: 'a source',
  noSource: 'No source is recorded.',
  archived: 'archived',
  allClaims: (count: number) => `All ${s(count, 'claim')}`,
  whatToDo: 'What this means, and what to do',
  toTheStart: 'To the first page',
  unknown: 'unknown',
  none: 'none',
  kind: (kind: string) => kindsOfRecord.get(kind) ?? kind,
  mous: (count: number) => s(count, 'MoU'),
  projects: (count: number) => s(count, 'project'),
  meetings: (count: number) => s(count, 'meeting'),
  events: (count: number) => s(count, 'event'),
  withdrawn: 'withdrawn',
  noTitle: 'not named',
  named: (named: number, total: number) => (total === 0 ? '–' : `${named} of ${total}`),

  status: (status: string, difference = 0) => {
    const word = statuses.get(status) ?? status;
    return status === 'over' || status === 'short' ? `${digits(Math.abs(difference))} ${word}` : word;
  },
  statusName: (status: string) => statuses.get(status) ?? status,
  qualified: (qualifier: string, value: number) =>
    [qualifiers.get(qualifier), digits(value)].filter(Boolean).join(' '),
  metric: (metric: string) => metrics.get(metric) ?? metric.replaceAll('-', ' '),
  scope: (scope: string) => {
    const [name = '', key] = scope.split(/:(.*)/s);
    if (name === 'all') return 'in all';
    if (name === 'meetings') return 'at meetings';
    if (name === 'other') return 'otherwise';
    if (name === 'meeting') return `at meeting ${key}`;
    return key === undefined ? scope : `${name} ${key}`;
  },
  claimed: (figure: string, date: string) => `${figure} claimed, ${date}`,
  claimedShort: (figure: string) => `${figure} claimed`,

  here: 'at this meeting',
  quoted: (text: string) => `“${text}”`,
  remove: 'remove',
  without: (filter: string) => `Remove the filter ${filter}`,
  pages: 'Pages',
  firstPage: 'First page',
  nextPage: 'Next page',
  announcedAsNumber: 'announced as a number',
  statedFor: (date: string) => `for ${date}`,
  validUntil: (date: string) => `valid until ${date}`,

  feed: {
    title: 'feed of what is recorded',
    subtitle: 'What was recorded last',
    entry: (type: string, name: string) =>
      `${eventTypes.get(type) ?? type}: ${name}`.replace(/^./, (c) => c.toUpperCase()),
    changed: (names: readonly string[]) => `Changed: ${names.join('; ')}`,
    sources: (publishers: readonly string[]) => `Source: ${publishers.join('; ')}`,
    position: (position: number) => `Position ${position} of the log`,
  },
  dataCatalogue: {
    title: 'catalogue of the data (JSON-LD)',
    description:
      'Registers of what initiatives announced, each figure computed from a log that can be verified.',
    counted: (mous: number, projects: number, meetings: number) =>
      `${s(mous, 'MoU')}, ${s(projects, 'project')} and ${s(meetings, 'meeting')}, with the claims of publishers compared with them.`,
  },
  calendar: {
    title: 'calendar of meetings and terms',
    ends: (name: string) => `Ends: ${name}`,
    description: (name: string, meetings: number, terms: number) => {
      const left = [
        meetings > 0 && s(meetings, 'meeting'),
        terms > 0 && s(terms, 'end of a term', 'ends of terms'),
      ];
      const told = left.some(Boolean)
        ? ` ${left.filter(Boolean).join(' and ')} left out, as the day is not known.`
        : '';
      return `Meetings of ${name}, and the days on which its MoUs and projects end.${told}`;
    },
  },

  home: {
    title: 'Initiatives',
    covers: 'You may read some of the initiatives of this ledger: this page tells of these alone.',
    lede: (initiatives: number, mous: number, projects: number, meetings: number) =>
      `${s(initiatives, 'initiative')}, ${s(mous, 'MoU')}, ${s(projects, 'project')}, ${s(meetings, 'meeting')}. Each figure is counted from the log and opens the records that it counts.`,
    none: 'No initiative is recorded yet.',
    columns: { initiative: 'Initiative', mous: 'MoUs', projects: 'Projects', meetings: 'Meetings' },
    named: (named: number) => `${digits(named)} named`,
    all: 'All, each milestone once',
    newest: 'Newest milestones',
    noMilestones: 'No milestone is recorded.',
    ends: 'Ends within 90 days',
    noEnds: 'Nothing that is recorded ends within 90 days.',
    allEnds: (count: number) => `All ${digits(count)} that end`,
    dontAddUp: "Claims that don't add up",
    allAddUp: 'All claims that can be compared agree with the records.',
    count: (status: string, count: number) =>
      status === 'short'
        ? `${s(count, 'claim')} above what is recorded`
        : `${s(count, 'claim')} below what is recorded`,
    log: 'The log',
    events: 'Events',
    last: 'Last event recorded',
    signed: 'Newest checkpoint',
    signedNone: 'none yet',
    signedOf: (size: number, when: string) => `${s(size, 'event')}, signed ${when}`,
    unnamed: (kind: string) =>
      kind === 'mou' ? 'MoUs announced as a number' : 'Projects announced as a number',
  },

  meetingPage: {
    before: 'Meeting before',
    after: 'Meeting after',
    counts: 'Counts',
    mous: 'MoUs signed here',
    projects: 'Projects launched here',
    claimed: (figure: string, date: string) => `${figure} announced, ${date}`,
    notAnnounced: 'no number announced',
    running: 'So far, with this meeting',
    runningOf: (mous: number, projects: number, meetings: number) =>
      `${s(mous, 'MoU')} and ${s(projects, 'project')} at ${s(meetings, 'meeting')}`,
    coverage: (coverage: string) => coverages.get(coverage) ?? coverage,
    held: 'Held',
    where: 'Where',
    mode: 'Mode',
    modeOf: (mode: string) => modes.get(mode) ?? mode,
    coChairs: 'Co-chairs',
    retracted: 'This meeting was taken back. It counts nowhere.',
    unnamed: (count: number) => `${digits(count)} announced as a number, not named`,
    all: (count: number) => `All ${digits(count)}`,
    none: 'None is recorded.',
    claims: 'What was published about it',
    noClaims: 'No claim about this meeting is recorded.',
    sources: 'Sources of the meeting',
    record: 'History and proof of this record',
    recordedAs: (count: number) => `${digits(count)} recorded`,
  },

  lists: {
    mous: 'MoUs',
    projects: 'Projects',
    count: (kind: 'mous' | 'projects', count: number, isFiltered: boolean) =>
      `${kind === 'mous' ? s(count, 'MoU') : s(count, 'project')}${isFiltered ? (count === 1 ? ' matches' : ' match') : ''}`,
    facetsOf: 'Filters',
    facetsNote: 'Counts are of the whole initiative.',
    facet: (name: string) => facetNames.get(name) ?? name,
    isNamed: (named: string) => (named === 'true' ? 'named' : 'announced as a number'),
    chosen: (name: string, value: string) => `${name}: ${value}`,
    any: 'all',
    unlisted: 'outside meetings',
    search: 'Words',
    party: 'Party, whole name',
    until: 'Happened by',
    dateHint: '2023, 2023-12 or 2023-12-14',
    apply: 'Show',
    none: 'Nothing matches.',
    caption: 'In the order in which they were first recorded.',
    columns: {
      name: 'Name',
      date: 'Signed',
      launched: 'Launched',
      meeting: 'At',
      parties: 'Parties',
      more: 'Kind',
    },
    more: (count: number) => `and ${digits(count)} more`,
  },

  claimsPage: {
    title: 'Claims',
    count: (count: number) => s(count, 'claim'),
    lede: 'Every published figure beside the figure that the records give for the same thing, up to the same day.',
    filter: (name: string) => claimFilters.get(name) ?? name,
    chosen: (name: string, value: string) => `${claimFilters.get(name) ?? name}: ${value}`,
    rules: 'How claims are compared',
    any: 'all',
    conflicting: 'by another claim for the same day',
    noPublisher: 'Without a publisher',
    none: 'No claim matches.',
    caption: 'By publisher, then by the day for which the figure is stated.',
    columns: {
      claim: 'Claim',
      date: 'For',
      claimed: 'Claimed',
      recorded: 'Recorded',
      status: 'Result',
      step: 'Since the claim before',
    },
    possible: (count: number) => `and ${digits(count)} possible`,
    step: (claimed: number, recorded: number | undefined) =>
      `${signed(claimed)} claimed${recorded === undefined ? '' : `, ${signed(recorded)} recorded`}`,
  },

  aboutPage: {
    title: 'How it counts',
    lede: 'Every figure is computed from the records, and every record from the log. No total is ever typed in.',
    contents: 'Contents',
    terms: [
      {
        id: 'mous',
        title: 'MoUs and projects',
        text: [
          'An MoU is a record that says that a memorandum of understanding, or another instrument counted as one, was signed. A project is a record that says that one was launched. Each record counts once. Where publishers disagree on which of the two something is, an officer can reclassify the record, with a reason; it then counts as the other, from that event on.',
          'A record that was taken back counts nowhere. Its history stays.',
          'Over all initiatives, a milestone that several initiatives record counts once, where the records say that they are the same.',
        ],
      },
      {
        id: 'named',
        title: 'Named, or announced as a number',
        text: [
          '“Eight MoUs were signed” gives a number and no names. The ledger then has eight records without a title. They count like all others, and each can be named later. “Named” is how many have a title.',
        ],
      },
      {
        id: 'meetings',
        title: 'Meetings, and what is outside of them',
        text: [
          'A meeting counts once it is recorded as held. Where meetings have numbers, the numbers that nobody recorded are listed as missing; they do not count.',
          'A milestone belongs to a meeting if its record names the meeting. All others are outside meetings.',
        ],
      },
      {
        id: 'dates',
        title: 'Dates, and what is possible',
        text: [
          'A date stays as vague as its source: “December 2023”, “about 2019”, “between 2020 and 2021”. Such a date has an earliest and a latest day.',
          'Up to a day, a figure counts what surely happened by then: its latest day is that day or before. What only may have happened by then is “possible”. It stands beside the figure and is never part of it.',
        ],
      },
      {
        id: 'running',
        title: 'So far',
        text: [
          'A running total counts the milestones at all meetings up to and including one meeting, in the order in which the meetings were held. Milestones outside meetings are not in it.',
        ],
      },
      {
        id: 'coverage',
        title: 'How complete a meeting is',
        text: [
          'Listed: all that were announced are recorded and named, as far as the claims about the meeting say. Partial: some are not named, or a claim says that there are more. Counted: there are as many records as were announced, and none is named. Unknown: none is recorded.',
          'Unknown is not zero. Nobody may have written down what was signed there.',
        ],
      },
      {
        id: 'claims',
        title: 'Claims',
        text: [
          'A claim is a figure that somebody published. It never changes a count. It is compared with what is recorded for the same thing, up to the last day of the date for which it is stated.',
        ],
        list: [
          ['matches', 'No count that is possible contradicts the claim. “More than 20” matches 21 and 30.'],
          ['short', 'Fewer are recorded than the claim says, also with all that is possible.'],
          ['over', 'More are recorded than the claim says.'],
          ['undecided', 'It depends on what is possible: on dates that are not known to the day.'],
          [
            'about right',
            '“Nearly 100” holds from 90 % of the figure up to it, so from 90 to 100. “About 100” holds within 10 % either way, so from 90 to 110.',
          ],
          ['not comparable', 'The ledger does not count such things, or not in that scope.'],
        ],
      },
      {
        id: 'step',
        title: 'Since the claim before',
        text: [
          'Two claims for the same thing on different days claim an increase. It is compared with what is recorded in between: “+26 claimed, +19 recorded”. This works even where everything before the first claim is unknown.',
        ],
      },
      {
        id: 'as-of',
        title: 'As known on a day, and happened by a day',
        text: [
          '“As known on” takes the page back to what the ledger knew then: what was recorded later is left out, also corrections. “Happened by” leaves out what happened later, as it is known today. Both can be used together.',
        ],
      },
      {
        id: 'basis',
        title: 'Basis and checkpoint',
        text: [
          'The foot of every page says from which events it was computed. The root is one hash over all of them: if any event were different, so would be the root.',
          'A checkpoint is a root that was signed, with the number of events that it covers. Whoever keeps a checkpoint can prove later that nothing before it was changed or taken out. The page of each record checks this in your browser.',
        ],
      },
    ] as readonly {
      id: string;
      title: string;
      text: readonly string[];
      list?: readonly (readonly [string, string])[];
    }[],
  },

  initiative: {
    trail: 'Initiatives',
    counts: 'Counts',
    mous: 'MoUs signed',
    projects: 'Projects launched',
    meetings: 'Meetings held',
    ofThem: (named: number, unnamed: number) =>
      `${digits(named)} named, ${digits(unnamed)} announced as a number`,
    atMeetings: { mous: 'MoUs signed at meetings', projects: 'Projects launched at meetings' },
    moreOutside: (count: number) => `${digits(count)} more outside meetings`,
    outside: (count: number) => `${digits(count)} outside meetings`,
    possible: (count: number) => `${digits(count)} more may have happened by then`,
    complete: 'none missing',
    missing: (ordinals: string) => `missing: ${ordinals}`,
    noClaim: 'no claim recorded',
    since: (date: string) => `Since ${date}`,
    chart: 'Recorded and claimed',
    chartFile: 'chart (SVG)',
    chartTitle: (name: string) => `${name}: running totals of MoUs and projects, with claimed totals`,
    chartText: (mous: string, projects: string, claims: string) =>
      `MoUs ${mous}; projects ${projects}${claims === '' ? '' : `; claimed: ${claims}`}.`,
    chartPart: (counted: string) => `${counted} at meetings`,
    figuresBelow: 'The table below has the figures.',
    chartCaption:
      'Lines: what is recorded, step by step. Rings: totals that publishers claimed, on the day for which they were stated. Bars below the axis: days on which something may have happened, where the day is not known.',
    meetingsTable: 'Meetings',
    meetingsCaption:
      'Each figure opens the records that it counts. Claimed: what was published about that meeting.',
    columns: {
      meeting: 'Meeting',
      held: 'Held',
      place: 'Place',
      mous: 'MoUs',
      projects: 'Projects',
      claimed: 'claimed',
      running: 'MoUs so far',
      named: 'Named',
    },
    noMeetings: 'No meeting is recorded.',
    allMeetings: (count: number) => `All ${s(count, 'meeting')}`,
    namedOnes: { mous: 'MoUs with a name', projects: 'Projects with a name' },
    allNamed: (count: number) => `All ${digits(count)} with a name`,
    sharesShown: (isYear: boolean, shown: number, all: number) =>
      `The ${isYear ? 'last' : 'largest'} ${shown} of ${all}.`,
    dontAddUp: "Claims that don't add up",
    allAddUp: 'All claims that can be compared agree with the records.',
    noClaims: 'No claim is recorded.',
    by: (dimension: string) => `By ${dimension}`,
    notSaid: 'not said',
    newest: 'Newest milestones',
    facets: 'Milestones',
    alternates: 'This page as',
  },
  event: (type: string) => eventTypes.get(type) ?? type,
  reason: (code: string) => reasons.get(code) ?? code,
  happened: (kind: string) => happenings.get(kind) ?? 'Since',
  /** path: a JSON Pointer into a record: `/data/amount/value`. */
  field: (path: string) =>
    path
      .replace(/^\/data(?=\/)/, '')
      .split('/')
      .filter(Boolean)
      .map((name) => fields.get(name) ?? name.replaceAll('~1', '/').replaceAll('~0', '~'))
      .join(', '),
  /** Where a member stands among the others, for people who read them. */
  fieldPlace: (path: string) => {
    const place = fieldNames.indexOf(path.replace(/^\/(data\/)?/, '').split('/', 1)[0] ?? '');
    return place === -1 ? fieldNames.length : place;
  },
  aPerson: 'a person',
  value: (path: string, value: string) => values.get(path.split('/').at(-1) ?? '')?.get(value) ?? value,

  history: {
    title: 'History',
    version: (version: number) => `Version ${version}`,
    by: 'by',
    event: (position: number) => `event ${position}`,
    duplicateOf: (recordId: string) => `(of ${recordId})`,
    note: (note: string) => `Note: ${note}`,
    correlation: 'Request:',
    evidence: 'Evidence:',
    nothing: 'No field was changed.',
    older: (count: number) => `${s(count, 'older version')}`,
    newer: 'Newer versions',
  },

  recordPage: {
    says: 'What it says',
    saidBefore: 'What it said before it was withdrawn',
    line: 'Its line of time',
    sources: 'Sources',
    ownPage: 'Its own page',
    withdrawn: 'Withdrawn.',
    withdrawnText: 'It counts nowhere. What it said, and its history, stay.',
    status: (status: string) => (status === 'retracted' ? ' (withdrawn)' : ''),
    versions: (count: number) => s(count, 'version'),
    compared: 'Claimed and recorded',
    claimed: 'Claimed',
    recorded: 'Recorded by that day',
    difference: 'Difference',
    possible: (count: number) => `${digits(count)} more may have happened by then`,
    surely: 'nothing else may have happened by then',
    recordedLess: 'recorded less claimed',
    step: (claimed: number, recorded: number) =>
      `Since then the publisher counts ${digits(claimed)} more, and the register ${digits(recorded)} more.`,
    stepClaimed: (claimed: number) => `Since then the publisher counts ${digits(claimed)} more.`,
    previous: (value: number) => `The claim before it: ${digits(value)}.`,
    notCompared: 'The register does not count such things, so the claim is only kept.',
    notComparedNow: 'It was withdrawn, so it is compared with nothing.',
    published: (publisher: string) => `Published by ${publisher}`,
    validFrom: 'In force from this day',
    validUntil: 'In force until this day',
    inLedger: (event: string, version: number) => `In the ledger: ${event} (version ${version})`,
  },

  logPage: {
    title: 'The log',
    about:
      'Every event as it was recorded. Nothing is ever taken out of the log: a mistake is corrected by a later event.',
    toQuestions: 'An auditor’s questions',
    fields: {
      recordedFrom: 'Recorded from',
      recordedTo: 'Recorded until',
      recordedBy: 'Recorded by',
      initiativeId: 'Initiative (id)',
      recordId: 'Record (id)',
      kind: 'Kind of record',
      reasonCode: 'Reason',
      lateByDays: 'Recorded late by more than (days)',
      order: 'Order',
    },
    any: 'any',
    newestFirst: 'the newest first',
    oldestFirst: 'the oldest first',
    choose: 'Choose events',
    types: 'What happened (nothing ticked: anything)',
    filter: 'Show these',
    noFilter: 'Show all',
    all: 'All events',
    found: 'Events that match',
    none: 'No event matches.',
    asFile: 'All that match, as',
    toStart: 'To the first page',
    older: 'Older events',
    newer: 'Newer events',
    table: 'Events',
    columns: {
      position: 'Position',
      event: 'What happened',
      record: 'Record',
      recorded: 'Recorded',
      why: 'Why',
    },
    ofLedger: 'the ledger itself',
    questions: 'An auditor’s questions',
    questionsAbout:
      'Each question is an address: it can be kept, and asked again as of the same position. The initiative, the record, the principal and the period that are chosen above are asked for, where the question takes them.',
    open: 'Show',
    asked: {
      values: (recordId: string) => `Which values did each field of ${recordId} ever have?`,
      valuesOfAny:
        'Which values did a field ever have? Choose an initiative and a record above, or open a record.',
      moved: (initiativeId: string) => `What moved the counts of ${initiativeId}, and when?`,
      movedOfAny: 'What moved the counts between two moments? Choose an initiative above.',
      did: (recordedBy: string | undefined) =>
        recordedBy === undefined
          ? 'What did anybody do in the period? (Choose a principal above.)'
          : `What did ${recordedBy} do in the period?`,
      corrected: 'What was corrected or withdrawn in the period?',
      late: 'What was recorded more than 30 days after it happened?',
      afterCheckpoint: 'What was corrected after the checkpoint of this size?',
      unsourced: 'What has no source?',
      oneSource: 'What has one source only?',
      conflicting: 'Which claims contradict each other?',
      source: 'What rests on the article at this address?',
      keys: 'Which keys may vouch for the log?',
      behind: 'What was changed behind the service’s back? On the machine of the ledger:',
    },
  },

  eventPage: {
    title: (position: number, type: string) => `Event ${digits(position)}: ${type}`,
    event: (position: number) => `event ${digits(position)}`,
    recorded: 'Recorded',
    toVersion: (version: number) => `version ${version}`,
    before: (position: number) => `← event ${digits(position)}`,
    after: (position: number) => `event ${digits(position)} →`,
    said: 'What it recorded',
    occurred: (date: string) => `It happened: ${date}.`,
    erased: (count: number, basis: string) => `${s(count, 'name')} of persons erased. Legal basis: ${basis}.`,
    followed: 'What followed for the same record',
    nothingFollowed: 'Nothing was recorded of it since.',
    request: 'Its request',
    correlation: 'The request named itself:',
    alone: 'No other event was recorded with it.',
    together:
      'The same principal recorded these in the same initiative at the same moment, as the events of one request are.',
    togetherInLog: 'In the log',
    data: 'As data',
    dataAbout: 'The leaf of the log, byte for byte: canonical JSON (RFC 8785).',
    leafHash: 'Its leaf hash:',
  },

  changesPage: {
    title: (name: string) => `What changed: ${name}`,
    between: (from: number, fromTime: string | undefined, to: number, toTime: string | undefined) =>
      `After ${moment(from, fromTime)}, up to ${moment(to, toTime)}.`,
    from: 'From',
    to: 'To (empty: the end)',
    moments: 'A day (2024-01-31), an instant, or a position of the log.',
    figures: 'The figures before and after',
    figure: 'Figure',
    before: 'Before',
    after: 'After',
    moved: 'Moved by',
    movedAndWhy: 'What it moved, and why',
    meetings: 'Meetings held',
    named: (figure: string) => `${figure}: named`,
    atMeetings: (figure: string) => `${figure}: at meetings`,
    outsideMeetings: (figure: string) => `${figure}: outside meetings`,
    parts: 'How they divide: what moved',
    part: 'Part',
    partOf: (by: string, key: string | null) => `${by.replace(/^by/, '')} ${key ?? 'not said'}`,
    mous: 'MoUs',
    projects: 'Projects',
    events: 'The events that moved them',
    eventsAbout:
      'The figures before and the amounts of these events together are the figures after. What moved no figure, such as a quote that was corrected, is in the log.',
    none: 'No event moved a figure between the two.',
    count: (name: string) => movedCounts.get(name) ?? name,
  },

  access: (access: string) => accessNames.get(access) ?? access,
  rule: ({ role, initiativeId }: { role: string; initiativeId: string }) =>
    `${role} ${initiativeId === '*' ? 'in all initiatives' : `in ${initiativeId}`}`,
  everywhere: 'all initiatives',

  mePage: {
    open: 'The ledger is open',
    openAbout:
      'Nobody need be known: everybody on this machine may read and record, and is called anonymous.',
    firstAdministrator:
      'This command makes the first administrator; from then on the ledger is never open again:',
    nobody: 'You are not known here',
    nobodyAbout: 'You may do what everybody may.',
    about:
      'This is the name that stands in the log beside what you record. It tells nothing of you; what you are called stands beside the log and can be erased.',
    logOutAbout: 'Ends the session of this browser. Tokens go on.',
    rights: 'What you may do, and by which rules',
    none: 'Nothing: no role was given.',
    right: 'Right',
    where: 'Where',
    rule: 'By the rule',
    toAccess: 'Why may I (not)? Roles, and what each route needs',
    tokens: 'Your tokens',
    noTokens: 'You have no token.',
    columns: { label: 'Label', made: 'Made', ends: 'Ends', used: 'Last used', gives: 'Gives at most' },
    revoked: (when: string) => `ended ${when}`,
    never: 'never',
    allOfMine: 'all that you may do',
    tokensAbout: 'The text of a token is shown once, where it is made:',
  },

  accessPage: {
    title: 'Who may do what',
    about: 'Rights come from roles. Each role is for one initiative, or for all of them.',
    you: 'anonymous',
    toMe: 'What may I do?',
    toWho: 'For auditors: who had which right',
    why: 'Why may I, or may I not?',
    route: 'Route',
    initiative: 'Initiative (empty: all)',
    ask: 'Ask',
    roles: 'Roles',
    role: 'Role',
    yes: 'yes',
    no: 'no',
    rolesAbout:
      'Nobody has a right that no role gives. Who may not read an initiative is answered as if it did not exist.',
    routes: 'What each route needs',
    needs: 'Needs',
    needing: (access: string) => `needs ${access}.`,
    outcome: (allowed: boolean, principal: string | undefined) =>
      principal === undefined
        ? allowed
          ? 'You may.'
          : 'You may not.'
        : `${principal} ${allowed ? 'may.' : 'may not.'}`,
    by: (rule: string) => `(Rule: ${rule}.)`,
    whoTitle: 'Who had which right',
    who: 'Who may, or could at the moment above?',
    right: 'Right',
    whyOther: 'Why may somebody, or may not?',
    whyNow: 'Told of now, whatever the moment above.',
    principal: 'Principal',
    called: 'Called',
    rule: 'Rule',
    since: 'Since',
    given: 'Given in',
    erased: 'erased, or never known',
    nobody: 'Nobody.',
  },

  mayHaveBeen: 'may have been',
  proof: {
    title: 'Proof',
    of: (events: number) => `Proof of ${s(events, 'event')}`,
    page: 'This page was computed from the first events of a log. The log is a Merkle tree, and what is signed is its root: whoever has the root can tell whether any event was changed, left out or added later.',
    event:
      'The event is one leaf of a log. The log is a Merkle tree, and what is signed is its root: whoever has the root can tell whether the event was changed.',
    withoutScript: 'Checking in the browser needs JavaScript. The command line does it as well:',
    command: (eventId: string) =>
      `milestone-ledger verify --proof proof.txt --key KEY --event event.json   # of /v1/events/${eventId}`,
    wholeLog: 'milestone-ledger verify --key KEY',
    file: 'The proof as a file',
    checkpoint: 'The signed checkpoint',
    keys: 'The keys of the log',
    key: 'Key to check against (a verifier key that you kept or got from elsewhere)',
    checkAgain: 'Check',
    result: 'Result',
    checking: 'Checking in this browser …',
    signed: 'The log of {size} events has the root {root}. It was signed with the key {key}.',
    listedKey:
      'This does not say that the key is the right one: the log itself lists it. Compare it with one that you kept, and paste that one below.',
    givenKey: 'The key is the one that you pasted here.',
    root: 'The first {treeSize} events, from which the page was computed, have the root {root}. This browser computed it from the tiles of the log, and {hashes} hashes that lead from there to the signed root.',
    ofEvent:
      'The event that was sent hashes to {leaf}. It is at position {position}: this browser computed {hashes} hashes from the tiles of the log, which lead from it to the signed root.',
    wrong: 'This does not hold:',
  },
  recording: {
    title: 'Record milestones',
    titleOf: (name: string) => `Record for ${name}`,
    needsScript: 'Recording in the browser needs JavaScript. The command line and the API do it as well.',
    choose: 'What is it about?',
    noInitiative: 'No initiative is registered yet.',
    register: 'Register an initiative',
    initiative: 'Initiative',
    initiativeId: 'Id',
    idHint: 'Small letters, digits and hyphens, such as sg-cn-shenzhen. It can never be changed.',
    initiativeName: 'Name',
    since: 'Since',
    parties: 'Parties',
    partiesHint: 'One a line; the country at the end, in brackets: Singapore (SG).',
    pillars: 'Pillars',
    onePerLine: 'One a line.',
    required: 'required',
    source: 'Source',
    sourceNote: 'Everything below is recorded with this source.',
    publisher: 'Publisher',
    sourceTitle: 'Title',
    url: 'Address',
    publishedOn: 'Published on',
    quote: 'What it says, word by word',
    dateHint:
      'As exactly as it is known: 2023-12-14, 2023-12, 2023, or between days: [2023-12-10..2023-12-14].',
    meeting: 'Meeting',
    meetingNote: 'Of a new meeting also its id, and its series and number where they are known.',
    whichMeeting: 'At which meeting?',
    noMeeting: 'At none',
    newMeeting: 'At a meeting that is not recorded yet',
    newMeetingId: 'Id of the new meeting',
    series: 'Series',
    ordinal: 'Number in its series',
    place: 'Place',
    date: 'Date',
    happenedOn: 'Happened on',
    numbers: 'Announced numbers',
    numbersNote:
      'How many were announced, named or not. At a meeting the number is also recorded as a claim about it.',
    mouNumber: 'MoUs signed',
    projectNumber: 'Projects launched',
    named: 'Those that are named',
    namedNote: 'They are part of the announced numbers; the rest is recorded without a name.',
    mouTitles: 'MoUs',
    projectTitles: 'Projects',
    pillar: 'Pillar of all of them',
    claims: 'Totals that are claimed',
    claimsNote:
      'What the source says of the whole so far. It is compared with what is recorded, and counts nothing itself.',
    claimedMous: 'MoUs so far',
    claimedProjects: 'Projects so far',
    qualifier: 'The number is meant',
    qualifiers: [
      ['exact', 'exactly'],
      ['atLeast', 'as at least'],
      ['moreThan', 'as more than'],
      ['atMost', 'as at most'],
      ['lessThan', 'as fewer than'],
      ['nearly', 'as nearly'],
      ['about', 'as about'],
    ] as readonly (readonly [string, string])[],
    scope: 'It speaks of',
    scopes: [
      ['all', 'everything'],
      ['meetings', 'what happened at meetings'],
    ] as readonly (readonly [string, string])[],
    modes: [
      ['', ''],
      ['in-person', 'in person'],
      ['virtual', 'online'],
      ['hybrid', 'both'],
    ] as readonly (readonly [string, string])[],
    reasonCode: 'Reason',
    reasons: [
      ['late-information', 'more is known now'],
      ['typing-error', 'a typing error'],
      ['wrong-source', 'the source was wrong'],
      ['publisher-changed', 'the publisher changed it'],
      ['duplicate', 'recorded twice'],
      ['never-happened', 'it never happened'],
      ['scope-decision', 'it does not belong here'],
      ['other', 'another reason'],
    ] as readonly (readonly [string, string])[],
    reasonText: 'In words',
    change: 'Change a record',
    changeThis: 'Change this record',
    correct: 'Correct',
    saysNow: 'What it says',
    correctNote:
      'Write over what is wrong; what you empty is taken away. What it said before stays in its history.',
    why: 'Why',
    evidence: 'Add evidence',
    takeBack: 'Take back',
    takeBackNote: 'It then counts nowhere. It stays in the log, and can be reinstated.',
    reinstate: 'Reinstate',
    member: (name: string) => members.get(name) ?? name,
    preview: 'Preview',
    record: 'Record',
    script: {
      checking: 'Asking the ledger …',
      wouldRecord: 'This would be recorded:',
      changes: 'This would change:',
      noChange: 'Nothing is written in the form that would be recorded.',
      warnings: 'Look at this before you record it:',
      refused: 'The ledger refuses this:',
      recorded: 'Recorded',
      unreachable: 'The ledger does not answer. Send it again: it is recorded once.',
      see: 'See the initiative',
      absent: '–',
      types: {
        InitiativeRegistered: 'initiative',
        MeetingHeld: 'meeting',
        MoUSigned: 'MoU',
        ProjectLaunched: 'project',
        FigureClaimed: 'claim',
        RecordCorrected: 'correction of',
        EvidenceAdded: 'evidence for',
        RecordRetracted: 'taken back:',
        RecordReinstated: 'reinstated:',
      },
    },
  },
};
