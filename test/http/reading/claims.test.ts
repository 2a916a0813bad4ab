import { test } from 'tap';
import { statusOf } from '../../../src/views/claims.ts';
import { claim, corrected, meeting, mou, openRegister, project, registered, retracted } from './register.ts';

test('what a qualifier makes of value 5 beside what is recorded and what is possible', async (t) => {
  const counted = [
    [3, 0],
    [4, 0],
    [5, 0],
    [6, 0], // for sure
    [3, 1],
    [3, 2],
    [3, 3],
    [4, 1],
    [4, 2],
    [5, 1],
    [6, 1], // with some that may have happened
  ] as const;
  const table = {
    exact: 'short short matches over short undecided undecided undecided undecided undecided over',
    atLeast: 'short short matches matches short undecided undecided undecided undecided matches matches',
    moreThan: 'short short short matches short short undecided short undecided undecided matches',
    atMost: 'matches matches matches over matches matches undecided matches undecided undecided over',
    lessThan: 'matches matches over over matches undecided undecided undecided undecided over over',
    // A tenth of 5 is less than one.
    nearly: 'short short about over short undecided undecided undecided undecided undecided over',
    about: 'short short about over short undecided undecided undecided undecided undecided over',
  } as const;
  for (const [qualifier, expected] of Object.entries(table)) {
    const statuses = counted.map(([recorded, possible]) =>
      statusOf({ qualifier: qualifier as keyof typeof table, value: 5 }, { recorded, possible }),
    );
    t.equal(statuses.join(' '), expected, qualifier);
  }
});

test('"nearly" reaches from 90 % of the value up to it, "about" 10 % each way, and neither further', async (t) => {
  const status = (qualifier: 'nearly' | 'about', value: number, recorded: number, possible = 0) =>
    statusOf({ qualifier, value }, { recorded, possible });
  for (const [recorded, nearly, about] of [
    [0, 'short', 'short'],
    [24, 'short', 'short'],
    [179, 'short', 'short'],
    [180, 'about', 'about'],
    [200, 'about', 'about'],
    [201, 'over', 'about'],
    [220, 'over', 'about'],
    [221, 'over', 'over'],
  ] as const) {
    t.equal(status('nearly', 200, recorded), nearly, `nearly 200, ${recorded}`);
    t.equal(status('about', 200, recorded), about, `about 200, ${recorded}`);
  }
  t.equal(status('nearly', 200, 170, 9), 'short', 'with all that is possible it is short');
  t.equal(status('nearly', 200, 170, 10), 'undecided');
  t.equal(status('nearly', 200, 180, 21), 'undecided', 'it may be more');
  t.equal(status('about', 200, 180, 40), 'about', 'whatever happened it holds');
  t.equal(status('about', 0, 0), 'about');
  t.equal(status('about', 0, 1), 'over');
  t.equal(status('nearly', 15, 14), 'about');
  t.equal(status('nearly', 15, 13), 'short', '13 is less than 13.5');
  t.equal(status('about', Number.MAX_SAFE_INTEGER, 0), 'short');
});

test('a claim about a year counts nothing that can not lie in it by the day of the claim', async (t) => {
  const { post, get } = await openRegister(t);
  await post(
    'sci',
    registered(),
    mou('both', '2023/2024'),
    mou('before', '[..2024]'),
    mou('early', '2023-03'),
    mou('half', '2023-06-30'),
    mou('late', '2023-12-31'),
    mou('next', '2024-02'),
  );
  for (const [year, day, recorded, possible] of [
    [2024, '2023-06-30', 0, 0],
    [2024, '2023', 0, 0],
    [2024, '2024-01-01', 0, 2],
    [2024, '2024-02-10', 0, 3],
    [2024, '2024', 1, 2],
    [2023, '2023-06-29', 1, 2],
    [2023, '2023-06-30', 2, 2],
    [2023, '2024-03-01', 3, 2],
    [2022, '2024-03-01', 0, 1],
    [2025, '2024-03-01', 0, 0],
  ] as const) {
    const id = `c-${year}-${day}`;
    await post('sci', claim(id, day, { value: 99, scope: `year:${year}` }));
    const found = (await get('/v1/initiatives/sci/claims')).items.find(
      ({ recordId }: { recordId: string }) => recordId === id,
    );
    t.same([found.recorded, found.possible, found.status], [recorded, possible, 'short'], id);
  }
});

test('a metric is what the register counts, whatever members an object has', async (t) => {
  const { post, get, app } = await openRegister(t);
  await post('sci', registered(), meeting('m', '2023'), mou('a', '2023'));
  const names = ['constructor', 'valueof', 'tostring', 'hasownproperty'];
  for (const scope of ['all', 'meetings', 'meeting:m', 'series:constructor', 'pillar:__proto__', 'year:2023'])
    await post(
      'sci',
      ...names.map((metric) =>
        claim(`${metric}-${scope.replace(/\W/g, '-').replace(/_/g, '')}`, '2023', { metric, scope }),
      ),
    );
  const { items } = await get('/v1/initiatives/sci/claims');
  t.equal(items.length, 24);
  for (const item of items) {
    t.equal(item.status, 'not-comparable', item.recordId);
    t.notOk('recorded' in item || 'difference' in item, item.recordId);
  }
  t.notMatch((await app.inject('/v1/initiatives/sci/summary')).body, 'native code');
  t.notMatch((await app.inject('/v1/claims?format=csv')).body, 'native code');
});

const world = [
  registered(),
  meeting('m1', '2022-05-01', { series: 'JIC' }),
  meeting('m2', '2023-05-01', { series: 'ＪＩＣ' }),
  meeting('f', '2023-06-01', { series: 'Forum' }),
  mou('a', undefined, { meetingId: 'm1', pillar: 'Talent' }),
  mou('b', undefined, { meetingId: 'm2', pillar: 'talent', zone: 'Z' }),
  mou('c', '2022-12/2023-01', { meetingId: 'm2' }),
  mou('d', '2023-12-31', { zone: 'z' }),
  mou('later', '2024-01-10', { meetingId: 'm2' }),
  project('p', undefined, { meetingId: 'f', pillar: 'talent' }),
  mou('unsure', '[..2023-12]', { pillar: 'TALENT' }),
];

test('each scope counts its own, up to the day of the claim', async (t) => {
  const { post, get } = await openRegister(t);
  await post('sci', ...world);
  const scopes = [
    ['mous', 'all', 5, 0],
    ['projects', 'all', 1, 0],
    ['meetings', 'all', 3, 0],
    ['mous', 'meetings', 3, 0],
    ['projects', 'meetings', 1, 0],
    ['meetings', 'meetings', 3, 0],
    ['mous', 'meeting:m1', 1, 0],
    ['mous', 'meeting:m2', 2, 0],
    ['meetings', 'meeting:m2', 1, 0],
    ['mous', 'series:jic', 3, 0],
    ['projects', 'series:FORUM', 1, 0],
    ['meetings', 'series:JIC', 2, 0],
    ['meetings', 'series:none', 0, 0],
    ['mous', 'pillar:TALENT', 3, 0],
    ['projects', 'pillar:talent', 1, 0],
    ['mous', 'zone:ｚ', 2, 0],
    ['mous', 'year:2022', 1, 2],
    ['mous', 'year:2023', 2, 2],
    ['meetings', 'year:2023', 2, 0],
    ['mous', 'year:2024', 0, 0],
    ['meetings', 'pillar:talent', undefined, undefined],
    ['meetings', 'zone:z', undefined, undefined],
    ['mous', 'other', undefined, undefined],
    ['jobs-created', 'all', undefined, undefined],
  ] as const;
  const claims = scopes.map(([metric, scope], i) =>
    claim(`c-${i}`, '2023-12-31', {
      metric,
      scope,
      value: 1,
      ...(scope === 'other' ? { label: 'Deals' } : {}),
    }),
  );
  await post('sci', ...claims);
  const { items } = await get('/v1/initiatives/sci/claims');
  for (const [i, [metric, scope, recorded, possible]] of scopes.entries()) {
    const found = items.find(({ recordId }: { recordId: string }) => recordId === `c-${i}`);
    t.same([found.recorded, found.possible], [recorded, possible], `${metric} ${scope}`);
    t.same(found.difference, recorded === undefined ? undefined : recorded - 1, `${metric} ${scope}`);
    if (recorded === undefined) t.equal(found.status, 'not-comparable', `${metric} ${scope}`);
    t.same(found.since, { meetings: 0, mous: 1, projects: 0 });
  }
  const summary = await get('/v1/initiatives/sci/summary');
  t.same(summary.claims, items);
  await post('sci', claim('early', '2022-12-31', { value: 3 }));
  t.match((await get('/v1/initiatives/sci/claims?scope=all&metric=mous')).items[0], {
    recordId: 'early',
    recorded: 1,
    possible: 2,
    status: 'undecided',
    since: { meetings: 2, mous: 3, projects: 1 },
  });
});

test('a claim is measured from the one before it of the same metric, scope and label', async (t) => {
  const { post, get } = await openRegister(t);
  await post('sci', registered(), mou('a', '2021'), mou('b', '2022'), mou('c', '2022'), mou('d', '2023'));
  await post(
    'sci',
    claim('c-23', '2023-12-31', { value: 9, label: 'MoUs signed' }),
    claim('c-21', '2021-12-31', { value: 1, label: 'MoUs Signed' }),
    claim('c-22', '2022-12-31', { value: 5, label: 'MoUs signed' }),
    claim('c-22-again', '2022-12-31', { value: 6, label: 'MoUs signed', qualifier: 'about' }),
    claim('other-label', '2023-12-31', { value: 7, label: 'Agreements' }),
    claim('other-scope', '2023-12-31', { value: 7, scope: 'meetings', label: 'MoUs signed' }),
    claim('other-metric', '2023-12-31', { value: 7, metric: 'projects', label: 'MoUs signed' }),
    claim('jobs-1', '2022-12-31', { value: 7, metric: 'jobs' }),
    claim('jobs-2', '2023-12-31', { value: 5, metric: 'jobs' }),
  );
  const previous = async () => {
    const { items } = await get('/v1/initiatives/sci/claims');
    return Object.fromEntries(
      items.map(({ recordId, previous }: { recordId: string; previous: object }) => [recordId, previous]),
    );
  };
  const found = await previous();
  t.same(found['c-21'], undefined);
  t.same(found['c-22'], {
    recordId: 'c-21',
    value: 1,
    claimedIncrease: 4,
    recordedIncrease: 2,
    difference: -2,
  });
  t.match(
    found['c-22-again'],
    { recordId: 'c-21', claimedIncrease: 5 },
    'one of the same day is not before it',
  );
  t.match(found['c-23'], { recordId: 'c-22-again', claimedIncrease: 3, recordedIncrease: 1, difference: -2 });
  for (const id of ['other-label', 'other-scope', 'other-metric']) t.same(found[id], undefined, id);
  t.same(found['jobs-2'], { recordId: 'jobs-1', value: 7, claimedIncrease: -2 });
  await post('sci', corrected('c-22-again', { data: { label: 'Something else' } }), retracted('c-22'));
  t.match((await previous())['c-23'], { recordId: 'c-21', claimedIncrease: 8, recordedIncrease: 3 });
});

test('claims are filtered by metric, scope and status', async (t) => {
  const { post, ids, refused } = await openRegister(t);
  await post('sci', ...world);
  await post(
    'sci',
    claim('over', '2023-12-31', { value: 1 }),
    claim('short', '2023-12-31', { value: 9 }),
    claim('same', '2023-12-31', { value: 5 }),
    claim('talent', '2023-12-31', { value: 3, scope: 'pillar:Talent' }),
    claim('projects', '2023-12-31', { metric: 'projects' }),
    claim('about', '2023-12-31', { value: 5, qualifier: 'about' }),
    claim('undecided', '2022-12-31', { value: 2 }),
    claim('gone', '2023-12-31', { value: 1 }),
  );
  await post('sci', retracted('gone'));
  for (const path of ['/v1/initiatives/sci/claims', '/v1/claims']) {
    t.same(await ids(`${path}?status=over`), ['over']);
    t.same(await ids(`${path}?status=short`), ['short']);
    t.same(await ids(`${path}?status=matches`), ['same', 'talent', 'projects']);
    t.same(await ids(`${path}?status=about`), ['about']);
    t.same(await ids(`${path}?status=undecided`), ['undecided']);
    t.same(await ids(`${path}?status=not-comparable`), []);
    t.same(await ids(`${path}?metric=projects`), ['projects']);
    t.same(await ids(`${path}?metric=PROJECTS`), []);
    t.same(await ids(`${path}?scope=pillar:tAlEnT`), ['talent']);
    t.same(await ids(`${path}?status=matches&metric=mous&scope=all`), ['same']);
    t.equal(await refused(`${path}?status=wrong`), '400 invalid-request');
  }
});

test('claims of all initiatives are walked once each, as of the first page', async (t) => {
  const { post, get, walk, refused } = await openRegister(t);
  for (const [id, count] of [
    ['b', 3],
    ['a', 2],
    ['none', 0],
    ['c', 4],
  ] as const) {
    const claims = Array.from({ length: count }, (_, i) => claim(`c-${i}`, `20${19 - i}`, {}));
    await post(id, registered(), ...claims);
  }
  const key = ({ initiativeId, recordId }: { initiativeId: string; recordId: string }) =>
    `${initiativeId}/${recordId}`;
  const all = (await get('/v1/claims')).items;
  t.same(all.map(key), ['a/c-1', 'a/c-0', 'b/c-2', 'b/c-1', 'b/c-0', 'c/c-3', 'c/c-2', 'c/c-1', 'c/c-0']);
  for (const limit of [1, 2, 3, 4, 9]) {
    const items = await walk(`/v1/claims?limit=${limit}`, (page) =>
      page === 1 ? post('a', claim(`new-${limit}`, '2001', {})) : Promise.resolve(),
    );
    const expected = (await get('/v1/claims?asOfPosition=13')).items;
    t.same(
      items.filter(({ recordId }) => !recordId.startsWith('new')).map(key),
      expected.map(key),
      `${limit}`,
    );
    t.notOk(
      items.some(({ recordId }) => recordId === `new-${limit}`),
      'as of the first page',
    );
  }
  t.same((await walk('/v1/initiatives/c/claims?limit=3')).map(key), all.slice(5).map(key));
  t.equal(await refused('/v1/claims?after=b/nothing'), '400 invalid-request');
  t.equal(await refused('/v1/initiatives/b/claims?after=nothing'), '400 invalid-request');
  await post('b', retracted('b'));
  t.same((await get('/v1/claims?after=b/c-1')).items.map(key), all.slice(5).map(key), 'b has left the lists');
});

test('a joined scope counts what is in each of its terms; it may be written in any order', async (t) => {
  const { post, get, ids } = await openRegister(t);
  const health = { sector: 'Health', parties: [{ name: 'Acme', country: 'SG' }] };
  const scopes = [
    'party:ACME',
    'sector:health+year:2023',
    'year:2023+sector:Health',
    'country:sg+party:acme',
  ];
  await post(
    'sci',
    registered(),
    mou('a', '2023-05', health),
    mou('b', '2023/2024', { sector: 'health' }),
    mou('c', '2022', { parties: [{ name: 'Acme' }] }),
    ...scopes.map((scope, i) => claim(`c-${i}`, `2024-01-0${i + 1}`, { scope, value: 2 })),
  );
  const claims = (await get('/v1/initiatives/sci/claims')).items;
  t.match(claims, [
    { recorded: 2, possible: 0, status: 'matches' },
    { recorded: 1, possible: 1, status: 'undecided' },
    { recorded: 1, possible: 1, previous: { recordId: 'c-1', recordedIncrease: 0 } },
    { recorded: 1, possible: 0, status: 'short' },
  ]);
  t.same(await ids('/v1/claims?scope=YEAR:2023%2Bsector:health'), ['c-1', 'c-2']);
});
