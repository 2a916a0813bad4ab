import { join } from 'node:path';
import type { Test } from 'tap';
import type { App } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openLedgerApp } from '../../src/ledger-app.ts';
import { emptyDatabase } from './database.ts';

/** A ledger in a database of its own, served without a socket. Closes itself, and the database is checked. */
export async function buildLedger(t: Test, clock?: () => number, url?: string): Promise<App> {
  const config = readConfig({
    DATABASE_URL: url ?? (await emptyDatabase(t)),
    SIGNER_DIR: join(t.testdir(), 'signer'),
  });
  const app = await openLedgerApp(config, false, clock);
  t.teardown(() => app.close());
  return app;
}
