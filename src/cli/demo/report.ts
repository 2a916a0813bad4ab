import type { Client, Schemas } from '../../client/client.ts';
import { shortened, table } from '../table.ts';

type Meeting = Schemas['CountedMeeting'];
type Claim = Schemas['Claim'];

/** The position in the log after each request, by its key. */
export type Moments = ReadonlyMap<string, number>;

type Say = (line: string) => void;

/** An initiative, and the moment that is asked about. */
export interface Cut {
  initiativeId: string;
  asOfPosition?: number;
  until?: string;
}

/** Counts, meetings and claims. */
export async function reportPresent(client: Client, cut: Cut, say: Say): Promise<void> {
  const { counts } = await client.get('/v1/initiatives/{initiativeId}/summary', cut);
  const rowOf = (name: string, { total, named, atMeetings, outsideMeetings }: Schemas['Counts']['mous']) => [
    name,
    total,
    named,
    atMeetings,
    outsideMeetings,
  ];
  section(say, 'Counts, computed from the records');
  say(`  ${counts.meetings.total} meetings`);
  print(
    say,
    table(
      ['', 'total', 'named', 'at meetings', 'outside'],
      [rowOf('MoUs', counts.mous), rowOf('projects', counts.projects)],
    ),
  );

  section(say, 'Meetings');
  const meetings = await Array.fromAsync(client.list('/v1/initiatives/{initiativeId}/meetings', cut));
  print(say, table(meetingsHead, meetings.map(meetingRow)));
  say('  listed: all are named, partial: some, counted: none, unknown: none are recorded');

  section(say, 'What publishers claim, compared');
  const claims = await Array.fromAsync(client.list('/v1/initiatives/{initiativeId}/claims', cut));
  print(say, table(claimsHead, claims.map(claimRow)));
  say('  step: the increase since the claim before it of the same kind, as claimed/as recorded');
}

const meetingsHead = [
  'meeting',
  'date',
  'MoUs',
  'named',
  'so far',
  'projects',
  'named',
  'so far',
  'MoUs are',
  'projects are',
];
const meetingRow = ({ recordId, occurredOn, counts, running, coverage }: Meeting) => [
  recordId,
  occurredOn ?? '',
  counts.mous.total,
  counts.mous.named,
  running.mous,
  counts.projects.total,
  counts.projects.named,
  running.projects,
  coverage.mous,
  coverage.projects,
];

const claimsHead = ['stated for', 'publisher', 'what', 'claimed', 'recorded', 'diff', 'status', 'step'];
const claimRow = (claim: Claim) => [
  claim.occurredOn,
  shortened(claim.sources[0]?.publisher ?? '', 18),
  `${word(claim.metric)} ${where(claim.scope)}`,
  `${bounds.get(claim.qualifier) ?? ''}${claim.value}`,
  claim.recorded ?? '',
  typeof claim.difference === 'number' ? signed(claim.difference) : '',
  claim.status,
  step(claim),
];
const bounds = new Map([
  ['atLeast', '≥'],
  ['moreThan', '>'],
  ['atMost', '≤'],
  ['lessThan', '<'],
  ['nearly', '~'],
  ['about', '~'],
]);
const word = (metric: string): string => (metric === 'mous' ? 'MoUs' : metric);
const scopes = new Map([
  ['all', 'in all'],
  ['meetings', 'at meetings'],
]);
const where = (scope: string): string => {
  if (scope.startsWith('meeting:')) return `at ${scope.slice('meeting:'.length)}`;
  return scopes.get(scope) ?? scope;
};
const signed = (value: number): string => (value > 0 ? `+${value}` : String(value));
const step = ({ previous }: Claim): string =>
  previous && typeof previous.recordedIncrease === 'number'
    ? `${signed(previous.claimedIncrease)}/${signed(previous.recordedIncrease)}`
    : '';

/** The register as of the positions before and after some of the requests. */
export async function reportMoments(
  client: Client,
  initiativeId: string,
  moments: Moments,
  say: Say,
): Promise<void> {
  const countsAt = async (name: string, position: number) => {
    const { counts } = await client.get('/v1/initiatives/{initiativeId}/summary', {
      initiativeId,
      asOfPosition: position,
    });
    return [name, position, counts.mous.total, counts.mous.atMeetings, counts.projects.total];
  };
  const head = ['as of', 'position', 'MoUs in all', 'MoUs at meetings', 'projects'];
  const [founding, asMoUs, asProjects] = [
    momentOf(moments, 'demo-mou-founding'),
    momentOf(moments, 'demo-zone-as-mous'),
    momentOf(moments, 'demo-zone-as-projects'),
  ];

  section(say, 'The founding MoU of 2019, signed outside the meetings');
  print(
    say,
    table(head, [
      await countsAt('before', momentOf(moments, 'demo-jic-4-claims')),
      await countsAt('the founding MoU', founding),
    ]),
  );

  section(say, 'The four projects of the demonstration zone, which some publishers call MoUs');
  print(
    say,
    table(head, [
      await countsAt('projects, as first recorded', founding),
      await countsAt('reclassified as MoUs', asMoUs),
      await countsAt('and back', asProjects),
    ]),
  );

  section(say, 'The date of the fourth meeting, as it was known');
  const dateAt = async (name: string, position: number) => {
    const { occurredOn = '', version } = await client.get(
      '/v1/initiatives/{initiativeId}/meetings/{recordId}',
      { initiativeId, recordId: 'jic-4', asOfPosition: position },
    );
    return [name, position, occurredOn, version];
  };
  print(
    say,
    table(
      ['as of', 'position', 'date', 'version'],
      [
        await dateAt('one article, which gives no day', momentOf(moments, 'demo-jic-4')),
        await dateAt('corrected by a later source', momentOf(moments, 'demo-jic-4-date')),
      ],
    ),
  );
}

/** The basis of all of this, and a request to try. */
export async function reportBasis(
  client: Client,
  initiativeId: string,
  moments: Moments,
  say: Say,
): Promise<void> {
  const path = `/v1/initiatives/${initiativeId}`;
  const { basis } = await client.get('/v1/initiatives/{initiativeId}/summary', { initiativeId });
  section(say, 'Basis');
  say(`  tree size ${basis.treeSize}, root hash ${basis.rootHash}`);
  section(say, 'Try');
  const position = momentOf(moments, 'demo-jic-4');
  say(`  curl '${client.url}${path}/meetings/jic-4?asOfPosition=${position}'`);
}

const momentOf = (moments: Moments, key: string): number => {
  const position = moments.get(key);
  if (position === undefined) throw new Error(`the log has no event of ${key}`);
  return position;
};

function section(say: Say, title: string): void {
  say('');
  say(title);
}

const print = (say: Say, lines: string[]): void => {
  for (const line of lines) say(`  ${line}`);
};
