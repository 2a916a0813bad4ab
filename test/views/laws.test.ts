import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { App } from '../../src/app.ts';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { byName, dimensions } from '../../src/shapes/dimensions.ts';
import type { LedgerRecord } from '../../src/shapes/record.ts';
import { checkStore } from '../helpers/check-store.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import {
  compared,
  divide,
  dividedByTwo,
  meetingsSoFar,
  recordsAfter,
  recount,
  years,
} from '../helpers/naive.ts';
import { type LeafWithOpenings, replay } from '../helpers/replay.ts';

const initiatives = ['alpha', 'beta'];
const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const date = pick(
  '2021',
  '2022-03',
  '2022-03-14',
  '2022-01/2023-02',
  '[2021..2022-06]',
  '[..2022]',
  '2023-12-14?',
);
const meetingId = pick('m-1', 'm-2', 'm-3');
const recordId = pick('m-1', 'm-2', 'm-3', 'a', 'b', 'c', 'd', 'c-1', 'alpha', 'mou-1', 'project-1');
const milestone = fc.record(
  {
    title: pick('One', 'Two'),
    meetingId,
    pillar: pick('x', 'y'),
    zone: pick('z'),
    sector: pick('s', 't'),
    instrument: pick('MoU', 'agreement'),
    parties: pick<object[]>(
      [{ name: 'Ada', person: true }, { name: 'Ministry' }],
      [{ name: 'Ministry', country: 'SG' }, { name: 'City' }, { name: 'Bureau', country: 'SG' }],
      [
        { name: 'Ministry', country: 'SG' },
        { name: 'City', country: 'CN-GD' },
      ],
    ),
    sameAs: pick('alpha/a', 'beta/a', 'beta/mou-1'),
  },
  { requiredKeys: [] },
);
const reason = { code: 'other', text: 'A test.' };

const event = fc.oneof(
  fc.record(
    {
      type: pick('MeetingHeld'),
      recordId: meetingId,
      occurredOn: date,
      data: fc.record(
        {
          series: pick('S', 'T'),
          ordinal: fc.integer({ min: 1, max: 5 }),
          coChairs: fc.constant([{ name: 'Grace' }]),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['type', 'recordId', 'data'] },
  ),
  {
    weight: 3,
    arbitrary: fc.record(
      {
        type: pick('MoUSigned', 'ProjectLaunched'),
        recordId: pick('a', 'b', 'c', 'd'),
        occurredOn: date,
        data: milestone,
      },
      { requiredKeys: ['type'] },
    ),
  },
  fc.record({
    type: pick('MoUSigned', 'ProjectLaunched'),
    repeat: fc.integer({ min: 1, max: 4 }),
    data: fc.record({ meetingId }),
  }),
  fc.record({
    type: pick('FigureClaimed'),
    recordId: pick('c-1', 'c-2'),
    occurredOn: date,
    data: fc.record({
      metric: pick('mous', 'projects', 'meetings', 'jobs'),
      value: fc.integer({ min: 0, max: 6 }),
      qualifier: pick('exact', 'atLeast', 'moreThan', 'atMost', 'lessThan', 'about'),
      scope: pick(
        'all',
        'meetings',
        'meeting:m-1',
        'series:s',
        'pillar:x',
        'zone:Z',
        'year:2022',
        'party:city+year:2022',
      ),
    }),
    sources: fc.constant([{ publisher: 'P' }]),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: pick('RecordCorrected'),
      recordId,
      changes: fc.oneof(
        fc.record({ occurredOn: fc.option(date) }),
        fc.record({
          data: fc.record(
            {
              meetingId: fc.option(meetingId),
              title: fc.option(pick('One', 'Three')),
              pillar: fc.option(pick('x', 'y')),
              series: fc.option(pick('S', 'T')),
            },
            { requiredKeys: [] },
          ),
        }),
      ),
      reason: fc.constant(reason),
    }),
  },
  fc.record({
    type: pick('RecordCorrected'),
    where: fc.record({ meetingId }),
    changes: fc.record({ occurredOn: date }),
    reason: fc.constant(reason),
  }),
  fc.record({
    type: pick('EvidenceAdded'),
    recordId,
    sources: fc.constant([{ publisher: 'Q', url: 'https://example.org/q' }]),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      type: pick('RecordRetracted', 'RecordReinstated'),
      recordId,
      reason: fc.constant(reason),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: pick('RecordReclassified'),
      recordId,
      to: pick('mou', 'project'),
      reason: fc.constant(reason),
    }),
  },
);
const request = fc.record({
  initiativeId: pick(...initiatives),
  body: fc.oneof(
    { weight: 4, arbitrary: event },
    fc.record({ events: fc.array(event, { minLength: 1, maxLength: 4 }) }),
  ),
  /** Whether somebody reads before the next request, so that what is kept in memory is put to the test. */
  read: fc.boolean(),
});

const open = (file: string): Promise<App> =>
  openLedgerApp(readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '' }), false);

async function get(app: App, url: string): Promise<string> {
  const response = await app.inject(url);
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${response.body}`);
  return response.body;
}

const post = (app: App, initiativeId: string, payload: object, headers = {}) =>
  app.inject({ method: 'POST', url: `/v1/initiatives/${initiativeId}/events`, payload, headers });

/** Every read model; those of an initiative only where it is registered. */
function paths(registered: string[]): string[] {
  const each = registered.flatMap((id) =>
    [
      '',
      '/summary',
      '/summary?until=2022',
      '/meetings',
      '/meetings?until=2022-03',
      '/mous?standing=all',
      '/projects?limit=2',
      '/claims',
      '/parties',
      '/counts?by=party,year',
      '/changes',
      '/events',
    ].map((path) => `/v1/initiatives/${id}${path}`),
  );
  return [
    ...each,
    '/v1/initiatives',
    '/v1/summary',
    '/v1/summary?until=2022-05',
    '/v1/records?standing=all',
    '/v1/records',
    '/v1/claims',
    '/v1/parties',
    '/v1/counts?by=country&until=2022',
    '/v1/events',
  ];
}
const asOf = (path: string, position: number): string =>
  `${path}${path.includes('?') ? '&' : '?'}asOfPosition=${position}`;

interface MeetingItem {
  recordId: string;
  possible?: true;
  running: object;
}

interface ClaimItem {
  recordId: string;
  recorded?: number | undefined;
  possible?: number | undefined;
}

interface DividedItem {
  key: string | null;
  key2: string | null;
  mous: { total: number };
  projects: { total: number };
  possible: number;
}

type Keyed = { parties?: { name: unknown }[]; sector?: string };
const partiesOf = ({ data }: LedgerRecord) =>
  // Milestones have these members, and a person has an object for a name.
  ((data as Keyed).parties ?? []).flatMap(({ name }) => (typeof name === 'string' ? name : []));
const sectorOf = ({ data }: LedgerRecord) => [(data as Keyed).sector ?? []].flat();

async function logOf(app: App): Promise<LeafWithOpenings[]> {
  const { items } = JSON.parse(await get(app, '/v1/events?limit=1000')) as {
    items: { event: object; openings?: LeafWithOpenings['openings'] }[];
  };
  // JSON.stringify keeps the order of the leaf's members, which is the canonical one.
  return items.map(({ event, openings = [] }) => ({ leaf: JSON.stringify(event), openings }));
}

t.test(
  'whatever is recorded, current views equal a recount, past ones a shorter ledger, and repeats change nothing',
  moreInLong,
  async (t) => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 25 }),
        fc.nat(),
        async (requests, pick) => {
          run += 1;
          const directory = t.testdir();
          const file = join(directory, `${run}.db`);
          const app = await open(file);
          try {
            for (const id of initiatives)
              await post(app, id, { type: 'InitiativeRegistered', data: { name: id } });
            const seen = new Map<string, string>();
            for (const [i, { initiativeId, body, read }] of requests.entries()) {
              const key = { 'idempotency-key': `k-${i}` };
              const first = await post(app, initiativeId, body, key);
              if (first.statusCode >= 500) throw new Error(`${JSON.stringify(body)}: ${first.body}`);
              const again = await post(app, initiativeId, body, key);
              if (first.statusCode === 201 && again.body !== first.body)
                throw new Error('a repeat was answered otherwise');
              if (read) {
                const position = (
                  JSON.parse(await get(app, '/v1/events?limit=1')) as { asOf: { position: number } }
                ).asOf.position;
                for (const path of paths(initiatives)) seen.set(asOf(path, position), await get(app, path));
              }
            }
            const log = await logOf(app);
            const leaves = log.map(({ leaf }) => leaf);
            for (const id of initiatives) {
              const records = recordsAfter(leaves, id);
              for (const until of [undefined, '2021-06-30', '2022-03-14', '2023-01-01']) {
                const summary = JSON.parse(
                  await get(app, `/v1/initiatives/${id}/summary${until ? `?until=${until}` : ''}`),
                );
                same(summary.counts, recount(records, until), `counts of ${id} until ${until}`);
                same(summary.byYear, years(records, until), `years of ${id} until ${until}`);
                const meetings = JSON.parse(
                  await get(app, `/v1/initiatives/${id}/meetings${until ? `?until=${until}` : ''}`),
                );
                const soFar = meetings.items.map(({ recordId, possible, running }: MeetingItem) => ({
                  recordId,
                  ...(possible && { possible }),
                  running,
                }));
                same(soFar, meetingsSoFar(records, until), `meetings of ${id} until ${until}`);
                if (until !== undefined) {
                  const { items } = JSON.parse(
                    await get(app, `/v1/initiatives/${id}/counts?by=party,sector&until=${until}`),
                  );
                  const counted = items.map((item: DividedItem) => {
                    const { key, key2, mous, projects, possible } = item;
                    return `${key}, ${key2}: ${mous.total}, ${projects.total}, ${possible}`;
                  });
                  same(
                    counted.sort(),
                    dividedByTwo(records, [partiesOf, sectorOf], until),
                    'party and sector',
                  );
                  continue;
                }
                const { items } = JSON.parse(await get(app, `/v1/initiatives/${id}/claims`));
                const claims = items.map(({ recordId, recorded, possible }: ClaimItem) => ({
                  recordId,
                  ...(recorded !== undefined && { recorded, possible }),
                }));
                const byId = (a: ClaimItem, b: ClaimItem) => (a.recordId < b.recordId ? -1 : 1);
                same(claims.sort(byId), compared(records).sort(byId), `claims of ${id}`);
                for (const dimension of dimensions) {
                  const member = byName(dimension.name);
                  same(summary[member], divide(records, dimension), member);
                }
              }
            }
            for (const [path, body] of seen) same(await get(app, path), body, `${path} was read before`);
            const position = initiatives.length + (pick % (log.length - initiatives.length + 1));
            const shorterFile = join(directory, `${run}-${position}.db`);
            await replay(shorterFile, log.slice(0, position));
            const shorter = await open(shorterFile);
            for (const path of paths(initiatives))
              same(await get(app, asOf(path, position)), await get(shorter, path), asOf(path, position));
            await shorter.close();
          } finally {
            await app.close();
          }
          checkStore(file);
        },
      ),
      { numRuns: effort(4, 12) },
    );
  },
);

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [actual, expected].map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  if (a !== b) throw new Error(`${what}:\n${a}\nshould be\n${b}`);
}
