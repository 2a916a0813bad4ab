import { test } from 'tap';
import { corrected, meeting, mou, openRegister, project, registered, retracted } from './register.ts';

test('a summary says what was known at a position, an instant or the end of a day', async (t) => {
  const { post, get } = await openRegister(t);
  await post('sci', registered());
  const first = await post('sci', mou('a', '2023'), mou('b', '2023'));
  const second = await post('sci', project('p', '2023'));
  const [at] = first.recorded;
  const total = async (query: string) => {
    const { counts, asOf } = await get(`/v1/initiatives/sci/summary${query}`);
    return [counts.mous.total, counts.projects.total, asOf.position];
  };
  t.same(await total(''), [2, 1, 4]);
  t.same(await total('?asOfPosition=2'), [1, 0, 2]);
  t.same(await total(`?asOf=${at?.recordedAt}`), [2, 0, 3], 'events of one request have one instant');
  t.same(await total('?asOf=2024-03-01T01:59:59.999Z'), [0, 0, 1]);
  t.same(await total('?asOf=2024-03-01T03:00:00%2B01:00'), [2, 0, 3], 'an offset is counted');
  t.same(await total('?asOf=2024-03-01'), [2, 1, 4]);
  t.same(await total('?asOf=2024-03'), [2, 1, 4]);
  t.same(await total('?asOf=9999'), [2, 1, 4]);
  const { asOf, basis } = await get('/v1/initiatives/sci/summary?asOf=2024-03-01T02:30:00Z');
  t.same(asOf, { position: 3, recordedAt: '2024-03-01T02:00:00.000Z' });
  t.same(basis, first.basis);
  t.same((await get('/v1/initiatives/sci/summary')).basis, second.basis);
});

test('before the first event lists and counts over all are empty, and nothing of an initiative is known', async (t) => {
  const { post, get, app } = await openRegister(t);
  t.match(await get('/v1/summary'), { initiatives: 0, asOf: { position: 0 }, basis: { treeSize: 0 } });
  await post('sci', registered(), mou('a', '2023'));
  for (const query of ['asOfPosition=0', 'asOf=2020-01-01', 'asOf=2020-01-01T00:00:00Z']) {
    for (const list of ['initiatives', 'records', 'claims', 'events']) {
      const answer = await get(`/v1/${list}?${query}`);
      t.same(answer.items, [], list);
      t.same(answer.asOf, { position: 0 });
      t.equal(
        answer.basis.rootHash,
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        'the root of no tree',
      );
    }
    t.match(await get(`/v1/summary?${query}`), { initiatives: 0, counts: { mous: { total: 0 } } });
    const refused = await app.inject(`/v1/initiatives/sci?${query}`);
    t.match(refused.json(), { status: 404, code: 'initiative-not-found', knownSince: 1 });
  }
});

test('a moment that is none is refused, as are two at once and a position beyond the end', async (t) => {
  const { post, app } = await openRegister(t);
  await post('sci', registered());
  for (const query of [
    'asOf=2024-03-01&asOfPosition=1',
    'asOfPosition=2',
    'asOfPosition=-1',
    'asOfPosition=1.5',
    'asOfPosition=1e300',
    'asOfPosition=',
    'asOfPosition=0&asOfPosition=1',
    'asOf=',
    'asOf=yesterday',
    'asOf=2024-02-30',
    'asOf=2024-02-30T00:00:00Z',
    'asOf=2024-13-01T00:00:00Z',
    'asOf=2024-03-01T24:00:00Z',
    'asOf=2024-03-01T00:60:00Z',
    'asOf=2024-03-01T00:00:00',
    'asOf=2024-03-01T00:00:00+01:00',
    'asOf=2024-03-01T00:00Z',
    'asOf=2024-03-01T00:00:00%2B25:00',
    'asOf=2024-03?',
    'asOf=[..2024]',
    'asOf=2023/2024',
    'asOf=2024-03-01&asOf=2024-03-02',
    'asof=2024-03-01',
  ]) {
    for (const path of ['/v1/summary', '/v1/initiatives/sci', '/v1/records', '/v1/initiatives/sci/events']) {
      const answer = await app.inject(`${path}?${query}`);
      t.equal(answer.statusCode, 400, `${path}?${query}`);
      t.match(answer.json().errors[0].pointer, /^\/query\/as[oO]f/, query);
    }
  }
  t.match((await app.inject('/v1/summary?asOf=2024-03-01t00:30:00z')).json(), { asOf: { position: 0 } });
});

test('what is unknown is 404, even as of a moment', async (t) => {
  const { post, refused } = await openRegister(t);
  await post('sci', registered());
  await post('sci', mou('a', '2023'));
  for (const path of ['', '/summary', '/mous', '/claims', '/meetings', '/events', '/changes', '/records/x']) {
    t.equal(await refused(`/v1/initiatives/other${path}?asOfPosition=1`), '404 initiative-not-found', path);
  }
  t.equal(await refused('/v1/initiatives/sci/records/b'), '404 record-not-found');
  t.equal(await refused('/v1/initiatives/sci/records/a?asOfPosition=1'), '404 record-not-found');
  t.equal(await refused('/v1/initiatives/sci/records/a/history?asOfPosition=1'), '404 record-not-found');
  t.equal(await refused('/v1/initiatives/UPPER/mous'), '404 not-found');
});

test('answers as of a position stay the same to the byte, whatever happens later', async (t) => {
  const { app, post } = await openRegister(t);
  await post('sci', registered(), meeting('m', '2023-05', { series: 'JIC', ordinal: 1 }));
  await post('sci', mou('a', undefined, { meetingId: 'm', title: 'A' }), project('p', '2023-06'));
  const receipt = await post('sci', {
    type: 'FigureClaimed',
    recordId: 'c',
    occurredOn: '2023-12',
    data: { metric: 'mous', value: 1, qualifier: 'exact', scope: 'meeting:m' },
    sources: [{ publisher: 'P' }],
  });
  const position = receipt.basis.treeSize;
  const paths = [
    '/v1/initiatives',
    '/v1/initiatives/sci',
    '/v1/initiatives/sci/summary',
    '/v1/initiatives/sci/meetings',
    '/v1/initiatives/sci/meetings/m',
    '/v1/initiatives/sci/mous',
    '/v1/initiatives/sci/projects?standing=all',
    '/v1/initiatives/sci/claims',
    '/v1/initiatives/sci/records/a',
    '/v1/initiatives/sci/records/a/history',
    '/v1/initiatives/sci/changes',
    '/v1/initiatives/sci/changes?from=2023-01&to=2099-01',
    '/v1/initiatives/sci/events?order=desc',
    '/v1/claims',
    '/v1/records',
    '/v1/records?format=csv',
    '/v1/summary',
    '/v1/summary?until=2023-05',
    '/v1/events',
  ].map((path) => `${path}${path.includes('?') ? '&' : '?'}asOfPosition=${position}`);
  const answers = () =>
    Promise.all(
      paths.map(async (path) => {
        const { statusCode, body, headers } = await app.inject(path);
        return { path, statusCode, body, etag: headers.etag };
      }),
    );
  const before = await answers();
  for (const { path, statusCode, body } of before) {
    t.equal(statusCode, 200, path);
    if (!path.includes('csv')) t.same(JSON.parse(body).basis, receipt.basis, path);
  }
  await post(
    'sci',
    corrected('a', { data: { title: 'B', pillar: 'x' } }),
    mou('b', '2022', { sameAs: 'sci/a' }),
  );
  await post('sci', retracted('p'), meeting('m0', '2023-01', { series: 'JIC', ordinal: 9 }));
  await post('sci', corrected('c', { data: { value: 7 } }), corrected('m', { occurredOn: '2022' }));
  await post('other', registered(), mou('z', '2021'));
  await post('sci', retracted('sci'));
  t.same(await answers(), before);
});

test('the basis of an answer is the log of the receipt at that position, for every position', async (t) => {
  const { post, get } = await openRegister(t);
  const receipts = [await post('sci', registered())];
  for (let i = 1; i <= 9; i++)
    receipts.push(await post('sci', mou(`m-${i}`, '2023'), project(`p-${i}`, '2023')));
  for (const { basis } of receipts) {
    t.same((await get(`/v1/summary?asOfPosition=${basis.treeSize}`)).basis, basis);
    t.same((await get(`/v1/initiatives/sci/mous?asOfPosition=${basis.treeSize}`)).basis, basis);
  }
});
