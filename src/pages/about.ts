import type { Page } from '../answers/page.ts';
import { moment } from '../answers/parameters.ts';
import { html } from './html.ts';
import { layout } from './layout.ts';
import { w } from './words.ts';

const { title, lede, contents, terms } = w.aboutPage;

/** How each figure is counted: a glossary. Other pages link to its terms. */
export const aboutPage: Page = {
  path: '/about',
  access: 'read',
  parameters: moment,
  async html(asked) {
    const main = html`<p class="trail"></p><h1>${title}</h1><p>${lede}</p>
<nav aria-label="${contents}"><ul class="chips">${terms.map((term) => html`<li><a href="#${term.id}">${term.title}</a></li>`)}</ul></nav>
${terms.map(
  (term) => html`<section><h2 id="${term.id}">${term.title}</h2>
${term.text.map((paragraph) => html`<p>${paragraph}</p>`)}${
  term.list &&
  html`<dl class="diff">${term.list.map(([name, meaning]) => html`<dt>${name}</dt><dd>${meaning}</dd>`)}</dl>`
}</section>
`,
)}`;
    return layout(asked, { title, main, section: '/about' });
  },
};
