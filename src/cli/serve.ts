import type { AddressInfo } from 'node:net';
import closeWithGrace from 'close-with-grace';
import type { Command } from 'commander';
import { type Logger, pino } from 'pino';
import type { App } from '../app.ts';
import { openLedgerApp } from '../app.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { serveMetricsOn } from '../http/metrics/served.ts';
import { fileOf, isPostgres } from '../store/open-store.ts';
import { keepAddress } from '../store/service-address.ts';
import { CouldNotRun } from './outcome.ts';
import { endsAtHangUp } from './terminal.ts';

export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('serve the ledger over HTTP')
    .addHelpText('after', environmentHelp())
    .action(() => serve(readConfig()));
}

async function serve(config: Config): Promise<void> {
  const log = createLog(config);
  let app: App | undefined;
  let removeAddress = (): void => {};
  // Installed before anything is opened, so that Ctrl-C works during the start. A second Ctrl-C ends the process at once.
  const grace = closeWithGrace(
    { delay: 10_000, logger: log, skip: endsAtHangUp ? [] : ['SIGHUP'] },
    async ({ err, signal }) => {
      if (err) log.fatal({ err }, 'closing because of a bug');
      else log.info({ signal }, 'closing');
      // Removed first: as soon as this service has closed the ledger, another one may open it and write its own address.
      removeAddress();
      await app?.close();
    },
  );
  try {
    app = await openLedgerApp(config, log);
    await requireKnown(app, config);
    await listen(app, config);
    await listenForMetrics(app, config);
    if (!isPostgres(config.DATABASE_URL))
      removeAddress = keepAddress(fileOf(config.DATABASE_URL), addressIn(app, config));
  } catch (error) {
    grace.uninstall();
    await app?.close();
    throw error;
  }
}

/** Where commands on this machine ask the service. A certificate is made out for the name that others use. */
const addressIn = ({ listeningOrigin, basePath }: App, { TLS_CERT, PUBLIC_URL }: Config): string =>
  TLS_CERT && PUBLIC_URL ? PUBLIC_URL : listeningOrigin + basePath;

/** Throws where others than this machine's could reach a ledger that is open to whoever reaches it. */
async function requireKnown(app: App, { HOST }: Config): Promise<void> {
  if (['127.0.0.1', '::1', 'localhost'].includes(HOST)) return;
  const answer = await app.inject('/v1/me');
  if (answer.statusCode !== 200 || !answer.json().open) return;
  throw new CouldNotRun(
    `HOST is ${HOST}, and this ledger is open: whoever reaches it could do anything. Make an administrator first (token create), or set HOST to 127.0.0.1.`,
  );
}

/**
 * JSON lines on stdout. Bodies and headers are never logged; if a header ever is, these are left out. So is what PostgreSQL says of
 * values, which may be names.
 */
function createLog(config: Config): Logger {
  const secrets = ['["authorization"]', '["cookie"]', '["idempotency-key"]'];
  const values = ['err.detail', 'err.where', 'err.internalQuery'];
  const redact = [...secrets.flatMap((header) => [`headers${header}`, `*.headers${header}`]), ...values];
  // Each line is written at once. Otherwise, if the reader of the log is gone, pino tries for ever to write the rest at the exit.
  return pino({ level: config.LOG_LEVEL, redact }, pino.destination({ dest: 1, sync: true }));
}

async function listen(app: App, { HOST, PORT }: Config): Promise<void> {
  await app.listen({ host: HOST, port: PORT }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRNOTAVAIL')
      throw new CouldNotRun(`This machine has no address ${HOST}. Set HOST.`);
    throw portFault(error, 'PORT', PORT, HOST);
  });
}

async function listenForMetrics(app: App, { METRICS_PORT: port }: Config): Promise<void> {
  if (port === undefined) return;
  const server = await serveMetricsOn(app, port).catch((error: NodeJS.ErrnoException) => {
    throw portFault(error, 'METRICS_PORT', port, '127.0.0.1');
  });
  // It listens on an address, not on a pipe.
  const { port: listening } = server.address() as AddressInfo;
  app.log.info(`metrics at http://127.0.0.1:${listening}/metrics`);
}

function portFault(error: NodeJS.ErrnoException, name: string, port: number, host: string): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new CouldNotRun(`Port ${port} of ${host} is in use. Stop what uses it, or set ${name}.`);
    case 'EACCES':
      return new CouldNotRun(`Port ${port} of ${host} may not be used by this user. Set ${name}.`);
    default:
      return error;
  }
}
