import { test } from 'tap';
import { corrected, mou, openRegister, project, registered, reinstated, retracted } from './register.ts';

const signed = (...names: string[]) => ({ parties: names.map((name) => ({ name })) });
const party = (name: string, mous: number, projects: number, first: string | null, last: string) => ({
  name,
  mous,
  projects,
  first,
  last,
});
const sci = '/v1/initiatives/sci';

test('who signed how many, and from when to when, as known at any position', async (t) => {
  const { app, post, get } = await openRegister(t);
  const parties = async (path: string) => (await get(path)).items;
  await post('sci', registered('SCI', signed('Not a signatory')));
  t.same(await parties(`${sci}/parties`), []);
  await post(
    'sci',
    mou('a', '2022-03', {
      parties: [{ name: 'Acme  Corp' }, { name: 'acme corp' }, { name: 'Tan', person: true }],
    }),
    project('b', '2023-12-14', signed('ACME Corp', 'Zhuhai')),
    mou('c', '[..2021]', signed('Zhuhai')),
  );
  const acme = party('ACME Corp', 1, 1, '2022-03-01', '2023-12-14');
  const all = [acme, party('Zhuhai', 1, 1, null, '2023-12-14')];
  for (const path of [`${sci}/parties`, '/v1/parties']) t.same(await parties(path), all, path);
  await post('sci', corrected('b', { data: signed('Zhuhai') }), retracted('c'));
  t.same(await parties(`${sci}/parties`), [
    party('Acme  Corp', 1, 0, '2022-03-01', '2022-03-31'),
    party('Zhuhai', 0, 1, '2023-12-14', '2023-12-14'),
  ]);
  await post('sci', reinstated('c'));
  t.match(await parties(`${sci}/parties`), [{}, { name: 'Zhuhai', mous: 1, projects: 1, first: null }]);
  for (const path of [`${sci}/parties`, '/v1/parties'])
    t.same(await parties(`${path}?asOfPosition=4`), all, `${path} as of a position`);
  t.notMatch((await app.inject('/v1/parties?format=ndjson')).body, /Tan|commitment/);
});

test('over all, what several initiatives record counts once, and a retracted initiative not at all', async (t) => {
  const { post, get } = await openRegister(t);
  const names = async () =>
    (await get('/v1/parties')).items.map(
      ({ name, mous }: { name: string; mous: number }) => `${name} ${mous}`,
    );
  await post('sci', registered(), mou('a', '2022', signed('Acme')), mou('b', '2022', signed('Zhuhai')));
  await post('other', registered(), mou('x', '2022', { ...signed('Acme', 'Bureau'), sameAs: 'sci/a' }));
  t.same(await names(), ['Acme 1', 'Zhuhai 1'], 'the one recorded first counts');
  await post('sci', retracted('sci'));
  t.same(await names(), ['Acme 1', 'Bureau 1']);
});

test('parties have pages, a total and tables', async (t) => {
  const { app, post, get, walk, refused } = await openRegister(t);
  const names = Array.from({ length: 25 }, (_, i) => `Party ${String.fromCharCode(65 + i)}`);
  await post('sci', registered(), mou('a', '2022', signed(...names.toReversed())));
  for (const path of [`${sci}/parties`, '/v1/parties']) {
    const later = (page: number) =>
      post('sci', mou(`later-${path.length}-${page}`, '2022', signed('A new one')));
    const found = await walk(`${path}?limit=10`, later);
    t.same(
      found.filter(({ name }) => name !== 'A new one').map(({ name }) => name),
      names,
      path,
    );
    t.same(
      new Set(found.map(({ mous }) => mous)).size,
      found.length === 25 ? 1 : 2,
      'all pages are of one moment',
    );
  }
  t.equal((await get(`${sci}/parties?limit=5&after=party%20v&count=true`)).total, 3);
  t.match(
    (await app.inject(`${sci}/parties?format=csv`)).body,
    /^name,country,mous,projects,first,last,aliases\r\nA new one,/,
  );
  t.equal(await refused(`${sci}/parties?after=nobody`), '400 invalid-request');
  t.equal(await refused('/v1/initiatives/unknown/parties'), '404 initiative-not-found');
});
