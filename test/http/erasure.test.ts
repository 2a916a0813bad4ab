import { randomUUID } from 'node:crypto';
import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { corrected, initiative, meeting } from '../helpers/decide.ts';
import { buildLedger } from '../helpers/ledger.ts';

const tan = 'Tan Wei Ling of Erewhon';
const lee = 'Lee Jun of Erewhon';
const of = '/v1/initiatives/sci';
const eventId = randomUUID();

/** A meeting with two co-chairs, one of whom was replaced, and the commitment of the first. */
async function build(t: Test) {
  const app = await buildLedger(t);
  const post = (payload: object, key?: string) =>
    app.inject({
      method: 'POST',
      url: `${of}/events`,
      payload,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  const made = { ...meeting('jic-4', '2023-12-14', { coChairs: [{ name: tan }] }), eventId };
  await post({ events: [initiative(), made] }, 'k');
  await post(corrected('jic-4', { data: { coChairs: [{ name: tan }, { name: lee }] } }));
  const { openings } = await get(app, `/v1/events/${eventId}`);
  const commitment: string = openings[0].commitment;
  const erase = () =>
    post({
      type: 'PersonalDataErased',
      recordId: 'jic-4',
      commitments: [commitment],
      legalBasis: 'Art. 17(1)(a) GDPR',
    });
  return { app, post, made, commitment, erase };
}

const get = async (app: App, url: string) => (await app.inject(url)).json();

const readers = [
  `${of}/records/jic-4`,
  `${of}/records/jic-4/history`,
  `${of}/meetings`,
  `${of}/meetings?format=csv`,
  `${of}/records/jic-4?asOfPosition=2`,
  `${of}/records/jic-4/history?asOfPosition=3`,
  `/v1/events/${eventId}`,
  '/v1/events',
  '/v1/records?kind=meeting',
  `${of}/meetings/jic-4`,
  `${of}/meetings/jic-4?asOfPosition=3`,
];

test('no answer shows an erased name, current or as of before', async (t) => {
  const { app, erase } = await build(t);
  t.equal((await erase()).statusCode, 201);
  for (const url of readers) {
    const { statusCode, body } = await app.inject(url);
    t.equal(statusCode, 200, url);
    t.notOk(body.includes(tan), url);
  }
  t.match(await get(app, `${of}/records/jic-4`), {
    version: 3,
    data: { coChairs: [{ name: '[erased]' }, { name: lee }] },
  });
  const { versions } = await get(app, `${of}/records/jic-4/history`);
  t.match(versions, [
    { version: 1, changes: [{ path: '/data/coChairs', to: [{ name: '[erased]' }] }, {}] },
    { version: 2, changes: [{ from: [{ name: '[erased]' }], to: [{ name: '[erased]' }, { name: lee }] }] },
    { version: 3, type: 'PersonalDataErased', changes: [] },
  ]);
});

test('an answer that was kept from before an erasure is not sent again', async (t) => {
  const { app, erase } = await build(t);
  for (const url of readers.filter((url) => !url.endsWith('csv')))
    t.ok((await app.inject(url)).body.includes(tan), url);
  const { etag } = (await app.inject(`${of}/records/jic-4?asOfPosition=2`)).headers;
  await erase();
  for (const url of readers) t.notOk((await app.inject(url)).body.includes(tan), url);
  const again = await app.inject({
    url: `${of}/records/jic-4?asOfPosition=2`,
    headers: { 'if-none-match': etag },
  });
  t.equal(again.statusCode, 200);
});

test('the log shows what was erased and why, and earlier leaves and proofs stay as they are', async (t) => {
  const { app, commitment, erase } = await build(t);
  const before = await get(app, `/v1/events/${eventId}`);
  const { basis } = await get(app, `${of}/summary`);
  await erase();
  const { openings: _, ...stays } = before;
  const after = await get(app, `/v1/events/${eventId}`);
  t.notOk('openings' in after);
  t.match(after, { event: stays.event, leafHash: stays.leafHash });
  t.same((await get(app, `${of}/summary?asOfPosition=${basis.treeSize}`)).basis, basis);
  const { items: events } = await get(app, '/v1/events?type=PersonalDataErased');
  t.match(events, [{ event: { erased: { commitments: [commitment], legalBasis: 'Art. 17(1)(a) GDPR' } } }]);
  t.notOk('openings' in events[0]);
});

test('a repeat of what a name was posted in is refused after its erasure', async (t) => {
  const { post, made, erase } = await build(t);
  const body = { events: [initiative(), made] };
  t.equal((await post(body, 'k')).statusCode, 201);
  t.match((await post(made)).json(), { recorded: [{ replayed: true }] });
  await erase();
  t.match((await post(made)).json(), { status: 409, code: 'event-exists' });
  t.match((await post(body, 'k')).json(), { status: 422, code: 'idempotency-key-reused' });
  t.match((await erase()).json(), {
    status: 422,
    code: 'no-change',
    errors: [{ pointer: '/commitments' }],
  });
});
