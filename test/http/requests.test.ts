import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { buildShell, listen, openSocket } from '../helpers/shell.ts';

test('every answer carries its request id and keeps browsers safe', async (t) => {
  const { app, lines } = await buildShell(t);
  for (const url of ['/items/a', '/nope', '/bug', '/%zz', '/docs']) {
    const { headers } = await app.inject({ url, headers: { 'x-request-id': 'mine' } });
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/, url);
    t.equal(headers['x-content-type-options'], 'nosniff', url);
    t.match(headers['content-security-policy'], /^default-src 'none';.* frame-ancestors 'none'$/, url);
    t.notMatch(headers['content-security-policy'], /unsafe|https?:|\*/, url);
    t.equal(headers['referrer-policy'], 'no-referrer', url);
    t.equal(headers['cross-origin-resource-policy'], 'same-origin', url);
    t.equal(headers['cross-origin-opener-policy'], 'same-origin', url);
    t.match(headers['cache-control'], /^no-/, url);
  }
  const answer = await app.inject('/items/a');
  const line = lines.find(({ reqId }) => reqId === answer.headers['x-request-id']);
  t.match(line, {
    msg: 'request completed',
    req: { method: 'GET', route: '/items/:id' },
    res: { statusCode: 200 },
  });
});

test('every answer has the headers that are named here, and no others', async (t) => {
  const { app } = await buildShell(t);
  const common = [
    ...[
      'x-request-id',
      'x-content-type-options',
      'content-security-policy',
      'referrer-policy',
      'cache-control',
    ],
    ...['cross-origin-resource-policy', 'cross-origin-opener-policy'],
    ...['content-type', 'content-length', 'date', 'connection', 'keep-alive'],
  ];
  const names = async (url: string) => Object.keys((await app.inject(url)).headers);
  for (const url of ['/items/a', '/livez', '/bug', '/nope', '/%zz', '/docs', '/problems'])
    t.same((await names(url)).sort(), common.filter((name) => name !== 'keep-alive').sort(), url);
  const { socket, received } = openSocket(t, await listen(app));
  socket.write('nonsense\r\n\r\n');
  const [, ...lines] = (await received).split('\r\n\r\n', 1)[0]?.split('\r\n') ?? [];
  t.same(
    lines.map((line) => line.split(':', 1)[0]?.toLowerCase()).sort(),
    common.filter((name) => name !== 'keep-alive' && name !== 'date').sort(),
    'also where no request arrived',
  );
});

test('a service that is known by https says that browsers come by https alone, with every answer', async (t) => {
  const { app } = await buildShell(t, { publicUrl: 'https://localhost' });
  for (const url of ['/livez', '/nope', '/%zz', '/docs'])
    t.equal((await app.inject(url)).headers['strict-transport-security'], 'max-age=31536000', url);
});

test('only names of this machine are served', async (t) => {
  const { app } = await buildShell(t);
  const get = async (host: string) => app.inject({ url: '/livez', headers: { host } });
  for (const host of ['localhost', 'LocalHost:3000', '127.0.0.1', '127.0.0.1:80', '[::1]', '[::1]:3000']) {
    t.equal((await get(host)).statusCode, 200, host);
  }
  const foreign = ['example.com', 'localhost.', 'localhost.example.com', 'me@localhost', '127.0.0.2', '::1'];
  for (const host of [
    ...foreign,
    'localhost:',
    'localhost:x',
    'localhost, example.com',
    '0.0.0.0',
    '127.0.0.1.nip.io',
  ]) {
    const answer = await get(host);
    t.equal(answer.statusCode, 403, host);
    t.equal(answer.json().code, 'host-not-allowed', host);
  }
});

test('a foreign host learns nothing about the paths', async (t) => {
  const { app } = await buildShell(t);
  for (const url of ['/nope', '/docs', '/openapi.json', '/problems']) {
    t.equal((await app.inject({ url, headers: { host: 'example.com' } })).statusCode, 403, url);
  }
});

test('requests that came through a proxy are refused', async (t) => {
  const { app } = await buildShell(t);
  for (const name of [
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'X-Forwarded-Anything',
    'Via',
    'X-Real-IP',
  ]) {
    const answer = await app.inject({ url: '/livez', headers: { [name]: '1.1 proxy' } });
    t.equal(answer.statusCode, 403, name);
    t.equal(answer.json().code, 'proxied-request', name);
  }
});

test('an unknown path is 404, whatever is sent to it', async (t) => {
  const { app } = await buildShell(t);
  const headers = { 'content-type': 'application/json' };
  for (const method of ['GET', 'POST', 'DELETE', 'PROPFIND'] as const) {
    // light-my-request takes any method; its types list the usual ones.
    const answer = await app.inject({ method: method as 'GET', url: '/nope?x=1', headers, payload: '{' });
    t.equal(answer.statusCode, 404, method);
    t.match(answer.json(), { code: 'not-found', type: '/problems/not-found', detail: /\/nope\.$/ }, method);
  }
  t.equal((await app.inject('/docs/static/nope.js')).json().code, 'not-found');
  t.equal((await app.inject('/livez/')).json().code, 'not-found');
});

test('a known path with another method is 405 and says what is allowed', async (t) => {
  const { app } = await buildShell(t);
  const wrong: [method: string, url: string, allow: string][] = [
    ['POST', '/livez', 'GET, HEAD'],
    ['OPTIONS', '/items/a', 'GET, HEAD'],
    ['PROPFIND', '/items/%20a?x', 'GET, HEAD'],
    ['GET', '/echo', 'POST'],
    ['DELETE', '/docs/static/index.css', 'GET, HEAD'],
  ];
  for (const [method, url, allow] of wrong) {
    const answer = await app.inject({ method: method as 'GET', url });
    t.equal(answer.statusCode, 405, `${method} ${url}`);
    t.equal(answer.json().code, 'method-not-allowed');
    t.equal(answer.headers.allow, allow);
  }
  const head = await app.inject({ method: 'HEAD', url: '/items/a' });
  t.equal(head.statusCode, 200);
  t.equal(head.body, '');
});

test('long parts of a path and long addresses are 414', async (t) => {
  const { app } = await buildShell(t);
  for (const url of [
    `/items/${'a'.repeat(300)}`,
    `/items/a?limit=${'1'.repeat(9000)}`,
    `/${'a/'.repeat(5000)}`,
  ]) {
    const answer = await app.inject(url);
    t.equal(answer.statusCode, 414);
    t.equal(answer.json().code, 'uri-too-long');
    t.equal(answer.headers['content-type'], 'application/problem+json');
  }
});

test('a path that is not percent-encoded, or holds NUL, is an invalid request', async (t) => {
  const { app } = await buildShell(t);
  for (const url of ['/items/%zz', '/items/%c3', '/items/a%00', '/items/a?tags=%00']) {
    const answer = await app.inject(url);
    t.equal(answer.statusCode, 400, url);
    t.equal(answer.json().code, 'invalid-request', url);
  }
});

test('parameters are coerced from text, and wrong ones are named', async (t) => {
  const { app } = await buildShell(t);
  t.same((await app.inject('/items/a?limit=5&tags=x')).json(), { id: 'a', limit: 5, tags: ['x'] });
  t.same((await app.inject('/items/a?tags=x&tags=y')).json(), { id: 'a', tags: ['x', 'y'] });
  const wrong = {
    'limit=x': 'limit',
    'limit=': 'limit',
    'limit=1&limit=2': 'limit',
    'limit=0': 'limit',
    'size=1': 'size',
  };
  for (const [query, name] of Object.entries(wrong)) {
    const answer = await app.inject(`/items/a?${query}`);
    t.equal(answer.statusCode, 400, query);
    t.match(answer.json(), { code: 'invalid-request', errors: [{ pointer: `/query/${name}` }] }, query);
  }
});

test('a path parameter that cannot name anything is not found', async (t) => {
  const { app } = await buildShell(t);
  t.match((await app.inject('/items/UPPER')).json(), { code: 'not-found', status: 404 });
});

/** Sends a path as it is: inject() and fetch() take dots out of it first. */
async function sent(port: number, path: string, method = 'GET'): Promise<{ status: number; body: string }> {
  const asked = request({ host: '127.0.0.1', port, method, path }).end();
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

test('no path that names nothing reaches the file system, whatever it is made of', async (t) => {
  const port = await listen(await buildLedger(t));
  const places = ['/', '/docs/', '/docs/static/', '/tile/', '/tile/0/', '/problems/', '/v1/initiatives/'];
  const names = [
    ...['..', '%2e%2e', '%2E%2e/', '..%5c..', '%5c', 'C:%5cwindows', '..%2f..%2fpackage.json', '.', '%2e/'],
    ...['../../../package.json', 'index.css/..', '/', '//', '//etc/passwd', '....//', 'a%00b', '%zz', '%ff'],
    ...['%c0%af', '%0d%0a', '%7f', '%252e%252e', 'a'.repeat(250), 'x/'.repeat(2000), '%e4%b8%ad'.repeat(100)],
    ...['a'.repeat(200), `${'a'.repeat(200)}/`, '.git', '%20', '*', ':x', 'index.css/a', 'index.css%20'],
  ];
  for (const place of places) {
    for (const name of names) {
      for (const method of ['GET', 'POST']) {
        const { status, body } = await sent(port, place + name, method);
        const path = `${method} ${place}${name.slice(0, 40)}`;
        if (![400, 404, 405, 414].includes(status)) t.fail(path, { status, body: body.slice(0, 200) });
      }
    }
  }
  t.equal((await sent(port, '/docs/static/../../package.json')).status, 404);
  t.equal((await sent(port, '/docs/static/%2e%2e')).status, 404);
  t.equal((await sent(port, `/docs/static/${'a'.repeat(201)}`)).status, 414);
  t.equal((await sent(port, '/docs/static/index.css')).status, 200);
  t.equal((await sent(port, '/docs/static/')).status, 200);
});
