import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { directoryFor, emptyDatabase } from '../helpers/database.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { listen } from '../helpers/shell.ts';
import { until } from '../helpers/until.ts';

const events = '/v1/initiatives/sci/events';
const file = '/v1/initiatives/sci/import';
const lines = { 'content-type': 'application/x-ndjson' };

/** A ledger whose operator has set limits, with an initiative. */
async function limited(t: Test, limits: Record<string, string>) {
  const config = readConfig({
    DATABASE_URL: await emptyDatabase(t),
    SIGNER_DIR: join(directoryFor(t), 'signer'),
    ...{ READING_THREADS: '0', MAX_EVENT_LOOP_DELAY: '0', ...limits },
  });
  const app = await openLedgerApp(config, false);
  t.teardown(() => app.close());
  const post = async (payload: object | string, url = events, headers = {}) => {
    const answer = await app.inject({ method: 'POST', url, payload, headers });
    return { status: answer.statusCode, ...answer.json() };
  };
  t.match(await post(initiative()), { status: 201 });
  return { app, post };
}

test('a body may have as many bytes as is set, and a file more', async (t) => {
  const { post } = await limited(t, { MAX_BODY: '16384' });
  const long = { ...mou(), note: 'x'.repeat(9_000) };
  t.match(await post(long), { status: 201 });
  t.match(await post({ events: [long, long] }), { status: 413, code: 'body-too-large' });
  const twice = `${JSON.stringify(long)}\n`.repeat(2);
  t.match(await post(twice, file, lines), { status: 200, recorded: 2 });
});

test('a request may make as many events as are set', async (t) => {
  const { post } = await limited(t, { MAX_BATCH: '3' });
  const { recorded } = await post({ events: [mou(), mou(), mou()] });
  t.match(await post({ events: [mou(), mou(), mou(), mou()] }), {
    status: 400,
    code: 'invalid-body',
    errors: [{ pointer: '/events', detail: 'must be an array of 1 to 3 events' }],
  });
  t.match(await post(mou({ repeat: 4 })), {
    status: 422,
    code: 'too-many-events',
    detail: /more than 3 events/,
  });
  t.match(await post(mou({ correlationId: 'a' })), { status: 201 });
  const reason = { code: 'other', text: 'A test.' };
  const positions = [...recorded.map(({ position }: { position: number }) => position), 5];
  const undo = '/v1/initiatives/sci/undo';
  t.match(await post({ positions, reason }, undo), { status: 422, code: 'too-many-events' });
  t.match(await post({ positions: positions.slice(1), reason }, undo), { status: 201 });
});

test('JSON may be nested as deeply as is set', async (t) => {
  const { post } = await limited(t, { MAX_NESTING: '16' });
  const nested = `${'['.repeat(17)}${']'.repeat(17)}`;
  t.match(await post(nested, events, { 'content-type': 'application/json' }), {
    status: 400,
    code: 'malformed-json',
    detail: /more than 16 levels/,
  });
  t.match(await post(nested, file, lines), {
    errors: [{ code: 'malformed-json', detail: /more than 16 levels/ }],
  });
  t.match(await post(nested.slice(1, -1), file, lines), { errors: [{ code: 'invalid-body' }] });
});

test('headers and bodies have as long to come as is set', async (t) => {
  const { app } = await limited(t, { HEADERS_TIMEOUT: '1', REQUEST_TIMEOUT: '2' });
  const port = await listen(app);
  for (const begun of [
    'GET /v1/summary HTTP/1.1\r\nHost: localhost\r\n',
    `POST ${events} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
  ]) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(begun);
    t.match(await text(socket), /^HTTP\/1\.1 408 .*"code":"request-timeout"/s, begun.slice(0, 4));
  }
});

test('as many large files are read at once as are set', async (t) => {
  const { app, post } = await limited(t, { MAX_IMPORTS: '1' });
  const port = await listen(app);
  const upload = new PassThrough();
  const large = `${JSON.stringify(mou({ note: 'x'.repeat(9_000) }))}\n`.repeat(30);
  upload.write(large);
  const first = fetch(`http://127.0.0.1:${port}${file}`, {
    method: 'POST',
    headers: lines,
    body: upload,
    duplex: 'half',
  });
  await until(async () => (await app.inject(`${events}?limit=1&after=1`)).json().items.length === 1);
  t.match(await post(large, file, lines), {
    status: 503,
    code: 'overloaded',
    detail: /imports of large files .* as may be: 1\./,
  });
  upload.end();
  t.match(await (await first).json(), { recorded: 30 });
  t.match(await post(large, file, lines), { status: 200 });
});

test('as many requests may wait to be recorded as are set, of one principal half of them', async (t) => {
  const { post } = await limited(t, { MAX_WAITING: '4' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(mou())));
  const [recorded = [], refused = []] = [201, 503].map((status) =>
    answers.filter((one) => one.status === status),
  );
  // Some may come when others were recorded.
  t.ok(recorded.length >= 2 && refused.length > 0, `${recorded.length} recorded, ${refused.length} refused`);
  t.equal(recorded.length + refused.length, 20);
  t.match(refused[0], { code: 'overloaded', detail: 'Too many requests wait to be recorded.' });
  t.match(await post(mou()), { status: 201 });
});
