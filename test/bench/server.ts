import { noGrants } from '../../src/access/rights.ts';
import { Authentication } from '../../src/http/authentication.ts';
import '../../src/heap.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fastify } from 'fastify';
import { pino } from 'pino';
import { Type } from 'typebox';
import { type App, appOn, buildApp, openLedger, openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Ledger } from '../../src/http/ledger.ts';
import { addRoutes } from '../../src/http/routes/routes.ts';
import { EventHub } from '../../src/http/wire/event-hub.ts';
import { pages } from '../../src/pages/catalogue.ts';
import { Slug } from '../../src/shapes/fields.ts';
import { everyInitiative } from '../../src/shapes/grant.ts';
import { addPrincipal, issueToken } from '../../src/store/principals.ts';
import { Upkeep } from '../../src/store/rebuild/upkeep.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { ScopeCounts } from '../../src/views/counts.ts';
import { OverallCounts } from '../../src/views/overall.ts';
import { type Bare, bareFile, barePool } from './bare.ts';
import { openEmpty } from './empty-store.ts';

/*
 * A server under measurement, in a process of its own: `server.ts ENGINE DIRECTORY`. It tells its parent the port, obeys
 * its messages, and ends with it.
 */

export type Engine = keyof typeof engines;
export type Order = 'usage' | 'turns' | 'start-profile' | 'stop-profile';
export interface Reply {
  port?: number;
  /** Share of the time since the last `usage` in which the event loop was busy. */
  busy?: number;
  /** CPU time of all threads since then. */
  cpuUs?: number;
  /** Peak of the resident set. */
  peakBytes?: number;
  /** The most CPU time that one turn of the event loop took since the last `turns`. */
  longestTurnMs?: number;
  /** File with what was sampled since `start-profile`. */
  profile?: string;
}

const engines = {
  /** The application as it is served. */
  sqlite: (directory: string) => openLedgerApp(configIn(directory), log),
  /** The application as it is served, where somebody has to be known: an administrator, whose token is in the file `token`. */
  closed: async (directory: string) => {
    // So many that nobody is refused, and all are counted.
    const config = { ...configIn(directory), RATE_LIMIT: 1_000_000 };
    const ledger = await openLedger(config, log);
    writeFileSync(join(directory, 'token'), await addAdministrator(ledger));
    return appOn(ledger, config, log, Date.now);
  },
  /** The application as it is served, on the database that `postgres.json` names. */
  postgres: (directory: string) => openLedgerApp(postgresIn(directory).config, log),
  /** A minimal route, which inserts the text of each body there by itself. */
  barePostgres: async (directory: string) => {
    const { config, connectionsMax } = postgresIn(directory);
    return bareRoute(barePool(config.DATABASE_URL, connectionsMax));
  },
  /** The same application on an engine that stores nothing. */
  empty: () => onEmpty(),
  /** A minimal route, which commits the text of each body by itself. */
  bare: async (directory: string) => bareRoute(bareFile(join(directory, 'bare.db'))),
  /** The application as it is served, with one more route, which returns the text in `constant.json` and reads nothing. */
  constant: async (directory: string) => {
    const text = readFileSync(join(directory, 'constant.json'), 'utf8');
    const { type } = JSON.parse(readFileSync(join(directory, 'constant-headers.json'), 'utf8'));
    const ledger = await openLedger(configIn(directory), log);
    return shell((app) => {
      addRoutes(app, ledger, Date.now, pages);
      addConstant(app, text, type);
    }, ledger.close);
  },
  /** No HTTP at all: answers every so many bytes with the same text, to see how fast the generator is. */
  responder: (directory: string) =>
    openResponder(JSON.parse(readFileSync(join(directory, 'responder.json'), 'utf8'))),
};

/** As in `LOG_LEVEL=warn`: nothing is logged unless something goes wrong. */
const log = pino({ level: 'warn' }, pino.destination(2));
const configIn = (directory: string) =>
  readConfig({ DATABASE_URL: `file:${join(directory, 'ledger.db')}`, SIGNER_DIR: join(directory, 'signer') });

/** What a server on PostgreSQL is told. */
export interface OnPostgres {
  url: string;
  /** Of the bare one. */
  connectionsMax: number;
  /** Only one instance of several signs. */
  signs: boolean;
}

function postgresIn(directory: string) {
  // Written by the process that measures.
  const told = JSON.parse(readFileSync(join(directory, 'postgres.json'), 'utf8')) as OnPostgres;
  const SIGNER_DIR = told.signs ? join(directory, 'signer') : '';
  return { ...told, config: readConfig({ DATABASE_URL: told.url, SIGNER_DIR }) };
}

async function addAdministrator(ledger: Ledger): Promise<string> {
  const author = { principal: 'operator', authority: 'operator' } as const;
  const { principalId } = await addPrincipal(
    { ...ledger, author },
    {
      label: 'Administrator',
      grants: [{ role: 'admin', initiativeId: everyInitiative }],
      reason: { code: 'other', text: 'To measure.' },
    },
  );
  const token = { principalId, label: 'To measure', expiresAt: Date.now() + 86_400_000 };
  return (await issueToken(ledger.store, token, Date.now())).token;
}

function onEmpty(): Promise<App> {
  // As openLedgerApp puts it together, save that counts are not told of changes: they would keep snapshots.
  const store = openEmpty();
  const counts = new ScopeCounts(store, (error) => log.error(error));
  const recorder = new Recorder(store, Date.now);
  const ledger: Ledger = {
    store,
    recorder,
    authentication: new Authentication(store, noGrants, Date.now, (error) => log.error(error)),
    counts,
    overall: new OverallCounts(store, counts),
    upkeep: new Upkeep(store, []),
    hub: new EventHub(store, (error) => log.error(error)),
    signer: undefined,
  };
  return shell(
    (app) => addRoutes(app, ledger, Date.now, pages),
    () => recorder.stop(),
  );
}

const shell = (routes: (app: App) => void, onClose: () => Promise<void>): Promise<App> =>
  buildApp({ log, routes, ready: () => [], onClose });

/** The least that a route can do which has each event on disk before its answer: nothing is checked, and each request is a commit. */
function bareRoute({ insert, close }: Bare) {
  const app = fastify();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/v1/initiatives/:initiativeId/events', async (request, reply) =>
    // The parser gives text.
    reply.code(201).send({ position: await insert(request.body as string) }),
  );
  app.addHook('onClose', async () => close());
  return {
    server: app.server,
    listen: async (at: { port: number; host: string }) => void (await app.listen(at)),
    close: () => app.close(),
  };
}

function addConstant(app: App, text: string, contentType: string): void {
  app.get(
    '/v1/initiatives/:initiativeId/constant',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'constant',
        summary: 'Constant',
        tags: ['bench'],
        params: Type.Object({ initiativeId: Slug }, { additionalProperties: false }),
      },
    },
    async (_request, reply) => reply.type(contentType).send(text),
  );
}

async function openResponder({ requestBytes, answer }: { requestBytes: number; answer: string }) {
  const bytes = Buffer.from(answer);
  const server = createServer({ noDelay: true }, (socket) => {
    let received = 0;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.length;
      for (; received >= requestBytes; received -= requestBytes) socket.write(bytes);
    });
  });
  return {
    server,
    listen: ({ port, host }: { port: number; host: string }) =>
      new Promise<void>((resolve) => server.listen(port, host, resolve)),
    close: async () => void server.close(),
  };
}

/**
 * What this thread took of the processor between two timers that are a few milliseconds apart, at most since it was asked last;
 * unlike the time on the clock it is the server's own, whatever else the machine does.
 */
function watchTurns(): () => number {
  let [before, longestUs] = [process.threadCpuUsage(), 0];
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    longestUs = Math.max(longestUs, user + system);
  }, 2).unref();
  return () => {
    const ms = longestUs / 1_000;
    longestUs = 0;
    return ms;
  };
}

async function serve(engine: Engine, directory: string): Promise<void> {
  const app = await engines[engine](directory);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const reply = (message: Reply) => process.send?.(message);
  const inspector = new Session();
  let usage = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  let longestTurn: (() => number) | undefined;

  const obey: Record<Order, () => Promise<Reply>> = {
    async usage() {
      const busy = performance.eventLoopUtilization(usage).utilization;
      usage = performance.eventLoopUtilization();
      const { user, system } = process.cpuUsage(cpu);
      cpu = process.cpuUsage();
      return { busy, cpuUs: user + system, peakBytes: process.resourceUsage().maxRSS * 1024 };
    },
    async turns() {
      longestTurn ??= watchTurns();
      return { longestTurnMs: longestTurn() };
    },
    async 'start-profile'() {
      inspector.connect();
      await inspector.post('Profiler.enable');
      await inspector.post('Profiler.setSamplingInterval', { interval: 250 });
      await inspector.post('Profiler.start');
      return {};
    },
    async 'stop-profile'() {
      const { profile } = await inspector.post('Profiler.stop');
      inspector.disconnect();
      const file = join(directory, `${engine}.cpuprofile`);
      writeFileSync(file, JSON.stringify(profile));
      return { profile: file };
    },
  };
  // Orders come one at a time. Ctrl-C reaches this process too, and is left to the parent.
  process.on('SIGINT', () => {});
  process.on('message', (order: Order) => void obey[order]().then(reply));
  process.once('disconnect', () => void app.close().finally(() => process.exit()));
  reply({ port: (app.server.address() as AddressInfo).port });
}

const [engine = '', directory = ''] = process.argv.slice(2);
if (!Object.hasOwn(engines, engine)) throw new Error(`no such engine: ${engine}`);
await serve(engine as Engine, directory);
