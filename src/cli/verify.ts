import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { CannotVerify } from '../verify/reader.ts';
import { type Verified, verifyLedger } from '../verify/verify.ts';
import { CouldNotRun } from './outcome.ts';
import { progressOn } from './progress.ts';

interface Options {
  bundle?: string;
  hashesOnly?: boolean;
  checkpoint?: string;
  key?: string;
}

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .description('re-read the whole ledger and say where it is not what it should be; 0: clean, 1: it is not')
    .option(
      '--bundle <file>',
      'verify this file, as export writes it, with --key; without the service or its database',
    )
    .option('--hashes-only', 'leaf hashes, tree and checkpoints only')
    .option(
      '--checkpoint <file>',
      'a checkpoint that was kept elsewhere, which the log must extend',
      readNote,
    )
    .option(
      '--key <vkey>',
      'the verifier key that signed it; without it, the keys in the database are trusted',
    )
    .addHelpText('after', environmentHelp())
    .action((options: Options) =>
      options.bundle === undefined ? verify(readConfig(), options) : verifyBundle(options.bundle, options),
    );
}

function readNote(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new InvalidArgumentError(`It can't be read: ${error.code}.`);
    throw error;
  }
}

async function verifyBundle(file: string, { key, checkpoint, hashesOnly }: Options): Promise<void> {
  if (key === undefined)
    throw new CouldNotRun('--bundle needs --key: the verifier key of the log, which you trust.');
  if (hashesOnly) throw new CouldNotRun('--hashes-only is for a database.');
  // It asks the application, which takes longer to load than all of the above.
  const { verifyBundleFile } = await import('./bundle.ts');
  await verifyBundleFile(file, key, checkpoint);
}

async function verify(
  { DATABASE_URL }: Config,
  { hashesOnly = false, checkpoint, key }: Options,
): Promise<void> {
  if (key !== undefined && checkpoint === undefined)
    throw new CouldNotRun('--key says who signed the checkpoint of --checkpoint, which is missing.');
  if (checkpoint !== undefined && key === undefined)
    say('The keys that the database lists are trusted with the checkpoint, as no --key is given.');
  const progress = progressOn(process.stdout);
  let verified: Verified;
  try {
    verified = await verifyLedger(DATABASE_URL, {
      hashesOnly,
      checkpoint: checkpoint === undefined ? undefined : { note: checkpoint, vkey: key },
      progress: progress.update,
    });
  } catch (error) {
    throw error instanceof CannotVerify ? new CouldNotRun(error.message) : error;
  } finally {
    progress.stop();
  }
  report(verified, hashesOnly);
  if (verified.count > 0) process.exitCode = 1;
}

function report({ events, size, rootHash, findings, count }: Verified, hashesOnly: boolean): void {
  for (const { position, what, detail } of findings)
    say(`${position === undefined ? '' : `position ${position}: `}${what}: ${detail}`);
  if (count > findings.length) say(`… and ${count - findings.length} more`);
  const root = rootHash ? `root hash ${rootHash.toHex()}` : 'no root hash, as leaves are missing';
  const result = count === 0 ? 'nothing wrong' : `${count} ${count === 1 ? 'finding' : 'findings'}`;
  say(`${hashesOnly ? 'hashes of ' : ''}${events} events checked, size ${size}, ${root}: ${result}`);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
