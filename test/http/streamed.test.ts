import { get } from 'node:http';
import { Readable } from 'node:stream';
import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { createInstance } from '../../src/http/instance.ts';
import { closeGracefully } from '../../src/http/plugins/lifecycle.ts';
import { sendStreamed } from '../../src/http/wire/streamed.ts';
import { turn } from '../../src/turns.ts';
import { listen, openSocket } from '../helpers/shell.ts';
import { turnUntil } from '../helpers/streaming.ts';

const pageBytes = 100_000;
const pagesMax = 500;

interface Source {
  app: App;
  port: number;
  /** Pages that were made so far. */
  pages: () => number;
  /** How often a source ended, however it did. */
  ended: () => number;
}

/** A source of 50 MB, which no two sockets hold. */
async function serveSource(t: Test, options: { stallMs?: number; drainMs?: number; breaksAt?: number } = {}) {
  let [pages, ended] = [0, 0];
  async function* source(): AsyncGenerator<string> {
    try {
      for (; pages < pagesMax; pages++) {
        if (pages === options.breaksAt) throw new Error('a bug');
        yield 'x'.repeat(pageBytes);
        await turn();
      }
    } finally {
      ended += 1;
    }
  }
  const app = createInstance(false);
  closeGracefully(app, options.drainMs);
  app.get('/', (request, reply) =>
    sendStreamed(request, reply, 'text/plain', () => Readable.from(source()), options.stallMs),
  );
  const port = await listen(app);
  t.teardown(() => app.close());
  return { app, port, pages: () => pages, ended: () => ended } satisfies Source;
}

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const lastChunk = /\r\n0\r\n\r\n$/;

test('all of it arrives, and then the connection serves the next request', async (t) => {
  const { port, ended } = await serveSource(t);
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  t.equal((await answer.text()).length, pageBytes * pagesMax);
  t.equal(ended(), 1);
});

test('no more is made than the reader takes, and what it never takes is cut off', async (t) => {
  const { port, pages, ended } = await serveSource(t, { stallMs: 200 });
  const { socket, received } = openSocket(t, port);
  socket.pause();
  socket.write(request);
  await turnUntil(() => ended() === 1);
  t.ok(pages() > 0 && pages() < pagesMax / 2, `${pages()} pages`);
  socket.resume();
  t.notMatch((await received).slice(-100), lastChunk);
});

test('a reader is not cut off where it is the source that has nothing to give', async (t) => {
  const app = createInstance(false);
  t.teardown(() => app.close());
  const silence = new Promise((resolve) => {
    app.server.on('connection', (socket) => socket.once('timeout', resolve));
  });
  async function* source(): AsyncGenerator<string> {
    yield 'before';
    await silence;
    await turn();
    yield 'after';
  }
  app.get('/', (request, reply) =>
    sendStreamed(request, reply, 'text/plain', () => Readable.from(source()), 50),
  );
  const answer = await fetch(`http://127.0.0.1:${await listen(app)}/`);
  t.equal(await answer.text(), 'beforeafter');
});

test('a source ends with its reader', async (t) => {
  const { port, pages, ended } = await serveSource(t);
  get({ port, agent: false }, (response) => response.once('data', () => response.destroy())).on(
    'error',
    () => {},
  );
  await turnUntil(() => ended() === 1);
  t.ok(pages() < pagesMax, `${pages()} pages`);
});

test('an answer that breaks in the middle does not look whole', async (t) => {
  const { port, ended } = await serveSource(t, { breaksAt: 3 });
  const { socket, received } = openSocket(t, port);
  socket.write(request);
  const text = await received;
  t.match(text, /^HTTP\/1.1 200/);
  t.notMatch(text.slice(-100), lastChunk);
  t.equal(ended(), 1);
});

test('closing lets a reader that reads come to the end, and cuts off one that does not', async (t) => {
  const { app, port, pages, ended } = await serveSource(t, { drainMs: 3_000 });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  const closed = app.close();
  t.equal((await answer.text()).length, pageBytes * pagesMax);
  await closed;
  t.equal(ended(), 1);

  const other = await serveSource(t, { drainMs: 50 });
  const { socket, received } = openSocket(t, other.port);
  socket.pause();
  socket.write(request);
  await turnUntil(() => other.pages() > 0);
  await other.app.close();
  await turnUntil(() => other.ended() === 1);
  socket.resume();
  t.notMatch((await received).slice(-100), lastChunk);
  t.equal(pages(), pagesMax);
});

test('HEAD has the headers and opens no source', async (t) => {
  const { port, pages, ended } = await serveSource(t);
  const head = await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' });
  t.equal(head.headers.get('content-type'), 'text/plain');
  t.same([pages(), ended()], [0, 0]);
});
