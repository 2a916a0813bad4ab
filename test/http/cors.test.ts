import { test } from 'tap';
import { closedLedger } from '../helpers/access.ts';
import { Browser, ledgerWithProvider } from '../helpers/identity.ts';
import { buildShell } from '../helpers/shell.ts';

const origin = 'https://app.example.org';
const other = 'https://evil.example';
/** What a browser sends with a request of a page of another site. */
const from = (site: string) => ({ origin: site, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' });
const registered = { type: 'InitiativeRegistered', data: { name: 'A' } };

test('a page of an allowed origin reads, and writes with a token; one of another does neither', async (t) => {
  const { app, admin } = await closedLedger(t, {
    CORS_ORIGINS: `http://localhost:5173,${origin}`,
    PUBLIC_READ: 'true',
  });
  const authorization = `Bearer ${admin}`;
  const read = await app.inject({ url: '/v1/summary', headers: from(origin) });
  t.equal(read.statusCode, 200);
  t.equal(read.headers['access-control-allow-origin'], origin);
  t.match(read.headers['access-control-expose-headers'], /ETag.*Link.*Location.*RateLimit/);
  t.equal(read.headers.vary, 'Origin');
  t.notOk('access-control-allow-credentials' in read.headers);
  t.equal((await app.inject({ method: 'HEAD', url: '/v1/summary', headers: from(origin) })).statusCode, 200);

  const url = '/v1/initiatives/a/events';
  const post = (headers: object) =>
    app.inject({ method: 'POST', url, headers: { ...headers, authorization }, payload: registered });
  const written = await post(from(origin));
  t.equal(written.statusCode, 201);
  t.equal(written.headers['access-control-allow-origin'], origin);
  // A browser that sends no Sec-Fetch-Site.
  t.equal((await post({ origin: 'http://localhost:5173' })).statusCode, 409, 'it arrived');
  const anonymous = await app.inject({ method: 'POST', url, headers: from(origin), payload: registered });
  t.equal(anonymous.statusCode, 403, 'without a token');
  t.equal(anonymous.headers['access-control-allow-origin'], origin, 'and the page may read why');

  for (const answer of [
    await app.inject({ url: '/v1/summary', headers: from(other) }),
    await post(from(other)),
    await post({ origin: other }),
    await post(from('null')),
    await post(from(`${origin}, ${other}`)),
    await post(from(`${origin}.evil.example`)),
    await post(from('http://app.example.org')),
  ]) {
    t.equal(answer.json().code, 'cross-origin-request');
    t.notOk('access-control-allow-origin' in answer.headers);
    t.equal(answer.headers.vary, 'Origin');
  }
  t.equal((await app.inject('/v1/summary')).headers.vary, 'Origin', 'also without an origin, for caches');
});

test('a preflight is answered with the methods of the path, without credentials', async (t) => {
  const { app } = await closedLedger(t, { CORS_ORIGINS: origin });
  const ask = (url: string, site: string, method: string) =>
    app.inject({
      method: 'OPTIONS',
      url,
      headers: { ...from(site), 'access-control-request-method': method },
    });
  const paths = new Map<string, string[]>();
  for (const { method, path } of (await closedRoutes()).items)
    paths.set(path, [...(paths.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
  t.ok(paths.size > 40, `${paths.size} paths`);
  for (const [path, methods] of paths) {
    const answer = await ask(path.replaceAll(/\{\w+\}/g, 'a'), origin, methods[0] ?? 'GET');
    t.equal(answer.statusCode, 204, path);
    t.equal(answer.headers['access-control-allow-origin'], origin);
    const allowed = String(answer.headers['access-control-allow-methods']).split(', ');
    t.same(
      methods.filter((method) => !allowed.includes(method)),
      [],
      `${path}: ${allowed}`,
    );
    t.match(answer.headers['access-control-allow-headers'], /Authorization.*Content-Type.*Idempotency-Key/);
    t.notOk('access-control-allow-credentials' in answer.headers);
  }
  const one = await ask('/v1/export', origin, 'DELETE');
  t.equal(one.headers['access-control-allow-methods'], 'GET, HEAD', 'and no others');
  t.equal((await ask('/v1/nope', origin, 'GET')).statusCode, 404);
  t.equal((await ask('/v1/export', other, 'GET')).statusCode, 403);
  const plain = await app.inject({ method: 'OPTIONS', url: '/v1/export', headers: { origin } });
  t.equal(plain.statusCode, 405, 'what is no preflight');
  t.equal((await app.inject({ method: 'OPTIONS', url: '/v1/export' })).statusCode, 405);

  async function closedRoutes(): Promise<{ items: { method: string; path: string }[] }> {
    const { app: reading, admin } = await closedLedger(t);
    const headers = { authorization: `Bearer ${admin}` };
    return (await reading.inject({ url: '/v1/access', headers })).json();
  }
});

test('a session is of no use to a page of an allowed origin', async (t) => {
  const { app, provider } = await ledgerWithProvider(t, { CORS_ORIGINS: origin });
  provider.users.set('mei', { groups: ['ledger-admins'] });
  const browser = new Browser(app, provider.issuer);
  await browser.logIn('mei');
  t.equal((await browser.post('/v1/rebuild')).statusCode, 200);
  // A page of the same site, whose cookies a browser sends, and that sends what needs no preflight.
  for (const site of ['same-site', 'cross-site'])
    for (const mode of ['no-cors', 'cors']) {
      const headers = { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode };
      t.equal((await browser.post('/v1/rebuild', headers)).json().code, 'cross-origin-request', site + mode);
      t.equal((await browser.post('/logout', headers)).statusCode, 403);
    }
  t.equal((await browser.get('/v1/me')).statusCode, 200, 'it goes on');
});

test('an open ledger takes allowed origins, and a ledger without CORS_ORIGINS none', async (t) => {
  const { app } = await buildShell(t, { corsOrigins: [origin] });
  const { app: strict } = await buildShell(t);
  const post = { method: 'POST', url: '/echo', headers: from(origin), payload: { count: 1 } } as const;
  t.equal((await app.inject(post)).statusCode, 200);
  t.equal((await app.inject({ ...post, headers: from(other) })).statusCode, 403);
  t.equal(
    (await app.inject({ ...post, headers: { ...from(origin), host: 'evil.example' } })).statusCode,
    403,
  );
  const refused = await strict.inject(post);
  t.equal(refused.statusCode, 403);
  t.notOk('vary' in refused.headers);
  const embedded = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
  t.equal((await app.inject({ url: '/items/a', headers: embedded })).statusCode, 403, 'nothing is embedded');
});
