import { test } from 'tap';
import { corrected, mou, openRegister, project, registered, retracted } from './register.ts';

const [urban, water, province] = [
  { name: 'Urban Redevelopment Authority', country: 'SG' },
  { name: 'Water Board', country: 'SG' },
  { name: 'Department of Commerce', country: 'CN-GD' },
];

test('a record counts once in each country of its parties, and is found by each', async (t) => {
  const { app, post, get, ids } = await openRegister(t);
  await post('sci', registered('SCI', { parties: [{ name: 'Enterprise Singapore', country: 'SG' }] }));
  await post('sci', mou('a', '2023', { parties: [urban, water, province] }));
  await post(
    'sci',
    mou('b', '2023', { parties: [{ name: 'Tan Ah Kow', person: true, country: 'SG' }] }),
    project('p', '2024', { parties: [{ name: 'Nowhere' }] }),
    mou('gone', '2023', { parties: [province] }),
  );
  await post('sci', retracted('gone'));
  const counted = [
    { key: 'CN-GD', mous: 1, projects: 0 },
    { key: 'SG', mous: 2, projects: 0 },
    { key: null, mous: 0, projects: 1 },
  ];
  const sci = '/v1/initiatives/sci';
  for (const path of [sci, `${sci}/summary`, `${sci}/summary?until=2024`, '/v1/summary'])
    t.same((await get(path)).byCountry, counted, path);
  t.same((await get(`${sci}/summary?until=2023`)).byCountry, counted.slice(0, 2));
  t.same((await get(`${sci}/summary?asOfPosition=2`)).byCountry, [
    { key: 'CN-GD', mous: 1, projects: 0 },
    { key: 'SG', mous: 1, projects: 0 },
  ]);

  t.same(await ids(`${sci}/mous?country=sg`), ['a', 'b']);
  t.same(await ids(`${sci}/mous?country=CN-GD&standing=all`), ['a', 'gone']);
  t.same(await ids(`${sci}/mous?country=CN`), []);
  t.same(await ids('/v1/records?country=SG'), ['sci', 'a', 'b'], 'an initiative has parties, too');

  const [columns = '', first = ''] = (await app.inject(`${sci}/mous?format=csv`)).body.split('\r\n');
  t.equal(first.split(',')[columns.split(',').indexOf('country')], 'SG; CN-GD');

  await post('sci', corrected('a', { data: { parties: [water] } }));
  const { items, shares } = await get(`${sci}/changes?from=6`);
  t.same(items[0].moved, { byCountry: [{ key: 'CN-GD', mous: -1, projects: 0 }] });
  t.same(shares.after.byCountry, counted.slice(1));
});
