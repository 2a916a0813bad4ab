import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { linksIn, linkText, pageOf, textOf } from '../helpers/pages.ts';
import { egyptJordan, readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';

const base = `/initiatives/${shenzhen.initiativeId}`;
const headOf = (html: string) => /<h1>(.*?)<\/h1>/.exec(html)?.[1];

test('a list has the items of the API for every filter, and their number', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const read = readerOf(app, shenzhen);
  for (const [kind, noun] of [
    ['mous', 'MoU'],
    ['projects', 'project'],
  ] as const)
    for (const query of [
      '',
      '?meetingId=jic-3',
      '?named=false&meetingId=jic-4',
      '?named=true',
      '?pillar=Digital+Connectivity',
      '?q=smart',
      '?party=OneConnect+Financial+Technology',
      '?until=2021',
      '?country=SG',
      '?zone=Singapore-Shenzhen+Smart+City+Demonstration+Zone',
    ]) {
      const { items } = await read(`/${kind}${query}`);
      const html = await pageOf(app, `${base}/${kind}${query}`);
      const count = `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
      const verb = query === '' ? '' : items.length === 1 ? ' matches' : ' match';
      t.equal(headOf(html), count + verb, kind + query);
      const rows = [...html.matchAll(/<tr><th scope="row" class="wrap"><a href="([^"]*)"/g)];
      t.same(
        rows.map(([, to]) => to),
        items.map(({ recordId }: { recordId: string }) => `${base}/records/${recordId}`),
      );
      t.equal(
        html.match(/<small>announced as a number<\/small>/g)?.length ?? 0,
        items.filter(({ data }: { data: { title?: string } }) => data.title === undefined).length,
      );
      t.ok(linksIn(html).includes(`${base}/${kind}.csv${query}`), 'the same list as a table');
    }
});

test('facets have the counts of the summary, keep the other filters, and can be taken off', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const { byPillar, bySector } = await readerOf(app, shenzhen)('/summary');
  const html = await pageOf(app, `${base}/mous?named=true`);
  let shown = 0;
  for (const [name, shares] of [
    ['pillar', byPillar],
    ['sector', bySector],
  ] as const)
    for (const { key, mous } of shares) {
      if (key === null || mous === 0) continue;
      const address = `${base}/mous?${new URLSearchParams({ named: 'true', [name]: key })}`;
      t.equal(linkText(html, address), key);
      t.match(html, `>${key}</a> <small>${mous}</small>`);
      shown++;
    }
  t.ok(shown > 2);
  const chosen = await pageOf(app, `${base}/mous?named=true&meetingId=jic-1&asOfPosition=90`);
  t.match(textOf(chosen), /Meeting: 1st JIC remove/);
  t.ok(linksIn(chosen).includes(`${base}/mous?named=true&asOfPosition=90`));
  t.match(chosen, '<input type="hidden" name="meetingId" value="jic-1">');
  t.match(chosen, '<strong>1st JIC</strong>');
});

test('a form with empty fields, dates that are no dates, and what nobody has', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, egyptJordan);
  const path = '/initiatives/eg-jo-jhc/mous';
  const all = await pageOf(app, path);
  t.equal(headOf(all), '28 MoUs');
  const empty = await pageOf(app, `${path}?q=&party=&named=&until=`);
  t.equal(headOf(empty), '28 MoUs');
  t.ok(linksIn(empty).includes(`${path}.csv`));
  t.match(textOf(await pageOf(app, `${path}?q=nothing+like+it`)), 'Nothing matches.');
  t.match(textOf(all), 'valid until 2026');
  for (const [query, status] of [
    ['until=x', 400],
    ['named=perhaps', 400],
    ['limit=5', 400],
    ['meetingId=A', 400],
    ['unknown=1', 400],
  ] as const) {
    const { statusCode } = await app.inject({ url: `${path}?${query}`, headers: { accept: 'text/html' } });
    t.equal(statusCode, status, query);
  }
  t.equal((await app.inject('/initiatives/nothing/mous')).statusCode, 404);
});

test('a list goes on after a hundred', async (t) => {
  const app = await buildLedger(t);
  const events = [
    { type: 'InitiativeRegistered', data: { name: 'Ports' } },
    ...Array.from({ length: 205 }, (_, i) => ({
      type: 'ProjectLaunched',
      occurredOn: '2020',
      data: { title: `Port ${i}`, sector: 'sea' },
    })),
  ];
  const made = await app.inject({
    method: 'POST',
    url: '/v1/initiatives/ports/events',
    payload: { events },
  });
  t.equal(made.statusCode, 201);
  const titles: string[] = [];
  let pages = 0;
  for (let url: string | undefined = '/initiatives/ports/projects?sector=sea'; url !== undefined; pages++) {
    const html: string = await pageOf(app, url);
    t.equal(headOf(html), pages === 0 ? '205 projects match' : 'Projects');
    titles.push(...[...html.matchAll(/>(Port \d+)<\/a>/g)].map(([, title = '']) => title));
    const next = / href="([^"]*)" rel="next"/.exec(html)?.[1];
    url = next?.replaceAll('&amp;', '&');
  }
  t.equal(pages, 3);
  t.same(
    titles,
    events.slice(1).map(({ data }) => (data as { title: string }).title),
  );
});
