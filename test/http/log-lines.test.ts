import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { start } from '../helpers/child.ts';
import { ledgerFile } from '../helpers/database.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { buildShell, openSocket } from '../helpers/shell.ts';
import { until } from '../helpers/until.ts';

/** A name, a token: whatever somebody may write. */
const marker = 'Xq7Marker';

test('nothing that a sender writes gets into the log, wherever it stands', async (t) => {
  const child = start(ledgerFile(t), { LOG_LEVEL: 'trace' });
  t.teardown(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  let origin = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    origin ||= /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? '';
  });
  await until(() => origin !== '');
  const { port } = new URL(origin);
  let sent = 0;
  const send = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body = '',
  ): Promise<number> => {
    sent += 1;
    const asked = request({
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: { host: 'localhost', ...headers },
    });
    asked.end(body);
    const [answer] = await new Promise<[import('node:http').IncomingMessage]>((resolve, reject) =>
      asked.once('response', (answer) => resolve([answer])).once('error', reject),
    );
    await text(answer);
    return answer.statusCode ?? 0;
  };
  const json = { 'content-type': 'application/json' };
  const events = '/v1/initiatives/sci/events';
  const post = (event: object, headers = {}) =>
    send('POST', events, { ...json, ...headers }, JSON.stringify({ events: [event] }));
  t.equal(await post(initiative()), 201);
  t.equal(await post(mou({ data: { title: marker, parties: [{ name: marker, person: true }] } })), 201);
  // In the body, where it is refused for one reason or another.
  t.equal(await post({ type: marker }), 400);
  t.equal(await post({ ...mou(), occurredOn: marker }), 400);
  t.equal(await post({ type: 'RecordRetracted', recordId: marker.toLowerCase() }), 400);
  t.equal(await send('POST', events, json, `{"events": "${marker}`), 400);
  t.equal(
    await send('POST', '/v1/initiatives/sci/import', { 'content-type': 'text/csv' }, `${marker},b\n1,2`),
    400,
  );
  // In the address.
  for (const path of [
    `/${marker}`,
    `/%zz${marker}`,
    `/v1/initiatives/${marker}/summary`,
    `/initiatives/${marker}`,
    `/v1/initiatives/sci/mous?q=${marker}`,
    `/v1/initiatives/sci/mous?${marker}=1`,
    `/v1/initiatives/sci/mous?party=${marker}&limit=${marker}`,
    `/initiatives/sci/mous?q=${marker}`,
    `/v1/events/${marker}`,
    `/problems/${marker}`,
    `/docs/${marker}`,
    `/login?return=/${marker}`,
    `/metrics?${marker}`,
    `/readyz?x=${marker}`,
    `/tile/${marker}/${marker}`,
    `/v1/initiatives/sci/mous?q=${marker.padEnd(9000, 'x')}`,
  ])
    t.ok((await send('GET', path)) >= 200, path);
  // In each header that there is, and in some that there are not.
  for (const name of [
    'authorization',
    'cookie',
    'host',
    'origin',
    'referer',
    'user-agent',
    'x-request-id',
    'traceparent',
    'tracestate',
    'idempotency-key',
    'if-none-match',
    'last-event-id',
    'accept',
    'accept-version',
    'accept-encoding',
    'content-type',
    'x-forwarded-for',
    'forwarded',
    'via',
    'sec-fetch-site',
    'x-odd',
  ]) {
    await send('GET', '/v1/initiatives/sci/mous', { [name]: marker });
    await post(mou(), { [name]: name === 'content-type' ? `application/json; x=${marker}` : marker });
  }
  await send('GET', '/v1/initiatives/sci/mous', {
    authorization: `Bearer ${marker}`,
    cookie: `ledger=${marker}`,
  });
  await send('OPTIONS', `/${marker}`, {
    origin: `https://${marker}`,
    'access-control-request-method': marker,
  });
  // What is no request at all.
  for (const odd of [
    `${marker}\r\n\r\n`,
    `GET /${marker} HTTP/9\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${marker}\r\n${marker} : x\r\n\r\n`,
    `GET http://${marker}/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    `${marker} / HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${marker.repeat(5000)}\r\n\r\n`,
  ]) {
    const { socket, received } = openSocket(t, Number(port));
    socket.write(odd);
    await received;
  }
  // The lines of all requests are there when that of a later one is.
  await send('GET', '/v1/summary');
  await until(() => lines.some((line) => line.includes('"route":"/v1/summary"')));
  t.ok(lines.length > sent / 2, `${lines.length} lines of ${sent} requests`);
  const hidden = [
    marker,
    marker.toLowerCase(),
    Buffer.from(marker).toString('base64').slice(1, -3),
    [...Buffer.from(marker)].join(),
  ];
  for (const line of lines)
    for (const one of hidden) t.notOk(line.toLowerCase().includes(one.toLowerCase()), line);
});

test('a line has the id of the request, its route, and its trace if it names one', async (t) => {
  const { app, lines } = await buildShell(t);
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const lineOf = async (traceparent: string | undefined, url = '/items/a?limit=1') => {
    const { headers } = await app.inject({ url, headers: traceparent === undefined ? {} : { traceparent } });
    return lines.find(({ reqId }) => reqId === headers['x-request-id']);
  };
  t.match(await lineOf(`00-${traceId}-b7ad6b7169203331-01`), {
    msg: 'request completed',
    traceId,
    req: { method: 'GET', route: '/items/:id' },
    res: { statusCode: 200 },
  });
  t.match(
    await lineOf(`00-${traceId}-b7ad6b7169203331-00`, '/bug'),
    { traceId, level: 50 },
    'of an error, too',
  );
  for (const wrong of [
    undefined,
    '',
    'garbage',
    `ff-${traceId}-b7ad6b7169203331-01`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-b7ad6b7169203331-01`,
    `00-${traceId}-b7ad6b7169203331-01-x`,
    `00-${traceId}-b7ad6b7169203331`,
    `x00-${traceId}-b7ad6b7169203331-01`,
  ]) {
    const line = await lineOf(wrong);
    t.ok(line?.reqId);
    t.notOk(line && 'traceId' in line, wrong ?? 'without one');
  }
  t.same(
    Object.keys((await lineOf(undefined, '/nope'))?.['req'] ?? {}),
    ['method', 'remoteAddress'],
    'a path that is not served has no route',
  );
});
