import { test } from 'tap';
import { type PositionRange, slicesOf } from '../../../src/views/slices.ts';
import {
  claim,
  corrected,
  meeting,
  mou,
  openRegister,
  project,
  type Register,
  reclassified,
  registered,
  reinstated,
  retracted,
} from './register.ts';

const source = (publisher: string) => ({ publisher });
const positions = (items: { position: number }[]): number[] => items.map(({ position }) => position);

/** 11 events: 1–5, 6–8, 9, 10, 11. */
async function record({ post }: Register): Promise<void> {
  await post(
    'sci',
    registered(),
    meeting('m', '2023-12-14'),
    mou('a', '2023', { title: 'A' }, { sources: [source('One'), source('Two')] }),
    mou('b', '2023', {}, { sources: [{ publisher: 'One', archiveUrl: 'https://archive.example/1' }] }),
    project('p', '2023'),
  );
  await post('sci', corrected('a', { data: { title: 'B' } }), reclassified('b', 'project'), retracted('p'));
  await post('other', registered());
  await post('sci', { ...corrected('a', { data: { title: null } }), sources: [source('Three')] });
  await post('sci', reinstated('p'));
}

test('several types of events are asked for in one request', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { get, refused } = register;
  const at = async (query: string) => positions((await get(`/v1/events?${query}`)).items);
  t.same(await at('type=RecordCorrected'), [6, 10]);
  t.same(await at('type=RecordCorrected&type=RecordRetracted'), [6, 8, 10]);
  t.same(await at('type=RecordRetracted&type=RecordCorrected&type=RecordReinstated&after=6'), [8, 10, 11]);
  t.same(await at('type=RecordCorrected&type=RecordRetracted&order=desc&limit=2'), [10, 8]);
  t.equal(await refused('/v1/events?type=RecordCorrected&type=Nothing'), '400 invalid-request');
  t.equal(await refused('/v1/events?type=RecordCorrected,RecordRetracted'), '400 invalid-request');
});

test('pages of several types keep them all', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const query = '/v1/events?type=RecordCorrected&type=RecordRetracted&limit=1';
  t.same(positions(await register.walk(query)), [6, 8, 10]);
});

test('every value that a field ever had is one request', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { get, walk, refused, post, app } = register;
  const history = '/v1/initiatives/sci/records/a/history';
  const changes = async (path: string) =>
    (await get(`${history}?path=${path}`)).versions.map((version: { version: number; changes: object[] }) => [
      version.version,
      ...version.changes,
    ]);
  const titles = [
    [1, { path: '/data/title', to: 'A' }],
    [2, { path: '/data/title', from: 'A', to: 'B' }],
    [3, { path: '/data/title', from: 'B' }],
  ];
  t.same(await changes('/data/title'), titles);
  t.same(await changes('/data'), titles, 'below a path');
  t.same(await changes('/data/title/none'), titles, 'above a path');
  t.same(await changes('/data/tit'), [], 'a part of a name is no path');
  t.same(await changes('/sources'), [
    [1, { path: '/sources/0', to: source('One') }, { path: '/sources/1', to: source('Two') }],
    [3, { path: '/sources/2', to: source('Three') }],
  ]);
  t.same(await changes('/sources/2/publisher'), [[3, { path: '/sources/2', to: source('Three') }]]);
  const whole = await get(`${history}?path=/data/title`);
  t.match(whole.versions[1], { type: 'RecordCorrected', recordedBy: 'anonymous', reason: { code: 'other' } });
  for (const limit of [1, 2, 3]) {
    t.same(await walk(`${history}?path=/data/title&limit=${limit}`), whole.versions, `${limit} a page`);
  }
  t.same(await walk(`${history}?path=/sources&limit=1`), (await get(`${history}?path=/sources`)).versions);
  t.equal((await get(`${history}?path=/data/title&asOfPosition=6`)).versions.length, 2);
  for (const path of ['data', '/', '/data//title', '']) {
    t.equal(await refused(`${history}?path=${path}`), '400 invalid-request', path);
  }
  await post('sci', { ...corrected('a', { sources: [source('Only')] }) });
  t.equal((await changes('/sources/1')).length, 2, 'a list that was replaced as a whole');
  const { body } = await app.inject(`${history}?path=/data/title&format=csv`);
  t.equal(body.split('\r\n').length, 5, 'a head and three versions');
});

test('any two versions of a record are compared, in both directions', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { get, refused, app } = register;
  const diff = '/v1/initiatives/sci/records/a/diff';
  const { from, to, changes, recordId, basis } = await get(`${diff}?from=1&to=3`);
  t.equal(recordId, 'a');
  t.equal(basis.treeSize, 11);
  t.match(from, { version: 1, position: 3, type: 'MoUSigned', sources: [source('One'), source('Two')] });
  t.match(to, { version: 3, position: 10, type: 'RecordCorrected', reason: { code: 'other' } });
  t.same(changes, [
    { path: '/data/title', from: 'A' },
    { path: '/sources/2', to: source('Three') },
  ]);
  t.same((await get(diff)).changes, changes, 'the first and the newest, if not said');
  t.same((await get(`${diff}?from=3&to=2`)).changes, [
    { path: '/data/title', to: 'B' },
    {
      path: '/sources',
      from: ['One', 'Two', 'Three'].map(source),
      to: ['One', 'Two'].map(source),
    },
  ]);
  t.same((await get(`${diff}?from=2&to=2`)).changes, []);
  t.same((await get(`${diff}?asOfPosition=6`)).changes, [{ path: '/data/title', from: 'A', to: 'B' }]);
  t.equal(
    (await app.inject(`${diff}?from=1&to=2&format=csv`)).body,
    'path,from,to\r\n/data/title,A,B\r\n',
    'a table too',
  );
  t.same((await get('/v1/initiatives/sci/records/b/diff')).changes, [
    { path: '/kind', from: 'mou', to: 'project' },
  ]);
  for (const query of ['to=4', 'from=4', 'from=0', 'to=x', 'to=3&asOfPosition=6']) {
    t.equal(await refused(`${diff}?${query}`), '400 invalid-request', query);
  }
  t.equal(await refused('/v1/initiatives/sci/records/none/diff'), '404 record-not-found');
  t.equal(await refused('/v1/initiatives/none/records/a/diff'), '404 initiative-not-found');
});

test('a difference reveals the names of persons', async (t) => {
  const { post, get } = await openRegister(t);
  const coChairs = (...names: string[]) => ({ coChairs: names.map((name) => ({ name })) });
  await post('sci', registered(), meeting('m', '2023-12', coChairs('Joseph Leong')));
  await post('sci', corrected('m', { data: coChairs('Joseph Leong', 'Qin Weizhong') }));
  await post('sci', corrected('m', { data: coChairs('Qin Weizhong') }));
  t.same((await get('/v1/initiatives/sci/records/m/diff?from=1&to=3')).changes, [
    {
      path: '/data/coChairs',
      from: coChairs('Joseph Leong').coChairs,
      to: coChairs('Qin Weizhong').coChairs,
    },
  ]);
});

test('records are found by how many sources they have', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { ids, refused } = register;
  t.same(await ids('/v1/records?sources=0'), ['sci', 'm', 'other', 'p']);
  t.same(await ids('/v1/records?sources=1'), ['b']);
  t.same(await ids('/v1/records?sources=2'), []);
  t.same(await ids('/v1/records?sources=3'), ['a']);
  t.same(await ids('/v1/records?sources=2&asOfPosition=9'), ['a']);
  t.same(await ids('/v1/records?unsourced=true'), await ids('/v1/records?sources=0'));
  t.same(await ids('/v1/initiatives/sci/mous?sources=3'), ['a']);
  t.same(await ids('/v1/initiatives/sci/projects?sources=1'), ['b']);
  t.same(await ids('/v1/records?sourceUrl=https://archive.example/1'), ['b'], 'by an archived copy too');
  for (const sources of ['-1', '1.5', 'x', '1001'])
    t.equal(await refused(`/v1/records?sources=${sources}`), '400 invalid-request');
});

test('claims that can not be true together are found', async (t) => {
  const { post, ids, get } = await openRegister(t);
  const of = (id: string, day: string, value: number, more: object = {}) =>
    claim(id, day, { value, ...more });
  await post(
    'sci',
    registered(),
    of('exact-28', '2023-12-14', 28, { label: 'signed' }),
    of('exact-29', '2023-12-14', 29, { scope: 'all', label: 'inked' }),
    of('same-28', '2023-12-14', 28),
    of('over-20', '2023-12-14', 20, { qualifier: 'moreThan' }),
    of('next-day', '2023-12-15', 30),
    of('projects', '2023-12-14', 99, { metric: 'projects' }),
    of('zone-1', '2022', 1, { scope: 'zone:Qianhai' }),
    of('zone-2', '2022-12-31', 2, { scope: 'zone:QIANHAI' }),
    of('less', '2021', 5, { qualifier: 'lessThan' }),
    of('least', '2021', 5, { qualifier: 'atLeast' }),
    of('about', '2020', 5, { qualifier: 'about' }),
    of('nearly', '2020', 6, { qualifier: 'nearly' }),
    of('none', '2019', 0, { qualifier: 'lessThan' }),
    of('other-1', '2018', 1, { scope: 'other', label: 'of banks' }),
    of('other-2', '2018', 2, { scope: 'other', label: 'of schools' }),
    of('other-3', '2018', 3, { scope: 'other', label: 'Of Schools' }),
  );
  await post('another', registered(), of('elsewhere', '2023-12-14', 1));
  const sorted = async (path: string) => (await ids(path)).sort();
  const expected = [
    'about',
    'exact-28',
    'exact-29',
    'least',
    'less',
    'nearly',
    'other-2',
    'other-3',
    'same-28',
    'zone-1',
    'zone-2',
  ];
  t.same(await sorted('/v1/claims?conflicting=true'), expected);
  t.same(await sorted('/v1/initiatives/sci/claims?conflicting=true'), expected);
  t.same(await sorted('/v1/initiatives/sci/claims?conflicting=false'), [
    'next-day',
    'none',
    'other-1',
    'over-20',
    'projects',
  ]);
  t.same(await ids('/v1/initiatives/another/claims?conflicting=true'), []);
  t.same(await sorted('/v1/claims?conflicting=true&metric=mous&scope=ZONE:qianhai'), ['zone-1', 'zone-2']);
  await post('sci', retracted('exact-29'), retracted('zone-1'));
  const left = await get('/v1/claims?conflicting=true&count=true');
  t.equal(left.total, 6, 'retracted claims contradict nothing');
});

test('lists count their items on request, and pages add up to the count', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app, get, post, walk } = register;
  await post('sci', ...Array.from({ length: 7 }, (_, i) => claim(`c-${i}`, '2023', { value: i })));
  await post('other', claim('c', '2023', {}), mou('x', '2023'));
  for (const [list, total] of Object.entries({
    '/v1/events': 20,
    '/v1/events?order=desc': 20,
    '/v1/events?after=6': 14,
    '/v1/events?after=6&order=desc': 5,
    '/v1/events?asOfPosition=9': 9,
    '/v1/events?type=RecordCorrected&type=RecordRetracted': 3,
    '/v1/events?type=RecordCorrected&after=6': 1,
    '/v1/events?recordedFrom=2025': 0,
    '/v1/events?recordedFrom=2025&order=desc': 0,
    '/v1/initiatives/sci/events': 17,
    '/v1/records': 15,
    '/v1/records?standing=all&kind=project': 2,
    '/v1/records?asOfPosition=8': 4,
    '/v1/records?q=nothing': 0,
    '/v1/initiatives/sci/mous': 1,
    '/v1/initiatives/sci/projects': 2,
    '/v1/initiatives/sci/projects?asOfPosition=8': 1,
    '/v1/initiatives/sci/claims': 7,
    '/v1/initiatives': 2,
    '/v1/claims': 8,
    '/v1/claims?status=over': 1,
  })) {
    const counting = `${list}${list.includes('?') ? '&' : '?'}count=true`;
    const whole = await get(counting);
    t.equal(whole.total, total, list);
    t.equal(whole.items.length, total, list);
    t.notOk('total' in (await get(list)), `${list}: on request only`);
    const table = await app.inject(`${counting}&format=csv`);
    t.equal(table.headers['total-count'], String(total), `${list}: with a table in its header`);
    t.equal(table.headers['basis-tree-size'], String(whole.basis.treeSize));
    t.equal((await app.inject(list)).headers['total-count'], undefined);
    const first = await get(`${counting}&limit=1`);
    t.equal(first.total, total, `${list}: however small the page`);
    t.equal((await walk(`${counting}&limit=2`)).length, total);
  }
  const second = await app.inject('/v1/claims?count=true&limit=3&after=sci/c-1');
  t.equal(second.json().total, 5, 'this page and those after it');
});

test('the slices of a range are the whole of it, each once and in order', async (t) => {
  /** Every seventh position is a row. */
  const lastOfSeven = async ({ from, to }: PositionRange, order: 'asc' | 'desc') => {
    const rows = Array.from({ length: to - from }, (_, i) => from + 1 + i).filter((row) => row % 7 === 0);
    return (order === 'asc' ? rows : rows.toReversed())[2];
  };
  for (const [from, to] of [
    [0, 0],
    [5, 3],
    [0, 1],
    [0, 10_000],
    [3, 10_004],
    [9_999, 30_001],
  ] as const)
    for (const lastOf of [undefined, lastOfSeven])
      for (const order of ['asc', 'desc'] as const) {
        const slices = await Array.fromAsync(slicesOf({ from, to }, order, lastOf));
        if (order === 'desc') slices.reverse();
        const about = `${from} to ${to}, ${order}`;
        t.same(
          [from, ...slices.map((slice) => slice.to)],
          [...slices.map((slice) => slice.from), Math.max(from, to)],
          about,
        );
        const counts = slices.map((slice) => Math.floor(slice.to / 7) - Math.floor(slice.from / 7));
        if (lastOf)
          t.ok(
            counts.every((count) => count <= 3),
            `${about}: rows`,
          );
        else
          t.ok(
            slices.every((slice) => slice.to - slice.from <= 8_192),
            `${about}: positions`,
          );
      }
});
