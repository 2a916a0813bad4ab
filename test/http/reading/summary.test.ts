import { test } from 'tap';
import { byName, dimensions } from '../../../src/shapes/dimensions.ts';
import {
  corrected,
  meeting,
  mou,
  openRegister,
  project,
  reclassified,
  registered,
  reinstated,
  retracted,
} from './register.ts';

/** No record of these tests has several keys in one of them. */
const divisions = [...dimensions.map(({ name }) => byName(name)), 'byYear'] as const;
interface Share {
  key: string | null;
  mous: number;
  projects: number;
}

test('every breakdown sums to the total, with what has no key, and at every cut', async (t) => {
  const { post, get } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('m', '2022-12'),
    mou('a', undefined, { meetingId: 'm', pillar: 'talent', zone: 'Z', sector: 's', instrument: 'MoU' }),
    mou('b', '2022', { pillar: 'talent' }),
    mou('c', '2022-12/2023-01', { pillar: 'Talent' }),
    mou('d', '[..2023-05]', { zone: 'Z' }),
    project('p', '2023-02', { pillar: 'digital', sector: 's' }),
    project('q', '2021'),
    mou('gone', '2022', { pillar: 'gone' }),
  );
  await post('sci', retracted('gone'));
  const summary = await get('/v1/initiatives/sci/summary');
  t.same(summary.byPillar, [
    { key: 'digital', mous: 0, projects: 1 },
    { key: 'talent', mous: 3, projects: 0 },
    { key: null, mous: 1, projects: 1 },
  ]);
  t.same(
    summary.byYear,
    [
      { key: '2021', mous: 0, projects: 1 },
      { key: '2022', mous: 2, projects: 0 },
      { key: '2023', mous: 0, projects: 1 },
      { key: null, mous: 2, projects: 0 },
    ],
    'what may lie in either of two years is in neither',
  );
  t.match(summary, { firstPossible: null, lastPossible: '2023-05-31' });
  t.notOk('firstOccurrence' in summary || 'lastOccurrence' in summary, 'no date is a day');
  for (const until of ['', '2020', '2021', '2022-12-30', '2022', '2023-02', '2023']) {
    for (const path of ['/v1/initiatives/sci/summary', '/v1/summary', '/v1/initiatives/sci']) {
      const cut = await get(`${path}${until && `?until=${until}`}`);
      for (const dimension of divisions) {
        const sum = (member: 'mous' | 'projects') =>
          cut[dimension].reduce((total: number, share: Share) => total + share[member], 0);
        t.equal(sum('mous'), cut.counts.mous.total, `${path} ${dimension} ${until}`);
        t.equal(sum('projects'), cut.counts.projects.total, `${path} ${dimension} ${until}`);
      }
    }
  }
  t.match(await get('/v1/initiatives/sci/summary?until=2021'), {
    firstPossible: null,
    lastPossible: '2021-12-31',
  });
  t.match(await get('/v1/initiatives/sci/summary?until=2020'), {
    firstPossible: null,
    lastPossible: '2020-12-31',
  });
});

test('first and last are days that something is known to have, and what is vaguer is told apart', async (t) => {
  const { post, get } = await openRegister(t);
  const occurrences = async (query = '') => {
    const summary = await get(`/v1/initiatives/sci/summary${query}`);
    return Object.entries(summary).filter(([name]) => /^(first|last)(Occurrence|Possible)$/.test(name));
  };
  await post('sci', registered());
  t.same(await occurrences(), [], 'nothing is counted');
  await post('sci', mou('vague', '[..2022-03-11]'));
  t.same(await occurrences(), [
    ['firstPossible', null],
    ['lastPossible', '2022-03-11'],
  ]);
  await post('sci', mou('day', '2022-02-01'), mou('other-day', '2022-02-20'));
  t.same(await occurrences(), [
    ['firstOccurrence', '2022-02-01'],
    ['lastOccurrence', '2022-02-20'],
    ['firstPossible', null],
    ['lastPossible', '2022-03-11'],
  ]);
  await post('sci', corrected('vague', { occurredOn: '2022-02' }));
  t.same(await occurrences(), [
    ['firstOccurrence', '2022-02-01'],
    ['lastOccurrence', '2022-02-20'],
    ['lastPossible', '2022-02-28'],
  ]);
  t.same(
    await occurrences('?until=2022-02-25'),
    [
      ['firstOccurrence', '2022-02-01'],
      ['lastOccurrence', '2022-02-20'],
      ['lastPossible', '2022-02-25'],
    ],
    'what may have happened by then is no later than then',
  );
  await post('sci', corrected('vague', { occurredOn: '2022-02-10' }), mou('year', '2021'));
  t.same(await occurrences(), [
    ['firstOccurrence', '2022-02-01'],
    ['lastOccurrence', '2022-02-20'],
    ['firstPossible', '2021-01-01'],
  ]);
  t.same(await occurrences('?until=2021-06-30'), [
    ['firstPossible', '2021-01-01'],
    ['lastPossible', '2021-06-30'],
  ]);
  const overall = await get('/v1/summary');
  t.match(overall, { firstOccurrence: '2022-02-01', firstPossible: '2021-01-01' });
});

test('what is at meetings, outside and named adds up, and follows each correction', async (t) => {
  const { post, get } = await openRegister(t);
  const counts = async () => (await get('/v1/initiatives/sci/summary')).counts;
  await post(
    'sci',
    registered(),
    meeting('m', '2023-05'),
    mou('a', undefined, { meetingId: 'm', title: 'A' }),
  );
  await post('sci', { type: 'MoUSigned', repeat: 3, data: { meetingId: 'm' } }, project('p', '2023'));
  t.same(await counts(), {
    meetings: { total: 1 },
    mous: { total: 4, named: 1, atMeetings: 4, outsideMeetings: 0 },
    projects: { total: 1, named: 0, atMeetings: 0, outsideMeetings: 1 },
  });
  await post('sci', corrected('a', { data: { title: null, meetingId: null } }));
  t.match(await counts(), { mous: { total: 4, named: 0, atMeetings: 3, outsideMeetings: 1 } });
  await post('sci', corrected('p', { data: { title: 'P', meetingId: 'm' } }));
  t.match(await counts(), { projects: { total: 1, named: 1, atMeetings: 1, outsideMeetings: 0 } });
});

test('a retracted record counts nowhere, and counts again when reinstated', async (t) => {
  const { post, get, ids } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('m', '2023-05'),
    mou('a', undefined, { meetingId: 'm', title: 'A' }),
  );
  const before = await get('/v1/initiatives/sci/summary');
  await post('sci', retracted('a'));
  const gone = await get('/v1/initiatives/sci/summary');
  t.match(gone.counts.mous, { total: 0, named: 0, atMeetings: 0 });
  t.same(gone.byYear, []);
  t.match((await get('/v1/initiatives/sci/meetings')).items[0], {
    counts: { mous: { total: 0 } },
    running: { mous: 0 },
  });
  t.same(await ids('/v1/initiatives/sci/mous'), []);
  t.same(await ids('/v1/initiatives/sci/mous?standing=false'), ['a']);
  t.match(await get('/v1/initiatives/sci/records/a'), { status: 'retracted', version: 2 });
  await post('sci', reinstated('a'));
  const { asOf: _, basis: __, ...again } = await get('/v1/initiatives/sci/summary');
  t.match(before, again);
});

test('a reclassified record moves from one count and list to the other', async (t) => {
  const { post, get, ids } = await openRegister(t);
  await post('sci', registered(), project('p', '2023', { title: 'P', pillar: 'x' }), mou('a', '2023'));
  await post('sci', reclassified('p', 'mou'));
  const summary = await get('/v1/initiatives/sci/summary');
  t.match(summary, {
    counts: { mous: { total: 2, named: 1 }, projects: { total: 0, named: 0 } },
    byPillar: [{ key: 'x', mous: 1, projects: 0 }, { key: null }],
  });
  t.same(await ids('/v1/initiatives/sci/mous'), ['p', 'a'], 'in the order in which they were made');
  t.same(await ids('/v1/initiatives/sci/projects'), []);
  t.match((await get('/v1/initiatives/sci/summary?asOfPosition=3')).counts, {
    mous: { total: 1 },
    projects: { total: 1 },
  });
  await post('sci', reclassified('p', 'project'));
  t.match((await get('/v1/summary')).counts, { mous: { total: 1 }, projects: { total: 1 } });
});

test('a retracted initiative leaves the lists and the overall summary, and comes back', async (t) => {
  const { post, get, ids } = await openRegister(t);
  await post('one', registered(), mou('a', '2023'), mou('b', '2024'));
  await post('two', registered(), mou('c', '2023'));
  t.match(await get('/v1/summary'), { initiatives: 2, counts: { mous: { total: 3 } } });
  await post('one', retracted('one'));
  t.match(await get('/v1/summary'), {
    initiatives: 1,
    counts: { mous: { total: 1 } },
    lastPossible: '2023-12-31',
  });
  t.same(await ids('/v1/initiatives'), ['two']);
  t.same(await ids('/v1/records'), ['two', 'c']);
  t.match(await get('/v1/initiatives/one'), { status: 'retracted' });
  t.match(await get('/v1/summary?asOfPosition=5'), { initiatives: 2, counts: { mous: { total: 3 } } });
  await post('one', reinstated('one'));
  t.match(await get('/v1/summary'), { initiatives: 2, counts: { mous: { total: 3 } } });
  t.same(await ids('/v1/initiatives'), ['one', 'two']);
});

test('initiatives are listed by id, with their counts, page by page', async (t) => {
  const { post, get, walk, app } = await openRegister(t);
  for (const id of ['c', 'a', 'b-1', 'b']) await post(id, registered(`Name ${id}`), mou('x', '2023'));
  const items = await walk('/v1/initiatives?limit=3');
  t.same(
    items.map(({ initiativeId, counts }) => [initiativeId, counts.mous.total]),
    [
      ['a', 1],
      ['b', 1],
      ['b-1', 1],
      ['c', 1],
    ],
  );
  t.equal((await app.inject('/v1/initiatives?limit=4')).headers.link, undefined);
  t.match(await get('/v1/initiatives/a'), { data: { name: 'Name a' }, kind: 'initiative', version: 1 });
});

const same = (sameAs: string) => ({ sameAs });
const inOverall = async (t: Parameters<typeof openRegister>[0], ...groups: [string, ...object[]][]) => {
  const register = await openRegister(t);
  for (const id of new Set(groups.map(([initiativeId]) => initiativeId)))
    await register.post(id, registered());
  for (const [id, ...events] of groups) await register.post(id, ...events);
  const overall = async () => (await register.get('/v1/summary')).counts.mous.total;
  return { ...register, overall };
};

test('a milestone that another initiative records too counts once', async (t) => {
  const { overall, get, post } = await inOverall(
    t,
    ['one', mou('a', '2023', { title: 'A', pillar: 'first' })],
    ['two', mou('b', '2024', { ...same('one/a'), pillar: 'second' }), mou('c', '2024')],
  );
  t.equal(await overall(), 2);
  const summary = await get('/v1/summary');
  t.same(
    summary.byPillar,
    [
      { key: 'first', mous: 1, projects: 0 },
      { key: null, mous: 1, projects: 0 },
    ],
    'it counts as it was recorded first',
  );
  t.equal((await get('/v1/initiatives/two/summary')).counts.mous.total, 2, 'in its own initiative it counts');
  await post('one', retracted('a'));
  t.equal(await overall(), 2, 'the other stands for it');
  await post('two', corrected('b', { data: { sameAs: null } }));
  await post('one', reinstated('a'));
  t.equal(await overall(), 3);
  await post('one', retracted('one'));
  t.equal(await overall(), 2);
});

test('mutual links, chains, and links within one initiative count once', async (t) => {
  const { overall, post } = await inOverall(
    t,
    ['one', mou('a', '2023', same('two/a')), mou('chain-1', '2023', same('two/chain-2')), mou('x', '2023')],
    ['two', mou('a', '2023', same('one/a')), mou('chain-2', '2023', same('three/chain-3'))],
    [
      'three',
      mou('chain-3', '2023'),
      mou('chain-4', '2023', same('one/chain-1')),
      mou('y', '2023', same('three/z')),
    ],
    ['three', mou('z', '2023')],
  );
  t.equal(await overall(), 4, 'a, the chain, x, and y which is z');
  await post('two', retracted('two'));
  t.equal(await overall(), 4, 'a link through a retracted initiative holds');
});

test('what is linked to something retracted or unknown still counts, and once', async (t) => {
  const { overall, post } = await inOverall(
    t,
    ['one', mou('a', '2023'), meeting('m', '2023')],
    ['two', mou('b', '2023', same('one/a')), mou('u', '2023', same('nowhere/at-all'))],
    ['three', mou('c', '2023', same('one/a')), mou('v', '2023', same('nowhere/at-all'))],
  );
  t.equal(await overall(), 2);
  await post('one', retracted('a'));
  t.equal(await overall(), 2, 'two that name the same third are the same');
  await post('one', mou('w', '2023', same('one/m')));
  t.equal(await overall(), 3, 'a meeting is no milestone');
});

test('a chain of some thousand links is no trouble', async (t) => {
  const { overall, post } = await inOverall(t, ['one', mou('k-0', '2023', same('one/k-1'))]);
  const links = Array.from({ length: 1500 }, (_, i) => mou(`k-${i + 1}`, '2023', same(`one/k-${i + 2}`)));
  await post('one', ...links.slice(0, 750));
  await post('one', ...links.slice(750));
  t.equal(await overall(), 1);
});

test('spellings of one key are one share, under the commonest of them', async (t) => {
  const { post, get } = await openRegister(t);
  await post(
    'sci',
    registered(),
    mou('a', '2021', { pillar: 'Énergie', zone: 'ß' }),
    mou('b', '2022', { pillar: 'E\u0301nergie', zone: 'SS' }),
    mou('c', '2023', { pillar: 'ÉNERGIE ', zone: 'ss' }),
    project('p', '2023', { pillar: 'ÉNERGIE ' }),
    project('q', '2023', { pillar: 'Energie' }),
  );
  await post(
    'other',
    registered(),
    mou('a', '2023', { pillar: 'Énergie' }),
    mou('b', '2023', { pillar: 'Énergie' }),
  );
  const byPillar = async (query = '', path = '/v1/initiatives/sci/summary') =>
    (await get(path + query)).byPillar;
  t.same(await byPillar(), [
    { key: 'Energie', mous: 0, projects: 1 },
    { key: 'ÉNERGIE ', mous: 3, projects: 1 },
  ]);
  t.same(
    await byPillar('?until=2021'),
    [{ key: 'ÉNERGIE ', mous: 1, projects: 0 }],
    'a cut renames no share',
  );
  t.same((await get('/v1/initiatives/sci/summary')).byZone, [
    { key: 'SS', mous: 3, projects: 0 },
    { key: null, mous: 0, projects: 2 },
  ]);
  t.same(await byPillar('', '/v1/summary'), [
    { key: 'Energie', mous: 0, projects: 1 },
    { key: 'Énergie', mous: 5, projects: 1 },
  ]);
  await post('sci', retracted('c'), retracted('p'));
  t.same(
    await byPillar(),
    [
      { key: 'Energie', mous: 0, projects: 1 },
      { key: 'E\u0301nergie', mous: 2, projects: 0 },
    ],
    'of equally common ones the bytewise smallest',
  );
  t.match(
    await byPillar('?asOfPosition=6'),
    [{}, { key: 'ÉNERGIE ', mous: 3, projects: 1 }],
    'as it was known then',
  );
});
