import { type Command, InvalidArgumentError } from 'commander';
import { environmentHelp, readConfig } from '../config.ts';
import { SignerDirectory } from '../signer/signer-directory.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { formatVerifierKey, newSignerKey } from '../tlog/note-key.ts';
import { CouldNotRun } from './outcome.ts';

const dayMs = 86_400_000;

export function rotateKeyCommand(program: Command): void {
  program
    .command('rotate-key')
    .description('make a new signing key; both sign during the overlap (the service must be stopped)')
    .option('--overlap-days <days>', 'how long the present keys go on signing', days, 30)
    .addHelpText('after', environmentHelp())
    .action(({ overlapDays }: { overlapDays: number }) => {
      rotateKey(readConfig().SIGNER_DIR, overlapDays, Date.now(), (line) =>
        process.stdout.write(`${line}\n`),
      );
    });
}

/** Adds a key that signs from now on; those that sign now end after the overlap. Every key stays listed for ever. */
export function rotateKey(
  directoryPath: string,
  overlapDays: number,
  nowMs: number,
  say: (line: string) => void,
): void {
  if (directoryPath === '') throw new CouldNotRun('SIGNER_DIR is empty: this instance does not sign.');
  const directory = open(directoryPath);
  try {
    const keys = directory.keys();
    const [first] = keys;
    if (!first)
      throw new CouldNotRun(`${directoryPath} holds no key yet: the service makes one at its first start.`);
    const end = nowMs + overlapDays * dayMs;
    const added = { key: newSignerKey(first.key.verifierKey.name), signsFrom: nowMs };
    directory.keepKeys([
      ...keys.map((key) => ({ ...key, signsUntil: Math.min(key.signsUntil ?? end, end) })),
      added,
    ]);
    say(`new key: ${formatVerifierKey(added.key.verifierKey)}`);
    say(`earlier keys sign until ${new Date(end).toISOString()}`);
    say('Start the service: it lists the new key at /v1/log/keys. Tell those who verify the log.');
  } finally {
    directory.close();
  }
}

function open(path: string): SignerDirectory {
  try {
    return new SignerDirectory(path);
  } catch (error) {
    throw error instanceof StoreUnavailable ? new CouldNotRun(`${error.message}. Stop it first.`) : error;
  }
}

function days(text: string): number {
  if (!/^[0-9]{1,4}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of days.');
  return Number(text);
}
