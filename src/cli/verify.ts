import type { Command } from 'commander';
import { environmentHelp, readConfig } from '../config.ts';
import { verifyProof } from '../verify/proof.ts';
import { type Verified, verifyBundle, verifyLedger } from '../verify/verify.ts';
import { readNote } from './note-file.ts';
import { CouldNotRun, say } from './outcome.ts';
import { progressOn } from './progress.ts';

interface Options {
  bundle?: string;
  proof?: string;
  event?: string[];
  hashesOnly?: boolean;
  checkpoint?: string;
  key?: string;
}

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .description(
      'read the whole ledger again and name everything that is wrong; 0: nothing is wrong, 1: something is',
    )
    .option(
      '--bundle <file>',
      'verify a file that export --bundle wrote, with --key, without the service or its database',
    )
    .option('--hashes-only', 'verify only leaf hashes, tree and checkpoints')
    .option('--checkpoint <file>', 'a checkpoint that you kept, which the log must extend', readNote)
    .option('--proof <file>', 'verify this proof of an event with --key, without the service', readNote)
    .option(
      '--event <file>',
      'with --proof: the event as the service answers it, or as a line of an export; may be repeated',
      (file: string, files: string[] = []) => [...files, readNote(file)],
    )
    .option(
      '--key <vkey>',
      'the verifier key that you trust; without --key, the keys in the database are trusted',
    )
    .addHelpText('after', environmentHelp())
    .action((options: Options) => {
      if (options.proof !== undefined) return proof(options.proof, options);
      if (options.event !== undefined) throw new CouldNotRun('--event is for --proof.');
      return whole(options);
    });
}

function proof(text: string, { key, event = [] }: Options): void {
  const proved = verifyProof(text, keyFor('--proof', key), event);
  if ('fault' in proved) {
    say(`the proof proves nothing: ${proved.fault}.`);
    process.exitCode = 1;
    return;
  }
  const { position, size, origin, rootHash } = proved;
  const log = `the log of ${size} events, ${origin}, root hash ${rootHash.toHex()}`;
  say(
    proved.event === undefined
      ? `the key signed ${log}; --event FILE verifies that the event is at position ${position} of it`
      : `the event is at position ${position} of ${log}, which the key signed: nothing wrong`,
  );
}

function keyFor(option: string, key: string | undefined): string {
  if (key !== undefined) return key;
  throw new CouldNotRun(`${option} needs --key: the verifier key of the log that you trust.`);
}

async function whole({ bundle, hashesOnly = false, checkpoint: note, key }: Options): Promise<void> {
  const progress = progressOn(process.stdout);
  const checkpoint = note === undefined ? undefined : { note, vkey: key };
  const options = { hashesOnly, checkpoint, progress: progress.update };
  if (bundle !== undefined) {
    const signedBy = keyFor('--bundle', key);
    report(await verifyBundle(bundle, { ...options, signedBy }).finally(progress.stop), hashesOnly);
    return;
  }
  const { DATABASE_URL, SIGNER_DIR: signerDirectory } = readConfig();
  if (key !== undefined && note === undefined)
    throw new CouldNotRun('--key needs --checkpoint: it says who signed that checkpoint.');
  if (note !== undefined && key === undefined)
    say('No --key is given, so the keys in the database are trusted with the checkpoint.');
  const verified = await verifyLedger(DATABASE_URL, { ...options, signerDirectory }).finally(progress.stop);
  if (verified.signerUnread !== undefined)
    say(`not compared with what the signer knows: SIGNER_DIR ${signerDirectory} (${verified.signerUnread})`);
  report(verified, hashesOnly);
}

/** Sets the exit code. */
function report({ events, size, rootHash, findings, count }: Verified, hashesOnly: boolean): void {
  if (count > 0) process.exitCode = 1;
  for (const { position, what, detail } of findings)
    say(`${position === undefined ? '' : `position ${position}: `}${what}: ${detail}`);
  if (count > findings.length) say(`… and ${count - findings.length} more`);
  const root = rootHash ? `root hash ${rootHash.toHex()}` : 'no root hash, because leaves are missing';
  const result = count === 0 ? 'nothing wrong' : `${count} ${count === 1 ? 'finding' : 'findings'}`;
  say(`${hashesOnly ? 'hashes of ' : ''}${events} events checked, size ${size}, ${root}: ${result}`);
}
