import { existsSync } from 'node:fs';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import type { Test } from 'tap';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

/** For tests in a real browser. Where tests must not be left out, one that is missing fails them. */
export const inChromium = { skip: executablePath || process.env['CI'] ? false : 'Chromium is not installed' };

/** A fresh profile of a browser, which ends with the test. */
export async function openBrowser(t: Test, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  if (!executablePath) throw new Error('Chromium is not installed');
  const browser = await chromium.launch({
    executablePath,
    // Root has no sandbox, and containers have little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  t.teardown(() => browser.close());
  return browser.newContext(options);
}
