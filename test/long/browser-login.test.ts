import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { inChromium, openBrowser } from '../helpers/chromium.ts';
import { ledgerWithProvider } from '../helpers/identity.ts';

test('somebody logs in with a real browser, and pages of others get nothing by it', inChromium, async (t) => {
  const server = createServer((request, response) => ledger.app.routing(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const PUBLIC_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ledger = await ledgerWithProvider(t, { listensAt: PUBLIC_URL });
  const { provider, bearing } = ledger;
  provider.users.set('mei', { name: 'Tan Mei Ling', groups: ['ledger-admins'] });
  const browser = await openBrowser(t);
  const page = await browser.newPage();
  const json = async () => JSON.parse((await page.textContent('body')) ?? '');

  t.equal((await page.goto(`${PUBLIC_URL}/v1/me`))?.status(), 401);
  await page.goto(`${PUBLIC_URL}/login?return=/v1/me`);
  t.equal(new URL(page.url()).origin, provider.issuer, 'the provider asks who it is');
  await page.fill('input[name=login]', 'mei');
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  // It asks whether the ledger may know.
  await page.click('button[type=submit]');
  await page.waitForURL(`${PUBLIC_URL}/v1/me`);
  t.match(await json(), { principalId: 'principal-1', open: false });
  const cookies = (await browser.cookies(PUBLIC_URL)).filter(({ name }) => name.startsWith('ledger'));
  t.match(cookies, [{ name: 'ledger', httpOnly: true, sameSite: 'Lax', path: '/' }]);
  t.equal(cookies.length, 1, 'what the login needed is gone');
  t.equal(await page.evaluate('document.cookie'), '', 'no script reads it');

  /** The status that a script of the page gets to see. */
  const post = (url: string, body: object) =>
    page.evaluate(`fetch('${url}', {
      method: 'POST',
      credentials: 'include',
      headers: { 'content-type': 'application/json' },
      body: '${JSON.stringify(body)}',
    }).then(({ status }) => status, () => 'failed')`);
  const submit = (url: string) =>
    page.evaluate(`{
      const form = Object.assign(document.createElement('form'), { method: 'post', action: '${url}' });
      document.body.append(form);
      form.submit();
    }`);
  // A page of the provider is one of another origin on the same machine, to which a browser sends the cookie.
  const reason = { code: 'other', text: 'A test.' };
  const attack = { label: 'Mallory', grants: [{ role: 'admin', initiativeId: '*' }], reason };
  await page.goto(`${provider.issuer}/.well-known/openid-configuration`);
  t.equal(await post(`${PUBLIC_URL}/v1/principals`, attack), 'failed');
  // A form needs no preflight.
  await submit(`${PUBLIC_URL}/logout`);
  await page.waitForURL(`${PUBLIC_URL}/logout`);
  t.match(await json(), { status: 403, code: 'cross-origin-request' });
  await page.goto(`${PUBLIC_URL}/v1/principals`);
  t.equal((await json()).items.length, 1, 'nobody was added, and the session goes on');

  await page.goto(`${PUBLIC_URL}/v1/me`);
  const root = await provider.sign({ sub: 'root', groups: ['ledger-admins'] });
  t.equal((await bearing(root, '/v1/principals/principal-1/end-sessions', {})).status, 204);
  t.equal((await page.goto(`${PUBLIC_URL}/v1/me`))?.status(), 401, 'ended elsewhere');

  await page.goto(`${PUBLIC_URL}/login?return=/v1/me`);
  await page.waitForURL(`${PUBLIC_URL}/v1/me`);
  t.equal((await json()).principalId, 'principal-1', 'the provider still knows, and asks nothing');
  await submit(`${PUBLIC_URL}/logout?return=/problems/overloaded`);
  await page.waitForURL(`${PUBLIC_URL}/problems/overloaded`);
  t.equal((await page.goto(`${PUBLIC_URL}/v1/me`))?.status(), 401);
});
