import { type Command, InvalidArgumentError } from 'commander';
import { databaseUrl } from '../config.ts';
import { type Copied, copyLedger } from '../copy/copy-ledger.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { BrokenLeaf } from '../store/restore-leaves.ts';
import { CannotVerify } from '../verify/reader.ts';
import { CouldNotRun } from './outcome.ts';
import { progressOn } from './progress.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

export function copyCommand(program: Command): void {
  program
    .command('copy')
    .description(
      'copy a ledger, which may be in use, leaf for leaf into an empty one, also of the other engine; 0: copied and compared, 1: they differ',
    )
    .requiredOption('--from <url>', 'the ledger to read: file:PATH or postgres://…', url)
    .requiredOption('--to <url>', 'a new file, or an empty PostgreSQL database of yours', url)
    .action(({ from, to }: { from: string; to: string }) => copy(from, to));
}

async function copy(from: string, to: string): Promise<void> {
  const progress = progressOn(process.stdout);
  let copied: Copied;
  try {
    copied = await copyLedger(from, to, progress.update);
  } catch (error) {
    const known = [StoreUnavailable, CannotVerify, BrokenLeaf].some((kind) => error instanceof kind);
    throw known ? new CouldNotRun((error as Error).message) : error;
  } finally {
    progress.stop();
  }
  report(copied);
}

function report({ origin, size, rootHash, names, keptAnswers, checkpoints, difference }: Copied): void {
  say(`${size} events of ${origin}, ${names} names, ${keptAnswers} kept answers, ${checkpoints} checkpoints`);
  if (difference === undefined) {
    say(`copied: root hash ${rootHash.toHex()}, records, numbers and counts are the same`);
    return;
  }
  process.exitCode = 1;
  say(`not copied: --from is not what its leaves make it, first at ${difference}.`);
  say('verify says more, and rebuild mends it. The unfinished copy can not be used: delete it.');
}

function url(text: string): string {
  if (new RegExp(databaseUrl.pattern).test(text)) return text;
  throw new InvalidArgumentError(`It must be ${databaseUrl.mustBe}.`);
}
