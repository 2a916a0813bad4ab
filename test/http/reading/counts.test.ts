import { test } from 'tap';
import { claim, corrected, meeting, mou, openRegister, project, registered, retracted } from './register.ts';

const signed = (...names: string[]) => ({ parties: names.map((name) => ({ name })) });
const sci = '/v1/initiatives/sci';

/** `key[,key2] MoUs+projects`, and what only may have happened. */
const told = ({ items }: { items: Item[] }): string[] =>
  items.map(({ key, key2, others, mous, projects, possible }) =>
    [
      others === undefined ? `${key}${key2 === undefined ? '' : `, ${key2}`}` : `${others} others`,
      ` ${mous.total}+${projects.total}`,
      possible ? ` perhaps ${possible}` : '',
    ].join(''),
  );
interface Item {
  key?: string | null;
  key2?: string | null;
  others?: number;
  mous: { total: number };
  projects: { total: number };
  possible?: number;
}

test('a record counts under each of its keys, and under null without any', async (t) => {
  const { post, get } = await openRegister(t);
  const by = async (query: string) => told(await get(`${sci}/counts?by=${query}`));
  await post('sci', registered('SCI', signed('Not a signatory')), meeting('jic-1', '2023-05-04'));
  await post(
    'sci',
    mou('a', '2022-03', {
      ...signed('Acme  Corp', 'acme corp', 'Zhuhai'),
      sector: 'Health',
      tier: 'Flagship',
    }),
    mou('b', undefined, { meetingId: 'jic-1', parties: [{ name: 'Tan', person: true, country: 'SG' }] }),
    project('p', '2022/2023', { parties: [{ name: 'ACME Corp', role: 'witness' }], sector: 'health' }),
    mou('gone', '2023', signed('Acme Corp')),
    claim('c', '2023', {}),
  );
  await post('sci', retracted('gone'));
  t.same(await by('party'), ['ACME Corp 1+1', 'Zhuhai 1+0', 'null 1+0'], 'persons are not counted by name');
  t.same(await by('sector'), ['health 1+1', 'null 1+0'], 'as the newest record spells it');
  t.same(await by('country'), ['SG 1+0', 'null 1+1']);
  t.same(await by('year'), ['2022 1+0', '2023 1+0', 'null 0+1']);
  t.same(await by('meeting'), ['jic-1 1+0', 'null 1+1']);
  t.same(await by('kind'), ['mou 2+0', 'project 0+1']);
  t.same(await by('zone'), ['null 2+1']);
  t.same(await by('tier'), ['Flagship 1+0', 'null 1+1']);
  t.same(await by('role'), ['party 2+0', 'witness 0+1']);
  const pairs = ['ACME Corp, health 1+1', 'Zhuhai, health 1+0', 'null, null 1+0'];
  t.same(await by('party,sector'), pairs);
  t.same(await by('party&by=sector'), pairs, 'two are joined, or given twice');
  const { distinct } = await get(`${sci}/counts?by=party`);
  t.same(distinct, { mous: { total: 2 }, projects: { total: 1 }, total: 3 }, 'each record once');
  t.match(await get(`${sci}/counts?by=year&until=2023`), {
    items: [
      { key: '2022', meetings: { total: 0, possible: 0 } },
      { key: '2023', meetings: { total: 1, possible: 0 } },
      { key: null, mous: { total: 0 }, meetings: { total: 0 } },
    ],
    distinct: { meetings: { total: 1 }, total: 3, possible: 0 },
  });
  t.same((await get(`${sci}/counts?by=publisher`)).items[0].meetings, { total: 1 });
});

test('counts take the filters of lists', async (t) => {
  const { post, get, refused } = await openRegister(t);
  const by = async (query: string) => told(await get(`${sci}/counts?by=${query}`));
  await post(
    'sci',
    registered(),
    mou('a', '2022-03', { ...signed('Acme'), sector: 'Health', title: 'Wards' }),
    mou('b', '2023', { ...signed('Acme', 'Port'), sector: 'Health' }),
    project('c', undefined, { ...signed('Acme'), sector: 'Trade' }),
  );
  t.same(await by('party&sector=health'), ['Acme 2+0', 'Port 1+0']);
  t.same(await by('sector&party=port&party=acme'), ['Health 2+0', 'Trade 0+1']);
  t.same(await by('sector&party.all=port&party.all=acme'), ['Health 1+0']);
  t.same(await by('party&kind=project'), ['Acme 0+1']);
  t.same(await by('party&q=wards'), ['Acme 1+0']);
  t.same(await by('party&from=2022-06'), ['Acme 1+0 perhaps 1', 'Port 1+0']);
  t.same(await by('party&from=2022&until=2022'), ['Acme 1+0 perhaps 1']);
  t.same((await get('/v1/counts?by=party&sector=trade')).distinct.projects, { total: 1, undated: 1 });
  t.equal(await refused(`${sci}/counts?standing=false`), '400 invalid-request', 'only what stands counts');
});

test('until leaves what surely happened, with what may have beside it; asOf, what was known', async (t) => {
  const { post, get } = await openRegister(t);
  const by = async (query: string) => told(await get(`${sci}/counts?by=${query}`));
  await post('sci', registered());
  await post(
    'sci',
    mou('a', '2022-03', { sector: 'Health' }),
    mou('b', '2022', { sector: 'Water' }),
    project('c', '[..2023]', { sector: 'Health' }),
    mou('d', '2023', { sector: 'Trade' }),
  );
  const cut = 'sector&until=2022-06';
  t.same(await by(cut), ['Health 1+0 perhaps 1', 'Water 0+0 perhaps 1']);
  t.same(await by('year&until=2022-06'), ['2022 1+0 perhaps 1', 'null 0+0 perhaps 1']);
  await post('sci', corrected('b', { data: { sector: 'WATER' }, occurredOn: '2021' }));
  t.same(await by(cut), ['Health 1+0 perhaps 1', 'WATER 1+0']);
  t.same(await by(`${cut}&asOfPosition=5`), ['Health 1+0 perhaps 1', 'Water 0+0 perhaps 1']);
});

test('top names those that count most, and sums up the others, in a table, too', async (t) => {
  const { app, post, get, refused, walk } = await openRegister(t);
  await post(
    'sci',
    registered(),
    ...[3, 1, 2, 2, 1].flatMap((times, i) =>
      Array.from({ length: times }, (_, n) => mou(`${'abcde'[i]}-${n}`, '2022', signed(`Party ${i}`, 'All'))),
    ),
    project('p', '2022'),
  );
  t.same(told(await get(`${sci}/counts?by=party&top=3`)), [
    'All 9+0',
    'Party 0 3+0',
    'Party 2 2+0',
    '4 others 4+1',
  ]);
  t.same(told(await get(`${sci}/counts?by=party&top=7`)).at(-1), 'null 0+1', 'nothing is left');
  const { body, headers } = await app.inject(`${sci}/counts?top=1&format=csv`);
  t.equal(
    body,
    `key,key2,others,mous.total,mous.possible,mous.undated,projects.total,projects.possible,projects.undated,meetings.total,meetings.possible,meetings.undated,total,possible,undated\r
All,,,9,,,0,,,,,,9,,\r
,,6,9,,,1,,,,,,10,,\r
`,
  );
  t.match(headers['content-type'], /^text\/csv/);
  const pages = await walk(`${sci}/counts?limit=2&top=3`, (page) => post('sci', mou(`new-${page}`, '2022')));
  t.same(told({ items: pages }), ['All 9+0', 'Party 0 3+0', 'Party 2 2+0', '4 others 4+1']);
  t.equal((await get(`${sci}/counts?count=true&limit=1`)).total, 7);
  for (const query of ['by=size', 'by=party,party', 'by=party,sector&by=year', 'by=', 'top=0', 'until=x'])
    t.equal(await refused(`${sci}/counts?${query}`), '400 invalid-request', query);
  t.equal(
    await refused('/v1/counts?by=meeting'),
    '400 invalid-request',
    'it means nothing outside its initiative',
  );
});

test('over all, what several initiatives record counts once, and a retracted initiative not at all', async (t) => {
  const { post, get } = await openRegister(t);
  const all = async () => told(await get('/v1/counts?by=party'));
  await post('sci', registered(), mou('a', '2022', signed('Acme')), mou('b', '2022', signed('Zhuhai')));
  await post('other', registered(), mou('x', '2022', { ...signed('Acme', 'Bureau'), sameAs: 'sci/a' }));
  t.same(await all(), ['Acme 1+0', 'Zhuhai 1+0'], 'the one recorded first counts');
  t.equal((await get('/v1/counts?by=country')).distinct.total, (await get('/v1/summary')).counts.mous.total);
  await post('sci', retracted('sci'));
  t.same(await all(), ['Acme 1+0', 'Bureau 1+0']);
});
