import type { Command } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { openStore } from '../store/open-store.ts';
import { CouldNotRun } from './outcome.ts';

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to the form that this version needs')
    .addHelpText('after', environmentHelp())
    .action(() => migrate(readConfig(), (line) => process.stdout.write(`${line}\n`)));
}

/** Opening a ledger brings its tables to this version. */
async function migrate({ DATABASE_URL }: Config, say: (line: string) => void): Promise<void> {
  const migrated: string[] = [];
  try {
    const store = await openStore(DATABASE_URL, {
      migrated: (name) => migrated.push(name),
    });
    await store.close();
  } catch (error) {
    throw error instanceof StoreUnavailable ? new CouldNotRun(error.message) : error;
  }
  for (const name of migrated) say(`migrated: ${name}`);
  if (migrated.length === 0) say('nothing to migrate');
}
