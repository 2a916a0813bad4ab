import { extname } from 'node:path';
import { type Logger, pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { type Granted, granted, noGrants } from './access/rights.ts';
import { Backups } from './backup/backups.ts';
import { type Config, limitsOf } from './config.ts';
import type { Head } from './db/rows.ts';
import { Refusal } from './errors.ts';
import type { App } from './http/app.ts';
import { Authentication, type Identity, openCaller } from './http/authentication.ts';
import { basePathOf } from './http/base-path.ts';
import { type CertificateFiles, readCertificate, renewCertificate } from './http/certificate.ts';
import { readRules } from './http/identity/grants.ts';
import { People } from './http/identity/people.ts';
import { Provider } from './http/identity/provider.ts';
import { Cookies, type Login, Sessions } from './http/identity/sessions.ts';
import { createInstance } from './http/instance.ts';
import type { Ledger } from './http/ledger.ts';
import { measureLedger } from './http/metrics/ledger.ts';
import { measureProcess } from './http/metrics/process.ts';
import { measureReadiness } from './http/metrics/readiness.ts';
import { countRequests } from './http/metrics/requests.ts';
import { serveMetrics } from './http/metrics/served.ts';
import { type AccessOptions, requireAccess } from './http/plugins/access.ts';
import { acceptJson } from './http/plugins/body.ts';
import { allowOrigins } from './http/plugins/cors.ts';
import { refuseOtherOrigins } from './http/plugins/cross-origin.ts';
import { lingerAfterEarlyAnswers } from './http/plugins/early-answers.ts';
import { commonHeaders } from './http/plugins/headers.ts';
import { type Ready, serveHealth } from './http/plugins/health.ts';
import { closeGracefully } from './http/plugins/lifecycle.ts';
import { describeApi } from './http/plugins/openapi.ts';
import { answerUnknownPaths } from './http/plugins/paths.ts';
import { type Pressure, refuseUnderPressure } from './http/plugins/pressure.ts';
import { serveProblemPages } from './http/plugins/problem-pages.ts';
import { answerErrors } from './http/plugins/problems.ts';
import { validateRequests } from './http/plugins/validators.ts';
import { addRoutes } from './http/routes/routes.ts';
import { traceRequests } from './http/traces.ts';
import { EventHub } from './http/wire/event-hub.ts';
import { pages } from './pages/catalogue.ts';
import { ReadingThreads } from './reading/threads.ts';
import { everyInitiative } from './shapes/grant.ts';
import type { Limits } from './shapes/limits.ts';
import { lookForFork } from './signer/fork.ts';
import { Signer } from './signer/signer.ts';
import { SignerDirectory } from './signer/signer-directory.ts';
import { checkClock } from './store/clock.ts';
import { forgetOldAnswers } from './store/forgetting.ts';
import { fileOf, isPostgres, openStore } from './store/open-store.ts';
import { nameOfDatabase } from './store/postgres/url.ts';
import { SearchUpkeep } from './store/rebuild/search-upkeep.ts';
import { Upkeep } from './store/rebuild/upkeep.ts';
import { Recorder } from './store/recorder.ts';
import type { OpenOptions, Store } from './store/store.ts';
import { ScopeCounts } from './views/counts.ts';
import { OverallCounts } from './views/overall.ts';
import { readModels } from './views/read-models.ts';
import { findTargets } from './views/targets.ts';

export type { App } from './http/app.ts';

export interface AppOptions {
  log: Logger | false;
  /** Adds the routes of the API. */
  routes: (app: App) => void | Promise<void>;
  /** Throws or rejects while the ledger can't be used. Gives warnings for the operator otherwise. */
  ready: Ready;
  /** Who asks; by default, whoever may ask an open ledger. */
  access?: AccessOptions;
  /** Addresses whose X-Forwarded headers are believed. */
  trustProxy?: string[];
  /** The address by which others know the service. */
  publicUrl?: string | undefined;
  /** The collector to which traces of requests are sent; without it there are none. */
  tracesEndpoint?: string | undefined;
  /** With them the application serves https. */
  certificate?: CertificateFiles | undefined;
  /** Origins whose pages may read answers, and write with a token. */
  corsOrigins?: string[];
  /** What requests may take. */
  limits?: Limits;
  /** When requests are refused because the event loop is late; by default never. */
  pressure?: Pressure;
  /** Closes what the routes use; called after the last request was answered. */
  onClose?: () => Promise<void>;
}

/** The application around some routes, ready to listen or to inject. Its caller closes it. */
export async function buildApp({
  log,
  routes,
  ready,
  onClose,
  access = { callerBy: async () => openCaller, isOpen: () => true },
  trustProxy = [],
  publicUrl,
  tracesEndpoint,
  certificate: files,
  corsOrigins = [],
  limits,
  pressure,
}: AppOptions): Promise<App> {
  const basePath = basePathOf(publicUrl);
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const certificate = files && (await readCertificate(files));
  const app = createInstance(log, trustProxy, basePath, certificate, limits);
  app.decorate('basePath', basePath);
  app.decorate('publicOrigin', publicUrl === undefined ? undefined : new URL(publicUrl).origin);
  // Hooks run in this order: an error needs its headers, and nothing else runs for a stranger or while closing.
  countRequests(app);
  if (tracesEndpoint !== undefined) await traceRequests(app, tracesEndpoint);
  answerErrors(app);
  commonHeaders(app, certificate !== undefined || publicUrl?.startsWith('https:') === true);
  allowOrigins(app, corsOrigins);
  closeGracefully(app);
  lingerAfterEarlyAnswers(app);
  if (pressure) refuseUnderPressure(app, pressure);
  if (files && certificate) renewCertificate(app, files, certificate);
  await requireAccess(app, access, publicHost);
  refuseOtherOrigins(app, publicHost);
  answerUnknownPaths(app);
  acceptJson(app);
  validateRequests(app);
  if (onClose) app.addHook('onClose', onClose);
  // Registered before the routes, because it collects them.
  await describeApi(app, publicUrl);
  serveHealth(app, ready);
  measureReadiness(app, ready);
  measureProcess(app);
  serveMetrics(app);
  serveProblemPages(app);
  await routes(app);
  await app.ready();
  return app;
}

/** Opens the ledger that the configuration names and builds the application on it; closing the app closes both. */
export async function openLedgerApp(
  config: Config,
  log: Logger | false,
  clock: () => number = Date.now,
  serverClock?: OpenOptions['serverClock'],
): Promise<App> {
  const ledger = await openLedger(config, log, clock, serverClock);
  try {
    if (log) await logStart(ledger, config, log);
    return await appOn(ledger, config, log, clock);
  } catch (error) {
    // Open handles of the ledger would keep the process from ending.
    await ledger.close();
    throw error;
  }
}

/** Logs what an operator looks for first: which version opened which ledger, and how many events it has. */
async function logStart(
  { store, signer, authentication }: Ledger,
  { DATABASE_URL }: Config,
  log: Logger,
): Promise<void> {
  const { position } = await store.head();
  const [engine, ledger] = isPostgres(DATABASE_URL)
    ? ['PostgreSQL', nameOfDatabase(DATABASE_URL)]
    : ['SQLite', fileOf(DATABASE_URL)];
  const { version } = packageJson;
  const vkeys = signer?.vkeys() ?? [];
  const { isOpen: open } = authentication;
  log.info(
    { version, node: process.version, engine, ledger, origin: store.origin, position, vkeys, open },
    `milestone-ledger ${version}: ${engine} ledger ${ledger}, ${position} events of ${store.origin}, ${
      signer ? 'signed here' : 'not signed here'
    }; ${open ? 'open to everybody on this machine' : 'open to nobody without a token'}`,
  );
}

export type OpenLedger = Ledger & {
  search: SearchUpkeep;
  /** Absent where BACKUP_DIR is not set. */
  backups: Backups | undefined;
  close: () => Promise<void>;
};

/** Opens the ledger that the configuration names. serverClock: see OpenOptions. Throws StoreUnavailable. */
export async function openLedger(
  config: Config,
  log: Logger | false,
  clock: () => number = Date.now,
  serverClock?: OpenOptions['serverClock'],
): Promise<OpenLedger> {
  const logger = orSilent(log);
  const store = await openStore(config.DATABASE_URL, {
    origin: config.LOG_ORIGIN,
    failed: (err, what) => {
      if (what === undefined) logger.warn({ err }, 'the database failed');
      else logger.error({ err }, what);
    },
    recovered: () => logger.info('recording goes on'),
    clock,
    ...(serverClock && { serverClock }),
  });
  for (const weakness of store.weaknesses()) logger.warn(weakness);
  try {
    const head = await store.head();
    if (!config.ALLOW_CLOCK_JUMP) checkClock(clock(), head.recordedAt);
    return await ledgerOn(store, config, log, clock);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The ledger in a store that is open; closing it closes the store. */
export async function ledgerOn(
  store: Store,
  config: Config,
  log: Logger | false,
  clock: () => number,
): Promise<OpenLedger> {
  const failed = (what: string) => (err: unknown) => orSilent(log).error({ err }, what);
  const counts = new ScopeCounts(store, failed('a snapshot of counts failed'));
  const identity = identityOf(store, () => recorder, config, orSilent(log), clock);
  const authentication = new Authentication(
    store,
    publicGrants(config),
    clock,
    failed('the last use of a token could not be written'),
    identity,
  );
  await authentication.look();
  const requireNoFork = await lookForFork(store);
  const signer = await openSigner(store, config, orSilent(log), clock);
  const hub = new EventHub(store, failed('the event streams failed'));
  const search = new SearchUpkeep(store, failed('the search index could not be filled'));
  const upkeep = new Upkeep(store, readModels, false, () => search.rebuilt());
  const grown = (): void => {
    signer?.schedule();
    hub.wake();
    search.grown();
  };
  const recorder = new Recorder(
    store,
    clock,
    (changes) => {
      counts.observe(changes);
      authentication.observe(changes);
      grown();
    },
    (head) => {
      upkeep.check();
      signer?.check();
      requireNoFork(head);
    },
    undefined,
    findTargets,
    config.MAX_WAITING,
  );
  store.watch(grown);
  const backups = backupsOf(store, upkeep, config, orSilent(log), clock);
  return {
    store,
    recorder,
    authentication,
    login: identity?.login,
    counts,
    overall: new OverallCounts(store, counts),
    upkeep,
    search,
    signer,
    hub,
    backups,
    async close() {
      await backups?.stop();
      await upkeep.stop();
      await search.stop();
      await recorder.stop();
      await hub.close();
      await counts.settled();
      await signer?.close();
      await store.close();
    },
  };
}

/** The application on a ledger that is open; closing the app closes both. */
export async function appOn(
  ledger: OpenLedger,
  config: Config,
  log: Logger | false,
  clock: () => number,
): Promise<App> {
  const { PUBLIC_URL, TLS_CERT, TLS_KEY, TRUST_PROXY, CORS_ORIGINS } = config;
  const { RATE_LIMIT, LONG_REQUESTS, MAX_EVENT_LOOP_DELAY } = config;
  const { store, recorder, upkeep } = ledger;
  const threads = readingThreads(ledger, config, orSilent(log));
  const outdated = await upkeep.outdated();
  const check = async (head: Head): Promise<void> => {
    await store.check();
    recorder.checkClock(head);
  };
  const stopForgetting = forgetOldAnswers(
    store,
    clock,
    async () => check(await store.head()),
    (err) => orSilent(log).error({ err }, 'old answers could not be forgotten'),
  );
  const app = await buildApp({
    log,
    access: {
      callerBy: (headers) => ledger.authentication.callerBy(headers),
      isOpen: () => ledger.authentication.isOpen,
      limits: { requestsPerMinute: RATE_LIMIT, longRequests: LONG_REQUESTS },
    },
    publicUrl: PUBLIC_URL,
    tracesEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    certificate: TLS_CERT && TLS_KEY ? { cert: TLS_CERT, key: TLS_KEY } : undefined,
    trustProxy: listOf(TRUST_PROXY),
    corsOrigins: listOf(CORS_ORIGINS),
    limits: limitsOf(config),
    pressure: { delayMaxMs: MAX_EVENT_LOOP_DELAY },
    routes(app) {
      // Beside the first requests: a start waits for no thread.
      app.addHook('onListen', async () => threads?.start());
      measureLedger(app, ledger, clock, threads);
      addRoutes(app, ledger, clock, pages, threads);
    },
    ready: async () => {
      const head = await store.head();
      recorder.check(head);
      await check(head);
      return store.weaknesses();
    },
    onClose: async () => {
      await stopForgetting();
      await threads?.close();
      await ledger.close();
    },
  });
  app.closing.addEventListener('abort', () => {
    void ledger.backups?.stop();
    void upkeep.stop();
  });
  // Nobody waits for it: until it is done, requests are answered with not-ready.
  void startUpkeep(upkeep, outdated, orSilent(log)).then(() => {
    if (upkeep.areReady) ledger.search.grown();
    ledger.backups?.start();
  });
  return app;
}

/** Backups that the service makes by itself. On PostgreSQL BACKUP_DIR is refused. */
function backupsOf(
  store: Store,
  upkeep: Upkeep,
  { BACKUP_DIR: directory, BACKUP_EVERY, BACKUP_KEEP: keepDays }: Config,
  log: Logger,
  clock: () => number,
): Backups | undefined {
  const { file } = store;
  if (directory === undefined || file === undefined) return undefined;
  return new Backups({
    ...{ store, file, directory, keepDays, clock },
    everyMs: BACKUP_EVERY * 60_000,
    mayVerifyWhole: () => upkeep.areReady,
    made: ({ backups }, tookMs) => log.info({ backup: backups.at(-1), tookMs }, 'backup made and verified'),
    failed: (what, err) =>
      log.error(
        { err, directory },
        `No backup could be made, which is tried again every ${BACKUP_EVERY} minutes. ${what}`,
      ),
  });
}

/** On PostgreSQL none: what is read there waits for the network, and not for this thread. */
function readingThreads(
  { store }: OpenLedger,
  { READING_THREADS: count }: Config,
  log: Logger,
): ReadingThreads | undefined {
  const { file, origin } = store;
  if (count === 0 || file === undefined) return undefined;
  return new ReadingThreads({
    count,
    // Its suffix is that of this file: .ts, or .js where the program was built.
    entry: new URL(`./reading-thread${extname(import.meta.url)}`, import.meta.url),
    begun: { file, origin },
    store,
    failed: (err) => log.error({ err }, 'a thread that reads has ended; the next request starts another'),
  });
}

const listOf = (setting: string): string[] => (setting === '' ? [] : setting.split(','));

/** Undefined if this instance does not sign. */
async function openSigner(
  store: Store,
  { SIGNER_DIR }: Config,
  log: Logger,
  clock: () => number,
): Promise<Signer | undefined> {
  if (SIGNER_DIR === '') return undefined;
  const directory = new SignerDirectory(SIGNER_DIR);
  try {
    for (const warning of directory.warnings()) log.warn(warning);
    const signer = await Signer.open(store, directory, clock, (err) =>
      log.error({ err }, 'a checkpoint could not be signed'),
    );
    // The last events may not be signed yet: the ledger was stopped within a second, or goes on under a new name.
    if ((await store.head()).position > 0) signer.schedule();
    return signer;
  } catch (error) {
    directory.close();
    throw error;
  }
}

/** Rebuilds the read models that code of another version wrote, and removes what an interrupted rebuild left. */
async function startUpkeep(upkeep: Upkeep, outdated: string[], log: Logger): Promise<void> {
  let tenths = -1;
  try {
    if (outdated.length === 0) return await upkeep.clear();
    await upkeep.beforeReady(outdated, ({ events, of }) => {
      const now = Math.floor((events / of) * 10);
      if (now > tenths) log.info({ readModels: outdated, events, of }, 'rebuilding before ready');
      tenths = now;
    });
  } catch (err) {
    const isShutdown = err instanceof Refusal && err.code === 'shutting-down';
    if (!isShutdown) log.error({ err }, 'read models could not be rebuilt');
  }
}

const silent = pino({ level: 'silent' });
const orSilent = (log: Logger | false): Logger => log || silent;

/** What everybody may do who sends no credentials. */
function publicGrants({ PUBLIC_READ }: Config): Granted {
  if (PUBLIC_READ === '') return noGrants;
  return granted({ reader: PUBLIC_READ === 'true' ? [everyInitiative] : PUBLIC_READ.split(',') });
}

/** Undefined where no identity provider is set. Throws a ConfigError where the rules for its claims can't be used. */
function identityOf(
  store: Store,
  recorder: () => Recorder,
  config: Config,
  log: Logger,
  clock: () => number,
): (Identity & { login: Login | undefined }) | undefined {
  const {
    OIDC_ISSUER,
    OIDC_AUDIENCE,
    OIDC_TOKEN_TYPE,
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_GRANTS,
    PUBLIC_URL,
  } = config;
  if (OIDC_ISSUER === undefined || OIDC_GRANTS === undefined) return undefined;
  const provider = new Provider(
    {
      issuer: OIDC_ISSUER,
      audience: OIDC_AUDIENCE,
      tokenType: OIDC_TOKEN_TYPE,
      clientId: OIDC_CLIENT_ID,
      clientSecret: OIDC_CLIENT_SECRET,
    },
    clock,
    (error) => log.warn({ reason: reasonOf(error) }, 'the identity provider does not answer'),
  );
  const people = new People(store, recorder, readRules(OIDC_GRANTS));
  if (OIDC_CLIENT_ID === undefined || PUBLIC_URL === undefined)
    return { provider, people, sessions: undefined, login: undefined };
  const cookies = new Cookies(PUBLIC_URL);
  const sessions = new Sessions(store, cookies, clock, (err) =>
    log.error({ err }, 'the last use of a session could not be written'),
  );
  return {
    provider,
    people,
    sessions,
    login: { provider, people, sessions, cookies, publicUrl: PUBLIC_URL },
  };
}

/** No more than this: what is below it may hold what the provider said of somebody. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
