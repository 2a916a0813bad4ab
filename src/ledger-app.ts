import type { Logger } from 'pino';
import { type App, buildApp } from './app.ts';
import type { Config } from './config.ts';
import { Refusal } from './errors.ts';
import { EventHub } from './http/event-hub.ts';
import { addRoutes } from './http/routes/routes.ts';
import { streamRoute } from './http/routes/stream.ts';
import { Signer } from './signer/signer.ts';
import { SignerDirectory } from './signer/signer-directory.ts';
import { StoreUnavailable } from './store/lock-file.ts';
import { openStore } from './store/open-store.ts';
import { Rebuilds } from './store/rebuilds.ts';
import { Recorder } from './store/recorder.ts';
import { instantOf } from './store/rows.ts';
import type { Store } from './store/store.ts';
import { Counts } from './views/counts.ts';
import { readModels } from './views/read-models.ts';

/** What the routes work with. */
export interface Ledger {
  store: Store;
  recorder: Recorder;
  counts: Counts;
  rebuilds: Rebuilds;
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
    () => {
      rebuilds.check();
      signer?.check();
    },
  );
  const hub = new EventHub(store, (error) => {
    if (log) log.error({ err: error }, 'the event streams failed');
  });
  store.watch(() => {
    signer?.schedule();
    hub.wake();
  });
  const rebuilds = new Rebuilds(store, readModels);
  return {
    store,
    recorder,
    counts,
    rebuilds,
    signer,
    hub,
    async close() {
      await rebuilds.stop();
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
  const { store, recorder, rebuilds, hub, close } = ledger;
  const outdated = await rebuilds.outdated();
  const forgetting = setInterval(() => forgetAnswers(store, clock, log), forgetEveryMs).unref();
  const app = await buildApp({
    config,
    log,
    routes: (app) => {
      addRoutes(app, ledger);
      streamRoute(app, store, hub);
    },
    ready: async () => {
      await store.head();
      rebuilds.check();
      recorder.check();
      await store.check();
    },
    onClose: async () => {
      clearInterval(forgetting);
      await close();
    },
  });
  app.closing.addEventListener('abort', () => void rebuilds.stop());
  // Not waited for: until it is done, requests are answered that the ledger is not ready.
  void startRebuilds(rebuilds, outdated, log);
  return app;
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

/** Rebuilds what code of another version wrote, and removes what an interrupted rebuild left. */
async function startRebuilds(rebuilds: Rebuilds, outdated: string[], log: Logger | false): Promise<void> {
  let tenths = -1;
  try {
    if (outdated.length === 0) return await rebuilds.clear();
    await rebuilds.beforeReady(outdated, ({ events, of }) => {
      const now = Math.floor((events / of) * 10);
      if (now > tenths && log) log.info({ readModels: outdated, events, of }, 'rebuilding before ready');
      tenths = now;
    });
  } catch (error) {
    const isShutdown = error instanceof Refusal && error.code === 'shutting-down';
    if (log && !isShutdown) log.error({ err: error }, 'read models could not be rebuilt');
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
