import { test } from 'tap';
import { inChromium } from '../helpers/chromium.ts';
import { initiativePath, served } from '../helpers/served-pages.ts';
import { watchedPage } from '../helpers/watched-page.ts';

test('a page runs its scripts in a browser, and a figure leads to what it counts', inChromium, async (t) => {
  const { origin } = await served(t);
  const { page, faults } = await watchedPage(t, origin);
  await page.goto(origin);
  await page.click('text=Singapore-China (Shenzhen) Smart City Initiative');
  t.equal(new URL(page.url()).pathname, initiativePath);
  await page.click('text=Check it in this browser');
  await page.locator('[data-result="holds"]').waitFor();
  await page.fill('#as-of-position', '70');
  await page.press('#as-of-position', 'Enter');
  await page.waitForURL(/asOfPosition=70/);
  t.match(await page.innerText('.moment'), 'As known at position 70');
  await page.locator('[data-result="holds"]').waitFor();
  t.same(faults, []);
});
