import type { Command } from 'commander';
import { environmentHelp, readConfig } from '../config.ts';
import { restoreBundle } from '../copy/copy-ledger.ts';
import { reportCopied } from './copy.ts';
import { progressOn } from './progress.ts';

export function restoreCommand(program: Command): void {
  program
    .command('restore')
    .description(
      'make an empty ledger into the one that a bundle holds, leaf for leaf; 0: restored and compared, 1: they differ',
    )
    .requiredOption('--bundle <file>', 'a bundle, as export writes it')
    .addHelpText('after', environmentHelp())
    .action(({ bundle }: { bundle: string }) => restore(bundle));
}

async function restore(file: string): Promise<void> {
  const { DATABASE_URL } = readConfig();
  const progress = progressOn(process.stdout);
  const copied = await restoreBundle(file, DATABASE_URL, progress.update).finally(progress.stop);
  reportCopied(copied, { done: 'restored', from: file, wayOut: 'Ask for another one.' });
}
