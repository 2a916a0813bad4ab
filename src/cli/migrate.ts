import type { Command } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { CouldNotRun } from './outcome.ts';

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to the form that this version needs')
    .addHelpText('after', environmentHelp())
    .action(() => migrate(readConfig(), (line) => process.stdout.write(`${line}\n`)));
}

/** The place where the store's migrations are called. */
const migrate: (config: Config, say: (line: string) => void) => Promise<void> = async () => {
  throw new CouldNotRun('This build has no store yet.');
};
