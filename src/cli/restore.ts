import type { Command } from 'commander';
import { type Restored, RestoreRefused, restoreBackup } from '../backup/restore.ts';
import { environmentHelp, readConfig } from '../config.ts';
import { restoreBundle } from '../copy/copy-ledger.ts';
import { reportCopied } from './copy.ts';
import { CouldNotRun, say } from './outcome.ts';
import { progressOn } from './progress.ts';

interface Options {
  backup?: string;
  bundle?: string;
}

export function restoreCommand(program: Command): void {
  program
    .command('restore')
    .description(
      'put a backup in the place of a ledger, or make an empty one into the ledger that a bundle holds; stop the service first; 0: restored, 1: refused, or they differ',
    )
    .option('--backup <file>', 'a backup of a ledger in SQLite; the ledger that is there is moved aside')
    .option('--bundle <file>', 'a bundle, as export writes it')
    .addHelpText('after', environmentHelp())
    .action(({ backup, bundle }: Options) => {
      if (backup !== undefined && bundle === undefined) return fromBackup(backup);
      if (bundle !== undefined && backup === undefined) return fromBundle(bundle);
      throw new CouldNotRun('restore needs --backup FILE or --bundle FILE, and not both.');
    });
}

async function fromBundle(file: string): Promise<void> {
  const { DATABASE_URL } = readConfig();
  const progress = progressOn(process.stdout);
  const copied = await restoreBundle(file, DATABASE_URL, progress.update).finally(progress.stop);
  reportCopied(copied, { done: 'restored', from: file, wayOut: 'Ask for another one.' });
}

async function fromBackup(backup: string): Promise<void> {
  const { DATABASE_URL: url, SIGNER_DIR: signerDirectory } = readConfig();
  const progress = progressOn(process.stdout);
  const options = { url, signerDirectory, nowMs: Date.now(), progress: progress.update };
  try {
    report(backup, signerDirectory, await restoreBackup(backup, options).finally(progress.stop));
  } catch (error) {
    if (!(error instanceof RestoreRefused)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

function report(backup: string, signerDirectory: string, restored: Restored): void {
  const { isEarlier, origin, position, rootHash, aside, signed } = restored;
  say(`restored: ${position} events of ${origin}, root hash ${rootHash}`);
  if (isEarlier)
    say(`An earlier restore was broken off, and is done now. To restore ${backup}, run the command again.`);
  if (aside) {
    const { file, events } = aside;
    const there = events === undefined ? 'it can not be read' : `${events} events`;
    say(`The ledger that was there is now ${file} (${there}). Delete it when nobody needs it.`);
  }
  if (!signed && !isEarlier) say(`Not compared with what was signed: ${whyNot(signerDirectory)}.`);
  say(
    'Next: start the service, and look at /readyz. Tokens and sessions are in no backup: make new tokens (token create). Post again the erasures that are younger than the backup.',
  );
}

const whyNot = (signerDirectory: string): string =>
  signerDirectory === ''
    ? 'SIGNER_DIR is empty. If posts are refused with history-fork, run continue --origin NAME'
    : `SIGNER_DIR, ${signerDirectory}, knows of nothing. If that directory is lost, docs/prove.md says how to replace it`;
