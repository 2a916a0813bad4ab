import { type Command, InvalidArgumentError } from 'commander';
import { databaseUrlOf, WrongDatabaseUrl } from '../config.ts';
import { type Copied, copyLedger } from '../copy/copy-ledger.ts';
import { say } from './outcome.ts';
import { progressOn } from './progress.ts';

export function copyCommand(program: Command): void {
  program
    .command('copy')
    .description(
      'copy a ledger leaf for leaf into an empty one, also from one engine to the other; the ledger may be in use; 0: copied and compared, 1: they differ',
    )
    .requiredOption('--from <url>', 'the ledger to read: file:PATH or postgres://…', url)
    .requiredOption('--to <url>', 'a new file, or an empty PostgreSQL database that you own', url)
    .action(({ from, to }: { from: string; to: string }) => copy(from, to));
}

async function copy(from: string, to: string): Promise<void> {
  const progress = progressOn(process.stdout);
  const copied = await copyLedger(from, to, progress.update).finally(progress.stop);
  const wayOut = 'verify says more, and rebuild repairs it. Delete the unfinished copy: nothing opens it.';
  reportCopied(copied, { done: 'copied', from: '--from', wayOut });
}

/** done: what was done, in the past tense. wayOut: what to do where they differ. Sets the exit code. */
export function reportCopied(
  { origin, size, rootHash, names, keptAnswers, checkpoints, difference }: Copied,
  { done, from, wayOut }: { done: string; from: string; wayOut: string },
): void {
  say(`${size} events of ${origin}, ${names} names, ${keptAnswers} kept answers, ${checkpoints} checkpoints`);
  if (difference === undefined) {
    say(`${done}: root hash ${rootHash.toHex()}, records, numbers and counts are the same`);
    return;
  }
  process.exitCode = 1;
  say(`not ${done}: the read models of ${from} do not follow from its leaves, first at ${difference}.`);
  say(wayOut);
}

function url(text: string): string {
  try {
    return databaseUrlOf(text);
  } catch (error) {
    throw error instanceof WrongDatabaseUrl
      ? new InvalidArgumentError(`It must be ${error.message}.`)
      : error;
  }
}
