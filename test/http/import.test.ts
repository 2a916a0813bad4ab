import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { mediaTypeOf } from '../../src/import/formats.ts';
import { isOnPostgres } from '../helpers/database.ts';
import { initiative, meeting, mou } from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';
import { ndjson } from '../helpers/import.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { odsOf, xlsxOf } from '../helpers/sheets.ts';
import { listen, openSocket } from '../helpers/shell.ts';

const path = '/v1/initiatives/sci/import';

const post = (app: App, payload: string | Buffer | Readable, query = '', headers: object = {}) =>
  app.inject({
    method: 'POST',
    url: `${path}${query}`,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    payload,
  });
const csv = { 'content-type': 'text/csv' };
const end = async (app: App): Promise<number> =>
  (await app.inject('/v1/events?limit=1')).json().basis.treeSize;

test('lines are imported, and the answer says what came of them', async (t) => {
  const app = await buildLedger(t);
  const file = `${ndjson(initiative(), meeting(), mou({ repeat: 8, data: { meetingId: 'jic-4' } }))}\r\nx\n`;
  const tried = await post(app, file, '?dryRun=true');
  t.equal(tried.statusCode, 200);
  t.match(tried.json(), { lines: 4, recorded: 3, failed: 1, basis: { treeSize: 0 } });
  const done = await post(app, file, '?dryRun=false&importId=first');
  t.equal(done.statusCode, 200);
  t.match(done.json(), {
    lines: 4,
    recorded: 3,
    alreadyRecorded: 0,
    failed: 1,
    errors: [{ line: 5, code: 'malformed-json', pointer: '' }],
    basis: { treeSize: 10, rootHash: /^[0-9a-f]{64}$/ },
  });
  t.match((await post(app, file, '?importId=first')).json(), { recorded: 0, alreadyRecorded: 3 });
  t.match((await app.inject('/v1/initiatives/sci/summary')).json(), { counts: { mous: { total: 8 } } });
  const { items } = (await app.inject('/v1/events?limit=1')).json();
  t.equal(items[0].event.recordedBy, 'anonymous');
  const empty = await post(app, '');
  t.match([empty.statusCode, empty.json()], [200, { lines: 0, failed: 0 }]);
});

test('a table is imported, and with a mapping also one with other headers', async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative(), meeting()));
  const table = '\ufefftype,occurredOn,data.title\r\nMoUSigned,2023-12-14,"A, B"\r\nMoUSigned,2023-13,\r\n';
  t.match(
    (await post(app, table, '', { 'content-type': 'text/csv; charset=utf-8; header=present' })).json(),
    {
      lines: 2,
      recorded: 1,
      errors: [{ line: 3, code: 'invalid-body', pointer: '/occurredOn' }],
    },
  );
  const [foreign, mapping] = ['milestones.csv', 'mapping.json'].map((name) =>
    readFileSync(new URL(`../import/officers/${name}`, import.meta.url), 'utf8'),
  );
  const query = `?mapping=${encodeURIComponent(mapping ?? '')}`;
  t.match((await post(app, foreign ?? '', query, csv)).json(), { lines: 5, recorded: 5, errors: [] });
  t.match((await post(app, foreign ?? '', query, csv)).json(), { lines: 5, alreadyRecorded: 5 });
  t.match((await post(app, foreign ?? '', '', csv)).json(), { code: 'malformed-csv', status: 400 });
  t.match((await post(app, '', `${query}x`, csv)).json(), { code: 'invalid-mapping', status: 400 });
  t.match((await post(app, '', query)).json(), { code: 'invalid-request', status: 400 });
});

test('a table may be a sheet, have tabs, or be in another charset that its media type names', async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative()));
  const rows = [
    ['type', 'occurredOn', 'data.title'],
    ['MoUSigned', '2023', 'Ö'],
  ];
  const tabs = rows.map((row) => row.join('\t')).join('\n');
  const bodies: [type: string, body: Buffer][] = [
    ['text/tab-separated-values', Buffer.from(tabs)],
    ['text/tab-separated-values; charset=windows-1252', Buffer.from(tabs, 'latin1')],
    ['text/tab-separated-values; charset="UTF-16"', Buffer.from(tabs, 'utf16le')],
    [mediaTypeOf('xlsx'), xlsxOf([{ name: 'a', rows }])],
    [mediaTypeOf('ods'), odsOf([{ name: 'a', rows }])],
  ];
  for (const [i, [type, body]] of bodies.entries()) {
    const answer = await post(app, body, '', { 'content-type': type });
    const [recorded, alreadyRecorded] = i === 0 ? [1, 0] : [0, 1];
    t.match(answer.json(), { lines: 1, recorded, alreadyRecorded, errors: [] }, type);
  }
});

test('an atomic import that is refused names the lines', async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative()));
  const refused = await post(app, `${ndjson(mou(), mou({ recordId: 'X' }))}x`, '?atomic=true');
  t.equal(refused.headers['content-type'], 'application/problem+json');
  t.match(refused.json(), {
    status: 422,
    code: 'import-refused',
    errors: [
      { line: 2, code: 'invalid-body', pointer: '/recordId' },
      { line: 3, code: 'malformed-json' },
    ],
  });
  t.equal(await end(app), 1);
});

test('what is no text in UTF-8, and what is of no known type, is refused as a whole', async (t) => {
  const app = await buildLedger(t);
  const file = ndjson(initiative());
  const wrong: [name: string, body: string | Buffer, headers: object, detail: RegExp][] = [
    ['gzip', gzipSync(file), {}, /compressed by gzip/],
    ['a content encoding', gzipSync(file), { 'content-encoding': 'gzip' }, /Content-Encoding: gzip/],
    ['a spreadsheet', Buffer.from('PK\x03\x04…'), csv, /spreadsheet/],
    ['UTF-16', Buffer.from('\ufeffx', 'utf16le'), {}, /UTF-16/],
    ['a charset', file, { 'content-type': 'text/csv; charset=koi8-r' }, /UTF-8, UTF-16 or Windows-1252/],
    ['lines in a charset', file, { 'content-type': 'application/x-ndjson; charset=utf-16' }, /in UTF-8, not/],
    ['JSON', file, { 'content-type': 'application/json' }, /Content-Type/],
    ['no type', file, { 'content-type': '' }, /Content-Type/],
  ];
  for (const [name, body, headers, detail] of wrong) {
    const refused = await post(app, body, '', headers);
    t.match(refused.json(), { status: 415, code: 'unsupported-media-type', detail }, name);
  }
  const nothing = await app.inject({ method: 'POST', url: path });
  t.match(nothing.json(), { status: 415, code: 'unsupported-media-type' }, 'no body');
  t.match((await post(app, file, '?atomic=1')).json(), { code: 'invalid-request' });
  t.match((await post(app, file, '?unknown=1')).json(), { code: 'invalid-request' });
  t.match((await post(app, file, '?importId=')).json(), { code: 'invalid-request' });
  t.equal(await end(app), 0);
});

/** Time outs of the database are begun by the real clock, and then can't be ended: they would outlast the tests. */
const withStoppedTime = isOnPostgres() && {
  skip: 'the time-outs of the database run on the clock that is stopped',
};

/** From now on time outs come when they are told to. */
function stopTime(t: Test): void {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  t.teardown(() => mock.timers.reset());
}

test('an unknown initiative is refused before the body is read', { ...withStoppedTime }, async (t) => {
  const app = await buildLedger(t);
  const port = await listen(app);
  stopTime(t);
  const { socket, received } = openSocket(t, port);
  const line = ndjson(mou({ note: 'x'.repeat(1000) }));
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000000000\r\n\r\n`,
  );
  // Far from all of it.
  socket.write(line.repeat(200));
  const [answer] = (await once(socket, 'data')) as [string];
  t.match(answer, 'HTTP/1.1 404');
  t.match(answer, 'initiative-not-found');
  mock.timers.tick(2_000);
  await received;
  t.pass('the connection is ended, as the rest of the body is not waited for');
});

/** An upload that goes on until it is told to end. */
function slowUpload(t: Test, port: number) {
  const { socket, received } = openSocket(t, port);
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`,
  );
  const send = (text: string) => socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  return { socket, received, send };
}

const large = ndjson(...Array.from({ length: 300 }, (_, i) => mou({ note: `${i} ${'x'.repeat(500)}` })));

/** Also while time stands still. */
const later = setTimeout;

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => later(resolve, 10));
}

test('an upload may take longer than other requests, and others are answered meanwhile', async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative()));
  Object.assign(app.server, { connectionsCheckingInterval: 5 });
  const port = await listen(app);
  const { received, send, socket } = slowUpload(t, port);
  send(large);
  await until(async () => (await end(app)) === 301);
  // The limits of the server, made short, once the upload is no longer watched.
  Object.assign(app.server, { headersTimeout: 20, requestTimeout: 20 });
  // A request that is not watched is cut by then.
  const other = openSocket(t, port);
  other.socket.write(
    'POST /v1/initiatives/sci/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n',
  );
  t.match(await other.received, 'HTTP/1.1 408');
  const posted = await app.inject({
    method: 'POST',
    url: '/v1/initiatives/sci/events',
    payload: mou(),
  });
  t.equal(posted.statusCode, 201);
  send(ndjson(mou()));
  socket.write('0\r\n\r\n');
  t.match(await received, /HTTP\/1.1 200[\s\S]*"lines":301,"recorded":301,/);
});

test('an upload that stands still for 30 seconds is cut, and no earlier', {
  ...withStoppedTime,
}, async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative()));
  const port = await listen(app);
  const connected = once(app.server, 'connection') as Promise<[Socket]>;
  stopTime(t);
  const { received, send, socket } = slowUpload(t, port);
  const [connection] = await connected;
  let answered = false;
  connection.once('close', () => {
    answered = true;
  });
  /** Time goes by once the ledger has what was sent, and waits for more. */
  const pass = async (ms: number, bytesAtLeast: number): Promise<void> => {
    await until(async () => connection.bytesRead > bytesAtLeast);
    for (let i = 0; i < 50; i++) await turn();
    mock.timers.tick(ms);
    for (let i = 0; i < 50; i++) await turn();
  };
  send(large);
  await until(async () => (await end(app)) === 301);
  await pass(29_999, large.length);
  const bytes = connection.bytesRead;
  send(' \n');
  await pass(29_999, bytes);
  t.notOk(answered, 'a byte is enough to go on');
  await Promise.all([once(socket, 'data'), pass(1, bytes)]);
  // The rest is waited for, but not long.
  mock.timers.tick(2_000);
  t.match(await received, /HTTP\/1.1 408[\s\S]*request-timeout[\s\S]*300 lines were recorded before that/);
});

test('a sender that breaks off leaves what was recorded', async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative()));
  const { send, socket } = slowUpload(t, await listen(app));
  send(`${large}{"type":"MoUSigned","occurredOn":"2023"}`);
  await until(async () => (await end(app)) === 301);
  socket.destroy();
  // It is done with when there is room for as many imports as may run.
  await until(async () => {
    const others = await Promise.all(Array.from({ length: 4 }, () => post(app, large)));
    return others.every(({ statusCode }) => statusCode === 200);
  });
  t.match((await post(app, large)).json(), { recorded: 0, alreadyRecorded: 300 });
  t.equal(await end(app), 301);
});

test('only so many imports of large files run at once, and small ones beside them', onlyLong, async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative()));
  const port = await listen(app);
  const uploads = Array.from({ length: 4 }, () => slowUpload(t, port));
  for (const { send } of uploads) send(large);
  await until(async () => (await end(app)) === 301);
  let refused = await post(app, large);
  // All four have begun once each has recorded or found what it sent; one of them may be a little later.
  while (refused.statusCode !== 503) refused = await post(app, large);
  t.match(refused.json(), { code: 'overloaded' });
  t.equal(refused.headers['retry-after'], '1');
  t.equal((await post(app, ndjson(mou()))).statusCode, 200);
  for (const { socket } of uploads) socket.write('0\r\n\r\n');
  for (const { received } of uploads) t.match(await received, 'HTTP/1.1 200');
  t.equal((await post(app, large)).statusCode, 200);
});

test('uploads that trickle block no other, and are cut', { ...withStoppedTime }, async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative()));
  const port = await listen(app);
  stopTime(t);
  const connections: Socket[] = [];
  app.server.on('connection', (socket) => connections.push(socket));
  const uploads = Array.from({ length: 5 }, () => slowUpload(t, port));
  for (const { send } of uploads) send(' \n');
  t.match((await post(app, large)).json(), { lines: 300, recorded: 300 });
  for (let second = 10; second <= 60; second += 10) {
    const before = connections.map(({ bytesRead }) => bytesRead);
    for (const { send } of uploads) send(' \n');
    if (second <= 30)
      await until(async () => connections.every(({ bytesRead }, i) => bytesRead > (before[i] ?? 0)));
    for (let i = 0; i < 50; i++) await turn();
    mock.timers.tick(10_000);
    for (let i = 0; i < 50; i++) await turn();
  }
  let areCut = false;
  const cut = Promise.all(uploads.map(({ received }) => received)).finally(() => {
    areCut = true;
  });
  // The last bytes of a request that was answered early are waited for, too.
  await until(async () => {
    mock.timers.tick(1_000);
    return areCut;
  });
  for (const answer of await cut) t.match(answer, /HTTP\/1.1 408[\s\S]*Less than 64 KiB arrived/);
});

test('closing ends an import after what was recorded, and says so', async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative()));
  const { send, received } = slowUpload(t, await listen(app));
  send(large);
  await until(async () => (await end(app)) === 301);
  const closed = app.close();
  t.match(await received, /HTTP\/1.1 503[\s\S]*shutting-down[\s\S]*300 lines were recorded before that/);
  await closed;
});

test('posts go between the commits of an import', onlyLong, async (t) => {
  const app = await buildLedger(t);
  await post(app, ndjson(initiative(), { ...initiative(), recordId: 'sci' }));
  const lines = 3000;
  const file = ndjson(...Array.from({ length: lines }, (_, i) => mou({ note: `${i} ${'x'.repeat(300)}` })));
  const importing = post(app, Readable.from([Buffer.from(file)]));
  let ended = false;
  importing.then(() => {
    ended = true;
  });
  const positions: number[] = [];
  while (!ended) {
    const posted = await app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/events',
      payload: mou({ note: `post ${positions.length}` }),
    });
    positions.push(posted.json().recorded[0].position);
  }
  t.match((await importing).json(), { recorded: lines });
  const between = positions.filter((position, i) => position > (positions[i - 1] ?? position) + 1);
  t.ok(between.length > 3, `${between.length} posts have a part of the import before them`);
});
