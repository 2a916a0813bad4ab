import { test } from 'tap';
import { byName, dimensions } from '../../../src/shapes/dimensions.ts';
import {
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

const members = {
  meetings: ['meetings', 'total'],
  mous: ['mous', 'total'],
  mousNamed: ['mous', 'named'],
  mousAtMeetings: ['mous', 'atMeetings'],
  projects: ['projects', 'total'],
  projectsNamed: ['projects', 'named'],
  projectsAtMeetings: ['projects', 'atMeetings'],
} as const;

const divisions = [...dimensions.map(({ name }) => byName(name)), 'byYear'] as const;
interface Share {
  key: string | null;
  mous: number;
  projects: number;
}

const record = async ({ post }: Register): Promise<void> => {
  await post('sci', registered(), meeting('m', '2023-05'));
  await post('sci', mou('a', undefined, { meetingId: 'm', title: 'A' }), project('p', '2023'));
  await post('other', registered(), mou('x', '2023'));
  await post('sci', corrected('a', { data: { pillar: 'x', instrument: 'i' } }));
  await post('sci', corrected('a', { data: { title: null } }), reclassified('p', 'mou'));
  await post('sci', retracted('a'), { type: 'EvidenceAdded', recordId: 'm', sources: [{ publisher: 'P' }] });
  await post('sci', reinstated('a'), corrected('p', { data: { meetingId: 'm', title: 'P' } }));
};

test('what was before, and what each event moved, sum to what was after, between any two positions', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { get, walk } = register;
  const end = 13;
  for (let from = 0; from <= end; from += 2) {
    for (let to = from; to <= end; to += 3) {
      const path = `/v1/initiatives/sci/changes?from=${from}&to=${to}`;
      const { before, after } = await get(path);
      const items = await walk(`${path}&limit=2`);
      t.equal((await get(`${path}&limit=2&count=true`)).total, items.length, `${path} is counted whole`);
      for (const [member, [of, count]] of Object.entries(members)) {
        const sum = items.reduce((total, { moved }) => total + (moved[member] ?? 0), before[of][count]);
        t.equal(sum, after[of][count], `${path} ${member}`);
      }
      const { shares } = await get(path);
      for (const by of divisions) {
        const sums = new Map<string, number>();
        const add = (some: Share[] = [], sign: 1 | -1) => {
          for (const { key, mous, projects } of some)
            for (const [kind, count] of Object.entries({ mous, projects }))
              sums.set(`${kind} ${key}`, (sums.get(`${kind} ${key}`) ?? 0) + sign * count);
        };
        add(shares.before[by], 1);
        for (const { moved } of items) add(moved[by], 1);
        add(shares.after[by], -1);
        for (const [key, left] of sums) t.equal(left, 0, `${path} ${by} ${key}`);
      }
      for (const { position, moved } of items) {
        t.ok(from < position && position <= to, `${path} ${position}`);
        t.not(Object.keys(moved).length, 0, 'only events that moved something');
      }
      if (to > 0) t.same(after, (await get(`/v1/initiatives/sci/summary?asOfPosition=${to}`)).counts);
    }
  }
});

test('changes tell the events that moved the counts, as logged', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { items, from, to } = await register.get('/v1/initiatives/sci/changes');
  t.same(
    items.map(({ position, moved }: { position: number; moved: object }) => [
      position,
      Object.fromEntries(Object.entries(moved).filter(([name]) => !name.startsWith('by'))),
    ]),
    [
      [2, { meetings: 1 }],
      [3, { mous: 1, mousNamed: 1, mousAtMeetings: 1, mousNamedAtMeetings: 1 }],
      [4, { projects: 1 }],
      [7, {}],
      [8, { mousNamed: -1, mousNamedAtMeetings: -1 }],
      [9, { mous: 1, projects: -1 }],
      [10, { mous: -1, mousAtMeetings: -1 }],
      [12, { mous: 1, mousAtMeetings: 1 }],
      [13, { mousNamed: 1, mousAtMeetings: 1, mousNamedAtMeetings: 1 }],
    ],
  );
  t.match([from, to], [{ position: 0 }, { position: 13 }]);
  const { items: logged } = await register.get('/v1/initiatives/sci/events?limit=1&after=1');
  const { moved: _, ...first } = items[0];
  t.same(first, logged[0]);
});

test('what moves how the counts divide is among the changes, and what moves no figure is not', async (t) => {
  const { post, get } = await openRegister(t);
  await post(
    'sci',
    registered(),
    meeting('m', '2023-05-01'),
    meeting('n', '2023-06-01'),
    mou('a', '2023', { pillar: 'Talent', meetingId: 'm' }),
    project('p', '2023-05-02', { zone: 'Z' }),
  );
  const share = (key: string | null, mous: number, projects = 0) => ({ key, mous, projects });
  for (const [id, changes, moved] of [
    ['a', { data: { instrument: 'MoU' } }, { byInstrument: [share('MoU', 1), share(null, -1)] }],
    ['a', { data: { pillar: 'Trade' } }, { byPillar: [share('Talent', -1), share('Trade', 1)] }],
    ['a', { data: { sector: 's' } }, { bySector: [share('s', 1), share(null, -1)] }],
    ['p', { data: { zone: null } }, { byZone: [share('Z', 0, -1), share(null, 0, 1)] }],
    ['p', { occurredOn: '2024-01-02' }, { byYear: [share('2023', 0, -1), share('2024', 0, 1)] }],
    ['a', { occurredOn: '2023/2024' }, { byYear: [share('2023', -1), share(null, 1)] }],
    ['a', { data: { meetingId: 'n' } }, undefined],
    ['a', { data: { pillar: 'TRADE' } }, undefined],
    ['a', { data: { tier: 't' } }, undefined],
    ['p', { occurredOn: '2024-02' }, undefined],
    ['m', { occurredOn: '2022-01-01' }, undefined],
  ] as const) {
    const { basis } = await post('sci', corrected(id, changes));
    const to = basis.treeSize;
    const { items, before, after, shares } = await get(`/v1/initiatives/sci/changes?from=${to - 1}&to=${to}`);
    const what = JSON.stringify(changes);
    t.same(
      items.map((item: { moved: object }) => item.moved),
      moved ? [moved] : [],
      what,
    );
    t.same(after, before, `${what} moves no count`);
    const summary = await get('/v1/initiatives/sci/summary');
    t.same(shares.after, Object.fromEntries(divisions.map((by) => [by, summary[by]])), 'as the summary says');
  }
  const { total } = await get('/v1/initiatives/sci/changes?from=5&count=true');
  t.equal(total, 6);
});

test('moments are positions, instants or days, and may not be reversed', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { get, refused } = register;
  const between = async (query: string) => {
    const { from, to } = await get(`/v1/initiatives/sci/changes?${query}`);
    return [from.position, to.position];
  };
  t.same(await between('from=2024-03-01T02:00:00Z&to=2024-03-01T04:30:00Z'), [4, 7]);
  t.same(await between('from=2024-02-29&to=2024-03-01'), [0, 13]);
  t.same(await between('from=5&to=5'), [5, 5]);
  t.same(await between('to=2099-01-01'), [0, 13]);
  for (const query of [
    'from=5&to=4',
    'from=14',
    'to=14',
    'from=2024-03-01&to=2024-02-29',
    'from=x',
    'from=',
    'to=2024-02-30',
  ]) {
    t.equal(await refused(`/v1/initiatives/sci/changes?${query}`), '400 invalid-request', query);
  }
});

test('changes up to now are walked once, as of the first page', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { get, walk, post } = register;
  const { items } = await get('/v1/initiatives/sci/changes');
  for (const query of [
    'limit=3',
    'limit=3&to=2024-12-31',
    'limit=3&from=2020-01-01&to=2099-01-01T00:00:00Z',
  ]) {
    const { length } = (await get('/v1/initiatives/sci/changes')).items;
    const walked = await walk(`/v1/initiatives/sci/changes?${query}`, () =>
      post('sci', project(undefined as never, '2023')),
    );
    t.equal(walked.length, length, query);
    t.same(walked.slice(0, items.length), items, query);
  }
});
