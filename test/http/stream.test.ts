import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mock } from 'node:test';
import { type Test, test } from 'tap';
import { everything } from '../../src/access/visible.ts';
import { EventHub } from '../../src/http/wire/event-hub.ts';
import { itemsOf } from '../../src/rules.ts';
import { Recorder } from '../../src/store/recorder.ts';
import type { Store } from '../../src/store/store.ts';
import { corrected, initiative, meeting, mou, project, reason, retracted } from '../helpers/decide.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { openSocket } from '../helpers/shell.ts';
import {
  openStreaming,
  range,
  recordMuch,
  type Streaming,
  StreamReader,
  turnUntil,
} from '../helpers/streaming.ts';
import { syncingBy } from '../helpers/syncs.ts';

/** Limits at which streams fall behind the events in memory, and chunks hold one event. */
const tight = { recentEventsMax: 3, pageEvents: 2, chunkBytesMax: 1, streamsPerTurn: 1 };

const itemsIn = async ({ app }: Streaming, query = '') =>
  (await app.inject(`/v1/events?limit=1000&${query}`)).json().items;

test('a stream begins with the first event, and goes on with what is recorded', async (t) => {
  const ledger = await openStreaming(t);
  await ledger.post([meeting('m', '2023-12-14', { coChairs: [{ name: 'Tan Ah Kow' }] }), mou()]);
  const reader = await StreamReader.open(t, ledger.port);
  t.equal(reader.response.headers['content-type'], 'text/event-stream');
  t.equal(reader.response.headers['cache-control'], 'no-store');
  t.equal(reader.response.headers['x-content-type-options'], 'nosniff', 'with the headers of every answer');
  t.match(reader.response.headers['x-request-id'], /./);
  await reader.until(({ events }) => events.length === 3);
  await ledger.post([mou({ data: { title: '深圳\n—two lines' } })]);
  await ledger.post([mou(), project()]);
  await reader.until(({ events }) => events.length === 6);
  const items = await itemsIn(ledger);
  t.same(
    reader.events,
    items.map((item: { position: number }) => ({ id: item.position, data: item })),
    'as in the list of events',
  );
  t.match(reader.events[1]?.data, { openings: [{ name: 'Tan Ah Kow' }] });
});

test('Last-Event-ID goes before after, and at the end of the log there is nothing yet', async (t) => {
  const { port, post } = await openStreaming(t);
  await post([mou(), mou(), mou()]);
  const resumed = await StreamReader.open(t, port, '?after=0', { 'last-event-id': '2' });
  const after = await StreamReader.open(t, port, '?after=3');
  const end = await StreamReader.open(t, port, '?after=4');
  await end.until(({ comments }) => comments.length === 1);
  t.same(end.comments, ['at 4'], 'the headers and a comment come at once');
  await post([mou()]);
  for (const reader of [resumed, after, end]) await reader.until(({ ids }) => ids.at(-1) === 5);
  t.same([resumed.ids, after.ids, end.ids], [[3, 4, 5], [4, 5], [5]]);
});

const killed = effort(20, 100);

for (const [name, limits] of [
  ['', {}],
  [', however little is kept in memory', tight],
] as const) {
  test(`whenever a reader comes while events are recorded, it sees each once, in order${name}`, async (t) => {
    const { port, post } = await openStreaming(t, limits);
    const readers: StreamReader[] = [];
    for (let i = 0; i < 20; i++) {
      // Several requests at once, so that they share commits.
      const posts = range(1, 8).map(() => post([mou(), project()]));
      readers.push(await StreamReader.open(t, port, i % 2 === 0 ? '' : `?after=${i}`));
      await Promise.all(posts);
    }
    const end = 1 + 20 * 16;
    for (const [i, reader] of readers.entries()) {
      await reader.until(({ ids }) => ids.at(-1) === end);
      t.same(reader.ids, range(i % 2 === 0 ? 1 : i + 1, end));
    }
  });

  test(
    `a reader that is killed and resumed ${killed} times under load misses nothing${name}`,
    moreInLong,
    async (t) => {
      const { port, post, hub } = await openStreaming(t, limits);
      let [total, reading] = [1, true];
      const posting = (async () => {
        while (reading)
          total = Math.max(...(await Promise.all([post([mou(), mou()]), post([mou(), mou()])])).flat());
      })();
      const seen: number[] = [];
      for (let i = 0; i < killed; i++) {
        const before = total;
        const last = seen.at(-1);
        const reader = await StreamReader.open(
          t,
          port,
          '',
          last === undefined ? {} : { 'last-event-id': `${last}` },
        );
        const wanted = 1 + (i % 19);
        await reader.until(({ events }) => events.length >= wanted);
        // It is killed while more is recorded.
        await turnUntil(() => total > before);
        reader.close();
        // What it had not read when it was killed is lost with it.
        seen.push(...reader.ids.slice(0, wanted));
      }
      reading = false;
      await posting;
      const rest = await StreamReader.open(t, port, '', { 'last-event-id': `${seen.at(-1)}` });
      await rest.until(({ ids }) => ids.at(-1) === total);
      t.same([...seen, ...rest.ids], range(1, total));
      rest.close();
      await turnUntil(() => hub.size === 0);
      t.pass('a reader that goes leaves nothing behind');
    },
  );
}

test('what is written and not on disk yet is nowhere to be seen', async (t) => {
  const { port, post } = await openStreaming(t);
  const reader = await StreamReader.open(t, port);
  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  const eventId = randomUUID();
  const [begun, synced] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  syncingBy(t, () => {
    begun.resolve();
    return synced.promise;
  });
  const posted = post([mou({ recordId: 'pending', eventId })]);
  await begun.promise;
  const another = await StreamReader.open(t, port, '?after=1');
  await another.until(({ comments }) => comments.length > 0);
  t.same(another.comments, ['at 1']);
  t.equal(await status(`/v1/events/${eventId}`), 404);
  t.equal(await status('/v1/initiatives/sci/records/pending'), 404);
  t.same(reader.ids, [1]);
  synced.resolve();
  await posted;
  await reader.until(({ ids }) => ids.at(-1) === 2);
  t.equal(await status(`/v1/events/${eventId}`), 200);
  another.close();
  reader.close();
});

test('filters select the same events as in the list, from the past and live', async (t) => {
  const ledger = await openStreaming(t, { pageEvents: 3 });
  const { port, post } = ledger;
  const filters = [
    'recordId=m',
    'type=RecordCorrected',
    'type=MoUSigned&type=RecordRetracted',
    'kind=project',
    'recordedBy=anonymous',
    'recordedBy=nobody',
    'reasonCode=other',
    'reasonCode=duplicate',
    'lateByDays=400',
    'recordedFrom=2000&recordedTo=2099',
    'recordedTo=2000',
    'recordedFrom=2099',
    'initiativeId=other',
    'initiativeId=sci&kind=mou',
  ];
  const record = async () => {
    await post([
      meeting('m'),
      mou({ recordId: 'a' }),
      project({ recordId: 'p', occurredOn: '[..2020]' }),
    ]).catch(() => {});
    await post([initiative()], 'other').catch(() => {});
    await post([
      corrected('m', { data: { name: `${Math.random()}` } }),
      mou(),
      retracted('a'),
      { type: 'RecordReinstated', recordId: 'a', reason },
    ]);
    await post([mou({ occurredOn: '1990' }), project()], 'other');
  };
  await record();
  const readers = await Promise.all(filters.map((filter) => StreamReader.open(t, port, `?${filter}`)));
  for (const reader of readers) await reader.until(({ comments }) => comments.length > 0);
  await record();
  const [end] = await post([retracted('a')]);
  for (const [i, filter] of filters.entries()) {
    const query = filter.replace(/initiativeId=\w+&?/, '');
    const [, initiativeId] = /initiativeId=(\w+)/.exec(filter) ?? [];
    const items = (await itemsIn(ledger, query)).filter(
      ({ event }: { event: { initiativeId: string } }) =>
        initiativeId === undefined || event.initiativeId === initiativeId,
    );
    const expected = items.map(({ position }: { position: number }) => position);
    await readers[i]?.until(({ ids }) => ids.length >= expected.length);
    t.same(readers[i]?.ids, expected, filter);
    // From the past alone.
    const late = await StreamReader.open(t, port, `?${filter}`);
    await late.until(({ comments }) => comments.includes(`at ${end}`));
    t.same(late.ids, expected, `${filter}, later`);
  }
});

test('a heartbeat also comes where a filter matches nothing, and says how far the log was looked through', async (t) => {
  const { port, post } = await openStreaming(t, { heartbeatMs: 20 });
  const reader = await StreamReader.open(t, port, '?reasonCode=duplicate');
  await reader.until(({ comments }) => comments.length >= 3);
  await post([mou(), mou()]);
  await reader.until(({ comments }) => comments.at(-1) === 'at 3');
  t.same(reader.events, []);
});

test('a heartbeat comes every 15 seconds', async (t) => {
  const { port, hub } = await openStreaming(t);
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const reader = await StreamReader.open(t, port, '?after=1');
  await reader.until(({ comments }) => comments.length === 1);
  mock.timers.tick(14_999);
  // What is sent to a later reader would have been preceded by a heartbeat to this one.
  const later = await StreamReader.open(t, port, '?after=1');
  await later.until(({ comments }) => comments.length === 1);
  t.equal(reader.comments.length, 1);
  mock.timers.tick(1);
  await reader.until(({ comments }) => comments.length === 2);
  t.equal(hub.size, 2);
});

test('what another instance recorded is sent although nobody told of it', async (t) => {
  const { port, store } = await openStreaming(t, { heartbeatMs: 20 });
  const reader = await StreamReader.open(t, port, '?after=1');
  const other = new Recorder(store, Date.now);
  const items = itemsOf({ events: [mou(), mou()] });
  await other.record({
    initiativeId: 'sci',
    principal: 'officer',
    authority: 'operator',
    items,
    dryRun: false,
  });
  await reader.until(({ ids }) => ids.length === 2);
  t.same(reader.ids, [2, 3]);
});

test('many streams at the end of the log cost one reading of what is new', async (t) => {
  const { port, post, queries } = await openStreaming(t);
  const readers = await Promise.all(range(1, 50).map(() => StreamReader.open(t, port, '?after=1')));
  for (const reader of readers) await reader.until(({ comments }) => comments.length === 1);
  const before = queries();
  await post([mou(), mou()]);
  for (const reader of readers) await reader.until(({ ids }) => ids.length === 2);
  t.ok(queries() - before < 5, `${queries() - before} queries`);
});

test('an error of the storage ends the streams, and is told of once', async (t) => {
  const { store } = await openStreaming(t);
  const failures: unknown[] = [];
  const error = new Error('the disk is gone');
  const broken: Store = {
    ...store,
    head() {
      throw error;
    },
  };
  const hub = new EventHub(broken, (failure) => failures.push(failure));
  const streams = [0, 0].map((after) => hub.subscribe(after, { visible: everything }));
  const ends = await Promise.all(streams.map((stream) => once(stream.resume(), 'error')));
  t.same(ends, [[error], [error]], 'which is how a stream is answered that has been sent nothing yet');
  t.same(failures, [error]);
  t.equal(hub.size, 0);
});

/** Asks for the stream and never reads. */
function openStuck(t: Test, port: number) {
  const { socket, received } = openSocket(t, port);
  socket.pause();
  socket.write('GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return { socket, received };
}

test('a reader that does not read is disconnected, and little is read for it until then', async (t) => {
  // One event a chunk, and a query for each.
  const { port, post, hub, queries } = await openStreaming(t, { ...tight, stallMs: 300 });
  await recordMuch(post);
  const before = queries();
  const { socket, received } = openStuck(t, port);
  await turnUntil(() => hub.size === 1);
  await turnUntil(() => hub.size === 0);
  const asked = queries() - before;
  t.ok(asked > 10 && asked < 300, `${asked} queries, of the 501 that all of it takes`);
  socket.resume();
  const text = await received;
  t.notMatch(text.slice(-100), /\r\n0\r\n\r\n$/, 'it was cut off');
  t.ok(text.length < 20_000_000);
  const reader = await StreamReader.open(t, port, '?after=400');
  await reader.until(({ ids }) => ids.at(-1) === 501);
});

test('closing ends all streams at once, also one that nobody reads', async (t) => {
  const { app, port, post, hub } = await openStreaming(t);
  await recordMuch(post);
  const readers = [
    await StreamReader.open(t, port, '?after=501'),
    await StreamReader.open(t, port, '?after=500'),
  ];
  for (const reader of readers) await reader.until(({ comments }) => comments.length === 1);
  const { socket, received } = openStuck(t, port);
  await turnUntil(() => hub.size === 3);
  const begun = performance.now();
  const closed = app.close();
  for (const reader of readers) t.equal(await reader.ended, 'ended');
  await closed;
  t.ok(performance.now() - begun < 5_000, 'without waiting for the deadline of requests under way');
  socket.resume();
  t.notMatch((await received).slice(-100), /\r\n0\r\n\r\n$/);
  t.equal(hub.size, 0);
});

test('a name that was erased is not sent any more, however recent', async (t) => {
  const name = 'Tan Wei Ling of Erewhon';
  for (const limits of [{}, tight]) {
    const { app, port, post } = await openStreaming(t, limits);
    const early = await StreamReader.open(t, port);
    await post([meeting('m', '2023-12-14', { coChairs: [{ name }] })]);
    await early.until(({ ids }) => ids.length === 2);
    const [opening] = early.events.at(-1)?.data.openings ?? [];
    t.equal(opening.name, name);
    const erased = {
      type: 'PersonalDataErased',
      recordId: 'm',
      commitments: [opening.commitment],
      legalBasis: 'Art. 17',
    };
    // Readers that come while it is erased.
    const [late] = await Promise.all([StreamReader.open(t, port), post([erased])]);
    const later = await StreamReader.open(t, port);
    for (const reader of [early, late, later]) await reader.until(({ ids }) => ids.length === 3);
    t.notOk(JSON.stringify(later.events).includes(name));
    t.same(
      later.events.map(({ data }) => data),
      (await app.inject('/v1/events')).json().items,
    );
  }
});

test('there is a limit of streams', async (t) => {
  const { port, hub } = await openStreaming(t, { streamsMax: 2 });
  const [first] = [await StreamReader.open(t, port), await StreamReader.open(t, port)];
  const refused = await fetch(`http://127.0.0.1:${port}/v1/events/stream`);
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '1');
  t.match(await refused.json(), { code: 'overloaded' });
  first?.close();
  await turnUntil(() => hub.size === 1);
  t.equal((await StreamReader.open(t, port)).response.statusCode, 200);
});

test('a position that is none, or after the end of the log, is refused with a pointer', async (t) => {
  const { app } = await openStreaming(t);
  const refused: [query: string, lastEventId: string | undefined, pointer: string][] = [
    ['?after=x', undefined, '/query/after'],
    ['?after=-1', undefined, '/query/after'],
    ['?after=1.5', undefined, '/query/after'],
    ['?after=2', undefined, '/query/after'],
    ['?after=1e400', undefined, '/query/after'],
    ['', '2', '/headers/last-event-id'],
    ['?after=0', '9007199254740993', '/headers/last-event-id'],
    ['', '1e400', '/headers/last-event-id'],
    ['', 'x', '/headers/last-event-id'],
    ['', '0x1', '/headers/last-event-id'],
    ['', '1e0', '/headers/last-event-id'],
    ['', '', '/headers/last-event-id'],
    ['', '-1', '/headers/last-event-id'],
    ['?recordedFrom=x', undefined, '/query/recordedFrom'],
    ['?recordedTo=2023-02-30', undefined, '/query/recordedTo'],
    ['?type=Unheard', undefined, '/query/type/0'],
    ['?initiativeId=UPPER', undefined, '/query/initiativeId'],
    ['?limit=1', undefined, '/query/limit'],
  ];
  for (const [query, lastEventId, pointer] of refused) {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const answer = await app.inject({ url: `/v1/events/stream${query}`, headers });
    t.match(
      answer.json(),
      { status: 400, code: 'invalid-request', errors: [{ pointer }] },
      `${query} ${lastEventId}`,
    );
  }
  const beyond = await app.inject('/v1/events/stream?after=2');
  t.match(beyond.json().detail, /after the end of the log, which is 1/);
});

test('HEAD has the headers and opens no stream, and no other method is served', async (t) => {
  const { port, hub } = await openStreaming(t);
  const url = `http://127.0.0.1:${port}/v1/events/stream`;
  const head = await fetch(url, { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(head.headers.get('content-type'), 'text/event-stream');
  t.equal(head.headers.get('content-length'), null);
  t.equal(await head.text(), '');
  t.equal(hub.size, 0);
  const posted = await fetch(url, { method: 'POST' });
  t.equal(posted.status, 405);
  t.match(posted.headers.get('allow'), 'GET');
});
