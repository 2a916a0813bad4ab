import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { directoryFor, emptyDatabase } from '../helpers/database.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { poster } from '../helpers/ledger.ts';
import type { LogLine } from '../helpers/shell.ts';
import { until } from '../helpers/until.ts';

/** What was asked for by name, and whether the packages for traces are as if nobody had installed them. */
const loaded: string[] = [];
let areMissing = true;
registerHooks({
  resolve(specifier, context, next) {
    loaded.push(specifier);
    if (areMissing && specifier === '@opentelemetry/sdk-trace')
      throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(specifier, context);
  },
});
const ofTraces = () => loaded.filter((name) => /@opentelemetry\/(sdk|exporter|resources)/.test(name));

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status: { code?: number; message?: string };
  traceState?: string;
  events?: unknown[];
}
interface Export {
  resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[];
}

/** A collector, and what it was sent. answers: whether it ever does. */
async function collector(t: Test, answers = true) {
  const exports: Export[] = [];
  const server: Server = createServer(async (request, response) => {
    if (!answers || request.url !== '/v1/traces') return;
    // As the protocol has it.
    exports.push((await json(request)) as Export);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const spans = (): Span[] =>
    exports.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  return { exports, spans, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function buildTraced(t: Test, endpoint: string | undefined) {
  const lines: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const app = await openLedgerApp(
    readConfig({
      DATABASE_URL: await emptyDatabase(t),
      SIGNER_DIR: join(directoryFor(t), 'signer'),
      READING_THREADS: '0',
      ...(endpoint !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
    }),
    log,
  );
  t.teardown(() => app.close());
  return { app, lines };
}

const attributesOf = ({ attributes }: Pick<Span, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));

test('without OTEL_EXPORTER_OTLP_ENDPOINT nothing for traces is loaded', async (t) => {
  const { app } = await buildTraced(t, undefined);
  t.equal((await app.inject('/v1/summary')).statusCode, 200);
  t.same(ofTraces(), []);
});

test('with it, and without the packages, the service says what to do and does not start', async (t) => {
  await t.rejects(buildTraced(t, 'http://127.0.0.1:4318'), {
    name: 'ConfigError',
    message: /packages that send traces are not installed/,
  });
  areMissing = false;
});

test('each request is a span below the one that its traceparent names', async (t) => {
  const { url, spans, exports } = await collector(t);
  const { app } = await buildTraced(t, url);
  t.ok(ofTraces().length > 0);
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const parentSpanId = 'b7ad6b7169203331';
  const ask = (path: string, flags: string) =>
    app.inject({ url: path, headers: { traceparent: `00-${traceId}-${parentSpanId}-${flags}` } });
  await poster(app)(initiative());
  await ask('/v1/initiatives/sci/summary', '01');
  await ask('/v1/initiatives/sci/mous', '00');
  await ask('/nowhere', '01');
  // It sends what is left before it is closed.
  await app.close();
  const found = spans();
  t.equal(found.length, 3, 'without the one whose sender wants none');
  const [posted, summary, nowhere] = found;
  t.match(posted, { name: 'POST /v1/initiatives/:initiativeId/events', kind: 2 });
  t.notOk(posted?.parentSpanId);
  t.match(summary, { name: 'GET /v1/initiatives/:initiativeId/summary', traceId, parentSpanId });
  t.match(nowhere, { name: 'GET', traceId, parentSpanId });
  t.same(summary && attributesOf(summary), {
    'http.request.method': 'GET',
    'http.route': '/v1/initiatives/:initiativeId/summary',
    'http.response.status_code': 200,
  });
  t.match(nowhere && attributesOf(nowhere), { 'http.response.status_code': 404 });
  const [resource] = exports.flatMap(({ resourceSpans }) => resourceSpans.map(({ resource }) => resource));
  t.match(resource && attributesOf(resource), {
    'service.name': 'milestone-ledger',
    'service.version': /^\d/,
  });
});

test('no span has anything that a sender wrote', async (t) => {
  const marker = 'Xq7Marker';
  const { url, exports, spans } = await collector(t);
  const { app } = await buildTraced(t, url);
  const headers = {
    authorization: `Bearer ${marker}`,
    cookie: `ledger=${marker}`,
    traceparent: marker,
    tracestate: `x=${marker}`,
    baggage: `x=${marker}`,
    'user-agent': marker,
    'x-request-id': marker,
  };
  for (const path of [
    `/${marker}`,
    `/v1/initiatives/${marker}/summary?q=${marker}`,
    `/v1/initiatives?q=${marker}`,
  ])
    await app.inject({ url: path, headers });
  await app.inject({ url: '/v1/summary', headers: { ...headers, authorization: '' } });
  await poster(app)(initiative(), mou({ data: { title: marker } }), { type: marker });
  await app.close();
  t.equal(spans().length, 5);
  t.notMatch(JSON.stringify(exports), marker);
});

test('a collector that is away is logged once, and stops nothing', async (t) => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  const { app, lines } = await buildTraced(t, `http://127.0.0.1:${port}`);
  const told = () => lines.filter(({ msg }) => msg === 'the collector of traces does not take them');
  // As many as are sent at once, so that nobody waits for a timer.
  for (let i = 0; i < 520; i++) await app.inject('/livez');
  await until(() => told().length > 0);
  for (let i = 0; i < 520; i++) await app.inject('/livez');
  t.equal((await app.inject('/readyz')).statusCode, 200);
  await app.close();
  t.equal(told().length, 1);
});

test('a collector that never answers does not keep the service from closing', async (t) => {
  const { url } = await collector(t, false);
  const { app } = await buildTraced(t, url);
  await app.inject('/livez');
  await app.close();
  t.pass('it is closed');
});
