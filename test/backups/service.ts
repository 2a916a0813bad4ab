import { pino } from 'pino';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

/** The service as its environment configures it, with a backup every so many milliseconds. */
const everyMs = Number(process.argv[2]);
const app = await openLedgerApp({ ...readConfig(), BACKUP_EVERY: everyMs / 60_000 }, pino());
process.once('SIGTERM', () => void app.close());
await app.listen({ host: '127.0.0.1', port: 0 });
