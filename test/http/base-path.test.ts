import { test } from 'tap';
import type { App } from '../../src/app.ts';
import { createClient } from '../../src/client/client.ts';
import { basePathOf, withoutBase } from '../../src/http/base-path.ts';
import { closedLedger, reason } from '../helpers/access.ts';
import { Browser, ledgerWithProvider, publicUrl } from '../helpers/identity.ts';
import { buildShell, listen, openSocket } from '../helpers/shell.ts';

const origin = 'https://office.gov.example';
const base = '/ledger';
const headers = { host: 'office.gov.example' };

test('the base path is taken off where it is, and nothing else', async (t) => {
  t.equal(basePathOf(undefined), '');
  t.equal(basePathOf('https://x.example'), '');
  t.equal(basePathOf('https://x.example/a/b'), '/a/b');
  for (const [address, rest] of [
    ['/a/v1?x=/a/', '/v1?x=/a/'],
    ['/a', '/'],
    ['/a/', '/'],
    ['/a?x', '/?x'],
    ['/ab/v1', '/ab/v1'],
    ['/v1/a/b', '/v1/a/b'],
    ['/a//v1', '//v1'],
    ['*', '*'],
    ['http://x.example/a/v1', 'http://x.example/a/v1'],
  ] as const)
    t.equal(withoutBase('/a', address), rest, address);
});

test('every address that an answer contains is below the base path, and is served', async (t) => {
  const { app, admin, record } = await closedLedger(t, { PUBLIC_URL: `${origin}${base}/` });
  await record('sci', { type: 'InitiativeRegistered', data: { name: 'A joint office' } });
  const authorization = `Bearer ${admin}`;
  const seen = new Map<string, number>();
  const todo = [
    ...[
      '/docs',
      '/docs/',
      '/docs/static/index.html',
      '/openapi.json',
      '/problems',
      '/nope',
      '/v1/nope',
      '/%zz',
    ],
    ...['/v1/events?limit=1', '/v1/access/who?right=read&initiative=sci', '/v1/me', '/checkpoint'],
  ].map((path) => base + path);
  for (let path = todo.shift(); path !== undefined; path = todo.shift()) {
    if (seen.has(path)) continue;
    const answer = await app.inject({ url: path, headers: { ...headers, authorization } });
    seen.set(path, answer.statusCode);
    for (const link of addressesIn(answer)) {
      const address = new URL(link, new URL(path, origin));
      t.equal(address.origin, origin, `${link} of ${path}`);
      t.ok(address.pathname.startsWith(`${base}/`), `${link} of ${path}`);
      todo.push(address.pathname + address.search);
    }
  }
  const wrong = [...seen].filter(([path, status]) => status >= 400 && !/\/nope$|%zz$/.test(path));
  t.same(wrong, []);
  for (const [path, url] of [
    ['/openapi.json', origin + base],
    ['/docs/json', base],
  ] as const)
    t.match((await app.inject({ url: base + path, headers })).json().servers, [{ url }]);
  const problems = [...seen.keys()].filter((path) => path.startsWith(`${base}/problems/`));
  t.ok(problems.length > 20, 'the pages of the problems were found');
  for (const part of ['after=', '/docs/static/swagger-ui.css', '/problems/not-found', 'position=1'])
    t.ok(
      [...seen.keys()].some((path) => path.includes(part)),
      part,
    );
});

type Answer = Awaited<ReturnType<App['inject']>>;

/** The addresses that a reader of an answer may follow: in headers, as links of a page, and as members of JSON. */
function addressesIn({ headers, body }: Answer): string[] {
  const found = [...String(headers['link'] ?? '').matchAll(/<([^>]*)>/g)].map(([, link = '']) => link);
  if (headers.location !== undefined) found.push(String(headers.location));
  const type = String(headers['content-type']);
  if (type.startsWith('text/html'))
    found.push(...[...body.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link));
  if (/json/.test(type))
    JSON.parse(body, (name, value) => {
      // What the paths of a document are appended to is no address itself.
      if (name !== 'url' && typeof value === 'string' && /^\/\S*$/.test(value)) found.push(value);
    });
  return found;
}

test('what was recorded is told with an address below the base path', async (t) => {
  const { app, admin } = await closedLedger(t, { PUBLIC_URL: origin + base });
  const post = async (url: string, payload: object) => {
    const authorization = `Bearer ${admin}`;
    const answer = await app.inject({
      method: 'POST',
      url: base + url,
      headers: { ...headers, authorization },
      payload,
    });
    t.equal(answer.statusCode, 201, answer.body);
    const { statusCode } = await app.inject({
      url: String(answer.headers.location),
      headers: { ...headers, authorization },
    });
    t.equal(statusCode, 200);
    return answer.headers.location;
  };
  const grants = [{ role: 'reader', initiativeId: '*' }];
  t.equal(await post('/v1/principals', { label: 'x', grants, reason }), `${base}/v1/principals/principal-2`);
  const event = { type: 'InitiativeRegistered', data: { name: 'A' } };
  t.match(await post('/v1/initiatives/a/events', event), /^\/ledger\/v1\/events\/[\w-]+$/);
});

test('a login leads to the base path and back below it, with cookies that are sent there alone', async (t) => {
  const { app, provider } = await ledgerWithProvider(t, { PUBLIC_URL: publicUrl + base });
  const browser = new Browser(app, provider.issuer);
  for (const [link, to] of [
    ['/login', '/me'],
    ['/login?return=/docs', '/docs'],
    [`/login?return=${base}/docs`, '/docs'],
    ['/login?return=/../other', '/other'],
    [`/login?return=${base}/../other`, '/other'],
  ] as const) {
    const done = await browser.logIn('mei', base + link);
    t.same([done.statusCode, done.headers.location], [303, publicUrl + base + to], link);
    t.match([done.headers['set-cookie']].flat()[0], /^ledger=.*; Path=\/ledger; HttpOnly; SameSite=Lax$/);
  }
  t.equal((await browser.get(`${base}/v1/me`)).statusCode, 200);
  const out = await browser.post(`${base}/logout?return=${base}/docs`);
  t.same([out.statusCode, out.headers.location], [303, `${publicUrl}${base}/docs`]);
});

test('over https the cookies are Secure, and of the base path', async (t) => {
  const { app } = await ledgerWithProvider(t, { PUBLIC_URL: origin + base });
  const begun = await app.inject({ url: `${base}/login`, headers });
  t.match(
    begun.headers['set-cookie'],
    /^__Secure-ledger-login=.*; Path=\/ledger; HttpOnly; Secure; SameSite=Lax$/,
  );
});

test('a request without the base path is served too, and answered with it', async (t) => {
  const { app } = await closedLedger(t, { PUBLIC_URL: origin + base });
  t.equal((await app.inject('/livez')).statusCode, 200);
  t.equal((await app.inject('/v1/nope')).json().type, `${base}/problems/not-found`);
  t.equal((await app.inject(`${base}x/livez`)).statusCode, 404);
  t.equal((await app.inject(`${base}/nope`)).json().detail, `Nothing is served at ${base}/nope.`);
});

test('commands and their lists find a service below a base path, by that and without it', async (t) => {
  const { app, admin, record } = await closedLedger(t, { PUBLIC_URL: origin + base });
  await record('a', { type: 'InitiativeRegistered', data: { name: 'A' } });
  await record('b', { type: 'InitiativeRegistered', data: { name: 'B' } });
  const url = `http://127.0.0.1:${await listen(app)}`;
  for (const address of [url, url + base]) {
    const client = createClient({ url: address, token: admin });
    const items = await Array.fromAsync(client.list('/v1/initiatives', { limit: 1 }));
    t.equal(items.length, 2, address);
  }
});

test('a connection that never became a request is answered with the base path, too', async (t) => {
  const { app } = await buildShell(t, { publicUrl: `http://localhost${base}` });
  const { socket, received } = openSocket(t, await listen(app));
  socket.write('nonsense\r\n\r\n');
  t.match(await received, '"type":"/ledger/problems/invalid-request"');
});
