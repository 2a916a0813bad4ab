import { join } from 'node:path';
import type { Test } from 'tap';
import type { App } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openLedgerApp } from '../../src/ledger-app.ts';

/** A ledger in a database file of its own, served without a socket. Closes itself. */
export async function buildLedger(t: Test, clock?: () => number): Promise<App> {
  const config = readConfig({ DATABASE_URL: `file:${join(t.testdir(), 'ledger.db')}` });
  const app = await openLedgerApp(config, false, clock);
  t.teardown(() => app.close());
  return app;
}
