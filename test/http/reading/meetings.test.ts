import { test } from 'tap';
import { claim, corrected, meeting, mou, openRegister, project, registered, retracted } from './register.ts';

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

test('spellings of a series are one series, named by the commonest', async (t) => {
  const { post, get } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('a', '2020', { series: 'JIC', ordinal: 1 }),
    meeting('b', '2021', { series: 'jic ', ordinal: 2 }),
    meeting('c', '2022', { series: 'ＪＩＣ', ordinal: 4 }),
    meeting('d', '2023', { series: 'jic ' }),
  );
  const missing = async (query: string) =>
    (await get(`/v1/initiatives/sci/meetings${query}`)).missingOrdinals;
  t.same(await missing(''), [{ series: 'jic ', missing: [3] }]);
  t.same(await missing('?series=JIC'), [{ series: 'jic ', missing: [3] }]);
  await post('sci', retracted('d'));
  t.same(await missing(''), [{ series: 'JIC', missing: [3] }]);
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

test('all are listed only where no claim about the meeting says that there are more', async (t) => {
  const { post, get } = await openRegister(t);
  await post('sci', registered(), meeting('m', '2023-05-01'), meeting('n', '2023-06-01'));
  await post('sci', mou('named', undefined, { meetingId: 'm', title: 'A' }));
  const coverage = async (query = '') => {
    const page = await get(`/v1/initiatives/sci/meetings/m${query}`);
    const { items } = await get(`/v1/initiatives/sci/meetings${query}`);
    t.same(items[0].coverage, page.coverage, 'the list says the same');
    return page.coverage.mous;
  };
  t.equal(await coverage(), 'listed', 'nothing says otherwise');
  const about = { scope: 'meeting:m' };
  for (const [qualifier, value, expected] of [
    ['moreThan', 20, 'partial'],
    ['moreThan', 0, 'listed'],
    ['atLeast', 1, 'listed'],
    ['atLeast', 2, 'partial'],
    ['exact', 2, 'partial'],
    ['exact', 1, 'listed'],
    ['exact', 0, 'listed'],
    ['about', 30, 'partial'],
    ['nearly', 1, 'listed'],
    ['atMost', 30, 'listed'],
    ['lessThan', 30, 'listed'],
  ] as const) {
    const id = `${qualifier.toLowerCase()}-${value}`;
    await post('sci', claim(id, '2023-12-31', { ...about, qualifier, value }));
    t.equal(await coverage(), expected, `${qualifier} ${value}`);
    await post('sci', retracted(id));
  }
  await post(
    'sci',
    claim('elsewhere', '2023-12-31', { scope: 'meeting:n', value: 9 }),
    claim('all', '2023-12-31', { value: 9 }),
    claim('jobs', '2023-12-31', { ...about, metric: 'jobs', value: 9 }),
    claim('projects', '2023-12-31', { ...about, metric: 'projects', value: 9 }),
  );
  t.equal(await coverage(), 'listed', 'claims about something else');
  await post('sci', claim('two', '2023-12-31', { ...about, value: 2 }));
  t.equal(await coverage(), 'partial');
  t.equal(await coverage('?until=2023-11'), 'listed', 'it was not stated for a day by then');
  await post('sci', mou('unnamed', '2023', { meetingId: 'm' }));
  t.equal(await coverage(), 'partial', 'one has no name');
  t.equal(await coverage('?until=2023-11'), 'partial', 'what is only possible is recorded, too');
  await post('sci', corrected('named', { data: { title: null } }));
  t.equal(await coverage(), 'counted');
});

test('however many ordinals are missing, a thousand are named and the others counted', async (t) => {
  const { post, get } = await openRegister(t);
  await post('sci', registered());
  for (let i = 0; i < 40; i += 20)
    await post(
      'sci',
      ...Array.from({ length: 20 }, (_, k) => [
        meeting(`a-${i + k}`, '2023', { series: `S${String(i + k).padStart(2, '0')}`, ordinal: 1 }),
        meeting(`b-${i + k}`, '2023', { series: `S${String(i + k).padStart(2, '0')}`, ordinal: 902 }),
      ]).flat(),
    );
  const { missingOrdinals, missingOrdinalsLeftOut } = await get('/v1/initiatives/sci/meetings?limit=1');
  t.same(
    missingOrdinals.map(({ series, missing }: { series: string; missing: number[] }) => [
      series,
      missing.length,
    ]),
    [
      ['S00', 900],
      ['S01', 100],
    ],
  );
  t.same(missingOrdinals[1].missing.slice(0, 2), [2, 3], 'the first of them');
  t.same(missingOrdinalsLeftOut, { ordinals: 40 * 900 - 1000, series: 39 });
  const one = await get('/v1/initiatives/sci/meetings?series=S07');
  t.equal(one.missingOrdinals[0].missing.length, 900, 'of one series all are named');
  t.notOk('missingOrdinalsLeftOut' in one);
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
