import { test } from 'tap';
import {
  corrected,
  meeting,
  mou,
  openRegister,
  reclassified,
  registered,
  reinstated,
  retracted,
} from './register.ts';

const source = (publisher: string) => ({ publisher });

test('a history tells who, when, why and what each event changed', async (t) => {
  const { post, get } = await openRegister(t);
  await post('sci', registered(), meeting('m', '2023-12'));
  const made = await post('sci', {
    type: 'MoUSigned',
    recordId: 'a',
    data: { title: 'A', meetingId: 'm', parties: [{ name: 'X' }] },
    sources: [source('One'), source('Two')],
    note: 'As printed.',
    correlationId: 'file-1',
  });
  await post('sci', {
    ...corrected('a', { occurredOn: '2023-12-14', data: { title: null, pillar: 'talent' } }),
    sources: [source('Three')],
  });
  await post('sci', { type: 'EvidenceAdded', recordId: 'a', sources: [source('Four'), source('Five')] });
  await post('sci', reclassified('a', 'project'));
  await post('sci', retracted('a'));
  await post('sci', reinstated('a'));
  await post('sci', corrected('a', { sources: [source('Only')] }));
  const { versions, recordId, basis } = await get('/v1/initiatives/sci/records/a/history');
  t.equal(recordId, 'a');
  t.equal(basis.treeSize, 9);
  const total = async (query: string) =>
    (await get(`/v1/initiatives/sci/records/a/history?limit=1&count=true&${query}`)).total;
  t.equal(await total(''), 7);
  t.equal(await total('after=5'), 2, 'of this page and those after it');
  t.equal(await total('after=9'), 0);
  t.equal(await total('asOfPosition=4'), 2);
  t.equal(await total('path=/data/title'), 2);
  t.equal(await total('path=/sources&after=1'), 3);
  t.same(
    versions.map(({ version, type, changes }: Record<string, unknown>) => [version, type, changes]),
    [
      [
        1,
        'MoUSigned',
        [
          { path: '/data/meetingId', to: 'm' },
          { path: '/data/parties', to: [{ name: 'X' }] },
          { path: '/data/title', to: 'A' },
          { path: '/occurredOn', to: '2023-12' },
          { path: '/sources/0', to: source('One') },
          { path: '/sources/1', to: source('Two') },
        ],
      ],
      [
        2,
        'RecordCorrected',
        [
          { path: '/data/pillar', to: 'talent' },
          { path: '/data/title', from: 'A' },
          { path: '/occurredOn', from: '2023-12', to: '2023-12-14' },
          { path: '/sources/2', to: source('Three') },
        ],
      ],
      [
        3,
        'EvidenceAdded',
        [
          { path: '/sources/3', to: source('Four') },
          { path: '/sources/4', to: source('Five') },
        ],
      ],
      [4, 'RecordReclassified', [{ path: '/kind', from: 'mou', to: 'project' }]],
      [5, 'RecordRetracted', [{ path: '/status', from: 'standing', to: 'retracted' }]],
      [6, 'RecordReinstated', [{ path: '/status', from: 'retracted', to: 'standing' }]],
      [
        7,
        'RecordCorrected',
        [
          {
            path: '/sources',
            from: ['One', 'Two', 'Three', 'Four', 'Five'].map(source),
            to: [source('Only')],
          },
        ],
      ],
    ],
  );
  t.match(versions[0], {
    position: 3,
    eventId: made.recorded[0]?.eventId,
    recordedAt: made.recorded[0]?.recordedAt,
    recordedBy: 'anonymous',
    note: 'As printed.',
    correlationId: 'file-1',
    sources: [source('One'), source('Two')],
  });
  t.match(versions[1], { reason: { code: 'other' }, sources: [source('Three')] });
  t.same((await get('/v1/initiatives/sci/records/a')).sources, [source('Only')]);
  t.equal((await get('/v1/initiatives/sci/records/a/history?asOfPosition=4')).versions.length, 2);
});

test('a history reveals the names of persons, before and after', async (t) => {
  const { post, get } = await openRegister(t);
  const coChairs = (...names: string[]) => ({ coChairs: names.map((name) => ({ name })) });
  await post('sci', registered(), meeting('m', '2023-12', coChairs('Joseph Leong')));
  await post('sci', corrected('m', { data: coChairs('Joseph Leong', 'Qin Weizhong') }));
  const { versions } = await get('/v1/initiatives/sci/records/m/history?after=1');
  t.same(versions[0].changes, [
    {
      path: '/data/coChairs',
      from: coChairs('Joseph Leong').coChairs,
      to: coChairs('Joseph Leong', 'Qin Weizhong').coChairs,
    },
  ]);
  t.notMatch(
    JSON.stringify(
      (await get('/v1/initiatives/sci/events')).items.map(({ event }: { event: object }) => event),
    ),
    'Leong',
  );
});

test('a history is walked once, as of the first page', async (t) => {
  const { post, get, walk, app } = await openRegister(t);
  await post('sci', registered(), mou('a', '2023'));
  for (let i = 0; i < 6; i++) await post('sci', corrected('a', { data: { title: `T${i}` } }));
  const { versions } = await get('/v1/initiatives/sci/records/a/history');
  for (const limit of [1, 2, 3, 7]) {
    const walked = await walk(`/v1/initiatives/sci/records/a/history?limit=${limit}`, (page) =>
      page === 1 && limit === 2
        ? post('sci', corrected('a', { data: { title: 'late' } }))
        : Promise.resolve(),
    );
    t.same(walked.slice(0, 7), versions, `${limit} a page`);
    t.equal(walked.length, limit < 3 ? 7 : 8);
  }
  t.equal((await app.inject('/v1/initiatives/sci/records/a/history?limit=8')).headers.link, undefined);
});
