import type { InjectOptions } from 'fastify';
import t, { type Test, test } from 'tap';
import { type ProblemCode, problems } from '../../src/errors.ts';
import { checkDatabase, emptyDatabase } from '../helpers/database.ts';
import { claim, corrected, initiative, meeting, mou, retracted } from '../helpers/decide.ts';
import { buildLedger } from '../helpers/ledger.ts';

const json = { 'content-type': 'application/json' };
const events = (initiativeId: string) => `/v1/initiatives/${initiativeId}/events`;

// One for the whole file, as building the application takes longer than a test.
const url = await emptyDatabase(t);
const app = await buildLedger(t, undefined, url);
let builds = 0;

/** Two initiatives of the test's own, and a meeting of each: `jic-4` of the first, `abroad` of the other. */
async function build(t: Test) {
  builds += 1;
  const own = events(`sci-${builds}`);
  const inject = (options: InjectOptions) =>
    app.inject({ method: 'POST', url: own, headers: json, ...options });
  const post = (body: unknown, options: InjectOptions = {}) =>
    inject({ payload: typeof body === 'string' ? body : JSON.stringify(body), ...options });
  const count = async (): Promise<number> => (await app.inject('/v1/events?limit=1')).json().basis.treeSize;
  await post({ events: [initiative(), meeting()] });
  await post({ events: [initiative(), meeting('abroad')] }, { url: events(`other-${builds}`) });
  return {
    url: own,
    inject,
    post,
    count,
    check: () => checkDatabase(url),
    /** Posts what must be refused with a problem document, and sees that nothing was written. */
    async refused(
      what: string,
      body: unknown,
      code: ProblemCode,
      pointer?: string,
      options: InjectOptions = {},
    ) {
      const before = await count();
      const answer = await post(body, options);
      const problem = answer.json();
      t.equal(answer.statusCode, problems[code][0], what);
      t.equal(answer.headers['content-type'], 'application/problem+json', what);
      t.match(problem, { type: `/problems/${code}`, code, status: problems[code][0] }, what);
      t.equal(problem.errors?.[0].pointer, pointer, `${what}: ${problem.detail}`);
      t.equal(await count(), before, `${what}: nothing was written`);
      return problem;
    },
  };
}

test('what was recorded is answered with 201', async (t) => {
  const { post, check, count } = await build(t);
  const end = await count();
  const answer = await post({ events: [mou({ repeat: 2 }), mou({ recordId: 'm' })] });
  t.equal(answer.statusCode, 201);
  t.match(answer.headers['content-type'], /^application\/json/);
  const body = answer.json();
  const event = { eventId: /^[0-9a-f-]{36}$/, version: 1, type: 'MoUSigned', leafHash: /^[0-9a-f]{64}$/ };
  t.match(body, {
    recorded: [
      { ...event, index: 0, position: end + 1, recordId: 'mou-1' },
      { ...event, index: 0, position: end + 2, recordId: 'mou-2' },
      { ...event, index: 1, position: end + 3, recordId: 'm' },
    ],
    warnings: [],
    basis: { treeSize: end + 3, rootHash: /^[0-9a-f]{64}$/ },
  });
  t.equal(answer.headers.location, `/v1/events/${body.recorded[0].eventId}`);
  t.notOk(answer.headers['idempotent-replayed']);
  await check();
});

test('a known eventId is answered with 200 if nothing is new', async (t) => {
  const { post } = await build(t);
  const known = mou({ eventId: '0193e0b8-7c00-7000-8000-000000000001' });
  const first = (await post(known)).json();
  const again = await post(known);
  t.equal(again.statusCode, 200);
  t.same(again.json(), { ...first, recorded: [{ ...first.recorded[0], replayed: true }] });
  t.equal((await post({ events: [known, mou()] })).statusCode, 201);
});

test('a repeat under an Idempotency-Key is answered byte for byte as the first', async (t) => {
  const { url, post, count } = await build(t);
  const headers = { ...json, 'idempotency-key': ' ~key!' };
  const body = { events: [mou({ repeat: 3, data: { title: 'T' } }), mou()] };
  const first = await post(body, { headers });
  const after = await count();
  const again = await post(body, { headers });
  t.equal(again.statusCode, 201);
  t.equal(again.body, first.body);
  t.equal(again.headers.location, first.headers.location);
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.equal(await count(), after);
  const spaced = await post(`${JSON.stringify(body)} `, { headers });
  t.equal(spaced.json().code, 'idempotency-key-reused', 'other bytes are another body');
  const other = await post(body, { headers, url: `${url}?dryRun=false` });
  t.equal(other.json().code, 'idempotency-key-reused', 'and so is another query');
});

test('a dry run is answered with 200, writes nothing and ignores keys', async (t) => {
  const { url, post, count } = await build(t);
  const headers = { ...json, 'idempotency-key': 'k' };
  const end = await count();
  const dry = await post(mou(), { headers, url: `${url}?dryRun=true` });
  t.equal(dry.statusCode, 200);
  t.notOk(dry.headers.location);
  t.match(dry.json(), { recorded: [{ position: end + 1, recordId: 'mou-1' }], basis: { treeSize: end } });
  t.equal(await count(), end);
  t.equal((await post(mou({ note: 'n' }), { headers })).statusCode, 201);
});

test('bytes that are not a JSON document are malformed', async (t) => {
  const { refused } = await build(t);
  const bodies: [what: string, body: string, pointer?: string][] = [
    ['an empty body', ''],
    ['half a body', '{"type":"MoUSigned"'],
    ['two documents', '{}{}'],
    ['NUL in a title', JSON.stringify(mou({ data: { title: 'a\0b' } })), '/data/title'],
    ['a lone surrogate', JSON.stringify(mou({ data: { title: '\ud800' } })), '/data/title'],
    ['a lone surrogate in a name', JSON.stringify(mou({ '\udc00': 1 })), '/\udc00'],
    ['__proto__', '{"type":"MoUSigned","data":{"__proto__":{"title":"T"}}}', '/data/__proto__'],
    ['deep nesting', `{"type":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, `/type${'/0'.repeat(31)}`],
  ];
  for (const [what, body, pointer] of bodies) await refused(what, body, 'malformed-json', pointer);
});

test('a body that is none of the shapes is told where', async (t) => {
  const { refused } = await build(t);
  const long = (length: number) => '深'.repeat(length);
  const bodies: [what: string, body: unknown, pointer: string][] = [
    ['an array', [mou()], ''],
    ['null', null, ''],
    ['a text', '"x"', ''],
    ['no type', { occurredOn: '2023' }, '/type'],
    ['an unknown type', mou({ type: 'MouSigned' }), '/type'],
    ['a type of the prototype', mou({ type: 'constructor' }), '/type'],
    ['a type that is no text', mou({ type: 7 }), '/type'],
    ['an unknown member', mou({ titel: 'T' }), '/titel'],
    ['an unknown member within', mou({ data: { 'a/b': 1 } }), '/data/a~1b'],
    ['an unknown member of a batch', { events: [mou()], event: 1 }, '/event'],
    ['a member of the server', mou({ recordedBy: 'me' }), '/recordedBy'],
    ['null', mou({ data: { title: null } }), '/data/title'],
    ['a blank title', mou({ data: { title: ' \n' } }), '/data/title'],
    ['a long title', mou({ data: { title: long(10_001) } }), '/data/title'],
    ['a day that is none', mou({ occurredOn: '2023-02-30' }), '/occurredOn'],
    ['2^53', claim({ value: 2 ** 53 }), '/data/value'],
    ['1e400', JSON.stringify(claim({ value: 7 })).replace(':7,', ':1e400,'), '/data/value'],
    [
      'a huge integer',
      JSON.stringify(claim({ value: 7 })).replace(':7,', ':99999999999999999999,'),
      '/data/value',
    ],
    ['a fraction', claim({ value: 1.5 }), '/data/value'],
    ['a number as text', claim({ value: '7' }), '/data/value'],
    [
      '1e400 in a patch',
      JSON.stringify(corrected('jic-4', { data: { ordinal: 7 } })).replace(':7}', ':1e400}'),
      '/changes/data/ordinal',
    ],
    ['a huge version', mou({ expectedVersion: 2 ** 53 }), '/expectedVersion'],
    ['../ as an id', mou({ recordId: '../etc' }), '/recordId'],
    ['%2e%2e as an id', mou({ recordId: '%2e%2e%2f' }), '/recordId'],
    ['a long id', mou({ recordId: 'a'.repeat(64) }), '/recordId'],
    [
      'a script as a URL',
      mou({ sources: [{ publisher: 'P', url: 'javascript:alert(1)' }] }),
      '/sources/0/url',
    ],
    ['a second fault', { events: [mou(), mou({ data: { title: 7 } })] }, '/events/1/data/title'],
    ['1,001 events', { events: Array.from({ length: 1001 }, () => mou()) }, '/events'],
  ];
  for (const [what, body, pointer] of bodies) await refused(what, body, 'invalid-body', pointer);
});

test('the largest things that are allowed are recorded', async (t) => {
  const { post, check } = await build(t);
  const bodies = [
    mou({ data: { title: '深'.repeat(10_000) } }),
    mou({ data: { title: '😀'.repeat(10_000) }, recordId: 'a'.repeat(63) }),
    claim({ value: Number.MAX_SAFE_INTEGER }),
    mou({ data: { amount: { value: 0.1, currency: 'SGD' } } }),
  ];
  for (const body of bodies) t.equal((await post(body)).statusCode, 201);
  await check();
});

test('what is too large is 413', async (t) => {
  const { refused } = await build(t);
  await refused('a body of 2 MB', JSON.stringify(mou({ note: 'x'.repeat(2_000_000) })), 'body-too-large');
  const sources = Array.from({ length: 7 }, () => ({ publisher: 'P', quote: 'x'.repeat(10_000) }));
  await refused('a leaf of 70 kB', { events: [mou(), mou({ sources })] }, 'event-too-large', '/events/1');
});

test('only JSON is taken', async (t) => {
  const { refused } = await build(t);
  for (const type of [
    'text/plain',
    'application/x-ndjson',
    'text/csv',
    'application/json; charset=utf-16',
    'x',
  ]) {
    await refused(type, mou(), 'unsupported-media-type', undefined, { headers: { 'content-type': type } });
  }
});

test('only this machine is served', async (t) => {
  const { refused } = await build(t);
  const from = (headers: object) => ({ headers: { ...json, ...headers } });
  await refused('a foreign host', mou(), 'host-not-allowed', undefined, from({ host: 'ledger.example' }));
  await refused('a proxy', mou(), 'proxied-request', undefined, from({ 'x-forwarded-for': '10.0.0.1' }));
});

test('an initiative that no id can name is not found', async (t) => {
  const { refused } = await build(t);
  for (const id of [
    '%2e%2e%2f',
    '..%2fsci',
    '%2e%2e%2fsci',
    'SCI',
    'sci%20',
    '%E6%B7%B1',
    '-sci',
    'a'.repeat(64),
  ])
    await refused(id, mou(), 'not-found', undefined, { url: events(id) });
  await refused('a raw ../', mou(), 'not-found', undefined, { url: '/v1/initiatives/../sci/events' });
});

test('a wrong query is told where', async (t) => {
  const { url, refused } = await build(t);
  for (const query of ['dryRun=yes', 'dryRun=', 'dryRun', 'dryRun=1', 'dryRun=true&dryRun=false'])
    await refused(query, mou(), 'invalid-request', '/query/dryRun', { url: `${url}?${query}` });
  await refused('dryrun', mou(), 'invalid-request', '/query/dryrun', { url: `${url}?dryrun=true` });
});

test('an Idempotency-Key has 1 to 255 printable characters', async (t) => {
  const { refused, post } = await build(t);
  for (const key of ['', 'k'.repeat(256), 'a\tb', 'ключ', 'é', '\x7f']) {
    const headers = { ...json, 'idempotency-key': key };
    await refused(JSON.stringify(key), mou(), 'invalid-request', '/headers/idempotency-key', { headers });
  }
  const headers = { ...json, 'idempotency-key': 'k'.repeat(255) };
  t.equal((await post(mou(), { headers })).statusCode, 201);
});

test('what is not there is 404', async (t) => {
  const { refused } = await build(t);
  await refused('an initiative', mou(), 'initiative-not-found', '', { url: events('nope') });
  await refused('a record', retracted('nope'), 'record-not-found', '/recordId');
  await refused('a record of another', retracted('abroad'), 'record-not-found', '/recordId');
});

test('what breaks a rule is 422 or 409', async (t) => {
  const { refused, post } = await build(t);
  const at = (meetingId: string) => mou({ data: { meetingId } });
  await refused('an unknown meeting', at('nope'), 'meeting-not-found', '/data/meetingId');
  await refused('a meeting of another', at('abroad'), 'meeting-not-found', '/data/meetingId');
  await refused('tomorrow week', mou({ occurredOn: '9999-12-31' }), 'date-in-future', '/occurredOn');
  await post({ events: [mou({ recordId: 'gone' }), retracted('gone')] });
  await refused('a retracted record', retracted('gone'), 'record-retracted', '/recordId');
  await refused('a taken id', mou({ recordId: 'gone' }), 'record-exists', '/recordId');
  const conflict = await refused(
    'a wrong version',
    { events: [mou(), retracted('jic-4', { expectedVersion: 2 })] },
    'version-conflict',
    '/events/1/expectedVersion',
  );
  t.equal(conflict.actualVersion, 1);
});

test('checks are made in the documented order', async (t) => {
  const { refused, post, inject } = await build(t);
  const eventId = '0193e0b8-7c00-7000-8000-000000000002';
  const headers = { ...json, 'idempotency-key': 'k' };
  await post(mou({ eventId }), { headers });
  const large = 'x'.repeat(2_000_000);
  const text = { 'content-type': 'text/plain' };

  await refused('403 before 413', large, 'host-not-allowed', undefined, {
    headers: { ...text, host: 'x.example' },
  });
  await refused('413 before 415', large, 'body-too-large', undefined, { headers: text });
  await refused('415 before 400', '{', 'unsupported-media-type', undefined, {
    headers: { ...text, 'idempotency-key': '' },
  });
  await refused('400 before the key', { ...mou(), x: 1 }, 'invalid-body', '/x', { headers });
  await refused('the key before eventId', mou({ eventId, note: 'n' }), 'idempotency-key-reused', undefined, {
    headers,
  });
  await refused('eventId before 404', mou({ eventId }), 'event-exists', '/eventId', { url: events('nope') });
  await refused(
    'eventId before what is wrong with an earlier event',
    { events: [retracted('nope'), mou({ eventId, note: 'n' })] },
    'event-exists',
    '/events/1/eventId',
  );
  const wrong = { expectedVersion: 9, sources: [{ publisher: 'P', publishedOn: '9999' }] };
  await refused('404 before versions', retracted('nope', wrong), 'record-not-found', '/recordId');
  await refused('versions before rules', retracted('jic-4', wrong), 'version-conflict', '/expectedVersion');
  const got = await inject({ method: 'PUT', payload: '{' });
  t.equal(got.statusCode, 405);
});

test('after all of this the store is what its log says', async (t) => {
  const { check } = await build(t);
  await check();
});
