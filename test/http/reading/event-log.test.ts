import { createHash } from 'node:crypto';
import { test } from 'tap';
import {
  corrected,
  meeting,
  mou,
  openRegister,
  project,
  type Register,
  reclassified,
  registered,
  retracted,
} from './register.ts';

const positions = (items: { position: number }[]): number[] => items.map(({ position }) => position);

const record = async ({ post, setClock }: Register): Promise<void> => {
  setClock('2024-03-01T12:00:00.000Z');
  await post(
    'sci',
    registered('Ünï – 深圳 "quoted"'),
    meeting('m', '2024-02-20', { coChairs: [{ name: 'Qin Weizhong' }] }),
  );
  setClock('2024-03-02T00:00:00.000Z');
  await post('sci', mou('a', undefined, { meetingId: 'm' }), project('p', '2024-03-02'));
  await post('other', registered());
  setClock('2024-03-03T23:59:59.999Z');
  await post('sci', corrected('a', { data: { title: 'A' } }), reclassified('a', 'project'), {
    ...retracted('p'),
    reason: { code: 'duplicate', text: 'Twice.', duplicateOf: 'a' },
  });
  await post('sci', mou('old', '2019'));
};

test('the log gives each leaf exactly as stored, with its hash and its openings beside it', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app, get } = register;
  const answer = await app.inject('/v1/events');
  const leaves = [
    ...answer.body.matchAll(
      /"leafHash":"([0-9a-f]{64})","event":(\{.*?\})(?:,"openings":\[.*?\])?\}(?=,\{"position"|\],"asOf")/g,
    ),
  ];
  t.equal(leaves.length, 9);
  for (const [, leafHash, leaf = ''] of leaves) {
    const hash = createHash('sha256')
      .update(Buffer.from([0]))
      .update(leaf)
      .digest('hex');
    t.equal(hash, leafHash, 'the bytes of the answer are those of the tree');
  }
  const { items, basis } = answer.json();
  t.same(positions(items), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  t.equal(basis.treeSize, 9);
  const [, held] = items;
  const [{ commitment, name, salt }] = held.openings;
  t.same(held.event.data.coChairs, [{ name: { commitment } }]);
  t.equal(name, 'Qin Weizhong');
  t.equal(createHash('sha256').update(Buffer.from(salt, 'hex')).update(name).digest('hex'), commitment);
  t.notOk('openings' in items[0]);
  const byId = await get(`/v1/events/${held.event.eventId}`);
  t.match(byId, { ...held, asOf: { position: 9 } });
  t.same(await get(`/v1/events/${held.event.eventId.toUpperCase()}`), byId);
});

test('an event that is not there is 404, and an id that is none too', async (t) => {
  const register = await openRegister(t);
  await record(register);
  t.equal(await register.refused('/v1/events/00000000-0000-7000-8000-000000000000'), '404 event-not-found');
  t.equal(await register.refused('/v1/events/nothing'), '404 not-found');
  const { items } = await register.get('/v1/events?limit=1');
  t.match((await register.get(`/v1/events/${items[0].event.eventId}?asOfPosition=1`)).asOf, { position: 1 });
});

test('each filter of the log finds its events', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { get, refused } = register;
  for (const [query, expected] of Object.entries({
    'recordId=a': [3, 6, 7],
    'type=MoUSigned': [3, 9],
    'kind=mou': [3, 6, 7, 9],
    'kind=initiative': [1, 5],
    'kind=project': [4, 8],
    'recordedBy=anonymous': [1, 2, 3, 4, 5, 6, 7, 8, 9],
    'recordedBy=Anonymous': [],
    'reasonCode=duplicate': [8],
    'reasonCode=other': [6, 7],
    'recordedFrom=2024-03-02': [3, 4, 5, 6, 7, 8, 9],
    'recordedFrom=2024-03-02T00:00:00Z': [3, 4, 5, 6, 7, 8, 9],
    'recordedFrom=2024-03-02T00:00:00.001Z': [5, 6, 7, 8, 9],
    'recordedTo=2024-03-02': [1, 2, 3, 4, 5],
    'recordedTo=2024-03-02T00:00:00Z': [1, 2, 3, 4],
    'recordedTo=2024-03-03': [1, 2, 3, 4, 5, 6, 7, 8],
    'recordedFrom=2024-03-02&recordedTo=2024-03-02': [3, 4, 5],
    'recordedFrom=2024-03-03&recordedTo=2024-03-02': [],
    'recordedFrom=2025': [],
    'lateByDays=0': [2, 3, 9],
    'lateByDays=9': [2, 3, 9],
    'lateByDays=10': [3, 9],
    'lateByDays=11': [9],
    'asOfPosition=5&recordedFrom=2024-03-02': [3, 4, 5],
    'asOf=2024-03-02T00:30:00Z': [1, 2, 3, 4],
    'recordId=a&type=RecordCorrected&kind=mou': [6],
    'after=7': [8, 9],
    'order=desc&limit=3': [9, 8, 7],
    'order=desc&after=3': [2, 1],
    'order=desc&after=1': [],
    'order=desc&recordId=a': [7, 6, 3],
  })) {
    t.same(positions((await get(`/v1/events?${query}`)).items), expected, query);
    const own = expected.filter((position) => position !== 5);
    if (!query.includes('limit')) {
      t.same(positions((await get(`/v1/initiatives/sci/events?${query}`)).items), own, `sci ${query}`);
    }
  }
  for (const query of [
    'type=Nothing',
    'kind=Mou',
    'reasonCode=x',
    'recordedFrom=x',
    'recordedTo=2024-02-30',
    'lateByDays=-1',
    'order=up',
    'recordId=A',
  ]) {
    t.equal(await refused(`/v1/events?${query}`), '400 invalid-request', query);
  }
});

test('the log is walked up and down', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { walk } = register;
  for (const limit of [1, 2, 4, 9]) {
    t.same(positions(await walk(`/v1/events?limit=${limit}`)), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    t.same(positions(await walk(`/v1/events?order=desc&limit=${limit}`)), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    t.same(
      positions(await walk(`/v1/initiatives/sci/events?order=desc&limit=${limit}&recordedFrom=2024-03-02`)),
      [9, 8, 7, 6, 4, 3],
    );
  }
});
