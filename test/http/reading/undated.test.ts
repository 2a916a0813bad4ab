import fc from 'fast-check';
import { type Test, test } from 'tap';
import { effort, moreInLong } from '../../helpers/effort.ts';
import { compared, meetingsSoFar, recordsAfter, recount, years } from '../../helpers/naive.ts';
import { openRegister, registered } from './register.ts';

const reason = { code: 'other', text: 'A test.' };
const undatedMou = (recordId: string, data: object = {}) => ({ type: 'MoUSigned', recordId, data });
const mou = (recordId: string, occurredOn: string, data: object = {}) => ({
  ...undatedMou(recordId, data),
  occurredOn,
});
const corrected = (recordId: string, occurredOn: string | null) => ({
  type: 'RecordCorrected',
  recordId,
  changes: { occurredOn },
  reason,
});

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const date = pick('2021', '2022-03', '2022-03-14', '2022-01/2023-02', '[..2022]');
/** Half of them have none. */
const dated = fc.option(date, { nil: undefined });
const meetingId = pick('m-1', 'm-2', 'm-3', undefined);
const events = fc.record({
  meetings: fc.tuple(
    ...['m-1', 'm-2', 'm-3'].map(() => fc.record({ occurredOn: dated, series: pick('S', 'T') })),
  ),
  milestones: fc.array(
    fc.record({
      type: pick('MoUSigned', 'ProjectLaunched'),
      occurredOn: dated,
      meetingId,
      pillar: pick('x', undefined),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  claims: fc.array(
    fc.record({
      occurredOn: date,
      metric: pick('mous', 'projects', 'meetings'),
      scope: pick('all', 'meetings', 'meeting:m-1', 'series:s', 'pillar:x', 'year:2022'),
    }),
    { maxLength: 4 },
  ),
  corrections: fc.array(fc.tuple(pick('m-1', 'm-2', 'r-0', 'r-1', 'r-2'), fc.option(date)), { maxLength: 4 }),
});

test('what has no date is counted as by going through the records', moreInLong, async (t) => {
  const { app, get } = await openRegister(t);
  let run = 0;
  const property = fc.asyncProperty(events, async ({ meetings, milestones, claims, corrections }) => {
    run += 1;
    const id = `run-${run}`;
    const post = (payload: object) =>
      app.inject({ method: 'POST', url: `/v1/initiatives/${id}/events`, payload });
    const made = [
      registered(id),
      ...meetings.map(({ series, ...dated }, i) => ({
        type: 'MeetingHeld',
        recordId: `m-${i + 1}`,
        ...dated,
        data: { series },
      })),
      ...milestones.map(({ type, occurredOn, ...data }, i) => ({
        type,
        recordId: `r-${i}`,
        occurredOn,
        data,
      })),
      ...claims.map(({ occurredOn, ...data }) => ({
        type: 'FigureClaimed',
        occurredOn,
        data: { ...data, value: 1, qualifier: 'exact' },
        sources: [{ publisher: 'P' }],
      })),
    ];
    const first = await post({ events: made });
    if (first.statusCode !== 201) throw new Error(first.body);
    // One that changes nothing is refused.
    for (const [recordId, occurredOn] of corrections) await post(corrected(recordId, occurredOn));

    const log = (await get(`/v1/initiatives/${id}/events?limit=1000`)).items;
    const leaves = log.map(({ event }: { event: object }) => JSON.stringify(event));
    const records = recordsAfter(leaves, id);
    for (const until of [undefined, '2021-06-30', '2022-03-14', '2023-12-31']) {
      const cut = until === undefined ? '' : `?until=${until}`;
      const summary = await get(`/v1/initiatives/${id}/summary${cut}`);
      const { items } = await get(`/v1/initiatives/${id}/meetings${cut}`);
      same(summary.counts, recount(records, until), `counts until ${until}`);
      same(summary.byYear, years(records, until), `years until ${until}`);
      same(items.map(soFar), meetingsSoFar(records, until), `meetings until ${until}`);
    }
    const { items } = await get(`/v1/initiatives/${id}/claims`);
    const byId = (a: Compared, b: Compared) => (a.recordId < b.recordId ? -1 : 1);
    same(items.map(figures).sort(byId), compared(records).sort(byId), 'claims');
  });
  await fc.assert(property, { numRuns: effort(20, 100) });
});

interface Compared {
  recordId: string;
  recorded?: number | undefined;
  possible?: number | undefined;
}
const figures = ({ recordId, recorded, possible }: Compared) => ({
  recordId,
  ...(recorded !== undefined && { recorded, possible }),
});
const soFar = ({ recordId, possible, running }: { recordId: string; possible?: true; running: object }) => ({
  recordId,
  ...(possible && { possible }),
  running,
});

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}:\n${a}\nshould be\n${b}`);
}

/** A meeting with a date and one without, and milestones of both kinds. */
async function some(t: Test) {
  const register = await openRegister(t);
  await register.post(
    'sci',
    registered('SCI'),
    { type: 'MeetingHeld', recordId: 'jic-0', data: { series: 'JIC', ordinal: 1 } },
    { type: 'MeetingHeld', recordId: 'jic-1', occurredOn: '2022-05-01', data: { series: 'JIC', ordinal: 2 } },
    undatedMou('outside', { title: 'Outside', parties: [{ name: 'Northland' }], externalId: 'n-1' }),
    undatedMou('with', { meetingId: 'jic-0' }),
    mou('dated-with', '2022-05-03', { meetingId: 'jic-0' }),
    mou('dated', '2022-05-01', { meetingId: 'jic-1', parties: [{ name: 'Northland' }] }),
    { type: 'ProjectLaunched', recordId: 'project', data: { meetingId: 'jic-1' } },
  );
  return register;
}

test('an undated record stands in totals, is possible up to every day, and stands last', async (t) => {
  const { app, get, ids } = await some(t);
  const sci = '/v1/initiatives/sci';
  t.match(await get(`${sci}/records/outside`), {
    occurredOn: undefined,
    earliest: undefined,
    latest: undefined,
  });
  // Without a date of its own it has that of its meeting.
  t.equal((await get(`${sci}/records/project`)).occurredOn, '2022-05-01');

  const { counts, byYear, ...summary } = await get(`${sci}/summary`);
  t.same(counts, {
    meetings: { total: 2, undated: 1 },
    mous: { total: 4, undated: 2, named: 1, atMeetings: 3, outsideMeetings: 1 },
    projects: { total: 1, named: 0, atMeetings: 1, outsideMeetings: 0 },
  });
  t.same(byYear, [
    { key: '2022', mous: 2, projects: 1 },
    { key: null, mous: 2, projects: 0 },
  ]);
  // What has no date is neither the first nor the last.
  t.match(summary, {
    firstOccurrence: '2022-05-01',
    lastOccurrence: '2022-05-03',
    firstPossible: undefined,
    lastPossible: undefined,
  });
  t.same((await get(`${sci}/summary?until=1900`)).counts.mous, {
    total: 0,
    possible: 2,
    undated: 2,
    named: 0,
    atMeetings: 0,
    outsideMeetings: 0,
  });
  t.same((await get('/v1/initiatives')).items[0].counts, counts);
  t.same((await get('/v1/summary')).counts, counts);

  const meetings = await get(`${sci}/meetings`);
  t.same(
    meetings.items.map((meeting: { recordId: string; running: object }) => [
      meeting.recordId,
      meeting.running,
    ]),
    [
      ['jic-1', { meetings: 1, mous: 1, projects: 1 }],
      ['jic-0', { meetings: 1, mous: 2, projects: 1 }],
    ],
  );
  t.same(meetings.items[1].counts.mous, { total: 2, undated: 1, named: 0 });
  t.same(meetings.outside.mous, { total: 1, undated: 1, named: 1 });
  t.match(await get(`${sci}/meetings/jic-0?until=2022-05-02`), {
    possible: true,
    counts: { mous: { total: 0, possible: 1, undated: 1 } },
    running: { meetings: 1, mous: 1, projects: 1 },
    mous: [{ recordId: 'with', possible: true }],
  });

  const { items, distinct } = await get(`${sci}/counts?by=year`);
  t.same(
    [distinct.undated, items.at(-1)],
    [
      2,
      {
        key: null,
        mous: { total: 2, undated: 2 },
        projects: { total: 0 },
        meetings: { total: 1, undated: 1 },
        total: 2,
        undated: 2,
      },
    ],
  );

  t.same(await ids(`${sci}/mous?until=1900`), ['outside', 'with']);
  t.same(await ids(`${sci}/mous?sort=date`), ['dated', 'dated-with', 'outside', 'with']);
  t.same((await ids(`${sci}/mous?sort=-date`)).slice(0, 2), ['dated-with', 'dated']);
  for (const sort of ['date', '-date']) t.same(await ids(`${sci}/meetings?sort=${sort}`), ['jic-1', 'jic-0']);
  t.same(
    (await get(`${sci}/events?lateByDays=0&type=MoUSigned`)).items.length,
    2,
    'nobody knows whether it is late',
  );
  t.match((await get(`${sci}/parties`)).items, [{ mous: 2, first: '2022-05-01', last: '2022-05-01' }]);
  const csv = (await app.inject(`${sci}/meetings?format=csv`)).body.split('\r\n');
  t.equal(csv[2]?.split(',')[csv[0]?.split(',').indexOf('counts.mous.undated') ?? -1], '1');
});

test('a date is taken away and given, and changes tell it', async (t) => {
  const { app, post, get } = await some(t);
  const sci = '/v1/initiatives/sci';
  await post('sci', corrected('dated', null));
  await post('sci', corrected('jic-1', null));
  const { items, before, after } = await get(`${sci}/changes?from=8`);
  t.same(
    items.map(({ moved }: { moved: object }) => moved),
    [
      {
        mousUndated: 1,
        byYear: [
          { key: '2022', mous: -1, projects: 0 },
          { key: null, mous: 1, projects: 0 },
        ],
      },
      { meetingsUndated: 1 },
    ],
  );
  t.same([before.mous.undated, after.mous.undated], [2, 3]);
  t.same([before.meetings.undated, after.meetings.undated], [1, 2]);
  t.match((await get(`${sci}/records/dated/history`)).versions.at(-1), {
    changes: [{ path: '/occurredOn', from: '2022-05-01' }],
  });
  await post('sci', corrected('with', '2021'));
  t.equal((await get(`${sci}/summary`)).counts.mous.undated, 2);
  const claim = {
    type: 'FigureClaimed',
    recordId: 'claim',
    occurredOn: '2022',
    sources: [{ publisher: 'P' }],
  };
  await post('sci', { ...claim, data: { metric: 'mous', value: 1, qualifier: 'exact', scope: 'all' } });
  const payload = { ...corrected('claim', null) };
  const refused = await app.inject({ method: 'POST', url: `${sci}/events`, payload });
  t.match(refused.json(), { code: 'invalid-body', errors: [{ pointer: '/changes/occurredOn' }] });
});

test('pages, the calendar and the chart show what has no date', async (t) => {
  const { app } = await some(t);
  const page = async (path: string) => {
    const { statusCode, body } = await app.inject(`/initiatives/sci${path}`);
    t.equal(statusCode, 200, path);
    return body;
  };
  t.match(await page(''), '2 without a date');
  t.match(await page('/meetings/jic-0'), '1 without a date');
  t.match(await page('/records/outside'), 'date unknown');
  t.match(await page('/mous'), 'date unknown');
  t.match(await page('/changes'), 'without a date');
  t.match(await page('/meetings'), 'date unknown');
  t.match(await page('/meetings.ics'), /1 meeting/);
  t.match(await page('/chart.svg'), '1 MoU');
  await page('/feed.atom');
  t.match((await app.inject('/about')).body, 'Undated');
});
