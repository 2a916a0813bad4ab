import AxeBuilder from '@axe-core/playwright';
import { test } from 'tap';
import { inChromium } from '../helpers/chromium.ts';
import { pathsOf, served } from '../helpers/served-pages.ts';
import { watchedPage } from '../helpers/watched-page.ts';

for (const [width, colorScheme] of [
  [1200, 'light'],
  [320, 'dark'],
] as const)
  test(
    `each page asks nobody else, breaks no policy and is accessible, ${width} px wide and ${colorScheme}`,
    inChromium,
    async (t) => {
      const { app, origin } = await served(t);
      const viewport = { width, height: 800 };
      const { page, faults } = await watchedPage(t, origin, { viewport, colorScheme });
      for (const path of await pathsOf(app)) {
        t.equal((await page.goto(origin + path))?.status(), 200, path);
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze();
        t.same(
          violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(', ')}`,
          ),
          [],
          `${path}: accessible`,
        );
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        t.ok(Number(wide) <= width, `${path}: nothing is wider than the screen (${wide})`);
        t.same(faults.splice(0), [], `${path}: asks nobody else, and breaks no policy`);
      }
    },
  );
