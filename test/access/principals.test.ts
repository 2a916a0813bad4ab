import { test } from 'tap';
import { closedLedger, reason } from '../helpers/access.ts';
import { buildLedger } from '../helpers/ledger.ts';

const registered = { type: 'InitiativeRegistered', data: { name: 'An initiative' } };
const mou = { type: 'MoUSigned', occurredOn: '2023' };

test('an open ledger is closed by nobody over HTTP', async (t) => {
  const app = await buildLedger(t);
  const principal = { label: 'Me', grants: [{ role: 'admin', initiativeId: '*' }], reason };
  for (const [url, payload] of [
    ['/v1/principals', principal],
    ['/v1/tokens', { label: 'x', expires: '1d' }],
  ] as const) {
    const { statusCode, body } = await app.inject({ method: 'POST', url, payload });
    t.match([statusCode, JSON.parse(body).detail], [403, /token create/], url);
  }
  t.match((await app.inject('/v1/me')).json(), { principalId: 'anonymous', open: true });
  t.equal((await app.inject({ url: '/v1/me', headers: { authorization: 'Bearer x' } })).statusCode, 401);
});

test('with its first principal a ledger is open no more', async (t) => {
  const { ask, admin } = await closedLedger(t);
  for (const token of [undefined, 'garbage', 'mledger_', `${admin}A`]) {
    const { status, headers, body } = await ask(token, 'GET', '/v1/summary');
    t.match([status, body.code], [401, 'unauthenticated'], String(token));
    t.match(headers['www-authenticate'], /^Bearer /);
    t.equal(headers['cache-control'], 'no-store');
  }
  for (const url of ['/livez', '/readyz', '/openapi.json', '/docs', '/problems'])
    t.ok((await ask(undefined, 'GET', url)).status < 400, url);
  const { status, headers } = await ask(admin, 'GET', '/v1/summary');
  t.same([status, headers['cache-control']], [200, 'private, no-cache']);
});

test('a recorder records, in its initiative alone, and under its own id', async (t) => {
  const { ask, record, principal } = await closedLedger(t);
  await record('a', registered);
  await record('b', registered);
  const { principalId, token } = await principal([{ role: 'recorder', initiativeId: 'a' }]);
  const posted = await ask(token, 'POST', '/v1/initiatives/a/events', mou);
  t.equal(posted.status, 201);
  const { body } = await ask(token, 'GET', '/v1/initiatives/a/records/mou-1/history');
  t.equal(body.versions[0].recordedBy, principalId);

  const elsewhere = await ask(token, 'POST', '/v1/initiatives/b/events', mou);
  const nowhere = await ask(token, 'POST', '/v1/initiatives/c/events', mou);
  t.same([elsewhere.status, elsewhere.body.code], [404, 'initiative-not-found']);
  t.equal(elsewhere.body.detail.replace('b ', 'c '), nowhere.body.detail, 'as one that does not exist');

  const beyond = [
    { type: 'RecordRetracted', recordId: 'a', reason },
    { type: 'PersonalDataErased', recordId: 'mou-1', commitments: ['0'.repeat(64)], legalBasis: 'x' },
  ];
  for (const event of beyond) {
    const { status, body } = await ask(token, 'POST', '/v1/initiatives/a/events', event);
    t.match([status, body.detail], [403, /right to administer in a/], event.type);
  }
});

test('a reader reads and does not record; who it is and what it may is told with the rule', async (t) => {
  const { ask, record, principal } = await closedLedger(t);
  await record('a', registered);
  const { principalId, token } = await principal([{ role: 'reader', initiativeId: 'a' }]);
  t.equal((await ask(token, 'GET', '/v1/initiatives/a/summary')).status, 200);
  const refused = await ask(token, 'POST', '/v1/initiatives/a/events', mou);
  t.match([refused.status, refused.body.detail], [403, 'The right to record in a is missing.']);
  t.same((await ask(token, 'GET', '/v1/me')).body, {
    principalId,
    open: false,
    rights: [{ right: 'read', initiativeId: 'a', rule: { role: 'reader', initiativeId: 'a' } }],
  });
  t.equal((await ask(token, 'GET', '/v1/principals')).status, 403);
  t.equal((await ask(token, 'GET', '/v1/export')).status, 403);
  t.equal((await ask(token, 'GET', '/v1/export?initiativeId=a')).status, 200);
});

test('rights are those of now, and those of then are told with who gave them', async (t) => {
  const { ask, record, principal, admin } = await closedLedger(t);
  await record('a', registered);
  const { principalId, token } = await principal([{ role: 'recorder', initiativeId: 'a' }], 'Tan Mei Ling');
  await ask(token, 'POST', '/v1/initiatives/a/events', mou);
  const { body: before } = await ask(admin, 'GET', '/v1/summary');
  const grants = [{ role: 'reader', initiativeId: 'a' }];
  const changed = await ask(admin, 'POST', `/v1/principals/${principalId}/rights`, { grants, reason });
  t.match([changed.status, changed.body.grants], [200, grants]);
  t.equal((await ask(token, 'POST', '/v1/initiatives/a/events', mou)).status, 403);

  const who = async (query: string) => {
    const { items } = (await ask(admin, 'GET', `/v1/access/who?right=record&initiative=a${query}`)).body;
    return items.map(({ principalId, since }: { principalId: string; since: { recordedBy: string } }) => [
      principalId,
      since.recordedBy,
    ]);
  };
  t.same(await who(''), [['principal-1', 'operator']]);
  t.same(await who(`&asOfPosition=${before.asOf.position}`), [
    ['principal-1', 'operator'],
    [principalId, 'principal-1'],
  ]);
  const { items } = (await ask(admin, 'GET', `/v1/access/who?right=record&initiative=a&asOfPosition=3`)).body;
  const proof = await ask(admin, 'GET', items[1].proof);
  t.match([proof.status, proof.body.leafIndex], [200, items[1].since.position - 1]);

  const erased = await ask(admin, 'DELETE', `/v1/principals/${principalId}/label`);
  t.match([erased.status, erased.body.label], [200, null]);
  t.equal((await ask(admin, 'GET', items[1].proof)).status, 200, 'the proof is as it was');
});

test('a principal that is disabled is known no more, and its past stays', async (t) => {
  const { ask, record, principal, admin } = await closedLedger(t);
  await record('a', registered);
  const { principalId, token } = await principal([{ role: 'recorder', initiativeId: 'a' }]);
  await ask(token, 'POST', '/v1/initiatives/a/events', mou);
  const disabled = await ask(admin, 'POST', `/v1/principals/${principalId}/disable`, { reason });
  t.match([disabled.status, disabled.body.enabled], [200, false]);
  t.equal((await ask(token, 'GET', '/v1/initiatives/a/summary')).status, 401);
  const again = await ask(admin, 'POST', `/v1/principals/${principalId}/rights`, { grants: [], reason });
  t.equal(again.status, 409);
  const { body } = await ask(admin, 'GET', `/v1/events?recordedBy=${principalId}`);
  t.equal(body.items.length, 1);
});

test('an administrator of one initiative gives rights in it and nowhere else', async (t) => {
  const { ask, record, principal } = await closedLedger(t);
  await record('a', registered);
  const { token } = await principal([{ role: 'admin', initiativeId: 'a' }]);
  const add = (grants: object[]) => ask(token, 'POST', '/v1/principals', { label: 'x', grants, reason });
  t.equal((await add([{ role: 'recorder', initiativeId: 'a' }])).status, 201);
  for (const initiativeId of ['b', '*']) {
    const { status } = await add([{ role: 'reader', initiativeId }]);
    t.ok(status === 403 || status === 404, `${initiativeId}: ${status}`);
  }
  t.equal(
    (
      await add([
        { role: 'admin', initiativeId: 'a' },
        { role: 'reader', initiativeId: 'b' },
      ])
    ).status,
    404,
  );
  t.equal((await ask(token, 'POST', '/v1/principals/principal-1/disable', { reason })).status, 403);
  t.equal((await ask(token, 'POST', '/v1/initiatives/c/events', registered)).status, 404);
});

test('a token gives no more than the one that made it, ends, and is ended', async (t) => {
  let now = Date.parse('2026-03-01T00:00:00Z');
  const { ask, record, principal, admin } = await closedLedger(t, {}, () => now);
  await record('a', registered);
  const { principalId, token } = await principal([{ role: 'admin', initiativeId: 'a' }]);
  const grants = [{ role: 'reader', initiativeId: 'a' }];
  const narrow = (await ask(token, 'POST', '/v1/tokens', { label: 'narrow', grants, expires: '1d' })).body;
  t.match(narrow, { principalId, grants });
  t.equal((await ask(narrow.token, 'GET', '/v1/initiatives/a/summary')).status, 200);
  t.equal((await ask(narrow.token, 'POST', '/v1/initiatives/a/events', mou)).status, 403);
  const wider = { label: 'wide', grants: [{ role: 'admin', initiativeId: 'a' }], expires: '1d' };
  t.equal((await ask(narrow.token, 'POST', '/v1/tokens', wider)).status, 403);
  const same = (await ask(narrow.token, 'POST', '/v1/tokens', { label: 'same', expires: '1d' })).body;
  t.equal(
    (await ask(same.token, 'POST', '/v1/initiatives/a/events', mou)).status,
    403,
    'not that of its principal',
  );
  t.equal(
    (await ask(token, 'POST', '/v1/tokens', { principalId: 'principal-1', label: 'x', expires: '1d' }))
      .status,
    403,
  );

  const { items } = (await ask(token, 'GET', '/v1/tokens')).body;
  t.equal(items.length, 3, 'its own alone');
  t.notMatch(JSON.stringify(items), /mledger_/);
  t.equal((await ask(token, 'DELETE', `/v1/tokens/${narrow.tokenId}`)).status, 204);
  t.equal((await ask(narrow.token, 'GET', '/v1/initiatives/a/summary')).status, 401);
  const { items: all } = (await ask(admin, 'GET', '/v1/tokens')).body;
  const first = all.find((one: { label: string }) => one.label === 'first');
  t.equal((await ask(token, 'DELETE', `/v1/tokens/${first.tokenId}`)).status, 404);
  for (const expires of ['500d', 'tomorrow'])
    t.match((await ask(token, 'POST', '/v1/tokens', { label: 'x', expires })).body.errors, [
      { pointer: '/expires' },
    ]);
  now += 86_400_000;
  t.equal((await ask(token, 'GET', '/v1/initiatives/a/summary')).status, 401, 'it ended');
});

test('what everybody may read needs no token, and never who may do what', async (t) => {
  const { ask, record } = await closedLedger(t, { PUBLIC_READ: 'a' });
  await record('a', registered);
  await record('b', registered);
  t.equal((await ask(undefined, 'GET', '/v1/initiatives/a/summary')).status, 200);
  t.equal((await ask(undefined, 'GET', '/v1/log/keys')).status, 200);
  t.equal((await ask(undefined, 'GET', '/v1/initiatives/b/summary')).status, 404);
  t.equal((await ask(undefined, 'POST', '/v1/initiatives/a/events', mou)).status, 403);
  for (const url of [
    '/v1/principals',
    '/v1/access/who?right=read&initiative=a',
    '/tile/entries/000.p/1',
    '/v1/export',
  ])
    t.equal((await ask(undefined, 'GET', url)).status, 403, url);
});
