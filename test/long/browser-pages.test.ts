import AxeBuilder from '@axe-core/playwright';
import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { inChromium } from '../helpers/chromium.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { chongqing, egyptJordan, recordReal, shenzhen } from '../helpers/real-data.ts';
import { listen } from '../helpers/shell.ts';
import { watchedPage } from '../helpers/watched-page.ts';

/** The real initiatives, served on a port. */
async function served(t: Test): Promise<{ app: App; origin: string }> {
  const app = await buildLedger(t);
  for (const initiative of [shenzhen, egyptJordan, chongqing]) await recordReal(app, initiative);
  return { app, origin: `http://127.0.0.1:${await listen(app)}` };
}

const initiativePath = `/initiatives/${shenzhen.initiativeId}`;

/** Every page with these data, and some of the past. */
async function pathsOf(app: App): Promise<string[]> {
  const { items } = (await app.inject('/v1/events?type=MeetingHeld&limit=1')).json();
  return [
    ...[shenzhen, egyptJordan, chongqing].map(({ initiativeId }) => `/initiatives/${initiativeId}`),
    `${initiativePath}?until=2021`,
    `${initiativePath}?asOfPosition=70`,
    '/proof',
    '/proof?asOfPosition=70',
    ...app.routesServed.flatMap(({ method, url, config }) =>
      method === 'GET' && config?.isPage && !/initiativeId$|^\/proof/.test(url)
        ? [
            url
              .replace(':initiativeId', shenzhen.initiativeId)
              .replace(/meetings\/:recordId/, 'meetings/jic-4')
              .replace(':recordId', 'jic-4')
              .replace(':eventId', items[0].event.eventId),
          ]
        : [],
    ),
  ];
}

test(
  'each page asks nobody else, breaks no policy, and is accessible, wide and narrow, light and dark',
  inChromium,
  async (t) => {
    const { app, origin } = await served(t);
    for (const path of await pathsOf(app))
      for (const [width, colorScheme] of [
        [1200, 'light'],
        [320, 'dark'],
      ] as const) {
        const { page, faults, browser } = await watchedPage(t, origin, {
          viewport: { width, height: 800 },
          colorScheme,
        });
        const name = `${path} at ${width} px, ${colorScheme}`;
        t.equal((await page.goto(origin + path))?.status(), 200, name);
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze();
        t.same(
          violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(', ')}`,
          ),
          [],
          `${name}: accessible`,
        );
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        t.ok(Number(wide) <= width, `${name}: nothing is wider than the screen (${wide})`);
        t.same(faults, [], `${name}: asks nobody else, and breaks no policy`);
        await browser.close();
      }
  },
);

test(
  'a page checks its figures against the signed log, and says so where they do not hold',
  inChromium,
  async (t) => {
    const { app, origin } = await served(t);
    const result = async (
      tamper: (path: string, body: Buffer) => Buffer | string | undefined,
      key?: string,
    ) => {
      const { page, browser } = await watchedPage(t, origin);
      await browser.route(
        (url) => /^\/(tile|v1)\//.test(url.pathname),
        async (route) => {
          const answer = await route.fetch();
          const body = await answer.body();
          const changed = tamper(new URL(route.request().url()).pathname, body) ?? body;
          await route.fulfill({ response: answer, body: changed });
        },
      );
      await page.goto(`${origin}/proof?asOfPosition=70`);
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
