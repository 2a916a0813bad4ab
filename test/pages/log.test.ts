import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { recordReal, shenzhen } from '../helpers/real-data.ts';

const { initiativeId } = shenzhen;

/** The ids of the events that a page lists, in its order. */
const listed = (body: string): string[] =>
  [...body.matchAll(/<th scope="row"><a href="\/log\/([0-9a-f-]{36})/g)].map(([, id]) => id ?? '');

const idsOf = ({ items }: { items: { event: { eventId: string } }[] }): string[] =>
  items.map(({ event }) => event.eventId);

test('the log has every event, the newest first, page by page', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const all = idsOf((await app.inject('/v1/events?limit=1000')).json());
  const found: string[] = [];
  for (let path: string | undefined = '/log'; path !== undefined; ) {
    const { statusCode, body }: { statusCode: number; body: string } = await app.inject(path);
    t.equal(statusCode, 200, path);
    found.push(...listed(body));
    path = /<a rel="next" href="([^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
  }
  t.same(found, all.toReversed());
  const oldestFirst = await app.inject('/log?order=asc');
  t.same(listed(oldestFirst.body), all.slice(0, 50));
});

test('filters stand in the address, and the answer, the table and the page hold the same events', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  for (const query of [
    'type=RecordCorrected&type=RecordReclassified',
    `recordedBy=anonymous&kind=meeting&initiativeId=${initiativeId}`,
    `initiativeId=${initiativeId}&recordId=jic-4`,
    'reasonCode=late-information',
    'lateByDays=30&kind=claim&order=asc',
    'recordedFrom=2000-01-01&recordedTo=2000-12-31',
    'asOfPosition=20',
  ]) {
    const { statusCode, body } = await app.inject(`/log?${query}`);
    t.equal(statusCode, 200, query);
    const order = query.includes('order=') ? '' : '&order=desc';
    const api = idsOf((await app.inject(`/v1/events?${query}${order}&limit=50`)).json());
    t.same(listed(body), api, query);
    const address = `/log.csv?${query}`;
    t.match(body, `href="${address.replaceAll('&', '&amp;')}"`, query);
    const table = await app.inject(address);
    t.match(table.headers['content-type'], 'text/csv');
    for (const [, value] of new URLSearchParams(query))
      if (!/^(asc|20|2000.*)$/.test(value)) t.match(body, `value="${value}"`, `${query}: the form keeps it`);
  }
  const empty = await app.inject('/log?recordedFrom=2000-01-01&recordedTo=2000-12-31');
  t.match(empty.body, 'No event matches.');
  const sent = await app.inject('/log?recordedFrom=&type=RecordCorrected&recordId=&kind=&order=desc');
  t.same(listed(sent.body), listed((await app.inject('/log?type=RecordCorrected')).body), 'empty fields');
  t.match(sent.body, 'href="/log.csv?type=RecordCorrected&amp;order=desc"');
});

test("each of an auditor's questions is answered at its address, as a table too", async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const path = `/log?initiativeId=${initiativeId}&recordId=jic-4&recordedBy=anonymous&recordedFrom=2020-01-01&asOfPosition=100`;
  const { body } = await app.inject(path);
  const questions = body.slice(body.indexOf('id="questions"'));
  const addresses = Array.from(questions.matchAll(/href="(\/(?!proof)[^"]*)"/g), ([, to = '']) =>
    to.replaceAll('&amp;', '&'),
  );
  const tables = addresses.filter((to) => /\.csv|format=csv/.test(to));
  t.equal(tables.length, 8);
  for (const address of addresses) {
    const answer = await app.inject(address);
    t.equal(answer.statusCode, 200, `${address}: ${answer.body.slice(0, 200)}`);
    if (tables.includes(address)) t.match(answer.headers['content-type'], 'text/csv', address);
  }
});

test('wrong filters are refused', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  for (const [query, status] of [
    ['type=Nothing', 400],
    ['recordedFrom=yesterday', 400],
    ['after=x', 400],
    ['lateByDays=-1', 400],
    ['unknown=1', 400],
    ['initiativeId=nothing', 404],
  ] as const)
    t.equal((await app.inject(`/log?${query}`)).statusCode, status, query);
});

test('an event says what it changed, in words and byte for byte, and leads to what it belongs to', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const { items } = (await app.inject('/v1/events?limit=1000')).json();
  const leaves = (await app.inject('/v1/export')).body.trimEnd().split('\n');
  for (const [i, { position, leafHash, event }] of items.entries()) {
    const { statusCode, body } = await app.inject(`/log/${event.eventId}`);
    if (statusCode !== 200) t.fail(`${event.eventId}: ${body}`);
    const [, leaf = ''] = /<pre tabindex="0">(\{.*?)<\/pre>/s.exec(body) ?? [];
    const unescaped = leaf
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    t.equal(unescaped, leaves[i], `event ${position} is shown as it was logged`);
    t.match(body, leafHash);
    t.match(body, `href="/initiatives/${initiativeId}/records/${event.recordId}"`);
    const [before, after] = [items[i - 1], items[i + 1]];
    if (before) t.match(body, `<a href="/log/${before.event.eventId}">← event ${position - 1}</a>`);
    if (after) t.match(body, `<a href="/log/${after.event.eventId}">event ${position + 1} →</a>`);
  }
  const corrected = items.find(
    ({ event }: { event: { type: string; recordId: string } }) =>
      event.type === 'RecordCorrected' && event.recordId === 'jic-4',
  );
  const { body } = await app.inject(`/log/${corrected.event.eventId}`);
  t.match(body, '<del>December 2023</del> <ins>14 December 2023</ins>');
  const made = items.find(
    ({ event }: { event: { version: number; recordId: string } }) =>
      event.recordId === 'jic-4' && event.version === 1,
  );
  const first = (await app.inject(`/log/${made.event.eventId}`)).body;
  const followed = first.slice(first.indexOf('What followed'), first.indexOf('Its request'));
  t.equal(listed(followed)[0], corrected.event.eventId, 'the correction that followed');
  t.match(first.slice(first.indexOf('Its request')), made.event.correlationId);
  t.same(
    (await app.inject(`/log/${made.event.eventId}.json`)).json(),
    (await app.inject(`/v1/events/${made.event.eventId}`)).json(),
  );
  t.equal((await app.inject('/log/018cd97e-9200-4000-8000-000000000000')).statusCode, 404);
  t.equal((await app.inject('/log/x')).statusCode, 404);
});
