import type { Test } from 'tap';
import type { Grant } from '../../src/shapes/grant.ts';
import { closedLedger, reason } from '../helpers/access.ts';
import { effort, isLong } from '../helpers/effort.ts';
import { Browser, identityProvider, settingsFor } from '../helpers/identity.ts';
import { until } from '../helpers/until.ts';

/** What an answer says of access: `401`, `403`, `hidden` as an initiative that does not exist, or `passes`. */
export type Outcome = '401' | '403' | 'hidden' | 'passes';

/** By route (`GET /v1/summary`) and by who asks. */
export type Table = Record<string, Record<string, Outcome>>;

export const tableFile = new URL('table.json', import.meta.url);

const of = (role: Grant['role'], initiativeId: string): Grant[] => [{ role, initiativeId }];
const holders: Record<string, Grant[]> = {
  'no grant': [],
  ...Object.fromEntries(
    ['a', 'b', '*'].flatMap((place) =>
      (['reader', 'recorder', 'auditor', 'admin'] as const).map((role) => [
        `${role} of ${place}`,
        of(role, place),
      ]),
    ),
  ),
};

const values: Record<string, string> = {
  initiativeId: 'a',
  recordId: 'a',
  level: '0',
  index: '000',
  code: 'not-found',
  eventType: 'MoUSigned',
  tokenId: '018cd97e-9200-4000-8000-000000000000',
};
const bodies: Record<string, object> = {
  'POST /v1/initiatives/:initiativeId/events': { type: 'MoUSigned', occurredOn: '2023' },
  'POST /v1/parties': { name: 'A party', aliases: ['Another name'], reason },
  'POST /v1/initiatives/:initiativeId/undo': { positions: [1], reason },
  'POST /v1/principals': { label: 'x', grants: of('reader', 'a'), reason },
  'POST /v1/principals/:principalId/rights': { grants: of('recorder', 'a'), reason },
  'POST /v1/principals/:principalId/disable': { reason },
  'POST /v1/tokens': { label: 'x', expires: '1d' },
};
const queries: Record<string, string> = {
  '/v1/access/who': '?right=read&initiative=a',
  '/v1/access/explain': '?principal=principal-1&route=GET%20/v1/summary',
};

/** What a request sends to be known, by the way in which it is. */
type Ways = { 'a token'?: Headers; 'an access token of the provider'?: Headers; 'a session'?: Headers };
type Headers = { [name: string]: string };

const bearing = (token: string): Headers => ({ authorization: `Bearer ${token}` });

/** Asks every route as each of them, over HTTP; in whichever way somebody is known, the answer is the same. */
export async function walkedTable(t: Test): Promise<Table> {
  const provider = await identityProvider(t);
  const named = Object.entries({ ...holders, disabled: of('admin', '*') });
  const rules = named.flatMap(([value, grants]) =>
    grants.length > 0 ? [{ claim: 'groups', value, grants }] : [],
  );
  const { app, ask, record, principal, admin } = await closedLedger(t, {
    ...settingsFor(t, provider.issuer, rules),
    TRUST_PROXY: '127.0.0.1',
  });
  for (const initiativeId of ['a', 'b'])
    await record(initiativeId, { type: 'InitiativeRegistered', data: { name: initiativeId } });
  const { items } = (await ask(admin, 'GET', '/v1/events?initiativeId=a')).body;
  const address = await app.listen({ host: '127.0.0.1', port: 0 });

  /** Somebody whom the provider knows, by both ways in which it says so. */
  const userOf = async (sub: string, group = sub) => {
    provider.users.set(sub, { groups: [group] });
    const browser = new Browser(app, provider.issuer);
    await browser.logIn(sub);
    const session = { cookie: browser.atLedger.header };
    const me = await app.inject({ url: '/v1/me', headers: session });
    return {
      principalId: me.json().principalId as string,
      end: () => browser.post('/logout'),
      ways: {
        'an access token of the provider': bearing(await provider.sign({ sub, groups: [group] })),
        'a session': session,
      },
    };
  };
  const expires = new Date(Date.now() + 500).toISOString();
  const expired = (await ask(admin, 'POST', '/v1/tokens', { label: 'x', expires })).body;
  const revoked = (await ask(admin, 'POST', '/v1/tokens', { label: 'x', expires: '1d' })).body;
  await ask(admin, 'DELETE', `/v1/tokens/${revoked.tokenId}`);
  const ended = await userOf('ended', 'admin of *');
  await ended.end();
  const [disabled, disabledUser] = [await principal(of('admin', '*')), await userOf('disabled')];
  for (const { principalId } of [disabled, disabledUser])
    await ask(admin, 'POST', `/v1/principals/${principalId}/disable`, { reason });
  const past = Math.floor(Date.now() / 1000) - 1000;
  const askers: Record<string, Ways> = {
    nobody: { 'a token': {} },
    garbage: {
      'a token': bearing('mledger_garbage'),
      'an access token of the provider': bearing('a.b.c'),
      'a session': { cookie: 'ledger=garbage' },
    },
    expired: {
      'a token': bearing(expired.token),
      'an access token of the provider': bearing(
        await provider.sign({ groups: ['admin of *'], iat: past, exp: past + 300 }),
      ),
    },
    revoked: { 'a token': bearing(revoked.token), 'a session': ended.ways['a session'] },
    disabled: { 'a token': bearing(disabled.token), ...disabledUser.ways },
  };
  for (const [name, grants] of Object.entries(holders)) {
    askers[name] = { 'a token': bearing((await principal(grants)).token) };
    if (grants.length > 0) Object.assign(askers[name], (await userOf(name)).ways);
  }
  await until(async () => (await ask(expired.token, 'GET', '/v1/me')).status === 401);

  const table: Table = {};
  const routes = app.routesServed.flatMap(({ method, url }) =>
    [method].flat().flatMap((method) => (method === 'HEAD' ? [] : [{ method, url }])),
  );
  for (const { method, url } of routes) {
    // The address of a file changes with what it holds, and the row does not.
    const route = `${method} ${url.replace(/^\/assets\/[^/]+/, '/assets/VERSION')}`;
    const row: Record<string, Outcome> = {};
    for (const [name, ways] of Object.entries(askers))
      for (const [way, headers] of Object.entries(ways).slice(0, effort(1, 3))) {
        const { principalId } = url.includes(':principalId')
          ? await principal(of('reader', 'a'))
          : { principalId: '' };
        const known: Record<string, string> = { ...values, principalId, eventId: items[0].event.eventId };
        const path = url.replaceAll(/:(\w+)|\*/g, (_, part) => known[part] ?? 'x');
        const target = `${address}${path}${queries[url] ?? ''}`;
        // A session that is ended here would be missed by the rows after it.
        if (url === '/logout' && way === 'a session') continue;
        const outcome = await outcomeOf(target, method, headers, bodies[route]);
        row[name] ??= outcome;
        t.equal(outcome, row[name], `${route} as ${name}, by ${way}`);
        if (method !== 'GET' || !isLong) continue;
        const [get, head] = [await statusOf(target, 'GET', headers), await statusOf(target, 'HEAD', headers)];
        t.equal(head, get, `HEAD ${url} as ${name}, by ${way}`);
      }
    table[route] = row;
  }
  return table;
}

let asked = 0;

/** Each request comes from an address of its own: of one address only some wrong credentials are answered. */
const headersOf = (headers: Headers, payload?: object) => ({
  ...headers,
  'x-forwarded-for': `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked++ & 255}`,
  ...(payload ? { 'content-type': 'application/json' } : {}),
});

async function statusOf(url: string, method: string, headers: Headers): Promise<number> {
  const brokenOff = new AbortController();
  const { status } = await fetch(url, { method, signal: brokenOff.signal, headers: headersOf(headers) });
  // A stream has no end.
  brokenOff.abort();
  return status;
}

async function outcomeOf(url: string, method: string, headers: Headers, payload?: object): Promise<Outcome> {
  const brokenOff = new AbortController();
  const answer = await fetch(url, {
    method,
    signal: brokenOff.signal,
    headers: headersOf(headers, payload),
    ...(payload && { body: JSON.stringify(payload) }),
  });
  try {
    if (answer.status === 401 || answer.status === 403) return `${answer.status}`;
    if (answer.status !== 404) return 'passes';
    // As a problem document or as a page, which links to what the code means.
    return /\binitiative-not-found\b/.test(await answer.text()) ? 'hidden' : 'passes';
  } finally {
    brokenOff.abort();
  }
}
