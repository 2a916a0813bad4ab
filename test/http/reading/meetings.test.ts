import { test } from 'tap';
import { claim, meeting, mou, openRegister, project, registered, retracted } from './register.ts';

test('meetings come in order of days, series, ordinal and position, with running totals', async (t) => {
  const { post, get } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('late', '2023-06-01', { series: 'JIC', ordinal: 4 }),
    meeting('month', '2023-05', { series: 'JIC' }),
    meeting('day', '2023-05-01', { series: 'JIC', ordinal: 2 }),
    meeting('same-2', '2022-01-01', { series: 'JIC', ordinal: 2 }),
    meeting('same-1', '2022-01-01', { series: 'JIC', ordinal: 1 }),
    meeting('other', '2022-01-01', { series: 'Forum', ordinal: 9 }),
    meeting('none', '2022-01-01'),
    meeting('none-again', '2022-01-01'),
    meeting('unknown', '[..2023-12]'),
    mou('a', undefined, { meetingId: 'late', title: 'A' }),
    mou('b', undefined, { meetingId: 'late' }),
    mou('c', undefined, { meetingId: 'same-1', title: 'C' }),
    project('p', undefined, { meetingId: 'day' }),
    mou('o', '2023', { title: 'Outside' }),
    project('q', '2023'),
  );
  const { items, outside } = await get('/v1/initiatives/sci/meetings');
  t.same(
    items.map(({ recordId, running }: { recordId: string; running: Record<string, number> }) => [
      recordId,
      running['meetings'],
      running['mous'],
      running['projects'],
    ]),
    [
      ['unknown', 1, 0, 0],
      ['none', 2, 0, 0],
      ['none-again', 3, 0, 0],
      ['other', 4, 0, 0],
      ['same-1', 5, 1, 0],
      ['same-2', 6, 1, 0],
      ['day', 7, 1, 1],
      ['month', 8, 1, 1],
      ['late', 9, 3, 1],
    ],
  );
  t.same(
    items.map(
      ({ coverage }: { coverage: Record<string, string> }) => `${coverage['mous']} ${coverage['projects']}`,
    ),
    [
      ...Array(4).fill('unknown unknown'),
      'listed unknown',
      'unknown unknown',
      'unknown counted',
      'unknown unknown',
      'partial unknown',
    ],
  );
  t.same(outside, { mous: { total: 1, named: 1 }, projects: { total: 1, named: 0 } });
});

test('missing ordinals are named per series, between the lowest and the highest', async (t) => {
  const { post, get } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('a', '2020', { series: 'JIC', ordinal: 3 }),
    meeting('b', '2021', { series: 'JIC', ordinal: 7 }),
    meeting('c', '2022', { series: 'JIC', ordinal: 5 }),
    meeting('d', '2022', { ordinal: 1 }),
    meeting('e', '2022', { ordinal: 3 }),
    meeting('f', '2022', { series: 'Forum', ordinal: 29 }),
    meeting('g', '2023', { series: 'Forum', ordinal: 31 }),
    meeting('h', '2023', { series: 'Whole', ordinal: 1 }),
    meeting('i', '2024', { series: 'Whole', ordinal: 2 }),
    meeting('j', '2024', { series: 'Whole' }),
  );
  const missing = async (query: string) =>
    (await get(`/v1/initiatives/sci/meetings${query}`)).missingOrdinals;
  const expected = [
    { series: null, missing: [2] },
    { series: 'Forum', missing: [30] },
    { series: 'JIC', missing: [4, 6] },
  ];
  t.same(await missing(''), expected);
  t.same(await missing('?limit=1'), expected, 'on whatever page');
  t.same(await missing('?series=forum'), [{ series: 'Forum', missing: [30] }]);
  await post('sci', retracted('c'));
  t.same(await missing('?series=JIC'), [{ series: 'JIC', missing: [4, 5, 6] }]);
  t.same(await missing('?asOfPosition=3'), [{ series: 'JIC', missing: [4, 5, 6] }]);
});

test('a series is filtered in any case, with running totals of its own', async (t) => {
  const { post, get, ids } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('a', '2020', { series: 'JIC' }),
    meeting('b', '2021', { series: 'Forum' }),
    meeting('c', '2022', { series: 'ｊｉｃ' }),
    meeting('d', '2023'),
    mou('x', undefined, { meetingId: 'b' }),
    mou('y', undefined, { meetingId: 'c' }),
  );
  const { items } = await get('/v1/initiatives/sci/meetings?series=Jic');
  t.match(items, [
    { recordId: 'a', running: { meetings: 1, mous: 0 } },
    { recordId: 'c', running: { meetings: 2, mous: 1 } },
  ]);
  t.same(await ids('/v1/initiatives/sci/meetings?series=ji'), []);
});

test('pages of meetings run on, and a page after no meeting is refused', async (t) => {
  const { post, get, walk, refused } = await openRegister(t);
  const meetings = Array.from({ length: 7 }, (_, i) => meeting(`m-${i}`, `202${i % 4}`));
  await post('sci', registered(), ...meetings, mou('a', undefined, { meetingId: 'm-3' }));
  const { items } = await get('/v1/initiatives/sci/meetings');
  const walked = await walk('/v1/initiatives/sci/meetings?limit=2', (page) =>
    post('sci', meeting(`new-${page}`, `202${page % 4}`)),
  );
  t.same(walked, items, 'as of the first page, running totals too');
  t.equal(await refused('/v1/initiatives/sci/meetings?after=nothing'), '400 invalid-request');
});

test('a meeting has a page with its milestones and the claims about it and made at it', async (t) => {
  const { post, get, refused } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('m1', '2022'),
    meeting('m2', '2023', { coChairs: [{ name: 'Joseph Leong', side: 'SG' }] }),
    mou('a', undefined, { meetingId: 'm1' }),
    mou('b', undefined, { meetingId: 'm2', title: 'B' }),
    mou('gone', undefined, { meetingId: 'm2' }),
    project('p', undefined, { meetingId: 'm2' }),
    claim('about', '2023-12-31', { scope: 'meeting:m2' }),
    claim('made', '2023-12-31', { value: 2, madeAt: 'm2' }),
    claim('neither', '2023-12-31', { madeAt: 'm1' }),
  );
  await post('sci', retracted('gone'));
  const page = await get('/v1/initiatives/sci/meetings/m2');
  t.match(page, {
    recordId: 'm2',
    kind: 'meeting',
    status: 'standing',
    version: 1,
    earliest: '2023-01-01',
    latest: '2023-12-31',
    data: { coChairs: [{ name: 'Joseph Leong' }] },
    counts: { mous: { total: 1, named: 1 }, projects: { total: 1, named: 0 } },
    running: { meetings: 2, mous: 2, projects: 1 },
    coverage: { mous: 'listed', projects: 'counted' },
    mous: [{ recordId: 'b' }],
    projects: [{ recordId: 'p' }],
    claims: [
      { recordId: 'about', recorded: 1, status: 'matches' },
      { recordId: 'made', recorded: 2, status: 'matches' },
    ],
  });
  t.same([page.mous.length, page.projects.length, page.claims.length], [1, 1, 2]);
  t.equal(await refused('/v1/initiatives/sci/meetings/m3'), '404 record-not-found');
  t.equal(await refused('/v1/initiatives/sci/meetings/a'), '404 record-not-found', 'an MoU is no meeting');
  t.equal(await refused('/v1/initiatives/sci/meetings/m2?asOfPosition=2'), '404 record-not-found');
  t.equal(await refused('/v1/initiatives/other/meetings/m2'), '404 initiative-not-found');
});

test('a retracted meeting keeps its page, counts nowhere and leaves the list', async (t) => {
  const { post, get, ids } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('m1', '2022'),
    meeting('m2', '2023'),
    claim('c', '2024-01-01', { scope: 'meeting:m1' }),
  );
  await post('sci', retracted('m1'));
  t.same(await ids('/v1/initiatives/sci/meetings'), ['m2']);
  t.match(await get('/v1/initiatives/sci/meetings/m1'), {
    status: 'retracted',
    counts: { mous: { total: 0 }, projects: { total: 0 } },
    running: { meetings: 0 },
    coverage: { mous: 'unknown', projects: 'unknown' },
    claims: [{ recordId: 'c', recorded: 0, status: 'short' }],
  });
  t.match(await get('/v1/initiatives/sci/meetings/m1?asOfPosition=4'), {
    status: 'standing',
    running: { meetings: 1 },
  });
  t.equal((await get('/v1/initiatives/sci/summary')).counts.meetings.total, 1);
});
