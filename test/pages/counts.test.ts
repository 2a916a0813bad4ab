import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { linksIn, pageOf, textOf } from '../helpers/pages.ts';
import { readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';

const base = `/initiatives/${shenzhen.initiativeId}`;

interface Item {
  key?: string | null;
  key2?: string | null;
  others?: number;
  mous: { total: number };
  projects: { total: number };
  total: number;
}

test('a page of counts has the figures of the API, and each opens a list of as many', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const read = readerOf(app, shenzhen);
  let opened = 0;
  for (const query of [
    'by=party',
    'by=country',
    'by=sector,instrument',
    'by=meeting,pillar&until=2023',
    'by=kind&until=2021',
    'by=year',
    'by=publisher&top=2',
    'by=party&top=3&asOfPosition=30',
  ]) {
    const { items, distinct } = (await read(`/counts?${query}`)) as { items: Item[]; distinct: Item };
    const html = await pageOf(app, `${base}/counts?${query}`);
    t.match(textOf(html), `${distinct.mous.total} MoU`, query);
    const rows = html.split('<tbody>')[1]?.split('</tr>').slice(0, -1) ?? [];
    t.equal(rows.length, items.length, query);
    for (const [i, item] of items.entries()) {
      const row = rows[i] ?? '';
      if (item.others !== undefined) t.match(row, `${item.others} other`);
      const figures = [...row.matchAll(/<td class="n">(?:<a href="([^"]*)">)?(\d+)/g)];
      t.same(
        [figures[0]?.[2], figures[1]?.[2], figures.at(-1)?.[2]].map(Number),
        [item.mous.total, item.projects.total, item.total],
        `${query}: ${item.key}, ${item.key2}`,
      );
      for (const [, link, figure] of figures) {
        if (link === undefined) continue;
        opened += 1;
        const address = link.replaceAll('&amp;', '&').replace('?', '.json?count=true&');
        const list = (await app.inject(address)).json() as { items: { possible?: true }[] };
        const certain = list.items.filter(({ possible }) => !possible).length;
        t.equal(certain, Number(figure), address);
      }
    }
    t.ok(linksIn(html).includes(`${base}/counts.csv?${query.replace(',', '%2C')}`), 'the same as a table');
  }
  t.ok(opened > 25, `${opened} figures opened a list`);
  const filtered = await app.inject({ url: `${base}/counts?sector=x`, headers: { accept: 'text/html' } });
  t.equal(filtered.statusCode, 400, 'no filter is passed over');
  const other = await pageOf(app, `${base}/counts?by=year&by=&top=`);
  t.match(other, /<option value="year" selected>/, 'a form also sends what is left empty');
  t.ok(
    linksIn(await pageOf(app, base)).includes(`${base}/counts?by=party&top=20`),
    'the initiative leads here',
  );
});
