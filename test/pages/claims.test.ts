import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { linksIn, linkText, pageOf, textOf } from '../helpers/pages.ts';
import { chongqing, egyptJordan, recordReal, shenzhen } from '../helpers/real-data.ts';

interface Claim {
  initiativeId: string;
  recordId: string;
  metric: string;
  scope: string;
  recorded?: number;
  status: string;
  difference?: number;
  sources: { publisher?: string }[];
}

/** The cells of the row of a claim, without tags. */
const cellsOf = (html: string, { initiativeId, recordId }: Claim): string[] => {
  const place = html.indexOf(`<a href="/initiatives/${initiativeId}/records/${recordId}"`);
  if (place === -1) return [];
  const row = html.slice(place, html.indexOf('</tr>', place));
  return row.split('</td>').map((cell) => cell.replace(/<br>/g, ' ').replace(/<[^>]*>/g, ''));
};

test('every claim stands under its publisher, with the figures of the API', async (t) => {
  const app = await buildLedger(t);
  for (const initiative of [shenzhen, chongqing, egyptJordan]) await recordReal(app, initiative);
  for (const query of ['', '?status=short', '?metric=projects&status=not-comparable', '?until=2021']) {
    const { items } = (await app.inject(`/v1/claims${query}`)).json() as { items: Claim[] };
    t.ok(items.length > 1);
    const html = await pageOf(app, `/claims${query}`);
    t.match(html, `<h1>${items.length} claims</h1>`);
    const publishers = html.split('<tr class="group">').slice(1);
    for (const claim of items) {
      const [, , recorded = '', result] = cellsOf(html, claim);
      const of = claim.recordId + query;
      t.equal(recorded.split(' ')[0], String(claim.recorded ?? '–'), of);
      if (claim.status === 'short') t.equal(result, `${-(claim.difference ?? 0)} short`, of);
      if (claim.status === 'matches') t.equal(result, 'matches', of);
      const group = publishers.find((group) => cellsOf(group, claim).length > 0) ?? '';
      t.match(group, `colspan="6">${claim.sources[0]?.publisher?.replaceAll("'", '&#39;') ?? 'Without'}`, of);
    }
    t.ok(linksIn(html).includes(`/claims.csv${query}`));
  }
});

test('the claims of one initiative: a recorded figure opens a list of as many', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const base = `/initiatives/${shenzhen.initiativeId}`;
  const { items } = (await app.inject(`/v1${base}/claims`)).json() as { items: Claim[] };
  const html = await pageOf(app, `${base}/claims`);
  t.match(html, `<h1>${items.length} claims</h1>`);
  const lists = linksIn(html).filter((link) => /\/(mous|projects)\?/.test(link));
  t.ok(lists.length > 8);
  for (const list of new Set(lists)) {
    const counted = (await app.inject(`/v1${list}${list.includes('?') ? '&' : '?'}count=true`)).json();
    t.equal(linkText(html, list), String(counted.total), list);
  }
  t.same((await app.inject(`${base}/claims.json`)).json(), (await app.inject(`/v1${base}/claims`)).json());
  t.match(textOf(await pageOf(app, '/initiatives/sg-cn-shenzhen-sci')), `All ${items.length} claims`);
  t.ok(linksIn(await pageOf(app, base)).includes(`${base}/claims`));
});

test('an increase since the claim before is told beside what is recorded for it', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, egyptJordan);
  const text = textOf(await pageOf(app, '/initiatives/eg-jo-jhc/claims'));
  t.match(text, '173 19 154 short +26 claimed, +19 recorded');
});

test('filters of claims: wrong ones, none that match, and pages as of a moment', async (t) => {
  const app = await buildLedger(t);
  t.match(textOf(await pageOf(app, '/claims')), '0 claims');
  await recordReal(app, egyptJordan);
  t.match(textOf(await pageOf(app, '/claims?status=over')), 'No claim matches.');
  for (const query of ['status=wrong', 'until=x', 'limit=3', 'initiativeId=a', 'after=x']) {
    const { statusCode } = await app.inject({ url: `/claims?${query}`, headers: { accept: 'text/html' } });
    t.equal(statusCode, 400, query);
  }
  const past = await pageOf(app, '/claims?asOfPosition=3&status=short');
  t.ok(linksIn(past).includes('/claims?asOfPosition=3'), 'the filter is taken off, and the moment stays');
});

test('the glossary has each term that other pages link to', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const about = await pageOf(app, '/about');
  const base = `/initiatives/${shenzhen.initiativeId}`;
  let linked = 0;
  for (const path of ['/', '/claims', base, `${base}/meetings/jic-4`, `${base}/mous`])
    for (const link of linksIn(await pageOf(app, path))) {
      const [, anchor] = /^\/about#(.*)$/.exec(link) ?? [];
      if (anchor === undefined) continue;
      t.match(about, `id="${anchor}"`, `${link} of ${path}`);
      linked++;
    }
  t.ok(linked > 3);
  for (const link of linksIn(about).filter((link) => link.startsWith('#') && link !== '#main'))
    t.match(about, `id="${link.slice(1)}"`, link);
});
