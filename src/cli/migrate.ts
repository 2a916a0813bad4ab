import type { Command } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { openStore } from '../store/open-store.ts';
import { say } from './outcome.ts';

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the tables to the form of this version')
    .addHelpText('after', environmentHelp())
    .action(() => migrate(readConfig()));
}

/** Opening a ledger brings its tables to this version. */
async function migrate({ DATABASE_URL }: Config): Promise<void> {
  const migrated: string[] = [];
  await (await openStore(DATABASE_URL, { migrated: (name) => migrated.push(name) })).close();
  for (const name of migrated) say(`migrated: ${name}`);
  if (migrated.length === 0) say('nothing to migrate');
}
