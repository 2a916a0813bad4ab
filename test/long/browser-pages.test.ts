import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { inChromium } from '../helpers/chromium.ts';
import { Browser, ledgerWithProvider } from '../helpers/identity.ts';
import { initiativePath, pathsOf, served } from '../helpers/served-pages.ts';
import { watchedPage } from '../helpers/watched-page.ts';

test(
  'a page checks its figures against the signed log, and says so where they do not hold',
  inChromium,
  async (t) => {
    const { app, origin } = await served(t);
    const result = async (
      tamper: (path: string, body: Buffer) => Buffer | string | undefined,
      key?: string,
      path = '/proof?asOfPosition=70',
    ) => {
      const { page, browser } = await watchedPage(t, origin);
      await browser.route(
        (url) => /^\/(tile|v1)\//.test(url.pathname) && !url.pathname.endsWith('/stream'),
        async (route) => {
          const answer = await route.fetch();
          const body = await answer.body();
          const changed = tamper(new URL(route.request().url()).pathname, body) ?? body;
          await route.fulfill({ response: answer, body: changed });
        },
      );
      await page.goto(origin + path);
      const shown = page.locator('[data-result]');
      if (key !== undefined) {
        await page.waitForSelector('[data-result="holds"]');
        await page.fill('#vkey', key);
        await page.click('.proof button');
        await page
          .locator('[data-result]')
          .filter({ hasNotText: 'lists it' })
          .filter({ hasNotText: 'Checking' })
          .waitFor();
      }
      await page.waitForSelector('[data-result="holds"], [data-result="fails"]');
      const said = { result: await shown.getAttribute('data-result'), text: await shown.innerText() };
      await browser.close();
      return said;
    };
    const basis = (await app.inject('/v1/summary?asOfPosition=70')).json().basis;
    const good = await result(() => undefined);
    t.equal(good.result, 'holds', good.text);
    t.match(good.text, basis.rootHash, 'the root of the page is computed');
    t.match(good.text, 'does not say that the key is the right one');
    const { items } = (await app.inject('/v1/log/keys')).json();
    const [{ vkey }] = items;
    t.match(await result(() => undefined, vkey), { result: 'holds', text: /the one that you pasted/ });
    const other = vkey.replace(/\+[0-9a-f]{8}\+.*/, '+9ca0d0e8+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=');
    t.equal((await result(() => undefined, other)).result, 'fails', 'another key');
    const tile = await result((path, body) => {
      if (!path.startsWith('/tile/0/')) return undefined;
      const changed = Buffer.from(body);
      changed[40] = (changed[40] ?? 0) ^ 1;
      return changed;
    });
    t.match(tile, { result: 'fails', text: /does not hold/ }, 'a tile that was tampered with');
    const note = await result((path, body) =>
      path === '/v1/log/checkpoint'
        ? body.toString().replace(/^(\d+)$/m, (size) => String(Number(size) - 1))
        : undefined,
    );
    t.match(note, { result: 'fails', text: /signature/ }, 'a checkpoint that was tampered with');

    const record = `${initiativePath}/records/jic-4`;
    const event = await result(() => undefined, undefined, record);
    t.match(event, { result: 'holds', text: /is at position \d+/ }, 'the event of a record');
    const sent = await result(
      (path, body) =>
        path.startsWith('/v1/events/') && !path.endsWith('stream')
          ? body.toString().replace('2024', '2025')
          : undefined,
      undefined,
      record,
    );
    t.match(sent, { result: 'fails', text: /another root/ }, 'an answer that was tampered with');
  },
);

test('what others record appears without a reload, and not on a page of the past', inChromium, async (t) => {
  const { app, origin } = await served(t);
  const [now, past] = [await watchedPage(t, origin), await watchedPage(t, origin)];
  await now.page.goto(origin + initiativePath);
  await past.page.goto(`${origin}${initiativePath}?asOfPosition=70`);
  const figures = now.page.locator('.figure b');
  const before = await figures.allInnerTexts();
  const answer = await app.inject({
    method: 'POST',
    url: `/v1${initiativePath}/events`,
    payload: { type: 'ProjectLaunched', occurredOn: '2024-05', data: { title: 'A harbour' } },
  });
  t.equal(answer.statusCode, 201);
  await figures
    .nth(1)
    .filter({ hasText: `${Number(before[1]) + 1}` })
    .waitFor();
  t.equal(Number((await figures.allInnerTexts())[1]), Number(before[1]) + 1);
  t.equal(await past.page.locator('main[data-stream]').count(), 0);
  t.same([...now.faults, ...past.faults], []);
});

test('all that is read is there without JavaScript, and on paper', inChromium, async (t) => {
  const { app, origin } = await served(t);
  for (const path of await pathsOf(app)) {
    const { page, browser, faults } = await watchedPage(t, origin, { javaScriptEnabled: false });
    await page.goto(origin + path);
    const text = await page.innerText('main');
    t.ok(text.length > 100, `${path}: has its text`);
    await page.emulateMedia({ media: 'print' });
    t.equal(await page.locator('nav:visible').count(), 0, `${path}: no navigation on paper`);
    t.same(faults, [], path);
    await browser.close();
  }
});

test(
  'a page that is read by keyboard leads to its content, its moment and its figures',
  inChromium,
  async (t) => {
    const { origin } = await served(t);
    const { page, faults } = await watchedPage(t, origin);
    await page.goto(origin + initiativePath);
    const focused = () =>
      page.evaluate('document.activeElement.textContent.trim() || document.activeElement.id');
    await page.keyboard.press('Tab');
    t.equal(await focused(), 'To the content');
    await page.keyboard.press('Enter');
    t.equal(new URL(page.url()).hash, '#main');
    await page.goto(origin + initiativePath);
    await page.focus('#as-of');
    await page.fill('#as-of', '2001-01-01');
    await page.keyboard.press('Enter');
    await page.waitForURL(/asOf=2001-01-01/);
    t.match(await page.innerText('main'), 'since position', 'what was not known then');
    await page.goto(origin + initiativePath);
    await page.focus('.figure b a[href$="/projects"]');
    t.not(
      await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'),
      'none',
      'where the focus is can be seen',
    );
    await page.keyboard.press('Enter');
    await page.waitForURL(`${origin}${initiativePath}/projects`);
    t.same(
      faults.filter((fault) => !/status of 404/.test(fault)),
      [],
    );
  },
);

test('a page whose session was ended elsewhere says so', inChromium, async (t) => {
  const server = createServer((request, response) => ledger.app.routing(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ledger = await ledgerWithProvider(t, { listensAt: origin });
  const { provider, bearing } = ledger;
  provider.users.set('mei', { groups: ['ledger-admins'] });
  const mei = new Browser(ledger.app, provider.issuer);
  await mei.logIn('mei');
  const { page, browser } = await watchedPage(t, origin);
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(mei.atLedger.header) ?? [];
  await browser.addCookies([{ name, value, url: origin }]);
  t.equal((await page.goto(`${origin}/`))?.status(), 200);
  const root = await provider.sign({ sub: 'root', groups: ['ledger-admins'] });
  await bearing(root, '/v1/principals/principal-1/end-sessions', {});
  await page.locator('.notice').waitFor();
  t.match(await page.innerText('.notice'), 'logged out');
  t.equal((await page.goto(`${origin}/`))?.status(), 401);
  t.equal(await page.locator('main a', { hasText: 'Log in' }).count(), 1, 'and how to log in again');
});
