import { createHmac } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportSPKI, generateKeyPair, type JWTPayload } from 'jose';
import { test } from 'tap';
import { audience, Browser, ledgerWithProvider } from '../helpers/identity.ts';

const now = (): number => Math.floor(Date.now() / 1000);

test('with an identity provider a ledger is never open, and its users are known by their access tokens', async (t) => {
  const { app, provider, ask, bearing } = await ledgerWithProvider(t);
  t.match([(await ask({}, '/v1/me')).status, (await ask({}, '/v1/me')).body.code], [401, 'unauthenticated']);
  const admin = await provider.sign({ sub: 'lovelace', name: 'Ada', groups: ['ledger-admins', 'other'] });
  const me = await bearing(admin, '/v1/me');
  t.match([me.status, me.body], [200, { principalId: 'principal-1', open: false }]);
  t.equal(me.body.rights.length, 4);
  const { body } = await bearing(admin, '/v1/principals');
  t.match(body.items, [
    { principalId: 'principal-1', label: 'Ada', grants: [{ role: 'admin', initiativeId: '*' }] },
  ]);
  const { body: who } = await bearing(admin, '/v1/access/who?right=audit&initiative=*');
  t.match(who.items, [{ principalId: 'principal-1', since: { position: 1, recordedBy: 'operator' } }]);
  const leaf = await app.inject({ url: '/v1/export', headers: { authorization: `Bearer ${admin}` } });
  t.notMatch(leaf.body, /lovelace|Ada|127\.0\.0\.1/, 'nothing of the person is in the log');

  const posted = await bearing(admin, '/v1/initiatives/a/events', {
    type: 'InitiativeRegistered',
    data: { name: 'An initiative' },
  });
  t.equal(posted.status, 201);
  const office = await provider.sign({ groups: ['office'] });
  const mou = await bearing(office, '/v1/initiatives/a/events', { type: 'MoUSigned', occurredOn: '2023' });
  t.equal(mou.status, 201);
  t.equal((await bearing(office, '/v1/me')).body.principalId, 'principal-2');
  t.equal((await bearing(office, '/v1/principals')).status, 403);
});

test('whoever no rule fits is refused and not recorded, and whoever has no right any more is', async (t) => {
  const { provider, bearing } = await ledgerWithProvider(t);
  const guest = await provider.sign({ sub: 'guest', groups: ['visitors'] });
  for (const url of ['/v1/me', '/v1/summary', '/v1/initiatives/a/summary']) {
    const { status, body } = await bearing(guest, url);
    t.match(
      [status, body.code, body.detail],
      [403, 'forbidden', /^No rule .* gives you a right here\.$/],
      url,
    );
  }
  const root = await provider.sign({ sub: 'root', groups: ['ledger-admins'] });
  const ids = async () =>
    (await bearing(root, '/v1/principals')).body.items.map((one: { principalId: string }) => one.principalId);
  t.same(await ids(), ['principal-1'], 'the administrator alone');

  const iat = now();
  await bearing(await provider.sign({ sub: 'guest', iat }), '/v1/me');
  t.same(await ids(), ['principal-1', 'principal-2'], 'a rule fits now');
  const lost = await provider.sign({ sub: 'guest', groups: [], iat: iat + 5 });
  t.match(await bearing(lost, '/v1/me'), { status: 200, body: { principalId: 'principal-2', rights: [] } });
  t.equal((await bearing(lost, '/v1/initiatives/a/summary')).status, 404);
  const { body } = await bearing(root, '/v1/principals/principal-2');
  t.match(body, { grants: [], enabled: true, position: 3 });
});

test('a program has a token of its own from the provider', async (t) => {
  const { provider, bearing } = await ledgerWithProvider(t);
  const { status, body } = await bearing(await provider.tokenOfClient(), '/v1/me');
  t.match([status, body], [200, { principalId: 'principal-1', rights: [{ right: 'read' }] }]);
});

test('a token that is not wholly right makes nobody known, and records nothing', async (t) => {
  const { provider, bearing } = await ledgerWithProvider(t);
  const groups = ['ledger-admins'];
  const stranger = await generateKeyPair('RS256');
  const good = await provider.sign({ groups });
  const [header = '', payload = '', signature = ''] = good.split('.');
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const none = part({ alg: 'none', typ: 'at+jwt' });
  const hs = part({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' });
  const mac = createHmac('sha256', await exportSPKI(provider.publicKey())).update(`${hs}.${payload}`);
  const wrong: { [what: string]: string } = {
    issuer: await provider.sign({ groups, iss: `${provider.issuer}/` }),
    audience: await provider.sign({ groups, aud: 'https://other.example.org' }),
    'no audience': await provider.sign({ groups, aud: [] }),
    'a token for the login': await provider.sign({ groups, aud: 'ledger' }, { typ: 'JWT' }),
    type: await provider.sign({ groups }, { typ: 'JWT' }),
    'no type': await provider.sign({ groups }, { typ: undefined as never }),
    'algorithm none': `${none}.${payload}.`,
    'algorithm none, signed': `${none}.${payload}.${signature}`,
    'HS256 with the public key': `${hs}.${payload}.${mac.digest('base64url')}`,
    expired: await provider.sign({ groups, iat: now() - 600, exp: now() - 31 }),
    'not yet': await provider.sign({ groups, nbf: now() + 60 }),
    'without end': await provider.sign({ groups, exp: undefined as never }),
    'without a moment': await provider.sign({ groups, iat: undefined as never }),
    'without a subject': await provider.sign({ groups, sub: undefined as never }),
    'an empty subject': await provider.sign({ groups, sub: '' }),
    'a subject that is a number': await provider.sign({ groups, sub: 7 as never }),
    'a stranger who signs': await provider.sign({ groups }, {}, stranger.privateKey),
    'an unknown key': await provider.sign({ groups }, { kid: 'key-9' }),
    'another payload': `${header}.${part({ iss: provider.issuer, sub: 'mei' })}.${signature}`,
    'no token': 'a.b.c',
  };
  for (const [what, token] of Object.entries(wrong)) {
    const { status, body, headers } = await bearing(token, '/v1/me');
    t.same([status, body.code], [401, 'unauthenticated'], what);
    t.match(headers['www-authenticate'], /^Bearer /);
  }
  const { body } = await bearing(good, '/v1/principals');
  t.equal(body.items.length, 1, 'the good one alone');
});

test('a token for the login is none for access, whatever the type of access tokens', async (t) => {
  for (const OIDC_TOKEN_TYPE of ['at+jwt', 'JWT']) {
    const { app, provider, bearing } = await ledgerWithProvider(t, { OIDC_TOKEN_TYPE });
    const login = await provider.idTokenOf(new Browser(app, provider.issuer), 'mei');
    t.match(decodeJwt(login), { iss: provider.issuer, aud: 'ledger', sub: 'mei' }, 'a real one');
    t.equal((await bearing(login, '/v1/me')).status, 401, OIDC_TOKEN_TYPE);
    t.equal((await bearing(await provider.sign(), '/v1/me')).status, 200, 'at+jwt');
  }
});

test('with OIDC_TOKEN_TYPE=JWT tokens of this type, or of none, are known by what a login has not', async (t) => {
  const { provider, bearing } = await ledgerWithProvider(t, { OIDC_TOKEN_TYPE: 'JWT' });
  const statusOf = async (claims: JWTPayload, typ: string | undefined = 'JWT') =>
    (await bearing(await provider.sign(claims, { typ: typ as string }), '/v1/me')).status;
  const scope = 'openid';
  const good: { [what: string]: JWTPayload } = {
    'a scope': { scope },
    'as Keycloak writes it': { scope, typ: 'Bearer', azp: 'a program' },
    'as Entra ID writes it, of a person': { scp: 'access_as_user', azpacr: '1' },
    'as Entra ID writes it, of a program': { roles: ['office'], azpacr: '1', azp: 'a program' },
    'for others, too': { scope, aud: [audience, 'account'] },
  };
  for (const [what, claims] of Object.entries(good)) t.equal(await statusOf(claims), 200, what);
  const untyped = await provider.sign({ scope }, { typ: undefined as never });
  t.notOk('typ' in decodeProtectedHeader(untyped));
  t.equal((await bearing(untyped, '/v1/me')).status, 200, 'no type');
  const login: { [what: string]: JWTPayload } = {
    'nothing that tells': {},
    nonce: { scope, nonce: 'x' },
    at_hash: { scope, at_hash: 'x' },
    c_hash: { scope, c_hash: 'x' },
    'for the client, too': { scope, aud: [audience, 'ledger'] },
    'as Keycloak writes it': { scope, typ: 'ID' },
    'for refreshing': { scope, typ: 'Refresh' },
    'for another audience': { scope, aud: 'https://other.example.org' },
  };
  for (const [what, claims] of Object.entries(login)) t.equal(await statusOf(claims), 401, what);
  for (const typ of ['logout+jwt', 'id_token+jwt', 'dpop+jwt'])
    t.equal(await statusOf({ scope }, typ), 401, typ);
});

test('clocks may be half a minute apart', async (t) => {
  for (const [apart, status] of [
    [-25_000, 200],
    [25_000, 200],
    [-120_000, 401],
    [400_000, 401],
  ] as const) {
    const { provider, bearing } = await ledgerWithProvider(t, { clock: () => Date.now() + apart });
    const token = await provider.sign({ nbf: now(), exp: now() + 5 });
    t.equal((await bearing(token, '/v1/me')).status, status, String(apart));
  }
});

test('a key that is new at the provider is found, and one that is gone is good no more', async (t) => {
  const { provider, bearing } = await ledgerWithProvider(t);
  const old = await provider.sign();
  t.equal((await bearing(old, '/v1/me')).status, 200);
  await provider.rotate();
  const next = await provider.sign();
  t.equal((await bearing(next, '/v1/me')).status, 401, 'keys are asked for every half minute at most');
  const { now: clock } = Date;
  t.teardown(() => {
    Date.now = clock;
  });
  Date.now = () => clock() + 31_000;
  t.equal((await bearing(next, '/v1/me')).status, 200);
  t.equal((await bearing(old, '/v1/me')).status, 401);
});

test('while the provider is away nobody new is known, and it is said so; tokens of the ledger go on', async (t) => {
  const { provider, bearing } = await ledgerWithProvider(t);
  await provider.away();
  const token = await provider.sign({ groups: ['ledger-admins'] });
  const { status, body, headers } = await bearing(token, '/v1/me');
  t.same([status, body.code], [503, 'identity-provider-unavailable']);
  t.ok(headers['retry-after']);
  await provider.back();
  const { body: issued } = await bearing(token, '/v1/tokens', { label: 'own', expires: '1d' });
  await provider.away();
  t.equal((await bearing(issued.token, '/v1/me')).status, 200);
  t.equal((await bearing(token, '/v1/me')).status, 200, 'its keys are known for ten minutes');
  await provider.back();
});

test('claims that give other rights are recorded before the answer, and an older token changes nothing', async (t) => {
  const { provider, bearing } = await ledgerWithProvider(t);
  const iat = now() + 2;
  const sign = (groups: string[], later: number) => provider.sign({ sub: 'ada', groups, iat: iat + later });
  const admin = await sign(['ledger-admins'], 0);
  t.equal((await bearing(admin, '/v1/principals')).status, 200);
  const less = await sign(['office'], 5);
  const me = await bearing(less, '/v1/me');
  t.match(me.body.rights, [{ rule: { role: 'recorder', initiativeId: 'a' } }, { right: 'record' }]);

  const stale = await provider.sign({ sub: 'ada', groups: ['ledger-admins'], iat: now() - 60 });
  t.equal((await bearing(stale, '/v1/principals')).status, 403, 'made before the rights were changed');
  t.same((await bearing(stale, '/v1/me')).body.rights.length, 2, 'no more than what was recorded');

  const root = await provider.sign({ sub: 'root', groups: ['ledger-admins'] });
  const { body } = await bearing(root, '/v1/principals/principal-1');
  t.match(body, { grants: [{ role: 'recorder', initiativeId: 'a' }], position: 2 });
  const past = await bearing(root, '/v1/access/who?right=audit&initiative=*&asOfPosition=1');
  t.match(past.body.items, [{ principalId: 'principal-1' }]);
  const nothing = await provider.sign({ sub: 'ada', groups: [], iat: iat + 6 });
  t.match((await bearing(nothing, '/v1/me')).body.rights, []);
});

test('whoever is disabled stays so, whatever the claims say', async (t) => {
  const { provider, bearing } = await ledgerWithProvider(t);
  const token = await provider.sign({ sub: 'ada', groups: ['office'] });
  await bearing(token, '/v1/me');
  const root = await provider.sign({ sub: 'root', groups: ['ledger-admins'] });
  const reason = { code: 'other', text: 'Left the office.' };
  t.equal((await bearing(root, '/v1/principals/principal-1/disable', { reason })).status, 200);
  t.equal((await bearing(token, '/v1/me')).status, 401);
  const wider = await provider.sign({ sub: 'ada', groups: ['ledger-admins'], iat: now() + 5 });
  t.equal((await bearing(wider, '/v1/me')).status, 401);
  const { body } = await bearing(root, '/v1/principals');
  t.equal(body.items.length, 2);
});

test('first requests at once make one principal', async (t) => {
  const { provider, bearing, app } = await ledgerWithProvider(t);
  const token = await provider.sign({ sub: 'lovelace', name: 'Ada', groups: ['ledger-admins'] });
  const answers = await Promise.all(Array.from({ length: 8 }, () => bearing(token, '/v1/me')));
  for (const { status, body } of answers) t.match([status, body], [200, { principalId: 'principal-1' }]);
  const { body } = await bearing(token, '/v1/principals');
  t.equal(body.items.length, 1);

  const headers = { authorization: `Bearer ${token}` };
  const erased = await app.inject({ method: 'DELETE', url: '/v1/principals/principal-1/label', headers });
  t.equal(erased.statusCode, 200);
  t.equal(
    (await bearing(token, '/v1/me')).body.principalId,
    'principal-2',
    'after an erasure it is another one',
  );
});
