import type { Test } from 'tap';
import type { App } from '../../src/app.ts';
import { attacks } from './attacks.ts';
import { buildLedger } from './ledger.ts';

/** A ledger in whose initiative `attacked` every text is an attack. */
export async function attackedLedger(t: Test): Promise<App> {
  const app = await buildLedger(t);
  const url = '/v1/initiatives/attacked/events';
  const posted = await app.inject({ method: 'POST', url, payload: { events: attacks } });
  if (posted.statusCode !== 201) throw new Error(posted.body);
  return app;
}
