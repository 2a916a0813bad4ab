import { once } from 'node:events';
import { test } from 'tap';
import { createInstance } from '../../src/http/instance.ts';
import { closeGracefully } from '../../src/http/plugins/lifecycle.ts';
import { buildShell, listen, openSocket } from '../helpers/shell.ts';
import { until } from '../helpers/until.ts';

const problemIn = (received: string) => JSON.parse(received.slice(received.indexOf('\r\n\r\n')));

test('bad HTTP, long headers and a very long address are answered on the socket', async (t) => {
  const { app, lines } = await buildShell(t);
  const port = await listen(app);
  const requests: [code: string, status: number, text: string][] = [
    ['invalid-request', 400, 'NOT HTTP\r\n\r\n'],
    ['headers-too-large', 431, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['uri-too-long', 414, `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ];
  for (const [code, status, text] of requests) {
    const { socket, received } = openSocket(t, port);
    socket.write(text);
    const answer = await received;
    t.match(answer, new RegExp(`^HTTP/1.1 ${status} [A-Z][A-Za-z -]+\r\n`), code);
    t.match(answer, 'Content-Type: application/problem+json\r\n');
    t.match(problemIn(answer), { code, status, type: `/problems/${code}` });
  }
  t.same(
    lines.filter(({ level }) => level >= 40),
    [],
  );
});

test('a request that does not arrive in time is answered with 408', async (t) => {
  const { app, lines } = await buildShell(t);
  // The limits of the server, made short; the interval is read when it begins to listen.
  Object.assign(app.server, { headersTimeout: 20, requestTimeout: 20, connectionsCheckingInterval: 10 });
  const port = await listen(app);
  const starts = {
    headers: 'GET /livez HTTP/1.1\r\nHost: localhost\r\n',
    body: 'POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[',
  };
  for (const [name, start] of Object.entries(starts)) {
    const { socket, received } = openSocket(t, port);
    socket.write(start);
    t.match(problemIn(await received), { code: 'request-timeout', status: 408 }, name);
  }
  t.same(
    lines.filter(({ level }) => level >= 50),
    [],
  );
});

test('a missing, empty or doubled Host and a whole URL as target are refused', async (t) => {
  const { app } = await buildShell(t);
  const port = await listen(app);
  const requests: [code: string, text: string][] = [
    ['host-not-allowed', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['host-not-allowed', 'GET /livez HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['host-not-allowed', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n'],
    ['proxied-request', 'GET http://evil/livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ];
  for (const [code, text] of requests) {
    const { socket, received } = openSocket(t, port);
    socket.write(text);
    t.match(problemIn(await received), { code, status: 403 });
  }
});

test('closing completes what is under way and refuses what is new', async (t) => {
  let closed = false;
  const { app, release, slowIsUnderWay } = await buildShell(t, {
    onClose: async () => {
      closed = true;
    },
  });
  const port = await listen(app);
  const slow = fetch(`http://127.0.0.1:${port}/slow`);
  await slowIsUnderWay;

  const closing = app.close();
  await once(app.closing, 'abort');
  const refused = await fetch(`http://127.0.0.1:${port}/readyz`);
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '5');
  t.equal(refused.headers.get('connection'), 'close');
  t.match(await refused.json(), { code: 'shutting-down' });
  t.notOk(closed, 'what is behind stays open meanwhile');

  release();
  const completed = await slow;
  t.equal(completed.status, 200);
  t.equal(completed.headers.get('connection'), 'close');
  t.same(await completed.json(), { done: true });
  await closing;
  t.ok(closed);
});

test('a client that went away does not keep the ledger from closing', async (t) => {
  const { app, slowIsUnderWay } = await buildShell(t);
  const port = await listen(app);
  const { socket } = openSocket(t, port);
  socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await slowIsUnderWay;
  socket.destroy();
  await app.close();
  t.pass('although the handler never ended');
});

test('an idle connection does not keep the ledger from closing', async (t) => {
  const { app } = await buildShell(t);
  const port = await listen(app);
  const { socket, received } = openSocket(t, port);
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  await app.close();
  t.match(await received, /^HTTP\/1.1 200/);
});

test('a request that was answered early, and ends while the ledger closes, does not keep it from closing', async (t) => {
  const app = createInstance(false);
  closeGracefully(app, 600_000);
  app.addHook('onRequest', async (_request, reply) => reply.code(401).send());
  app.post('/early', async () => {});
  const port = await listen(app);
  const { socket, received } = openSocket(t, port);
  socket.write('POST /early HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n');
  await once(socket, 'data');
  const closed = app.close();
  await until(() => !app.server.listening);
  socket.write('0\r\n\r\n');
  await closed;
  t.match(await received, /^HTTP\/1.1 401/);
});

test('a sender that is answered early reads the answer after it has sent the rest', async (t) => {
  const { app } = await buildShell(t);
  const port = await listen(app);
  for (const connection of ['close', 'keep-alive']) {
    const { socket, received } = openSocket(t, port);
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    const bytes = 20_000_000;
    socket.write(
      `POST /any HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [string];
    t.match(answer, /^HTTP\/1.1 413 .*body-too-large/s, 'it comes at once');
    await new Promise<void>((sent) => socket.write(Buffer.alloc(bytes, 0x20), () => sent()));
    socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const after = await received;
    t.equal(after.includes('HTTP/1.1 200'), connection === 'keep-alive', 'the next request is answered');
    t.same(errors, [], `${connection}: the connection was not reset`);
  }
});

test('half a request and a handler that never ends are cut off in the end', async (t) => {
  const app = createInstance(false);
  const arrived = Promise.withResolvers<void>();
  closeGracefully(app, 50);
  app.get('/never', () => {
    arrived.resolve();
    return new Promise(() => {});
  });
  const port = await listen(app);
  const never = openSocket(t, port);
  const half = openSocket(t, port);
  half.socket.write('GET /never HTTP/1.1\r\nHost: loc');
  never.socket.write('GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await arrived.promise;
  await app.close();
  t.same(await Promise.all([never.received, half.received]), ['', '']);
});
