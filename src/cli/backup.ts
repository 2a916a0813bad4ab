import { rename, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { backupSqlite } from '../store/sqlite-backup.ts';
import { CannotVerify } from '../verify/reader.ts';
import { withStoredLedger } from '../verify/stored-ledger.ts';
import { databaseFile } from './database-file.ts';
import { CouldNotRun } from './outcome.ts';
import { progressOn } from './progress.ts';
import { requireNew } from './whole-file.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

export function backupCommand(program: Command): void {
  program
    .command('backup')
    .description('copy the file of the ledger as of now, also beside a running service (SQLite)')
    .requiredOption('--out <file>', 'the file to write')
    .addHelpText('after', environmentHelp())
    .action(({ out }: { out: string }) => backup(readConfig(), out));
}

async function backup({ DATABASE_URL }: Config, out: string): Promise<void> {
  const file = databaseFile(DATABASE_URL, 'use pg_dump or pg_basebackup.');
  requireNew(out);
  const part = `${out}.part`;
  const remove = async (): Promise<void> => {
    for (const left of [part, `${part}-journal`]) await rm(left, { force: true });
  };
  const progress = progressOn(process.stdout, { unit: 'pages' });
  try {
    // What is no ledger of this version is refused before anything is written.
    await headOf(DATABASE_URL);
    // One that was broken off, by Ctrl-C say, left it.
    await remove();
    await backupSqlite(file, part, progress.update).catch((error: Error) => {
      throw new CouldNotRun(`${out} can't be written: ${error.message}.`);
    });
    const { position, root_hash } = await headOf(`file:${part}`);
    await rename(part, out);
    say(`${out}: ${position} events, root hash ${root_hash.toString('hex')}`);
    say(`To verify it: DATABASE_URL=file:${out} npm run -s ledger -- verify`);
  } catch (error) {
    throw error instanceof CannotVerify ? new CouldNotRun(error.message) : error;
  } finally {
    progress.stop();
    await remove();
  }
}

const headOf = (url: string) =>
  withStoredLedger(url, async (ledger) => {
    const { head } = await ledger.start();
    if (head === undefined) throw new CouldNotRun('The row that says where the log ends is missing.');
    return head;
  });
