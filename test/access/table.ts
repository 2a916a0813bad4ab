import type { Test } from 'tap';
import type { Grant } from '../../src/shapes/grant.ts';
import { closedLedger, reason } from '../helpers/access.ts';
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
  tokenId: '018cd97e-9200-4000-8000-000000000000',
};
const bodies: Record<string, object> = {
  'POST /v1/initiatives/:initiativeId/events': { type: 'MoUSigned', occurredOn: '2023' },
  'POST /v1/principals': { label: 'x', grants: of('reader', 'a'), reason },
  'POST /v1/principals/:principalId/rights': { grants: of('recorder', 'a'), reason },
  'POST /v1/principals/:principalId/disable': { reason },
  'POST /v1/tokens': { label: 'x', expires: '1d' },
};
const queries: Record<string, string> = {
  '/v1/access/who': '?right=read&initiative=a',
  '/v1/access/explain': '?principal=principal-1&route=GET%20/v1/summary',
};

/** Asks every route as each of them, over HTTP. */
export async function walkedTable(t: Test): Promise<Table> {
  const { app, ask, record, principal, admin } = await closedLedger(t);
  for (const initiativeId of ['a', 'b'])
    await record(initiativeId, { type: 'InitiativeRegistered', data: { name: initiativeId } });
  const { items } = (await ask(admin, 'GET', '/v1/events?initiativeId=a')).body;
  const address = await app.listen({ host: '127.0.0.1', port: 0 });

  const expires = new Date(Date.now() + 500).toISOString();
  const expired = (await ask(admin, 'POST', '/v1/tokens', { label: 'x', expires })).body;
  const revoked = (await ask(admin, 'POST', '/v1/tokens', { label: 'x', expires: '1d' })).body;
  await ask(admin, 'DELETE', `/v1/tokens/${revoked.tokenId}`);
  const disabled = await principal(of('admin', '*'));
  await ask(admin, 'POST', `/v1/principals/${disabled.principalId}/disable`, { reason });
  const tokens: Record<string, string | undefined> = {
    nobody: undefined,
    garbage: 'mledger_garbage',
    expired: expired.token,
    revoked: revoked.token,
    disabled: disabled.token,
  };
  for (const [name, grants] of Object.entries(holders)) tokens[name] = (await principal(grants)).token;
  await until(async () => (await ask(expired.token, 'GET', '/v1/me')).status === 401);

  const table: Table = {};
  const routes = app.routesServed.flatMap(({ method, url }) =>
    [method].flat().flatMap((method) => (method === 'HEAD' ? [] : [{ method, url }])),
  );
  for (const { method, url } of routes) {
    const route = `${method} ${url}`;
    const row: Record<string, Outcome> = {};
    for (const [name, token] of Object.entries(tokens)) {
      const { principalId } = url.includes(':principalId')
        ? await principal(of('reader', 'a'))
        : { principalId: '' };
      const known: Record<string, string> = { ...values, principalId, eventId: items[0].event.eventId };
      const path = url.replaceAll(/:(\w+)|\*/g, (_, part) => known[part] ?? 'x');
      const target = `${address}${path}${queries[url] ?? ''}`;
      row[name] = await outcomeOf(target, method, token, bodies[route]);
      if (method !== 'GET') continue;
      const [get, head] = [await statusOf(target, 'GET', token), await statusOf(target, 'HEAD', token)];
      t.equal(head, get, `HEAD ${url} as ${name}`);
    }
    table[route] = row;
  }
  return table;
}

const headersOf = (token: string | undefined, payload?: object) => ({
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(payload ? { 'content-type': 'application/json' } : {}),
});

async function statusOf(url: string, method: string, token: string | undefined): Promise<number> {
  const brokenOff = new AbortController();
  const { status } = await fetch(url, { method, signal: brokenOff.signal, headers: headersOf(token) });
  // A stream has no end.
  brokenOff.abort();
  return status;
}

async function outcomeOf(
  url: string,
  method: string,
  token: string | undefined,
  payload?: object,
): Promise<Outcome> {
  const brokenOff = new AbortController();
  const answer = await fetch(url, {
    method,
    signal: brokenOff.signal,
    headers: headersOf(token, payload),
    ...(payload && { body: JSON.stringify(payload) }),
  });
  try {
    if (answer.status === 401 || answer.status === 403) return `${answer.status}`;
    if (answer.status !== 404) return 'passes';
    const { code } = (await answer.json()) as { code?: string };
    return code === 'initiative-not-found' ? 'hidden' : 'passes';
  } finally {
    brokenOff.abort();
  }
}
