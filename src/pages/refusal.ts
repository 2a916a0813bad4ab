import type { Pages } from '../answers/page.ts';
import { html } from './html.ts';
import { plain } from './layout.ts';
import { w } from './words.ts';

/** What a browser is shown where a page is refused: what is wrong, and what one can do. */
export const refusal: Pages['refusal'] = ({ status, title, detail, code }, asked) => {
  const { base, path, reader } = asked;
  const logIn =
    status === 401 && reader.canLogIn
      ? html`<p><a href="${base}/login?return=${encodeURIComponent(path)}">${w.logIn}</a></p>`
      : '';
  const main = html`<p class="trail">${status}</p><h1>${title}</h1><p>${detail}</p>${logIn}<p><a href="${base}/problems/${code}">${w.whatToDo}</a> · <a href="${base}/">${w.toTheStart}</a></p>`;
  return plain(asked, { title, main });
};
