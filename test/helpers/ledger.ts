import { join } from 'node:path';
import type { Test } from 'tap';
import { type App, appOn, ledgerOn, openLedgerApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';
import { directoryFor, emptyDatabase } from './database.ts';

/** A ledger in a database of its own, served without a socket. Closes itself, and the database is checked. */
export async function buildLedger(t: Test, clock?: () => number, url?: string): Promise<App> {
  const config = readConfig({
    DATABASE_URL: url ?? (await emptyDatabase(t)),
    SIGNER_DIR: join(directoryFor(t), 'signer'),
    READING_THREADS: '0',
    // The machine of a test may be busy.
    MAX_EVENT_LOOP_DELAY: '0',
  });
  // The server of a database has the time of the test, too.
  const app = await openLedgerApp(config, false, clock, clock);
  t.teardown(() => app.close());
  return app;
}

/** The application on a store that is open; closing the app closes it. */
export const buildLedgerApp = async (
  store: Store,
  config: Config,
  clock: () => number = Date.now,
): Promise<App> => {
  // What a test has the store say is said on this thread.
  const alone = { ...config, READING_THREADS: 0 };
  return appOn(await ledgerOn(store, alone, false, clock), alone, false, clock);
};

/** Posts a batch of events to the initiative that `initiative()` registers. */
export const poster =
  (app: App) =>
  async (...events: object[]) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/events',
      payload: { events },
    });
    return { status: answer.statusCode, body: answer.json() };
  };
