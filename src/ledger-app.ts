import type { Logger } from 'pino';
import { type App, buildApp } from './app.ts';
import type { Config } from './config.ts';
import { EventHub } from './http/event-hub.ts';
import { addRoutes } from './http/routes/routes.ts';
import { streamRoute } from './http/routes/stream.ts';
import { Signer } from './signer/signer.ts';
import { SignerDirectory } from './signer/signer-directory.ts';
import { StoreUnavailable } from './store/lock-file.ts';
import { openStore } from './store/open-store.ts';
import { Recorder } from './store/recorder.ts';
import { instantOf } from './store/rows.ts';
import type { Store } from './store/store.ts';
import { Counts } from './views/counts.ts';

/** What the routes work with. */
export interface Ledger {
  store: Store;
  recorder: Recorder;
  counts: Counts;
  /** Absent where this instance does not sign. */
  signer: Signer | undefined;
}

const dayMs = 86_400_000;
/** How long an answer is kept for a repeat with the same Idempotency-Key; at least a day is promised. */
const answersKeptMs = 2 * dayMs;
const forgetEveryMs = 600_000;

/** Opens the ledger that the configuration names and builds the application on it; closing the app closes both. */
export async function openLedgerApp(
  config: Config,
  log: Logger | false,
  clock: () => number = Date.now,
): Promise<App> {
  return appOn(await openLedger(config, log, clock), config, log, clock);
}

/** The application on a store that is open; closing the app closes it. */
export async function buildLedgerApp(
  store: Store,
  config: Config,
  log: Logger | false,
  clock: () => number = Date.now,
): Promise<App> {
  return appOn(await ledgerOn(store, config, log, clock), config, log, clock);
}

/** A ledger, those that follow it, and the end of it. */
export type OpenLedger = Ledger & { hub: EventHub; close: () => Promise<void> };

/** Opens the ledger that the configuration names. Throws StoreUnavailable. */
export async function openLedger(
  config: Config,
  log: Logger | false,
  clock: () => number = Date.now,
): Promise<OpenLedger> {
  const store = await openStore(config.DATABASE_URL, {
    origin: config.LOG_ORIGIN,
    failed: (error) => {
      if (log) log.warn({ err: error }, 'the database was out of reach');
    },
  });
  try {
    const head = await store.head();
    if (!config.ALLOW_CLOCK_JUMP) checkClock(clock(), head.recordedAt);
    return await ledgerOn(store, config, log, clock);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function ledgerOn(
  store: Store,
  config: Config,
  log: Logger | false,
  clock: () => number,
): Promise<OpenLedger> {
  const counts = new Counts(store, (error) => {
    if (log) log.error({ err: error }, 'a snapshot of counts failed');
  });
  const signer = await openSigner(store, config, log, clock);
  const recorder = new Recorder(
    store,
    clock,
    (changes) => {
      counts.observe(changes);
      signer?.schedule();
      hub.wake();
    },
    () => signer?.check(),
  );
  const hub = new EventHub(store, (error) => {
    if (log) log.error({ err: error }, 'the event streams failed');
  });
  store.watch(() => {
    signer?.schedule();
    hub.wake();
  });
  return {
    store,
    recorder,
    counts,
    signer,
    hub,
    async close() {
      await recorder.stop();
      await hub.close();
      await counts.settled();
      await signer?.close();
      await store.close();
    },
  };
}

async function appOn(
  ledger: OpenLedger,
  config: Config,
  log: Logger | false,
  clock: () => number,
): Promise<App> {
  const { store, recorder, hub, close } = ledger;
  const forgetting = setInterval(() => forgetAnswers(store, clock, log), forgetEveryMs).unref();
  return buildApp({
    config,
    log,
    routes: (app) => {
      addRoutes(app, ledger);
      streamRoute(app, store, hub);
    },
    ready: async () => {
      recorder.check();
      await store.check();
    },
    onClose: async () => {
      clearInterval(forgetting);
      await close();
    },
  });
}

async function openSigner(
  store: Store,
  { SIGNER_DIR }: Config,
  log: Logger | false,
  clock: () => number,
): Promise<Signer | undefined> {
  if (SIGNER_DIR === '') return undefined;
  const directory = new SignerDirectory(SIGNER_DIR);
  try {
    const signer = await Signer.open(store, directory, clock, (error) => {
      if (log) log.error({ err: error }, 'a checkpoint could not be signed');
    });
    // What came last may not be signed yet: the ledger was stopped within a second, or goes on under a new name.
    if ((await store.head()).position > 0) signer.schedule();
    return signer;
  } catch (error) {
    directory.close();
    throw error;
  }
}

async function forgetAnswers(store: Store, clock: () => number, log: Logger | false): Promise<void> {
  try {
    await store.forgetAnswers(clock() - answersKeptMs);
  } catch (error) {
    if (log) log.error({ err: error }, 'old answers could not be forgotten');
  }
}

/** A clock that is far off would stamp the log for ever, as recordedAt never goes back. */
function checkClock(nowMs: number, lastMs: number): void {
  const [now, last] = [instantOf(nowMs), instantOf(lastMs)];
  const advice = 'Set the clock right; if it is right, start once with ALLOW_CLOCK_JUMP=true.';
  if (lastMs > nowMs + dayMs) {
    throw new StoreUnavailable(
      `The clock says ${now}, more than a day before the last event (${last}). ${advice}`,
    );
  }
  if (lastMs > 0 && nowMs > lastMs + 365 * dayMs) {
    throw new StoreUnavailable(
      `The clock says ${now}, more than a year after the last event (${last}). ${advice}`,
    );
  }
}
