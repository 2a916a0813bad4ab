import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { test } from 'tap';
import { attackedLedger } from '../helpers/attacked.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { recordReal, shenzhen } from '../helpers/real-data.ts';
import { openStreaming, StreamReader } from '../helpers/streaming.ts';

const batch = 'application/cloudevents-batch+json';
const log = `/v1/initiatives/${shenzhen.initiativeId}/events`;

const ajv = new Ajv({ strict: false });
// CommonJS, whose types say that the function is one level deeper than it is for Node.
(ajvFormats as unknown as typeof ajvFormats.default)(ajv);
const schema = await readFile(new URL('../vectors/cloudevents/cloudevents.json', import.meta.url), 'utf8');
const isCloudEvent = ajv.compile(JSON.parse(schema));

interface Item {
  position: number;
  leafHash: string;
  event: { eventId: string; type: string; initiativeId: string; recordId: string; recordedAt: string };
}

/** What the specification asks for, and of each item what the list says of it. */
const mapped = (source: string, { position, leafHash, event }: Item) => ({
  specversion: '1.0',
  id: event.eventId,
  source,
  type: event.type,
  subject: `${event.initiativeId}/${event.recordId}`,
  time: event.recordedAt,
  datacontenttype: 'application/json',
  position,
  leafhash: leafHash,
  data: event,
});

test('the log is a batch of CloudEvents where that is asked for', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const origin = (await app.inject('/v1/log/keys')).json().origin;
  const source = `https://${origin}`;
  for (const url of ['/v1/events?order=desc', '/v1/events?type=MoUSigned', log, `${log}?limit=3&after=2`]) {
    const json = await app.inject(url);
    const events = await app.inject({ url, headers: { accept: batch } });
    t.equal(events.statusCode, 200);
    t.match(events.headers['content-type'], batch);
    t.equal(events.headers['vary'], 'Accept');
    t.equal(json.headers['vary'], 'Accept');
    t.equal(events.headers['link'], json.headers['link'], 'the next page');
    const { items, basis } = json.json();
    t.equal(String(events.headers['basis-tree-size']), String(basis.treeSize));
    t.same(
      events.json(),
      items.map((item: Item) => mapped(source, item)),
      url,
    );
    for (const event of events.json()) {
      t.ok(isCloudEvent(event), ajv.errorsText(isCloudEvent.errors));
      // Section 3: names of attributes are lower-case letters and digits; an integer has 32 bits.
      t.notOk(Object.keys(event).some((name) => !/^[a-z0-9]+$/.test(name)));
    }
    const etag = String(events.headers['etag']);
    const again = await app.inject({ url, headers: { accept: batch, 'if-none-match': etag } });
    t.equal(again.statusCode, 304);
    const other = await app.inject({ url, headers: { 'if-none-match': etag } });
    t.equal(other.statusCode, 200, 'JSON has another ETag');
  }
});

test('JSON is sent unless CloudEvents are asked for by name', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const typeOf = async (accept: string, url = log) =>
    String((await app.inject({ url, headers: { accept } })).headers['content-type']).split(';')[0];
  for (const [accept, type] of [
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    [`${batch};q=0`, 'application/json'],
    [`${batch};q=0.5, application/json`, 'application/json'],
    [`${batch};q=x`, 'application/json'],
    [`application/json;q=0.5, ${batch}`, batch],
    [`text/html, ${batch.toUpperCase()} ; Q=1`, batch],
    [`${batch}, */*`, batch],
  ] as const)
    t.equal(await typeOf(accept), type, accept);
  t.equal(await typeOf(batch, `${log}?format=csv`), 'text/csv', 'format goes before Accept');
  t.equal(await typeOf(batch, '/v1/initiatives'), 'application/json', 'other lists have no events');
});

test('the stream gives CloudEvents with format=cloudevents', async (t) => {
  const { app, port, post, store } = await openStreaming(t);
  await post([{ type: 'MeetingHeld', occurredOn: '2023', data: { coChairs: [{ name: 'Tan Ah Kow' }] } }]);
  const reader = await StreamReader.open(t, port, '?format=cloudevents');
  const plain = await StreamReader.open(t, port);
  await post([{ type: 'MoUSigned', occurredOn: '2023', data: { title: 'a\ndata: {}\n\nid: 9' } }]);
  for (const one of [reader, plain]) await one.until(({ events }) => events.length === 3);
  const { items } = (await app.inject('/v1/events')).json();
  t.same(
    reader.events,
    items.map((item: Item) => ({ id: item.position, data: mapped(`https://${store.origin}`, item) })),
  );
  t.same(
    plain.events.map(({ data }) => data),
    items,
    'a stream beside it has its own form',
  );
  for (const { data } of reader.events) t.ok(isCloudEvent(data), ajv.errorsText(isCloudEvent.errors));
  t.notMatch(JSON.stringify(reader.events), /Tan Ah Kow/, 'a name that can be erased is not in it');
  t.equal((await app.inject('/v1/events/stream?format=csv')).statusCode, 400);
});

test('a text that is an attack stays a text in a CloudEvent', async (t) => {
  const app = await attackedLedger(t);
  const { items } = (await app.inject('/v1/events')).json();
  const events = (await app.inject({ url: '/v1/events', headers: { accept: batch } })).json();
  t.same(
    events.map(({ data }: { data: object }) => data),
    items.map(({ event }: Item) => event),
  );
  for (const event of events) t.ok(isCloudEvent(event), ajv.errorsText(isCloudEvent.errors));
});
