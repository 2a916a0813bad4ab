import { readFileSync } from 'node:fs';
import { test } from 'tap';
import packageJson from '../package.json' with { type: 'json' };
import type { App } from '../src/app.ts';
import type { DemoInitiative } from '../src/cli/demo/requests.ts';
import { demo } from '../src/cli/demo.ts';
import { createClient } from '../src/client/client.ts';
import { buildLedger } from './helpers/ledger.ts';
import { chongqing, egyptJordan, readerOf, recordReal, shenzhen } from './helpers/real-data.ts';
import { listen } from './helpers/shell.ts';

interface Item {
  recordId: string;
  [member: string]: unknown;
}
const claimsById = async (get: (path: string) => Promise<{ items: Item[] }>, query = '') => {
  const { items } = await get(`/claims?limit=1000${query}`);
  return Object.fromEntries(items.map((claim) => [claim.recordId, claim]));
};

test('every real initiative is recorded, and no name of a person stands in its log outside of co-chairs', async (t) => {
  const app = await buildLedger(t);
  for (const initiative of [shenzhen, chongqing, egyptJordan]) {
    await recordReal(app, initiative);
    const people = new Set(
      initiative.requests.flatMap(({ events }) =>
        events.flatMap((event) =>
          event.type === 'MeetingHeld' ? (event.data?.coChairs ?? []).map(({ name }) => name as string) : [],
        ),
      ),
    );
    const { items } = await readerOf(app, initiative)('/events?limit=1000');
    const leaves = JSON.stringify(items.map(({ event }: { event: unknown }) => event));
    for (const name of people) t.notOk(leaves.includes(name), name);
  }
});

test('each file of the demo is imported as it stands, and then has nothing to record', async (t) => {
  t.ok(packageJson.files.includes('demo'), 'the package has the files');
  const leavesOf = async (app: App, initiative: DemoInitiative) => {
    const { items } = await readerOf(app, initiative)('/events?limit=1000');
    const salted = /"commitment":"[^"]+"/g;
    return items.map(({ event: { eventId, recordedAt, ...event } }: { event: Record<string, unknown> }) =>
      JSON.stringify(event).replace(salted, '"commitment":"…"'),
    );
  };
  const posted = await buildLedger(t);
  const imported = await buildLedger(t);
  for (const [file, initiative] of [
    ['shenzhen', shenzhen],
    ['chongqing', chongqing],
    ['egypt-jordan', egyptJordan],
  ] as const) {
    const lines = initiative.requests.flatMap(({ events }) => events).length;
    await recordReal(posted, initiative);
    const importFile = async () =>
      (
        await imported.inject({
          method: 'POST',
          url: `/v1/initiatives/${initiative.initiativeId}/import`,
          headers: { 'content-type': 'application/x-ndjson' },
          payload: readFileSync(new URL(`../demo/${file}.ndjson`, import.meta.url)),
        })
      ).json();
    t.match(await importFile(), { lines, recorded: lines, failed: 0 });
    t.match(await importFile(), { lines, recorded: 0, alreadyRecorded: lines });
    t.same(await leavesOf(imported, initiative), await leavesOf(posted, initiative));
  }
  const port = await listen(imported);
  const said: string[] = [];
  await demo(createClient({ url: `http://127.0.0.1:${port}` }), (line) => said.push(line));
  t.equal(said[1], 'Nothing to record: the ledger has all 10 requests already.');
});

test('Shenzhen: four meetings announced 28 MoUs, where the fourth claims 29', async (t) => {
  const app = await buildLedger(t);
  const get = readerOf(app, shenzhen);
  const after = await recordReal(app, shenzhen);

  const beforeFounding = await get(`/summary?asOfPosition=${after('demo-jic-4-claims')}`);
  t.match(beforeFounding.counts.mous, { total: 28, named: 6, atMeetings: 28, outsideMeetings: 0 });
  const { counts } = await get('/summary');
  t.match(counts.meetings, { total: 4 });
  t.match(counts.mous, { total: 29, named: 7, atMeetings: 28, outsideMeetings: 1 });

  const meetings = await get('/meetings');
  t.match(
    meetings.items.map(({ recordId, counts, running, coverage }: Record<string, unknown>) => ({
      recordId,
      counts,
      running,
      coverage,
    })),
    [
      {
        recordId: 'jic-1',
        counts: { mous: { total: 8, named: 2 }, projects: { total: 0, named: 0 } },
        running: { meetings: 1, mous: 8, projects: 0 },
        coverage: { mous: 'partial', projects: 'unknown' },
      },
      {
        recordId: 'jic-2',
        counts: { mous: { total: 4, named: 4 }, projects: { total: 1, named: 1 } },
        running: { meetings: 2, mous: 12, projects: 1 },
        coverage: { mous: 'listed', projects: 'listed' },
      },
      {
        recordId: 'jic-3',
        counts: { mous: { total: 8, named: 0 }, projects: { total: 14, named: 8 } },
        running: { meetings: 3, mous: 20, projects: 15 },
        coverage: { mous: 'counted', projects: 'partial' },
      },
      {
        recordId: 'jic-4',
        counts: { mous: { total: 8, named: 0 }, projects: { total: 14, named: 6 } },
        running: { meetings: 4, mous: 28, projects: 29 },
        coverage: { mous: 'counted', projects: 'partial' },
      },
    ],
  );
  t.match(meetings.outside, { mous: { total: 1, named: 1 }, projects: { total: 0 } });
  t.same(
    meetings.missingOrdinals.flatMap(({ missing }: { missing: number[] }) => missing),
    [],
  );

  const claims = await claimsById(get);
  t.match(claims['claim-jic-4-mous-to-date'], {
    metric: 'mous',
    value: 29,
    qualifier: 'exact',
    scope: 'meetings',
    occurredOn: '2023-12-14',
    recorded: 28,
    possible: 0,
    difference: -1,
    status: 'short',
    since: { meetings: 0, mous: 0, projects: 0 },
  });
  const aboutMeetings = Object.values(claims).filter(({ scope }) => `${scope}`.startsWith('meeting:'));
  t.equal(aboutMeetings.length, 13);
  for (const { recordId, status } of aboutMeetings) t.equal(status, 'matches', recordId);
});

test('Shenzhen: claims of projects are short by what was never announced, and their step adds up', async (t) => {
  const app = await buildLedger(t);
  const get = readerOf(app, shenzhen);
  await recordReal(app, shenzhen);

  const claims = await claimsById(get, '&metric=projects');
  t.match(claims['claim-jic-3-projects-to-date'], {
    value: 29,
    recorded: 15,
    possible: 0,
    difference: -14,
    status: 'short',
    since: { meetings: 1, mous: 8, projects: 14 },
  });
  t.notOk(claims['claim-jic-3-projects-to-date']?.['previous']);
  t.match(claims['claim-jic-4-projects-to-date'], {
    value: 43,
    recorded: 29,
    difference: -14,
    status: 'short',
    previous: {
      recordId: 'claim-jic-3-projects-to-date',
      value: 29,
      claimedIncrease: 14,
      recordedIncrease: 14,
      difference: 0,
    },
  });
  t.equal(claims['claim-jic-4-zone-projects']?.['status'], 'not-comparable');
  t.match((await get('/summary')).counts.projects, { total: 29, named: 15, atMeetings: 29 });
});

test('Shenzhen: the four projects of the zone become MoUs and projects again, and lose nothing', async (t) => {
  const app = await buildLedger(t);
  const get = readerOf(app, shenzhen);
  const after = await recordReal(app, shenzhen);

  const countsAfter = async (key: string) => {
    const { counts } = await get(`/summary?asOfPosition=${after(key)}`);
    return [counts.mous.total, counts.mous.atMeetings, counts.projects.total];
  };
  t.same(await countsAfter('demo-mou-founding'), [29, 28, 29]);
  t.same(await countsAfter('demo-zone-as-mous'), [33, 32, 25]);
  t.same(await countsAfter('demo-zone-as-projects'), [29, 28, 29]);

  const asMoUs = await get(`/mous?zone=${zone}&asOfPosition=${after('demo-zone-as-mous')}`);
  t.same(asMoUs.items.map(({ recordId }: Item) => recordId).sort(), zoneProjects);
  for (const recordId of zoneProjects) {
    const states = await Promise.all(
      ['demo-mou-founding', 'demo-zone-as-mous', 'demo-zone-as-projects'].map((key) =>
        get(`/records/${recordId}?asOfPosition=${after(key)}`),
      ),
    );
    t.same(
      states.map(({ kind }) => kind),
      ['project', 'mou', 'project'],
    );
    for (const { data } of states) t.same(data, states[0].data);
    t.equal(states[0].data.zone, 'Singapore-Shenzhen Smart City Demonstration Zone');
  }
});
const zoneProjects = ['project-zone-1', 'project-zone-2', 'project-zone-3', 'project-zone-4'];
const zone = encodeURIComponent('Singapore-Shenzhen Smart City Demonstration Zone');

test('Shenzhen: the date of the fourth meeting can be read as it was known at the time', async (t) => {
  const app = await buildLedger(t);
  const get = readerOf(app, shenzhen);
  const after = await recordReal(app, shenzhen);

  const datesAfter = async (key: string) => {
    const { occurredOn, mous, projects } = await get(`/meetings/jic-4?asOfPosition=${after(key)}`);
    return [
      occurredOn,
      ...new Set([...mous, ...projects].map(({ occurredOn }: { occurredOn: string }) => occurredOn)),
    ];
  };
  t.same(await datesAfter('demo-jic-4'), ['2023-12', '2023-12']);
  t.same(await datesAfter('demo-jic-4-date'), ['2023-12-14', '2023-12']);
  t.same(await datesAfter('demo-jic-4-milestones-date'), ['2023-12-14', '2023-12-14']);

  const { versions } = await get('/records/jic-4/history');
  t.match(versions[1], {
    version: 2,
    type: 'RecordCorrected',
    reason: { code: 'late-information' },
    changes: [{ path: '/occurredOn', from: '2023-12', to: '2023-12-14' }],
  });

  const untilDay = async (key: string) =>
    (await get(`/summary?until=2023-12-14&asOfPosition=${after(key)}`)).counts.mous;
  t.match(await untilDay('demo-jic-4'), { total: 20, possible: 8 }, 'the month was not over on that day');
  t.match(await untilDay('demo-jic-4-milestones-date'), { total: 28, possible: 0 });
});

test('Egypt-Jordan: 26 documents claimed, 19 recorded, and the 30th session is missing', async (t) => {
  const app = await buildLedger(t);
  const get = readerOf(app, egyptJordan);
  await recordReal(app, egyptJordan);

  const { missingOrdinals, items } = await get('/meetings');
  t.same(missingOrdinals, [{ series: 'JHC', missing: [30] }]);
  t.same(
    items.map(({ counts }: { counts: { mous: { total: number } } }) => counts.mous.total),
    [0, 7, 12, 0, 9],
  );

  const claims = await claimsById(get);
  t.match(claims['claim-jhc-28-to-date'], { value: 147, recorded: 0, difference: -147, status: 'short' });
  t.match(claims['claim-jhc-31-to-date'], {
    value: 173,
    recorded: 19,
    status: 'short',
    previous: {
      recordId: 'claim-jhc-28-to-date',
      value: 147,
      claimedIncrease: 26,
      recordedIncrease: 19,
      difference: -7,
    },
  });
  t.match(claims['claim-jhc-32-to-date'], {
    qualifier: 'moreThan',
    status: 'short',
    since: { meetings: 2, mous: 9, projects: 0 },
  });

  const instruments: Record<string, number> = {};
  const session = await get('/mous?meetingId=jhc-31&limit=1000');
  for (const { data } of session.items)
    instruments[data.instrument] = (instruments[data.instrument] ?? 0) + 1;
  t.same(instruments, { MoU: 5, 'executive programme': 5, programme: 1, agreement: 1 });
  const { byInstrument } = await get('/summary');
  const shares = Object.fromEntries(
    byInstrument.map(({ key, mous }: { key: string | null; mous: number }) => [key ?? '', mous]),
  );
  t.same(shares, { MoU: 5, 'executive programme': 7, programme: 1, agreement: 1, '': 14 });
});

test('Chongqing: totals under other labels are not compared, and two counts of a ceremony stand side by side', async (t) => {
  const app = await buildLedger(t);
  const get = readerOf(app, chongqing);
  await recordReal(app, chongqing);

  const claims = await claimsById(get);
  t.match(claims['claim-2020-10-projects'], {
    value: 230,
    label: 'cooperation projects',
    status: 'not-comparable',
    previous: { recordId: 'claim-2020-02-projects', value: 204, claimedIncrease: 26 },
  });
  t.match(claims['claim-2021-12-business'], { value: 162, status: 'not-comparable' });
  t.notOk(claims['claim-2021-12-business']?.['previous'], 'a total under another label is no step from 230');
  t.match(claims['claim-2022-11-all'], { qualifier: 'moreThan', recorded: 51, status: 'short' });

  t.match(claims['claim-jic-1-mous'], { value: 11, recorded: 11, status: 'matches' });
  t.match(claims['claim-jic-1-projects'], { value: 12, recorded: 12, status: 'matches' });
  const { claims: atFirst } = await get('/meetings/jic-1');
  t.same(atFirst.map(({ recordId }: Item) => recordId).sort(), ['claim-jic-1-mous', 'claim-jic-1-projects']);

  const { missingOrdinals, outside } = await get('/meetings');
  t.same(missingOrdinals, [{ series: 'JIC', missing: [2] }]);
  t.match(outside, { projects: { total: 37, named: 0 } });
  t.match((await get('/summary')).counts, {
    meetings: { total: 3 },
    mous: { total: 11 },
    projects: { total: 51 },
  });
});
