import { test } from 'tap';
import { claim, corrected, meeting, mou, openRegister, project, registered, retracted } from './register.ts';

test('until counts what surely had happened by its last day, and apart what may have', async (t) => {
  const { post, get } = await openRegister(t);
  await post(
    'sci',
    registered(),
    mou('day', '2023-05-10'),
    mou('month', '2023-05'),
    mou('year', '2023'),
    mou('lasted', '2023-04/2023-06'),
    mou('between', '[2023-05-01..2023-05-20]'),
    mou('before', '[..2023-06-30]'),
    mou('doubt', '2023-05?'),
  );
  // [until, surely, possibly]
  for (const [until, total, possible] of [
    ['2022', 0, 1],
    ['2023-03', 0, 2],
    ['2023-04', 0, 3],
    ['2023-05-09', 0, 6],
    ['2023-05-10', 1, 6],
    ['2023-05-19', 1, 6],
    ['2023-05-20', 2, 5],
    ['2023-05-30', 2, 5],
    ['2023-05', 4, 3],
    ['2023-05-31', 4, 3],
    ['2023-06', 6, 1],
    ['2023-12-30', 6, 1],
    ['2023', 7, 0],
    ['9999', 7, 0],
  ] as const) {
    const { counts } = await get(`/v1/initiatives/sci/summary?until=${until}`);
    t.match(counts.mous, { total, possible }, until);
    t.match((await get(`/v1/summary?until=${until}`)).counts.mous, { total, possible }, until);
    t.match((await get(`/v1/initiatives?until=${until}`)).items[0].counts.mous, { total, possible }, until);
    const list = await get(`/v1/initiatives/sci/mous?until=${until}&count=true`);
    const marked = list.items.filter((item: object) => 'possible' in item);
    t.same([list.items.length, marked.length], [total + possible, possible], until);
    t.equal(list.total, total + possible, 'the count is of what is listed');
  }
  const { counts } = await get('/v1/initiatives/sci/summary');
  t.notOk('possible' in counts.mous, 'without until nothing is merely possible');
});

test('as of and until together say what was known then about a time before', async (t) => {
  const { post, get } = await openRegister(t);
  await post('sci', registered(), mou('a', '2023-12'), project('p', '2024-01-15'));
  const { basis } = await post('sci', mou('b', '2023-11'));
  await post('sci', mou('late', '2023-06'), corrected('a', { occurredOn: '2024-02-01' }), retracted('p'));
  const total = async (query: string) => {
    const { counts } = await get(`/v1/initiatives/sci/summary?${query}`);
    return [counts.mous.total, counts.mous.possible, counts.projects.total];
  };
  t.same(await total(`asOfPosition=${basis.treeSize}&until=2023`), [2, 0, 0]);
  t.same(await total(`asOfPosition=${basis.treeSize}&until=2023-12-30`), [1, 1, 0]);
  t.same(await total('asOfPosition=2&until=2023'), [1, 0, 0]);
  t.same(await total('until=2023'), [2, 0, 0], 'late information, and one that moved to 2024');
  t.same(await total('asOf=2024-03-01T02:00:00Z&until=2024'), [2, 0, 1]);
  t.same(await total('asOf=2024-03-01&until=2024'), [3, 0, 0]);
});

test('lists, meetings and claims are cut too', async (t) => {
  const { post, get, ids } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('m1', '2022-05-01'),
    meeting('m2', '2023-05'),
    mou('a', undefined, { meetingId: 'm1' }),
    mou('b', undefined, { meetingId: 'm2' }),
    mou('c', '2022-05/2023-01', { meetingId: 'm1' }),
    project('p', '[..2023-05-15]'),
    claim('c1', '2022-12-31', { value: 2 }),
    claim('c2', '2023-12-31', { value: 3 }),
  );
  t.same(await ids('/v1/initiatives/sci/mous?until=2022'), ['a', 'c']);
  t.same(await ids('/v1/initiatives/sci/projects?until=2023-05-14'), ['p']);
  t.same(await ids('/v1/initiatives/sci/projects?until=2023-05-15'), ['p']);
  t.same(await ids('/v1/records?until=2022'), ['sci', 'm1', 'a', 'c', 'p', 'c1']);
  t.same(await ids('/v1/initiatives/sci/claims?until=2022'), ['c1']);
  t.same(await ids('/v1/claims?until=2023'), ['c1', 'c2']);
  const { items, outside } = await get('/v1/initiatives/sci/meetings?until=2022');
  t.match(items, [{ recordId: 'm1', counts: { mous: { total: 1, possible: 1 } }, running: { mous: 1 } }]);
  t.equal(items.length, 1);
  t.match(outside, { projects: { total: 0, possible: 1 }, mous: { total: 0, possible: 0 } });
  const page = await get('/v1/initiatives/sci/meetings/m1?until=2022');
  t.match(page, {
    counts: { mous: { total: 1, possible: 1 } },
    mous: [{ recordId: 'a' }, { recordId: 'c', possible: true }],
  });
  t.notOk('possible' in page || 'possible' in page.mous[0]);
  const [first] = (await get('/v1/initiatives/sci/claims?until=2022')).items;
  t.match(first, { recorded: 1, possible: 1, status: 'undecided' });
  t.same(first.since, { meetings: 0, mous: 0, projects: 0 }, 'nothing had happened after it by then');
});

test('an until that is no plain date is refused', async (t) => {
  const { post, app } = await openRegister(t);
  await post('sci', registered());
  for (const until of [
    '',
    '2023-02-30',
    '2023-13',
    '0000',
    '2023?',
    '[..2023]',
    '2022/2023',
    'now',
    '2023-1-1',
  ]) {
    for (const path of [
      '/v1/summary',
      '/v1/initiatives/sci/mous',
      '/v1/claims',
      '/v1/initiatives/sci/claims',
    ]) {
      const answer = await app.inject(`${path}?until=${encodeURIComponent(until)}`);
      t.equal(answer.statusCode, 400, `${path} ${until}`);
      t.equal(answer.json().errors[0].pointer, '/query/until');
    }
  }
});

test('a meeting that may have been held by then is listed, marked, and not counted as held', async (t) => {
  const { post, get, ids, app } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('sure', '2016-05-01', { series: 'JIC', ordinal: 1 }),
    meeting('vague', '2017/2018', { series: 'JIC', ordinal: 2 }),
    meeting('unknown', '[..2018]'),
    meeting('later', '2018-01-01', { series: 'JIC', ordinal: 3 }),
    mou('a', undefined, { meetingId: 'sure' }),
    mou('b', undefined, { meetingId: 'vague' }),
    mou('c', '2017-03-01', { meetingId: 'vague' }),
    mou('d', undefined, { meetingId: 'later' }),
  );
  const { items, total, missingOrdinals } = await get('/v1/initiatives/sci/meetings?until=2017&count=true');
  t.match(items, [
    { recordId: 'unknown', possible: true, running: { meetings: 0, mous: 0 } },
    { recordId: 'sure', running: { meetings: 1, mous: 1 } },
    {
      recordId: 'vague',
      possible: true,
      counts: { mous: { total: 1, possible: 1 } },
      running: { meetings: 1, mous: 2 },
    },
  ]);
  t.same([items.length, total], [3, 3]);
  t.notOk('possible' in items[1]);
  t.same(missingOrdinals, [], 'the second one is known');
  const { counts } = await get('/v1/initiatives/sci/summary?until=2017');
  t.same(counts.meetings, { total: 1, possible: 2 }, 'as the summary counts');
  t.equal(counts.mous.atMeetings, 2);
  for (const { recordId, counts, running, possible } of items)
    t.match(await get(`/v1/initiatives/sci/meetings/${recordId}?until=2017`), {
      counts,
      running,
      ...(possible ? { possible } : {}),
    });
  t.notOk('possible' in (await get('/v1/initiatives/sci/meetings/later?until=2017')), 'surely later');
  t.same(await ids('/v1/records?kind=meeting&until=2017'), ['sure', 'vague', 'unknown']);
  t.notOk(JSON.stringify((await get('/v1/initiatives/sci/meetings')).items).includes('"possible"'));
  for (const list of ['initiatives/sci/meetings', 'initiatives/sci/mous', 'records']) {
    const [head = '', ...rows] = (await app.inject(`/v1/${list}?format=csv&until=2017`)).body.split('\r\n');
    const column = head.split(',').indexOf('possible');
    t.not(column, -1, list);
    const cells = rows.filter((row) => row.length > 0).map((row) => row.split(',')[column]);
    t.ok(cells.includes('true') && cells.includes(''), list);
    const [same] = (await app.inject(`/v1/${list}?format=csv`)).body.split('\r\n');
    t.equal(same, head, 'the columns are the same without until');
  }
});
