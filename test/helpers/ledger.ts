import { join } from 'node:path';
import type { Test } from 'tap';
import type { App } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openLedgerApp } from '../../src/ledger-app.ts';
import { emptyDatabase, isOnPostgres } from './database.ts';

/** A ledger in a database of its own, served without a socket. Closes itself. */
export async function buildLedger(t: Test, clock?: () => number): Promise<App> {
  const directory = t.testdir();
  const config = readConfig({
    DATABASE_URL: isOnPostgres() ? await emptyDatabase(t) : `file:${join(directory, 'ledger.db')}`,
    SIGNER_DIR: join(directory, 'signer'),
  });
  const app = await openLedgerApp(config, false, clock);
  t.teardown(() => app.close());
  return app;
}
