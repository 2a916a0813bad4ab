import type { App } from '../../src/app.ts';

/** A page as a browser gets it. Throws where it is not answered with 200. */
export async function pageOf(app: App, url: string): Promise<string> {
  const answer = await app.inject({ url, headers: { accept: 'text/html' } });
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body.slice(0, 500)}`);
  return answer.body;
}

/** What the page says between its head and its foot, without tags, blanks as one. */
export const textOf = (html: string): string =>
  (/<main[\s\S]*<\/main>/.exec(html)?.[0] ?? '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** The addresses that the page links to, as they are asked for, in order. */
export const linksIn = (html: string): string[] =>
  [...html.matchAll(/ href="([^"]*)"/g)].map(([, address = '']) => address.replaceAll('&amp;', '&'));

/** The text of the link with an address. */
export const linkText = (html: string, address: string): string | undefined => {
  const place = html.indexOf(`href="${address.replaceAll('&', '&amp;')}"`);
  return place === -1 ? undefined : /^[^>]*>([\s\S]*?)<\/a>/.exec(html.slice(place))?.[1];
};
