import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type App, openLedger, openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Grant } from '../../src/shapes/grant.ts';
import { addPrincipal, issueToken } from '../../src/store/principals.ts';
import { emptyDatabase } from './database.ts';

export const reason = { code: 'other', text: 'A test of access.' } as const;
const operator = { principal: 'operator', authority: 'operator' } as const;

/** A ledger that has an administrator, served without a socket. Closes itself, and the database is checked. */
export async function closedLedger(
  t: Test,
  settings: { [name: string]: string } = {},
  clock: () => number = Date.now,
  database?: string,
) {
  const DATABASE_URL = database ?? (await emptyDatabase(t));
  // Of its own: t.testdir() empties that of a ledger which the same test opened before.
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-test-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const config = readConfig({
    DATABASE_URL,
    SIGNER_DIR: join(directory, 'signer'),
    // A stream that a test opens without a socket is never seen to end.
    RATE_LIMIT: '0',
    LONG_REQUESTS: '2000',
    // The machine of a test may be busy.
    MAX_EVENT_LOOP_DELAY: '0',
    ...settings,
  });
  const stopped = await openLedger(config, false, clock);
  const { principalId } = await addPrincipal(
    { ...stopped, author: operator },
    { label: 'Administrator', grants: [{ role: 'admin', initiativeId: '*' }], reason },
  );
  const expiresAt = clock() + 86_400_000;
  const { token: admin } = await issueToken(
    stopped.store,
    { principalId, label: 'first', expiresAt },
    clock(),
  );
  await stopped.close();
  const app = await openLedgerApp(config, false, clock, clock);
  t.teardown(() => app.close());
  return { app, config, admin, ...asked(app, admin) };
}

/** Requests with tokens, and principals that have some. */
export function asked(app: App, admin: string) {
  const ask = async (
    token: string | undefined,
    method: 'GET' | 'HEAD' | 'POST' | 'DELETE',
    url: string,
    payload?: object,
  ) => {
    const { statusCode, headers, body, rawPayload } = await app.inject({
      method,
      url,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(payload && { payload }),
    });
    const isJson =
      /json/.test(String(headers['content-type'])) && !/ndjson/.test(String(headers['content-type']));
    return {
      status: statusCode,
      headers,
      // Every byte as a character.
      text: /zip/.test(String(headers['content-type'])) ? rawPayload.toString('latin1') : body,
      body: isJson && body !== '' ? JSON.parse(body) : undefined,
    };
  };
  const record = async (initiativeId: string, ...events: object[]) => {
    const { status, body } = await ask(admin, 'POST', `/v1/initiatives/${initiativeId}/events`, { events });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body;
  };
  const principal = async (
    grants: Grant[],
    label = 'Somebody',
  ): Promise<{ principalId: string; token: string }> => {
    const made = await ask(admin, 'POST', '/v1/principals', { label, grants, reason });
    if (made.status !== 201) throw new Error(made.text);
    const { principalId } = made.body;
    const { body } = await ask(admin, 'POST', '/v1/tokens', { principalId, label, expires: '1d' });
    return { principalId, token: body.token };
  };
  return { ask, record, principal };
}
