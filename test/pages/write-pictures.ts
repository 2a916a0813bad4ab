import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { chongqing, egyptJordan, recordReal, shenzhen } from '../helpers/real-data.ts';

/*
 * Pictures of every page with the real initiatives, wide and light, narrow and dark: to look at, after a page was changed. Those that
 * documents show are kept.
 */

const kept = new Map([
  ['initiative', 'docs/pictures/initiative.png'],
  ['record-jic-4', 'docs/pictures/record.png'],
]);
const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'ledger-pictures-'));
const pictures = join(root, 'pictures');
mkdirSync(pictures, { recursive: true });
mkdirSync(join(root, 'docs/pictures'), { recursive: true });

const app = await openLedgerApp(
  readConfig({ DATABASE_URL: `file:${directory}/ledger.db`, SIGNER_DIR: join(directory, 'signer') }),
  false,
);
for (const initiative of [shenzhen, egyptJordan, chongqing]) await recordReal(app, initiative);
const origin = await app.listen({ host: '127.0.0.1', port: 0 });
const { items } = (await app.inject('/v1/events?type=RecordCorrected&limit=1')).json();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  const paths = app.routesServed.flatMap(({ method, url, config }) =>
    method === 'GET' && config?.isPage
      ? [
          url
            .replace(':initiativeId', shenzhen.initiativeId)
            .replace(':recordId', 'jic-4')
            .replace(':eventId', items[0].event.eventId),
        ]
      : [],
  );
  for (const path of [
    ...paths,
    `/initiatives/${shenzhen.initiativeId}?asOfPosition=70`,
    `/record?initiativeId=${shenzhen.initiativeId}`,
  ])
    for (const [width, colorScheme] of [
      [1200, 'light'],
      [360, 'dark'],
    ] as const) {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      await page.goto(origin + path);
      if (await page.locator('[data-result]').count())
        await page.locator('[data-result="holds"], [data-result="fails"]').waitFor();
      const name = path === '/' ? 'home' : nameOf(path);
      await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
      const file = width === 1200 ? kept.get(name) : undefined;
      // What fits on the first screen.
      if (file)
        await page.screenshot({
          path: join(root, file),
          clip: { x: 0, y: 0, width, height: 1000 },
          fullPage: true,
        });
      console.log(`${name}-${width}.png`);
      await context.close();
    }
} finally {
  await browser.close();
  await app.close();
  rmSync(directory, { recursive: true });
}

function nameOf(path: string): string {
  if (path === `/initiatives/${shenzhen.initiativeId}`) return 'initiative';
  if (path.endsWith('/records/jic-4')) return 'record-jic-4';
  return path
    .replace(`/initiatives/${shenzhen.initiativeId}`, 'initiative')
    .replaceAll(/[^a-z0-9-]+/gi, '-')
    .replace(/^-/, '');
}
