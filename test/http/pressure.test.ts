import { PassThrough } from 'node:stream';
import { type Test, test } from 'tap';
import type { App } from '../../src/http/app.ts';
import type { Pressure } from '../../src/http/plugins/pressure.ts';
import { buildShell, listen } from '../helpers/shell.ts';
import { until } from '../helpers/until.ts';

/** Routes that need something of whoever asks: one that is answered at once, and one that goes on. */
async function under(t: Test, pressure: Pressure) {
  const stream = new PassThrough();
  const { app } = await buildShell(t, {
    pressure,
    routes: (app: App) => {
      const config = { access: 'principal' } as const;
      app.get('/work', { config }, () => ({ done: true }));
      app.get('/stream', { config }, (_request, reply) => reply.send(stream));
    },
  });
  return { app, stream };
}

test('while the event loop is late, requests are refused, probes are answered, and what goes on goes on', async (t) => {
  let delayMs = 1_000;
  const { app, stream } = await under(t, { delayMaxMs: 1_000, delayMs: () => delayMs });
  const status = async (url: string) => (await app.inject(url)).statusCode;
  t.equal(await status('/work'), 200, 'as late as it may be');
  const port = await listen(app);
  stream.write('before ');
  const going = await fetch(`http://127.0.0.1:${port}/stream`);

  delayMs = 1_001;
  const refused = await app.inject('/work');
  t.match([refused.statusCode, refused.json().code], [503, 'overloaded']);
  t.equal(refused.headers['retry-after'], '1');
  t.match(refused.json().detail, /more than 1000 ms late/);
  for (const url of ['/livez', '/readyz', '/metrics', '/openapi.json', '/problems/overloaded'])
    t.equal(await status(url), 200, url);
  stream.end('and after');
  t.equal(await going.text(), 'before and after');

  delayMs = 0;
  t.equal(await status('/work'), 200);
});

test('with 0 it may be as late as it is', async (t) => {
  const { app } = await under(t, { delayMaxMs: 0, delayMs: () => Number.POSITIVE_INFINITY });
  t.equal((await app.inject('/work')).statusCode, 200);
});

test('turns that take long are noticed, and so is their end', async (t) => {
  const { app } = await under(t, { delayMaxMs: 20 });
  await listen(app);
  const answered = (status: number) => until(async () => (await app.inject('/work')).statusCode === status);
  await answered(200);
  const busy = setInterval(() => {
    const untilMs = performance.now() + 150;
    while (performance.now() < untilMs);
  });
  t.teardown(() => clearInterval(busy));
  await answered(503);
  clearInterval(busy);
  await answered(200);
});
