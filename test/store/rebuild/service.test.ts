import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import type { App } from '../../../src/app.ts';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { checkStore } from '../../helpers/check-store.ts';
import { serveChild } from '../../helpers/child.ts';
import { corrected, mou } from '../../helpers/decide.ts';
import { effort, onlyLong } from '../../helpers/effort.ts';
import { until } from '../../helpers/until.ts';
import { origin, sampleLedger, tampered } from '../../verify/sample.ts';

const sample = await sampleLedger(t);
/** Large enough for its rebuild to be interrupted. */
const large = await sampleLedger(t, effort(1, 12_000));
const sci = '/v1/initiatives/sci';

async function open(t: Test, file: string): Promise<App> {
  const config = readConfig({
    DATABASE_URL: `file:${file}`,
    SIGNER_DIR: '',
    LOG_ORIGIN: origin,
    ALLOW_CLOCK_JUMP: 'true',
  });
  const app = await openLedgerApp(config, false);
  t.teardown(() => app.close());
  return app;
}

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const rebuild = (app: App, query = '') => app.inject({ method: 'POST', url: `/v1/rebuild${query}` });

/** Resolves when the ledger is ready. */
async function untilReady(app: App): Promise<void> {
  await until(async () => (await app.inject('/readyz')).statusCode === 200);
}

const tables = (file: string): unknown[] => {
  const db = new Sqlite(file, { readonly: true });
  try {
    return db.prepare("select name from sqlite_schema where type = 'table'").pluck().all();
  } finally {
    db.close();
  }
};

t.test('reads and posts go on beside a rebuild that swaps, and all of them are right', async (t) => {
  const file = tampered(t, sample, (db) => db.exec('update records set title_key = -1 where position < 100'));
  const app = await open(t, file);
  let swaps = 0;
  let rebuilding = true;
  const positions: number[] = [];
  /** Posts and reads what it posted, one after the other. */
  const officer = async (name: string): Promise<void> => {
    for (let i = 0; i < 20 || rebuilding; i++) {
      const recordId = `${name}-${i}`;
      for (const event of [mou({ recordId }), corrected(recordId, { data: { title: recordId } })]) {
        const posted = await app.inject({ method: 'POST', url: `${sci}/events`, payload: event });
        t.equal(posted.statusCode, 201);
        const [{ position, version }] = posted.json().recorded;
        positions.push(position);
        const record = (await app.inject(`${sci}/records/${recordId}`)).json();
        if (record.version !== version || record.asOf.position < position)
          t.fail('a record as it was', { record });
        const past = (await app.inject(`${sci}/summary?asOfPosition=${sample.end}`)).json().counts;
        if (past.mous.total + past.projects.total !== 1_200) t.fail('a past count', { past });
        const { counts, asOf } = (await app.inject(`${sci}/summary`)).json();
        const recounted = await app.inject(`${sci}/changes?from=${sample.end}&to=${asOf.position}`);
        t.same(recounted.json().after, counts, 'counts are those of the changes');
      }
    }
  };
  const rebuilds = async (): Promise<void> => {
    for (let i = 0; i < 2; i++) {
      const { statusCode, headers, body } = await rebuild(app);
      t.equal(statusCode, 200);
      t.equal(headers['content-type'], 'application/x-ndjson');
      const lines = linesOf(body);
      const progress = lines.slice(0, -1).map(({ events }) => events);
      t.ok(progress.length > 1 && progress.at(-1) >= sample.end, 'it tells how far it is, up to the end');
      t.same(
        progress,
        progress.toSorted((a, b) => a - b),
      );
      t.ok(lines.slice(0, -1).every(({ events, of }) => events <= of));
      t.match(lines.at(-1), { outcome: 'done', views: [{ view: 'records' }, { view: 'counts' }] });
      if (lines.at(-1).views[0].swapped) swaps += 1;
    }
    rebuilding = false;
  };
  await Promise.all([rebuilds(), ...['a', 'b', 'c', 'd', 'e', 'f'].map(officer)]);
  t.equal(swaps, 1, 'the second has nothing to swap');
  t.ok(positions.length > 200);
  t.same(
    positions.toSorted((a, b) => a - b),
    positions.map((_, i) => sample.end + 1 + i),
  );
  const found = await app.inject(`${sci}/mous?q=title&limit=1000`);
  const kept = await app.inject(`${sci}/mous?q=title&limit=1000`);
  t.same(kept.body, found.body);
  await app.close();
  checkStore(file);
});

t.test('one rebuild runs at a time, and only of read models that there are', async (t) => {
  const file = tampered(t, sample, () => {});
  const app = await open(t, file);
  const [first, second] = await Promise.all([rebuild(app), rebuild(app, '?view=records')]);
  t.match(linesOf(first.body).at(-1), { outcome: 'done' });
  t.equal(second.statusCode, 409);
  t.equal(second.json().code, 'rebuild-running');
  const unknown = await rebuild(app, '?view=records&view=rumours');
  t.equal(unknown.statusCode, 400);
  t.match(unknown.json(), { code: 'invalid-request', errors: [{ pointer: /^\/query\/view/ }] });
  const [last] = linesOf((await rebuild(app, '?view=counts')).body).slice(-1);
  t.same(last, {
    outcome: 'done',
    views: [{ view: 'counts', swapped: false, differences: 0, first: [] }],
  });
  await app.close();
  checkStore(file);
});

t.test(
  'a leaf that can not be folded ends it with position and cause, and the ledger serves on',
  async (t) => {
    const file = tampered(t, sample, (db) =>
      db.exec('update events set leaf = replace(leaf, \'"v":1\', \'"v":1,\') where position = 700'),
    );
    const app = await open(t, file);
    const before = await app.inject(`${sci}/summary`);
    t.match(linesOf((await rebuild(app)).body).at(-1), {
      outcome: 'stopped',
      position: 700,
      detail: /^the leaf at position 700 does not fit: /,
    });
    t.same((await app.inject(`${sci}/summary`)).body, before.body);
    t.equal((await app.inject({ method: 'POST', url: `${sci}/events`, payload: mou() })).statusCode, 201);
    t.notOk(tables(file).includes('records_rebuilt'));
  },
);

t.test('read models of another version are rebuilt before the ledger is ready', async (t) => {
  const file = tampered(t, sample, (db) =>
    db.exec('update view_versions set version = 0; update records set title_key = -1, named = 0'),
  );
  const app = await open(t, file);
  const notReady = await app.inject('/readyz');
  t.equal(notReady.statusCode, 503);
  t.match(notReady.json(), { code: 'not-ready', detail: /^(The rebuild of )?records and counts/ });
  const refused = [
    await app.inject(`${sci}/summary`),
    await app.inject('/checkpoint'),
    await app.inject({ method: 'POST', url: `${sci}/events`, payload: mou() }),
    await rebuild(app),
  ];
  for (const { statusCode, headers, body } of refused) {
    t.equal(statusCode, 503);
    t.match(headers['retry-after'], /^[0-9]+$/);
    t.match(body, '"not-ready"');
  }
  t.equal((await app.inject('/livez')).statusCode, 200);
  await untilReady(app);
  t.match((await app.inject(`${sci}/mous?q=title%209&limit=1`)).json().items, [{ kind: 'mou' }]);
  t.equal((await app.inject({ method: 'POST', url: `${sci}/events`, payload: mou() })).statusCode, 201);
  await app.close();
  checkStore(file);
});

t.test('where they can not be rebuilt, the ledger says why and stays not ready', async (t) => {
  const file = tampered(t, sample, (db) =>
    db.exec("update view_versions set version = 0; update events set leaf = '' where position = 9"),
  );
  const app = await open(t, file);
  const detailNow = async (): Promise<string> => (await app.inject('/readyz')).json().detail;
  let detail = await detailNow();
  while (!/could not/.test(detail)) {
    await turn();
    detail = await detailNow();
  }
  t.match(detail, /^records and counts could not be rebuilt: the leaf at position 9 does not fit/);
  t.equal((await app.inject(`${sci}/summary`)).statusCode, 503);
  t.equal((await app.inject('/livez')).statusCode, 200);
});

/** Begins a rebuild over a socket; resolves with its further lines when it has told of its progress. */
async function begun(url: string, signal?: AbortSignal): Promise<AsyncIterator<string>> {
  const { body } = await fetch(`${url}/v1/rebuild`, { method: 'POST', ...(signal && { signal }) });
  const lines = createInterface({ input: Readable.fromWeb(body ?? new ReadableStream()) });
  const iterator = lines[Symbol.asyncIterator]();
  t.match(JSON.parse((await iterator.next()).value ?? ''), { events: Number });
  return iterator;
}

t.test('a shutdown ends a rebuild, and a broken-off request does too', onlyLong, async (t) => {
  const file = tampered(t, large, () => {});
  const app = await open(t, file);
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Listening on a port, so its address is no path of a socket.
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const gone = new AbortController();
  await begun(url, gone.signal);
  gone.abort();
  let again = await rebuild(app);
  while (again.statusCode === 409) {
    await turn();
    again = await rebuild(app);
  }
  t.match(linesOf(again.body).at(-1), { outcome: 'done' });

  const lines = await begun(url);
  await Promise.all([app.close(), once(app.server, 'close')]);
  let last = '';
  for (let line = await lines.next(); !line.done; line = await lines.next()) last = line.value;
  t.match(JSON.parse(last), { outcome: 'stopped', detail: 'The ledger is shutting down.' });
  t.ok(tables(file).includes('records_rebuilt'));

  const after = await open(t, file);
  t.match(linesOf((await rebuild(after)).body).at(-1), {
    outcome: 'done',
    views: [{ swapped: false }, { swapped: false }],
  });
  await after.close();
  checkStore(file);
});

t.test('after kill -9 in the middle, reads are right and what was left is removed', onlyLong, async (t) => {
  const file = tampered(t, large, (db) => db.exec('update records set title_key = -position'));
  const { child, url } = await serveChild(t, file, { ALLOW_CLOCK_JUMP: 'true' });
  const summary = async (base: string) => (await fetch(`${base}${sci}/summary`)).json();
  const before = await summary(url);
  await begun(url);
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  t.same(await exit, [null, 'SIGKILL']);
  t.ok(tables(file).includes('records_rebuilt'));

  const app = await open(t, file);
  t.same((await app.inject(`${sci}/summary`)).json(), before);
  await until(() => !tables(file).includes('records_rebuilt'));
  t.same((await app.inject(`${sci}/summary`)).json(), before);
  t.match(linesOf((await rebuild(app)).body).at(-1), {
    outcome: 'done',
    views: [{ swapped: true, differences: large.end }, { swapped: false }],
  });
  await app.close();
  checkStore(file);
});
