import { Writable } from 'node:stream';
import { pino } from 'pino';
import { test } from 'tap';
import { beside } from '../helpers/database.ts';
import { Browser, ledgerWithProvider, publicUrl } from '../helpers/identity.ts';
import { until } from '../helpers/until.ts';

const minute = 60_000;

test('a whole login, and the end of it', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  provider.users.set('mei', { name: 'Tan Mei Ling', groups: ['ledger-admins'] });
  const browser = new Browser(app, provider.issuer);
  t.equal((await browser.get('/v1/me')).statusCode, 401);
  const done = await browser.logIn('mei', '/login?return=/v1/summary?x=1');
  t.same([done.statusCode, done.headers.location], [303, `${publicUrl}/v1/summary?x=1`], done.body);
  const me = await browser.get('/v1/me');
  t.match(me.json(), { principalId: 'principal-1', open: false });
  t.equal(me.headers['cache-control'], 'private, no-store');
  t.equal((await browser.get('/v1/summary')).headers['cache-control'], 'private, no-cache');
  const { items } = (await browser.get('/v1/principals')).json();
  t.match(items, [{ label: 'Tan Mei Ling', grants: [{ role: 'admin', initiativeId: '*' }] }]);

  const other = new Browser(app, provider.issuer);
  await other.logIn('mei');
  t.equal((await other.get('/v1/me')).json().principalId, 'principal-1', 'the same person elsewhere');
  const id = browser.atLedger.header;
  t.equal((await browser.post('/logout')).statusCode, 204);
  t.equal(browser.atLedger.header, '', 'the cookie is removed');
  t.equal((await app.inject({ url: '/v1/me', headers: { cookie: id } })).statusCode, 401, 'and good no more');
  t.equal((await other.get('/v1/me')).statusCode, 200);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const out = await other.post('/logout?return=/docs', form);
  t.same([out.statusCode, out.headers.location], [303, `${publicUrl}/docs`]);
  t.equal((await other.post('/logout')).statusCode, 204, 'nobody is logged in, and it is no error');
});

test('a login asks the provider for a code, with PKCE, a state and a nonce', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  const begun = await app.inject('/login');
  const { searchParams, origin } = new URL(String(begun.headers.location));
  t.equal(origin, provider.issuer);
  t.match(Object.fromEntries(searchParams), {
    response_type: 'code',
    redirect_uri: `${publicUrl}/login/callback`,
    scope: 'openid profile groups',
    code_challenge_method: 'S256',
    code_challenge: /^[\w-]{43}$/,
    state: /^[\w-]{43}$/,
    nonce: /^[\w-]{43}$/,
  });
  t.match(begun.headers['set-cookie'], /^ledger-login=.*; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  t.equal(begun.headers['cache-control'], 'no-store');
});

test('over https the cookies are Secure, and of this host alone', async (t) => {
  const { app } = await ledgerWithProvider(t, { PUBLIC_URL: 'https://ledger.example.org' });
  const { headers } = await app.inject({ url: '/login', headers: { host: 'ledger.example.org' } });
  t.match(headers['set-cookie'], /^__Host-ledger-login=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
});

test('a login leads back to this service alone', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  for (const path of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/%09/evil.example',
    'v1/me',
    '/\t/evil.example/',
    '',
  ]) {
    const { statusCode } = await app.inject(`/login?return=${encodeURIComponent(path)}`);
    if (path !== '/%09/evil.example') t.equal(statusCode, 400, path);
  }
  const browser = new Browser(app, provider.issuer);
  const done = await browser.logIn('mei', `/login?return=${encodeURIComponent('/.//evil.example/')}`);
  t.equal(done.headers.location, `${publicUrl}//evil.example/`, 'a whole address of this service');
});

test('what comes back without what was begun begins no session', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  const [browser, other] = [new Browser(app, provider.issuer), new Browser(app, provider.issuer)];
  const begun = await browser.get('/login');
  const address = new URL(await browser.atTheProvider('mei', String(begun.headers.location)));
  const back = address.pathname + address.search;
  t.equal((await other.get(back)).statusCode, 400, 'another browser, in which none was begun');
  await other.get('/login');
  t.equal((await other.get(back)).statusCode, 401, 'another browser, in which another one was begun');
  t.equal((await browser.get('/login/callback')).statusCode, 401);
  t.equal((await browser.get(`${back}&code=another`)).statusCode, 401);
  const denied = await browser.get(
    `/login/callback?error=access_denied&state=${address.searchParams.get('state')}`,
  );
  t.equal(denied.statusCode, 401);
  t.equal((await browser.get(back.replace(/iss=[^&]*/, 'iss=https://other.example'))).statusCode, 401);
  t.same(
    [browser, other].map(({ atLedger }) => /ledger=/.test(atLedger.header)),
    [false, false],
  );
  const id = browser.atLedger.header;
  t.equal((await browser.get(back)).statusCode, 303);
  const again = await app.inject({ url: back, headers: { cookie: id } });
  t.equal(again.statusCode, 401, 'a code is good once');
});

test('a login that fails again and again is refused before the provider is asked', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  const browser = new Browser(app, provider.issuer);
  const begun = await browser.get('/login');
  const address = new URL(await browser.atTheProvider('mei', String(begun.headers.location)));
  const statuses = new Set<number>();
  for (let i = 0; i < 61; i++) statuses.add((await browser.get('/login/callback')).statusCode);
  t.same([...statuses], [401]);
  const refused = await browser.get(address.pathname + address.search);
  t.match(refused, { statusCode: 429, headers: { 'retry-after': /^\d+$/ } });
});

test('a session ends an hour after its last use, and after twelve in any case', async (t) => {
  let now = Date.now();
  const { app, provider, config } = await ledgerWithProvider(t, { clock: () => now });
  const database = await beside(config.DATABASE_URL);
  t.teardown(() => database.close());
  const browser = new Browser(app, provider.issuer);
  await browser.logIn('mei');
  const statusAfter = async (minutes: number): Promise<number> => {
    now += minutes * minute;
    const { statusCode } = await browser.get('/v1/me');
    // The use is written after the answer.
    if (statusCode === 200)
      await until(async () => {
        await database.refresh();
        return database.rows('sessions').some(({ used_at }) => Number(used_at) === now);
      });
    return statusCode;
  };
  t.equal(await statusAfter(59), 200);
  t.equal(await statusAfter(59), 200, 'a use puts the end off');
  t.equal(await statusAfter(61), 401);
  now = Date.now();
  await browser.logIn('mei');
  for (let hours = 0.5; hours < 12; hours += 0.5) t.equal(await statusAfter(30), 200, `${hours} hours`);
  t.equal(await statusAfter(31), 401);
});

test('sessions are ended by oneself, and by whoever administers the rights', async (t) => {
  const { app, provider, bearing } = await ledgerWithProvider(t);
  provider.users.set('mei', { groups: ['office'] });
  provider.users.set('lim', { groups: ['office'] });
  const [one, two, lim] = [1, 2, 3].map(() => new Browser(app, provider.issuer));
  if (!one || !two || !lim) throw new Error('three browsers');
  await one.logIn('mei');
  await two.logIn('mei');
  await lim.logIn('lim');
  const url = '/v1/principals/principal-1/end-sessions';
  t.equal((await lim.post(url)).statusCode, 403);
  t.equal((await one.post(url)).statusCode, 204);
  for (const browser of [one, two]) t.equal((await browser.get('/v1/me')).statusCode, 401);
  t.equal((await lim.get('/v1/me')).statusCode, 200);
  const root = await provider.sign({ sub: 'root', groups: ['ledger-admins'] });
  t.equal((await bearing(root, '/v1/principals/principal-2/end-sessions', {})).status, 204);
  t.equal((await lim.get('/v1/me')).statusCode, 401);

  await one.logIn('mei');
  const reason = { code: 'other', text: 'Left the office.' };
  await bearing(root, '/v1/principals/principal-1/disable', { reason });
  t.equal((await one.get('/v1/me')).statusCode, 401, 'disabled');
  t.equal((await one.logIn('mei')).statusCode, 401);
});

test('at each login the rights are those that the claims give', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  const browser = new Browser(app, provider.issuer);
  const rightsAfter = async (groups: string[]) => {
    provider.users.set('mei', { groups });
    await browser.logIn('mei');
    const { rights } = (await browser.get('/v1/me')).json();
    return [...new Set(rights.map(({ right }: { right: string }) => right))].join(' ');
  };
  t.equal(await rightsAfter(['ledger-admins']), 'read record audit administer');
  t.equal(await rightsAfter(['office']), 'read record');
  t.equal(await rightsAfter([]), '');
  t.equal(await rightsAfter(['office', 'ledger-admins']), 'read record audit administer');
});

test('whoever no rule fits is told so, is not recorded and begins no session', async (t) => {
  const { app, provider, bearing } = await ledgerWithProvider(t);
  provider.users.set('guest', { groups: ['visitors'] });
  const browser = new Browser(app, provider.issuer);
  const refused = await browser.logIn('guest');
  t.match(
    [refused.statusCode, refused.json()],
    [403, { code: 'forbidden', detail: /^No rule .* gives you a right/ }],
  );
  t.equal((await browser.get('/v1/me')).statusCode, 401);
  const root = await provider.sign({ sub: 'root', groups: ['ledger-admins'] });
  t.match((await bearing(root, '/v1/principals')).body.items, [{ principalId: 'principal-1' }]);
  t.equal((await bearing(root, '/v1/principals')).body.items.length, 1);
  provider.users.set('guest', { groups: ['office'] });
  t.equal((await browser.logIn('guest')).statusCode, 303, 'a rule fits now');
});

test('a page of another origin does nothing with the session of a browser', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  const browser = new Browser(app, provider.issuer);
  await browser.logIn('mei');
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:80', host: 'localhost:80' },
  ])
    t.equal((await browser.post('/logout', headers)).statusCode, 403, JSON.stringify(headers));
  t.equal((await browser.post('/logout', { origin: publicUrl })).statusCode, 204);
});

test('while the provider is away nobody logs in, and whoever is logged in goes on', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  await provider.away();
  const browser = new Browser(app, provider.issuer);
  const refused = await browser.get('/login');
  t.same([refused.statusCode, refused.json().code], [503, 'identity-provider-unavailable']);
  await provider.back();
  const begun = await browser.get('/login');
  const address = new URL(await browser.atTheProvider('mei', String(begun.headers.location)));
  await provider.away();
  t.equal((await browser.get(address.pathname + address.search)).statusCode, 503);
  await provider.back();
  t.equal((await browser.logIn('mei')).statusCode, 303);
  await provider.away();
  t.equal((await browser.get('/v1/me')).statusCode, 200);
  await provider.back();
});

test('the log has no token, no cookie and no name', async (t) => {
  let lines = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines += chunk;
      done();
    },
  });
  const { app, provider, bearing } = await ledgerWithProvider(t, { log: pino({ level: 'trace' }, sink) });
  provider.users.set('user-of-mei', { name: 'Tan Mei Ling', groups: ['ledger-admins'] });
  const browser = new Browser(app, provider.issuer);
  const begun = await browser.get('/login?return=/docs');
  const address = new URL(await browser.atTheProvider('user-of-mei', String(begun.headers.location)));
  await browser.get(`${address.pathname + address.search}&code=another`);
  const done = await browser.get(address.pathname + address.search);
  t.equal(done.statusCode, 303);
  const token = await provider.sign({ sub: 'user-of-mei', name: 'Tan Mei Ling' });
  await bearing(token, '/v1/me');
  await bearing(`${token}x`, '/v1/me');
  await browser.get('/v1/me');
  await provider.away();
  await new Browser(app, provider.issuer).get('/login');
  await browser.get(address.pathname + address.search);
  await provider.back();
  const secrets = [
    token,
    token.split('.')[2] ?? '',
    'Tan Mei',
    'user-of-mei',
    address.searchParams.get('code') ?? '',
    address.searchParams.get('state') ?? '',
    ...browser.atLedger.header.split('; ').map((pair) => pair.split('=')[1] ?? ''),
  ];
  t.ok(secrets.every((secret) => secret.length > 6));
  t.match(lines, /login\/callback/);
  for (const secret of secrets) t.notOk(lines.includes(secret), secret);
});

test('without a client nobody logs in with a browser', async (t) => {
  const { app, bearing, provider } = await ledgerWithProvider(t, {
    OIDC_CLIENT_ID: undefined,
    OIDC_CLIENT_SECRET: undefined,
  });
  for (const url of ['/login', '/login/callback?code=x'])
    t.equal((await app.inject(url)).statusCode, 404, url);
  t.equal((await bearing(await provider.sign(), '/v1/me')).status, 200);
});
