import type { Command } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { fileOf, isPostgres } from '../store/open-store.ts';
import { backupSqlite } from '../store/sqlite/backup.ts';
import { endOf } from '../verify/start.ts';
import { withStoredLedger } from '../verify/stored-ledger.ts';
import { CouldNotRun, say } from './outcome.ts';
import { progressOn } from './progress.ts';
import { makeWhole, requireNew } from './whole-file.ts';

export function backupCommand(program: Command): void {
  program
    .command('backup')
    .description('copy the file of a SQLite ledger as of now; the service may run')
    .requiredOption('--out <file>', 'the file to write')
    .addHelpText('after', environmentHelp())
    .action(({ out }: { out: string }) => backup(readConfig(), out));
}

async function backup({ DATABASE_URL }: Config, out: string): Promise<void> {
  if (isPostgres(DATABASE_URL))
    throw new CouldNotRun(
      'This command reads the file of a ledger in SQLite. With PostgreSQL: use pg_dump or pg_basebackup.',
    );
  const file = fileOf(DATABASE_URL);
  requireNew(out);
  const progress = progressOn(process.stdout, { unit: 'pages' });
  // Refuses anything but a ledger of this version before anything is written.
  await headOf(DATABASE_URL);
  const { position, root_hash } = await makeWhole(out, async (part) => {
    await backupSqlite(file, part, progress.update).catch((error: Error) => {
      throw new CouldNotRun(`${out} can't be written: ${error.message}.`);
    });
    return headOf(`file:${part}`);
  }).finally(progress.stop);
  say(`${out}: ${position} events, root hash ${root_hash.toHex()}`);
  // Without the signer, which by then may know of more events.
  say(`To verify it: DATABASE_URL=file:${out} SIGNER_DIR= npm run -s ledger -- verify`);
}

const headOf = (url: string) => withStoredLedger(url, async (ledger) => endOf(await ledger.start()));
