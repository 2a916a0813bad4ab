import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Test } from 'tap';
import { type App, openLedgerApp } from '../../src/app.ts';
import { closedLedger, reason } from '../helpers/access.ts';
import { mou } from '../helpers/decide.ts';
import { Browser, identityProvider, settingsFor } from '../helpers/identity.ts';
import { ndjson } from '../helpers/import.ts';
import { recordMuch } from '../helpers/streaming.ts';
import { until } from '../helpers/until.ts';

type Headers = { [name: string]: string };

/** What goes on until it is cut off. */
interface GoingOn {
  what: string;
  sent: ClientRequest;
  isOpen: boolean;
  /** Resolves when the service has closed the connection. */
  closed: Promise<void>;
  /** Whether all of an answer came, once it is closed. */
  isWhole: () => Promise<boolean>;
}

/** A ledger with an administrator and a provider, and the instance at which others ask: itself, or a second one. */
async function served(t: Test, instances: 1 | 2) {
  const provider = await identityProvider(t);
  // It is asked again and again.
  const ledger = await closedLedger(t, { ...settingsFor(t, provider.issuer), RATE_LIMIT: '0' });
  let app = ledger.app;
  if (instances === 2) {
    app = await openLedgerApp({ ...ledger.config, SIGNER_DIR: '' }, false);
    t.teardown(() => app.close());
  }
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  await ledger.record('a', { type: 'InitiativeRegistered', data: { name: 'An initiative' } });
  const post = async (events: object[], _initiativeId?: string, defaults = {}) => {
    const posted = await ledger.ask(ledger.admin, 'POST', '/v1/initiatives/a/events', { events, defaults });
    if (posted.status !== 201) throw new Error(posted.text);
    return [];
  };
  // No export of it is at its end before it is read.
  await recordMuch(post);
  const logIn = async (user: string): Promise<Headers> => {
    const browser = new Browser(ledger.app, provider.issuer);
    await browser.logIn(user);
    return { cookie: browser.atLedger.header, 'sec-fetch-site': 'same-origin' };
  };
  return { ...ledger, app, address, logIn };
}

async function begin(app: App, url: URL, headers: Headers, body?: string): Promise<GoingOn> {
  const method = body === undefined ? 'GET' : 'POST';
  const arriving = once(app.server, 'request');
  const sent = request(url, { method, headers, agent: false });
  const answered = new Promise<IncomingMessage | undefined>((resolve) => {
    sent.once('response', resolve);
    sent.once('error', () => resolve(undefined));
  });
  if (body === undefined) sent.end();
  else sent.write(body);
  const [{ socket }] = await arriving;
  const going: GoingOn = {
    what: url.pathname,
    sent,
    isOpen: true,
    closed: new Promise((resolve) => {
      socket.once('close', () => {
        going.isOpen = false;
        resolve();
      });
    }),
    async isWhole() {
      const answer = await answered;
      if (!answer) return false;
      answer.on('error', () => {}).resume();
      if (!answer.closed) await once(answer, 'close').catch(() => {});
      return answer.complete;
    },
  };
  // The import is answered in the end alone.
  if (body === undefined && (await answered)?.statusCode !== 200) throw new Error(`${url} was refused`);
  return going;
}

/** A stream, and an export that nobody reads on. */
const beginReading = async (app: App, address: string, headers: Headers): Promise<GoingOn[]> => [
  await begin(app, new URL('/v1/events/stream?initiativeId=a', address), headers),
  await begin(app, new URL('/v1/export?initiativeId=a', address), headers),
];

/** An import that is not at its end. At most four are under way at once. */
async function beginImport(app: App, address: string, headers: Headers, name: string): Promise<GoingOn> {
  // More than is read together, so that the first lines are recorded before the last one has come.
  const sources = Array.from({ length: 12 }, (_, i) => ({
    publisher: `P${i}`,
    quote: 'x'.repeat(2_000),
    note: 'y'.repeat(2_000),
  }));
  const lines = ndjson(
    mou({ recordId: `first-${name}` }),
    ...Array.from({ length: 30 }, () => mou({ note: name, sources })),
  );
  const url = new URL('/v1/initiatives/a/import', address);
  return begin(app, url, { ...headers, 'content-type': 'application/x-ndjson' }, lines);
}

/** What goes on ends within five seconds of the right to it, at the instance that ended it or at another one. */
export async function endsWithTheRight(t: Test, instances: 1 | 2): Promise<void> {
  const { app, address, ask, admin, principal, logIn } = await served(t, instances);
  const recorder = { role: 'recorder', initiativeId: 'a' } as const;
  const bearing = (token: string): Headers => ({ authorization: `Bearer ${token}` });
  const [revoked, changed, disabled, stays] = [
    await principal([recorder]),
    await principal([recorder]),
    await principal([recorder]),
    await principal([recorder]),
  ];
  const session = await logIn('mei');
  const me = await fetch(new URL('/v1/me', address), { headers: session });
  const { principalId: mei } = (await me.json()) as { principalId: string };
  const beginAll = async (headers: Headers, name: string) => [
    ...(await beginReading(app, address, headers)),
    await beginImport(app, address, headers, name),
  ];
  const ended = {
    revoked: await beginAll(bearing(revoked.token), 'revoked'),
    changed: await beginAll(bearing(changed.token), 'changed'),
    disabled: await beginAll(bearing(disabled.token), 'disabled'),
    session: await beginAll(session, 'session'),
  };
  const going = await beginReading(app, address, bearing(stays.token));
  t.teardown(() => {
    for (const { sent } of [...Object.values(ended).flat(), ...going]) sent.destroy();
  });
  for (const name of Object.keys(ended)) {
    const first = `/v1/initiatives/a/records/first-${name}`;
    await until(async () => (await ask(admin, 'GET', first)).status === 200);
  }

  const { items } = (await ask(admin, 'GET', '/v1/tokens')).body;
  const { tokenId } = items.find((one: { principalId: string }) => one.principalId === revoked.principalId);
  const began = performance.now();
  const done = [
    await ask(admin, 'DELETE', `/v1/tokens/${tokenId}`),
    await ask(admin, 'POST', `/v1/principals/${changed.principalId}/rights`, { grants: [], reason }),
    await ask(admin, 'POST', `/v1/principals/${disabled.principalId}/disable`, { reason }),
    await ask(admin, 'POST', `/v1/principals/${mei}/end-sessions`, {}),
  ];
  t.ok(
    done.every(({ status }) => status < 300),
    JSON.stringify(done.map(({ status }) => status)),
  );
  const statusOf = async (headers: Headers) =>
    (await fetch(new URL('/v1/initiatives/a', address), { headers })).status;
  // Five seconds are promised. On a machine that does much else a test may not ask for a time.
  const said = (what: string) => t.comment(`${what} after ${Math.round(performance.now() - began)} ms`);
  const refused = async (headers: Headers, status: number) => {
    await until(async () => (await statusOf(headers)) === status);
    said(`${status}`);
  };
  await refused(bearing(revoked.token), 401);
  await refused(bearing(changed.token), 404);
  await refused(bearing(disabled.token), 401);
  await refused(session, 401);
  for (const [why, some] of Object.entries(ended))
    for (const { what, closed, isWhole } of some) {
      await closed;
      said(`${why}: ${what} is closed`);
      t.equal(await isWhole(), false, `${why}: ${what} is cut off`);
    }
  t.equal(await statusOf(bearing(stays.token)), 200);
  for (const { what, isOpen } of going) t.ok(isOpen, `${what} of another one goes on`);
}
