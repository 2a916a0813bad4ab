import { hash } from 'node:crypto';
import { test } from 'tap';
import { attackedLedger } from '../helpers/attacked.ts';
import { attackInXml } from '../helpers/attacks.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';
import { elementsOf } from '../helpers/xml.ts';

const chart = `/initiatives/${shenzhen.initiativeId}/chart.svg`;

test('the chart is a file by itself that shows what the API counts', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const answer = await app.inject(chart);
  t.equal(answer.statusCode, 200);
  t.equal(answer.headers['content-type'], 'image/svg+xml; charset=utf-8');
  const elements = elementsOf(answer.body);
  const find = (name: string) => elements.filter((one) => one.name === name);
  const svg = find('svg')[0];
  t.match(svg?.attributes, { role: 'img', xmlns: 'http://www.w3.org/2000/svg' });
  const [title, text] = [find('title')[0], find('desc')[0]];
  t.equal(svg?.attributes['aria-labelledby'], `${title?.attributes['id']} ${text?.attributes['id']}`);
  const read = readerOf(app, shenzhen);
  const { data } = await read('');
  t.ok(title?.text.startsWith(data.name));
  const { items } = await read('/meetings');
  const totals = items.map(({ running }: { running: { mous: number } }) => running.mous);
  t.ok(text?.text.startsWith(`MoUs ${totals.join(', ')}; projects `), text?.text ?? 'none');
  // A browser takes the style by its hash, and nothing else.
  const style = find('style')[0]?.text ?? '';
  t.equal(
    answer.headers['content-security-policy'],
    `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; frame-ancestors 'none'`,
  );
  t.match(style, /color-scheme: light dark/);
  const again = await app.inject({
    url: chart,
    headers: { 'if-none-match': String(answer.headers['etag']) },
  });
  t.equal(again.statusCode, 304);
});

test('the chart is cut by what was known and by what had happened', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const textOf = async (query: string) => {
    const { body } = await app.inject(`${chart}?${query}`);
    return elementsOf(body).find(({ name }) => name === 'desc')?.text;
  };
  const read = readerOf(app, shenzhen);
  const { items } = await read('/meetings?until=2022');
  const totals = items.map(({ running }: { running: { mous: number } }) => running.mous);
  t.ok((await textOf('until=2022'))?.startsWith(`MoUs ${totals.join(', ')};`));
  t.not(await textOf('until=2022'), await textOf(''));
  t.equal(await textOf('asOfPosition=1'), 'MoUs none; projects none.');
  for (const [query, status] of [
    ['until=x', 400],
    ['asOfPosition=x', 400],
    ['nothing=1', 400],
    ['asOfPosition=0', 404],
  ] as const) {
    const answer = await app.inject(`${chart}?${query}`);
    t.equal(answer.statusCode, status, query);
    t.match(String(answer.headers['content-type']), /^application\/problem\+json/, query);
  }
});

test('a text that is an attack stays a text in a chart', async (t) => {
  const app = await attackedLedger(t);
  const { body } = await app.inject('/initiatives/attacked/chart.svg');
  const elements = elementsOf(body);
  t.notOk(elements.some(({ name }) => !/^(svg|g|line|path|circle|text|title|desc|style)$/.test(name)));
  t.ok(elements.find(({ name }) => name === 'title')?.text.startsWith(attackInXml));
});

test('a page names what it is there as, too, in its head and in Link', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const path = `/initiatives/${shenzhen.initiativeId}`;
  const page = await app.inject(`${path}?until=2022&asOfPosition=40`);
  const links = [
    ...page.body.matchAll(/<link rel="alternate" type="([^"]+)" (?:title="[^"]+" )?href="([^"]+)">/g),
  ].map(([, type, to]) => `<${to?.replaceAll('&amp;', '&')}>; rel="alternate"; type="${type}"`);
  t.equal(page.headers['link'], links.join(', '));
  t.ok(links.length > 1);
  t.ok(links[0]?.startsWith(`<${path}.json?until=2022&asOfPosition=40>`), links.join());
  for (const [, to = ''] of String(page.headers['link']).matchAll(/<([^>]+)>/g))
    t.equal((await app.inject(to)).statusCode, 200, to);
});
