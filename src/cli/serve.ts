import closeWithGrace from 'close-with-grace';
import type { Command } from 'commander';
import { type Logger, pino } from 'pino';
import type { App } from '../app.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { Refusal } from '../errors.ts';
import { openLedgerApp } from '../ledger-app.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { CouldNotRun } from './outcome.ts';

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
  // Before anything is opened, so that Ctrl-C works while starting. A second one ends the process at once.
  const grace = closeWithGrace({ delay: 10_000, logger: log }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'closing because of a bug');
    else log.info({ signal }, 'closing');
    await app?.close();
  });
  try {
    app = await openLedgerApp(config, log);
    await app.listen({ host: config.HOST, port: config.PORT });
  } catch (error) {
    grace.uninstall();
    await app?.close();
    throw startError(error, config);
  }
}

/** JSON lines on stdout. Bodies are never logged; headers neither, and should one be, then not these. */
function createLog(config: Config): Logger {
  const secrets = ['["authorization"]', '["cookie"]', '["idempotency-key"]'];
  const redact = secrets.flatMap((header) => [`headers${header}`, `*.headers${header}`]);
  // Each line is written at once: what is written later, pino tries at the exit for ever where nobody reads any more.
  return pino({ level: config.LOG_LEVEL, redact }, pino.destination({ dest: 1, sync: true }));
}

function startError(error: unknown, { HOST, PORT }: Config): unknown {
  if (error instanceof StoreUnavailable) return new CouldNotRun(error.message);
  // Of the database: it went away meanwhile, or takes no writes.
  if (error instanceof Refusal) {
    const { message, cause } = error;
    return new CouldNotRun(cause instanceof Error ? `${message} (${cause.message})` : message);
  }
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new CouldNotRun(`Port ${PORT} of ${HOST} is in use. Stop what uses it, or set PORT.`);
    case 'EACCES':
      return new CouldNotRun(`Port ${PORT} of ${HOST} may not be used by this user. Set PORT.`);
    case 'EADDRNOTAVAIL':
      return new CouldNotRun(`This machine has no address ${HOST}. Set HOST.`);
    default:
      return error;
  }
}
