import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { type App, openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { problems } from '../../../src/errors.ts';
import { serveMetricsOn } from '../../../src/http/metrics/served.ts';
import { closedLedger } from '../../helpers/access.ts';
import { start } from '../../helpers/child.ts';
import { directoryFor } from '../../helpers/database.ts';
import { initiative, mou } from '../../helpers/decide.ts';
import { buildLedger, poster } from '../../helpers/ledger.ts';
import { scraped } from '../../helpers/prometheus.ts';
import { buildShell, listen, openSocket } from '../../helpers/shell.ts';
import { until } from '../../helpers/until.ts';

const seriesOf = async (app: App) => scraped((await app.inject('/metrics')).body).series;

test('what is recorded, asked and refused is counted', async (t) => {
  const app = await buildLedger(t);
  const post = poster(app);
  const before = await seriesOf(app);
  t.equal(before.get('milestone_ledger_log_events'), 0);
  t.equal(
    before.get('milestone_ledger_refusals_total{code="no-change"}'),
    0,
    'from the start, so that the first is seen',
  );
  await post(initiative());
  await post(mou(), mou());
  t.equal((await post({ type: 'Nonsense' })).status, 400);
  await app.inject('/v1/initiatives/sci/summary');
  await app.inject('/v1/initiatives/nobody-knows/summary');
  const after = await seriesOf(app);
  const recording = '{route="/v1/initiatives/:initiativeId/events",method="POST"';
  t.match(Object.fromEntries(after), {
    milestone_ledger_log_events: 3,
    milestone_ledger_posts_recorded_total: 2,
    milestone_ledger_events_recorded_total: 3,
    milestone_ledger_commit_requests_count: 2,
    milestone_ledger_commit_requests_sum: 2,
    milestone_ledger_commit_duration_seconds_count: 2,
    'milestone_ledger_refusals_total{code="invalid-body"}': 1,
    'milestone_ledger_refusals_total{code="initiative-not-found"}': 1,
    [`milestone_ledger_http_requests_total${recording},status="201"}`]: 2,
    [`milestone_ledger_http_requests_total${recording},status="400"}`]: 1,
    'milestone_ledger_http_request_duration_seconds_count{route="/v1/initiatives/:initiativeId/events",method="POST"}': 3,
    milestone_ledger_recorder_queue_length: 0,
    milestone_ledger_ready: 1,
    milestone_ledger_rebuild_running: 0,
    milestone_ledger_http_requests_under_way: 1,
  });
  const { sum, count } = Object.groupBy([...after.keys()], (key) => key.replace(/^.*_(sum|count).*$/, '$1'));
  t.ok(sum && count && sum.length === count.length, 'histograms are whole');
});

test('the syncs of the disk, the files and the disk are measured', async (t) => {
  const app = await buildLedger(t);
  await poster(app)(initiative());
  const series = await seriesOf(app);
  if (series.has('milestone_ledger_database_connections')) return;
  t.ok((series.get('milestone_ledger_sync_duration_seconds_count') ?? 0) >= 1);
  for (const name of ['database_bytes', 'wal_bytes', 'disk_free_bytes', 'disk_bytes'])
    t.ok((series.get(`milestone_ledger_${name}`) ?? 0) > 4_000, name);
});

test('a checkpoint has its age, and the events after it are counted', async (t) => {
  let nowMs = Date.parse('2026-05-01T00:00:00.000Z');
  const app = await buildLedger(t, () => nowMs);
  const post = poster(app);
  await post(initiative());
  const before = await seriesOf(app);
  t.equal(before.get('milestone_ledger_unsigned_events'), 1);
  t.notOk(before.has('milestone_ledger_checkpoint_age_seconds'), 'what is not known is left out');
  await until(async () => (await app.inject('/v1/log/checkpoint')).statusCode === 200);
  nowMs += 90_000;
  await post(mou());
  const series = await seriesOf(app);
  t.match(Object.fromEntries(series), {
    milestone_ledger_checkpoint_events: 1,
    milestone_ledger_checkpoint_age_seconds: 90,
    milestone_ledger_unsigned_events: 1,
  });
});

test('however many paths, methods and hosts are tried, there are no more series', async (t) => {
  const { app } = await buildShell(t);
  const odd = ['a"b', 'a\\b', 'a\nb', '{}', 'é', '%', '%00', '..', '//', 'x'.repeat(300)];
  const round = async (i: number): Promise<void> => {
    for (const [n, part] of odd.entries()) {
      await app.inject(`/items/${encodeURIComponent(part)}-${i}-${n}`);
      await app.inject({
        url: `/nobody/${encodeURIComponent(part)}/${i}`,
        headers: { host: `h${i}.example` },
      });
      await app.inject(`/${part}${i}`);
      await app.inject(`/items/a?limit=${i}&tags=${n}`);
    }
    for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'OPTIONS', 'PATCH', 'HEAD'] as const)
      await app.inject({ method, url: `/nope/${i}` });
  };
  await round(1);
  const before = scraped(await app.metrics.scrape());
  for (let i = 2; i < 12; i++) await round(i);
  const after = scraped(await app.metrics.scrape());
  t.same([...after.series.keys()], [...before.series.keys()]);
  const routes = new Set(app.routesServed.map(({ url }) => url));
  for (const key of after.series.keys()) {
    const [, route = ''] = /route="([^"]*)"/.exec(key) ?? [];
    t.ok(route === '' || routes.has(route), key);
    const [, code] = /refusals_total\{code="([^"]*)"/.exec(key) ?? [];
    t.ok(code === undefined || code in problems, key);
  }
});

test('what breaks off, and what never became a request, is counted', async (t) => {
  const { app, release, slowIsUnderWay } = await buildShell(t);
  const port = await listen(app);
  const broken = openSocket(t, port);
  broken.socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await slowIsUnderWay;
  broken.socket.destroy();
  const count = async (series: string) => scraped(await app.metrics.scrape()).series.get(series);
  await until(
    async () =>
      (await count('milestone_ledger_http_requests_total{route="/slow",method="GET",status="none"}')) === 1,
  );
  release();
  const odd = openSocket(t, port);
  odd.socket.write('nonsense\r\n\r\n');
  await odd.received;
  t.equal(await count('milestone_ledger_refusals_total{code="invalid-request"}'), 1);
  await app.inject('/bug');
  t.equal(await count('milestone_ledger_refusals_total{code="internal-error"}'), 1);
});

test('wrong credentials are counted, and missing ones are not', async (t) => {
  const { app, ask, admin } = await closedLedger(t);
  for (const token of [undefined, 'mledger_garbage', 'garbage'])
    t.equal((await ask(token, 'GET', '/metrics')).status, 401);
  const { text } = await ask(admin, 'GET', '/metrics');
  t.equal(scraped(text).series.get('milestone_ledger_wrong_credentials_total'), 2);
  t.equal(scraped(text).series.get('milestone_ledger_refusals_total{code="unauthenticated"}'), 3);
  t.match((await app.inject('/readyz')).statusCode, 200);
});

test('METRICS_PORT serves the metrics without credentials, nothing else, and to this machine alone', async (t) => {
  const { app, ask } = await closedLedger(t);
  t.equal((await ask(undefined, 'GET', '/metrics')).status, 401);
  const server = await serveMetricsOn(app, 0);
  const { port, address } = server.address() as AddressInfo;
  t.equal(address, '127.0.0.1');
  const of = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  const answer = await of('/metrics');
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  t.equal(scraped(await answer.text()).series.get('milestone_ledger_ready'), 1);
  t.equal((await of('/metrics', { method: 'HEAD' })).status, 200);
  t.equal((await of('/metrics', { method: 'POST' })).status, 405);
  for (const path of ['/', '/v1/events', '/metrics/', '/openapi.json', '/readyz'])
    t.equal((await of(path)).status, 404, path);
  const foreign = openSocket(t, port);
  foreign.socket.write('GET /metrics HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n');
  t.match(await foreign.received, /^HTTP\/1\.1 403/);
  const closed = once(server, 'close');
  await app.close();
  await closed;
  await t.rejects(of('/metrics'), 'it closes with the service');
});

test('serve listens on METRICS_PORT, and says so; where it is in use it says what to do', async (t) => {
  const file = join(directoryFor(t), 'ledger.db');
  const child = start(file, { METRICS_PORT: '0' });
  t.teardown(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^metrics at (\S+)$/.exec(JSON.parse(line).msg) ?? [];
    if (url === undefined) continue;
    t.equal(scraped(await (await fetch(url)).text()).series.get('milestone_ledger_ready'), 1);
    break;
  }
  child.kill();
  await once(child, 'exit');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  const refused = start(file, { METRICS_PORT: `${port}` });
  const [said] = await Promise.all([text(refused.stderr), once(refused, 'exit')]);
  t.equal(
    said,
    `milestone-ledger: Port ${port} of 127.0.0.1 is in use. Stop what uses it, or set METRICS_PORT.\n`,
  );
  t.equal(refused.exitCode, 2);
});

test('while the storage fails, a scrape says so, and what was known before', async (t) => {
  const directory = directoryFor(t);
  const file = join(directory, 'ledger.db');
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: join(directory, 'signer') }),
    false,
  );
  t.teardown(() => app.close());
  await poster(app)(initiative());
  rmSync(file);
  await until(async () => (await app.inject('/readyz')).statusCode === 503);
  const { statusCode, body } = await app.inject('/metrics');
  t.equal(statusCode, 200);
  const { series } = scraped(body);
  t.equal(series.get('milestone_ledger_ready'), 0);
  t.equal(series.get('milestone_ledger_not_ready{code="storage-unavailable"}'), 1);
  t.equal(series.get('milestone_ledger_log_events'), 1);
  t.notOk(series.has('milestone_ledger_database_bytes'), 'there is no file');
});

test('backups have their age and their result', async (t) => {
  const directory = directoryFor(t);
  const build = async (name: string, settings: Record<string, string>) => {
    const config = readConfig({
      DATABASE_URL: `file:${join(directory, `${name}.db`)}`,
      SIGNER_DIR: join(directory, `${name}-signer`),
      ...settings,
    });
    const app = await openLedgerApp(config, false);
    t.teardown(() => app.close());
    return app;
  };
  const without = await seriesOf(await build('none', {}));
  t.same(
    [...without.keys()].filter((key) => key.includes('backup')),
    [],
  );
  const missing = await build('missing', { BACKUP_DIR: join(directory, 'nowhere'), BACKUP_EVERY: '30' });
  await until(async () => (await seriesOf(missing)).get('milestone_ledger_backup_failed') === 1);
  const failed = await seriesOf(missing);
  t.equal(failed.get('milestone_ledger_backup_interval_seconds'), 1800);
  t.notOk(failed.has('milestone_ledger_backup_age_seconds'));
  mkdirSync(join(directory, 'backups'));
  const app = await build('one', { BACKUP_DIR: join(directory, 'backups') });
  await until(async () => (await seriesOf(app)).has('milestone_ledger_backup_age_seconds'));
  const series = await seriesOf(app);
  t.match(Object.fromEntries(series), {
    milestone_ledger_backup_failed: 0,
    milestone_ledger_backups: 1,
    milestone_ledger_backup_events: 0,
  });
  t.ok((series.get('milestone_ledger_backup_age_seconds') ?? -1) >= 0);
  t.ok(series.has('milestone_ledger_backup_verified_age_seconds'), 'the first one is verified whole');
});

test('the event loop and the garbage collector are measured from the first scrape on', async (t) => {
  const { app } = await buildShell(t);
  const first = scraped(await app.metrics.scrape()).series;
  t.notOk(first.has('milestone_ledger_event_loop_delay_p99_seconds'));
  await until(async () =>
    scraped(await app.metrics.scrape()).series.has('milestone_ledger_event_loop_delay_p99_seconds'),
  );
  const { series } = scraped(await app.metrics.scrape());
  t.ok((series.get('process_cpu_seconds_total') ?? 0) > 0);
  t.ok((series.get('process_resident_memory_bytes') ?? 0) > 1e6);
  t.ok((series.get('milestone_ledger_event_loop_active_seconds_total') ?? 0) > 0);
});
