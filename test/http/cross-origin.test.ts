import { request as ask } from 'node:http';
import { json } from 'node:stream/consumers';
import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { buildShell, listen } from '../helpers/shell.ts';

const host = 'localhost:3000';

test('what changes something is taken from pages of the same origin and from programs, and from no other', async (t) => {
  const { app } = await buildShell(t);
  const post = async (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/echo', headers: { host, ...headers }, payload: { count: 1 } });
  const taken: Record<string, string>[] = [
    {},
    { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    { 'sec-fetch-mode': 'cors' },
    { origin: 'http://localhost:3000' },
    { origin: 'http://LOCALHOST:3000' },
    { host: 'localhost', origin: 'http://localhost' },
    { host: '[::1]:80', origin: 'http://[::1]' },
    // The browser knows better than what an old one would tell.
    { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:3000' },
  ];
  for (const headers of taken) t.equal((await post(headers)).statusCode, 200, JSON.stringify(headers));
  const refused: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
    { 'sec-fetch-site': '' },
    { 'sec-fetch-site': 'same-origin, cross-site' },
    { origin: 'http://example.com' },
    { origin: 'http://localhost:3001' },
    { origin: 'http://localhost' },
    { origin: 'http://127.0.0.1:3000' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'file://' },
    { origin: 'http://localhost:3000, http://example.com' },
  ];
  for (const headers of refused) {
    const answer = await post(headers);
    t.equal(answer.statusCode, 403, JSON.stringify(headers));
    t.equal(answer.json().code, 'cross-origin-request');
  }
});

test('what is read may be linked to from elsewhere, and neither embedded nor fetched', async (t) => {
  const { app } = await buildShell(t);
  const get = async (url: string, method: 'GET' | 'HEAD' | 'OPTIONS', site: string, mode?: string) => {
    const headers = { host, 'sec-fetch-site': site, ...(mode && { 'sec-fetch-mode': mode }) };
    return (await app.inject({ method, url, headers })).statusCode;
  };
  for (const url of ['/items/a', '/livez', '/docs', '/docs/static/index.css', '/openapi.json', '/problems']) {
    t.equal(await get(url, 'GET', 'cross-site', 'navigate'), 200, `a link to ${url}`);
    for (const mode of ['no-cors', 'cors', 'same-origin', 'websocket', undefined])
      t.equal(await get(url, 'GET', 'cross-site', mode), 403, `${url} as ${mode}`);
    t.equal(await get(url, 'HEAD', 'cross-site', 'cors'), 403);
    t.equal(await get(url, 'OPTIONS', 'cross-site', 'cors'), 403, 'a preflight');
    for (const site of ['same-origin', 'same-site', 'none'])
      t.equal(await get(url, 'GET', site, 'cors'), 200);
  }
  t.equal(await get('/nope', 'GET', 'cross-site', 'cors'), 403, 'which paths there are is not told either');
});

test('a page elsewhere starts no rebuild, opens no stream and records nothing, and its body is not read', async (t) => {
  const app = await buildLedger(t);
  const port = await listen(app);
  const refused = async (method: string, path: string, headers: Record<string, string>) => {
    const request = ask({ host: '127.0.0.1', port, method, path, headers });
    t.teardown(() => request.destroy());
    // The body is announced, and never sent.
    request.flushHeaders();
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    t.equal(response.statusCode, 403, `${method} ${path}`);
    t.match(await json(response), { code: 'cross-origin-request' });
  };
  const elsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
  await refused('POST', '/v1/rebuild', elsewhere);
  await refused('POST', '/v1/rebuild', { origin: 'http://example.com' });
  await refused('POST', '/v1/initiatives/sci/events', { ...elsewhere, 'content-length': '20' });
  await refused('POST', '/v1/initiatives/sci/import', { ...elsewhere, 'content-length': '20' });
  await refused('GET', '/v1/events/stream', elsewhere);
  await refused('GET', '/v1/log/checkpoint', elsewhere);
  t.equal((await app.inject('/v1/events')).json().items.length, 0);
});
