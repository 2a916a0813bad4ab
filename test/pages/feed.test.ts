import { join } from 'node:path';
import { parseAtomFeed } from 'feedsmith';
import { test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { attackedLedger } from '../helpers/attacked.ts';
import { attack, attackInXml } from '../helpers/attacks.ts';
import { emptyDatabase } from '../helpers/database.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';
import { elementsOf } from '../helpers/xml.ts';

const page = `/initiatives/${shenzhen.initiativeId}`;

interface Logged {
  event: { eventId: string; recordedAt: string; recordedBy: string; type: string };
}

test('the feed has the newest events of the list, and reads as Atom', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const read = readerOf(app, shenzhen);
  for (const query of [
    '',
    'type=MoUSigned',
    'type=MoUSigned&type=RecordCorrected',
    'kind=claim',
    'recordedBy=anonymous',
    'recordedBy=nobody',
    'asOfPosition=9',
  ]) {
    const answer = await app.inject(`${page}/feed.atom?${query}`);
    t.equal(answer.statusCode, 200, query);
    t.equal(answer.headers['content-type'], 'application/atom+xml; charset=utf-8');
    elementsOf(answer.body);
    const feed = parseAtomFeed(answer.body);
    const { items } = await read(`/events?order=desc&limit=100&${query}`);
    t.same(
      (feed.entries ?? []).map(({ id, updated, authors, categories }) => [
        id,
        updated,
        authors?.[0]?.name,
        categories?.[0]?.term,
      ]),
      items.map(({ event }: Logged) => [
        `urn:uuid:${event.eventId}`,
        event.recordedAt,
        event.recordedBy,
        event.type,
      ]),
      query,
    );
    t.ok(feed.updated, 'a feed without entries has a moment, too');
    for (const { links = [] } of feed.entries?.slice(0, 3) ?? []) {
      t.match(links[0]?.href, /^http:\/\/localhost:80\/initiatives\//);
      t.equal((await app.inject(String(links[0]?.href).replace('http://localhost:80', ''))).statusCode, 200);
    }
  }
  for (const query of ['until=2023', 'type=Nothing', 'limit=1'])
    t.equal((await app.inject(`${page}/feed.atom?${query}`)).statusCode, 400, query);
});

test('addresses in a feed and in a calendar are those of PUBLIC_URL', async (t) => {
  const config = readConfig({
    DATABASE_URL: await emptyDatabase(t),
    SIGNER_DIR: join(t.testdir(), 'signer'),
    PUBLIC_URL: 'https://office.example.org/ledger',
  });
  const app = await openLedgerApp(config, false);
  t.teardown(() => app.close());
  await recordReal(app, shenzhen);
  const base = `https://office.example.org/ledger${page}`;
  const { body } = await app.inject(`/ledger${page}/feed.atom?kind=mou`);
  const feed = parseAtomFeed(body);
  t.equal(feed.id, `${base}/feed.atom?kind=mou`);
  t.equal(feed.links?.find(({ rel }) => rel === 'alternate')?.href, base);
  for (const { links } of feed.entries ?? []) t.ok(links?.[0]?.href?.startsWith(`${base}/records/`));
  const links = String((await app.inject(`/ledger${page}`)).headers['link']).split(', ');
  t.ok(links.includes(`</ledger${page}/feed.atom>; rel="alternate"; type="application/atom+xml"`));
  t.ok(links.every((link) => link.startsWith('</ledger/')));
  const calendar = await app.inject(`/ledger${page}/meetings.ics`);
  t.ok(calendar.body.replaceAll('\r\n ', '').includes(`URL:${base}/meetings/jic-4`));
});

test('a text that is an attack stays a text in a feed', async (t) => {
  const app = await attackedLedger(t);
  const { body } = await app.inject('/initiatives/attacked/feed.atom');
  const elements = elementsOf(body);
  t.equal(elements.filter(({ name }) => name === 'entry').length, 6);
  t.notOk(elements.some(({ name }) => /script|style|svg/.test(name)));
  const titles = elements.filter(({ name }) => name === 'title').map(({ text }) => text);
  t.equal(titles[0], attackInXml);
  t.notOk(body.includes(attack));
});
