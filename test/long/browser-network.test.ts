import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Test, test } from 'tap';
import { closedLedger } from '../helpers/access.ts';
import { inChromium, openBrowser } from '../helpers/chromium.ts';
import { buildShell, listen } from '../helpers/shell.ts';

test(
  'the page of the API works below a base path, under a policy that lets nothing inline run',
  inChromium,
  async (t) => {
    const { app } = await buildShell(t, { publicUrl: 'http://127.0.0.1/ledger' });
    const url = `http://127.0.0.1:${await listen(app)}`;
    const page = await (await openBrowser(t)).newPage();
    const elsewhere: string[] = [];
    const faults: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(`${url}/ledger/`) && !request.url().startsWith('data:'))
        elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`${message.text()} ${JSON.stringify(message.location())}`);
    });
    await page.goto(`${url}/ledger/docs`);
    await page.click('text=Is the process alive?');
    await page.click('text=Try it out');
    await page.click('text=Execute');
    await page.waitForSelector('.live-responses-table .response .response-col_status >> text=200');
    t.same(elsewhere, []);
    t.same(faults, []);
  },
);

/** A page of another origin on this machine. */
async function otherOrigin(t: Test): Promise<string> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<p>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test(
  'a browser lets pages of an allowed origin read and write with a token, and others not',
  inChromium,
  async (t) => {
    const [allowed, other] = [await otherOrigin(t), await otherOrigin(t)];
    const { app, admin } = await closedLedger(t, { CORS_ORIGINS: allowed });
    const url = `http://localhost:${await listen(app)}`;
    const page = await (await openBrowser(t)).newPage();
    const ask = (path: string, options: object): Promise<unknown> =>
      page.evaluate(
        `fetch('${url}${path}', ${JSON.stringify(options)}).then(
        async (answer) => ({ status: answer.status, location: answer.headers.get('location'), etag: answer.headers.get('etag') }),
        () => 'failed',
      )`,
      );
    const authorization = `Bearer ${admin}`;
    const body = JSON.stringify({ type: 'InitiativeRegistered', data: { name: 'A' } });
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': 'one' };
    await page.goto(allowed);
    t.match(await ask('/v1/initiatives/a/events', { method: 'POST', headers, body }), {
      status: 201,
      location: /^\/v1\/events\//,
    });
    t.match(await ask('/v1/summary', { headers: { authorization } }), { status: 200, etag: /^W\// });
    t.match(await ask('/v1/summary', {}), { status: 401 }, 'the page may read why');
    t.equal(await ask('/v1/summary', { headers: { authorization }, credentials: 'include' }), 'failed');
    await page.goto(other);
    t.equal(await ask('/v1/summary', { headers: { authorization } }), 'failed');
    t.equal(await ask('/v1/initiatives/b/events', { method: 'POST', headers, body }), 'failed');
    t.equal((await app.inject({ url: '/v1/events', headers: { authorization } })).json().items.length, 2);
  },
);
