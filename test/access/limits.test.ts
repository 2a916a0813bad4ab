import { connect } from 'node:net';
import { test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { closedLedger } from '../helpers/access.ts';
import { emptyDatabase } from '../helpers/database.ts';

const registered = { type: 'InitiativeRegistered', data: { name: 'An initiative' } };
const reader = { role: 'reader', initiativeId: 'a' } as const;

/** A clock that the test moves: limits are counted by the minute. */
function minutes(t: { teardown: (fn: () => void) => void }) {
  const real = Date.now;
  let ahead = 0;
  Date.now = () => real() + ahead;
  t.teardown(() => {
    Date.now = real;
  });
  return () => {
    ahead += 60_001;
  };
}

test('a principal has so many requests a minute, is told how many are left, and takes none from others', async (t) => {
  const nextMinute = minutes(t);
  const { ask, record, principal } = await closedLedger(t, { RATE_LIMIT: '6' });
  await record('a', registered);
  const [busy, quiet] = [await principal([reader]), await principal([reader])];
  nextMinute();
  const left: unknown[] = [];
  for (let i = 0; i < 6; i++) {
    const { status, headers } = await ask(busy.token, 'GET', '/v1/initiatives/a');
    t.equal(status, 200);
    t.equal(headers['ratelimit-policy'], '"requests";q=6;w=60');
    left.push(/^"requests";r=(\d);t=(?:60|59|58)$/.exec(String(headers['ratelimit']))?.[1]);
  }
  t.same(left, ['5', '4', '3', '2', '1', '0']);
  const refused = await ask(busy.token, 'POST', '/v1/initiatives/a/events', registered);
  t.match(refused, { status: 429, body: { code: 'too-many-requests', type: '/problems/too-many-requests' } });
  t.ok(Number(refused.headers['retry-after']) > 50, 'and when it has some again');
  t.equal((await ask(busy.token, 'GET', '/v1/initiatives/b')).status, 429, 'whatever it asks for');
  t.equal((await ask(quiet.token, 'GET', '/v1/initiatives/a')).status, 200);
  for (const path of ['/livez', '/readyz', '/problems/overloaded'])
    t.equal((await ask(undefined, 'GET', path)).status, 200, `${path} is not counted`);
  nextMinute();
  t.equal((await ask(busy.token, 'GET', '/v1/initiatives/a')).status, 200, 'again in the next minute');
});

test('those of whom nobody is known are counted by their address', async (t) => {
  const settings = { RATE_LIMIT: '3', PUBLIC_READ: 'true', TRUST_PROXY: '127.0.0.1' };
  const { app } = await closedLedger(t, settings);
  const from = async (address: string) => {
    const headers = { 'x-forwarded-for': address };
    return (await app.inject({ url: '/v1/initiatives', headers })).statusCode;
  };
  const fourTimes = async (...addresses: string[]) => {
    const statuses: number[] = [];
    for (const address of addresses) statuses.push(await from(address));
    return statuses;
  };
  t.same(await fourTimes(...Array(4).fill('192.0.2.1')), [200, 200, 200, 429]);
  t.same(await fourTimes('192.0.2.2'), [200]);
  t.same(
    await fourTimes('2001:db8::1', '2001:db8::2', '2001:db8::3:4', '2001:db8:0:0:ffff::'),
    [200, 200, 200, 429],
    'a network of 64 bits is one address',
  );
  t.same(await fourTimes('2001:db8:0:1::1'), [200]);
});

test('wrong credentials are answered only so often, and right ones from the same address still pass', async (t) => {
  const { ask, admin } = await closedLedger(t);
  const statuses = new Map<number, number>();
  let retryAfter: unknown;
  for (let i = 0; i < 70; i++) {
    const { status, headers } = await ask(`mledger_wrong${i}`, 'GET', '/v1/initiatives');
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 429) retryAfter = headers['retry-after'];
  }
  t.same(Object.fromEntries(statuses), { 401: 60, 429: 10 });
  t.ok(Number(retryAfter) > 0);
  t.equal((await ask(undefined, 'GET', '/v1/initiatives')).status, 401, 'to send none is no attempt');
  t.equal((await ask(admin, 'GET', '/v1/initiatives')).status, 200);
});

test('a principal has only some streams, exports and imports open at once; one that ends makes room', async (t) => {
  const { app, record, principal } = await closedLedger(t, { LONG_REQUESTS: '3' });
  await record('a', registered);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const recorder = { role: 'recorder', initiativeId: 'a' } as const;
  const [busy, other] = [await principal([recorder]), await principal([reader])];
  const get = (token: string, path: string) =>
    fetch(`${address}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const stream = '/v1/events/stream?initiativeId=a';
  const [first, second] = [await get(busy.token, stream), await get(busy.token, stream)];
  t.same([first.status, second.status], [200, 200]);
  // An import of which no more arrives.
  const upload = connect(Number(new URL(address).port), '127.0.0.1');
  upload.write(
    `POST /v1/initiatives/a/import HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${busy.token}\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n{`,
  );
  for (let i = 0; app.underWay.size < 3; i++) {
    if (i === 1000) throw new Error('the import did not arrive');
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const path of [stream, '/v1/export?initiativeId=a', '/v1/initiatives/a/datapackage.zip']) {
    const refused = await get(busy.token, path);
    t.equal(refused.status, 429, path);
    t.match(await refused.json(), { code: 'too-many-requests', detail: /^3 streams, exports and imports/ });
  }
  t.equal((await get(busy.token, '/v1/initiatives/a')).status, 200, 'and everything else');
  t.equal((await get(other.token, '/v1/export?initiativeId=a')).status, 200);
  await second.body?.cancel();
  let status = 429;
  for (let i = 0; status === 429 && i < 1000; i++) {
    const answer = await get(busy.token, '/v1/export?initiativeId=a');
    await answer.text();
    status = answer.status;
  }
  t.equal(status, 200);
  upload.destroy();
  await first.body?.cancel();
});

test('without a limit, and in a ledger that is open, nobody is counted', async (t) => {
  const { ask, admin } = await closedLedger(t, { RATE_LIMIT: '0' });
  t.match(await ask(admin, 'GET', '/v1/initiatives'), { status: 200, headers: { ratelimit: undefined } });
  const DATABASE_URL = await emptyDatabase(t);
  const open = await openLedgerApp(readConfig({ DATABASE_URL, SIGNER_DIR: '', RATE_LIMIT: '1' }), false);
  t.teardown(() => open.close());
  for (let i = 0; i < 3; i++) t.equal((await open.inject('/v1/initiatives')).statusCode, 200);
});

test('long requests that begin at the same moment are all answered', async (t) => {
  const { ask, record, principal } = await closedLedger(t);
  await record('a', registered);
  const { token } = await principal([reader]);
  const asked = Array.from({ length: 4 }, () => ask(token, 'GET', '/v1/export?initiativeId=a'));
  for (const { status, text } of await Promise.all(asked)) t.equal(status, 200, text);
});
