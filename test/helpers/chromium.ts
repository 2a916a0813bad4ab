import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { t as file, type Test } from 'tap';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

/** For tests in a real browser. Where tests must not be left out, one that is missing fails them. */
export const inChromium = { skip: executablePath || process.env['CI'] ? false : 'Chromium is not installed' };

let started: Promise<Browser> | undefined;

/** One for all tests of a file; it ends with them. */
function chromiumOfFile(): Promise<Browser> {
  if (!executablePath) throw new Error('Chromium is not installed');
  started ??= chromium.launch({
    executablePath,
    // Root has no sandbox, and containers have little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  return started;
}
file.teardown(async () => (await started)?.close());

/** A fresh profile of a browser, which ends with the test. */
export async function openBrowser(t: Test, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await (await chromiumOfFile()).newContext(options);
  t.teardown(() => context.close());
  return context;
}
