import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Test } from 'tap';
import { openBrowser } from './chromium.ts';

/** What no page may do: ask another host, write an error to the console, or break the policy of its answer. */
export interface Watched {
  page: Page;
  browser: BrowserContext;
  faults: string[];
}

/** A page in a browser of its own that is watched; the test compares `faults` with what it expects, mostly nothing. */
export async function watchedPage(
  t: Test,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const browser = await openBrowser(t, options);
  const page = await browser.newPage();
  const faults: string[] = [];
  await browser.route(
    (url) => url.origin !== origin,
    (route) => {
      faults.push(`asked ${route.request().url()}`);
      return route.abort();
    },
  );
  page.on('pageerror', (error) => faults.push(error.message));
  // A violated policy is written there, too.
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return { page, browser, faults };
}
