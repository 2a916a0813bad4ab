import { type Command, InvalidArgumentError } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { continuationOf } from '../ledger/log-continuation.ts';
import { forkOf } from '../signer/signer.ts';
import { SignerDirectory } from '../signer/signer-directory.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { openStore } from '../store/open-store.ts';
import { instantOf } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { uuidv7 } from '../store/uuidv7.ts';
import { formatVerifierKey, isKeyName } from '../tlog/note-key.ts';
import { CouldNotRun } from './outcome.ts';

export function continueCommand(program: Command): void {
  program
    .command('continue')
    .description(
      'let a log that does not extend what was signed (history-fork) go on under a new name (the service must be stopped)',
    )
    .requiredOption('--origin <name>', 'the new name of the log, such as log.example.org/milestones-2', name)
    .addHelpText('after', environmentHelp())
    .action(({ origin }: { origin: string }) =>
      continueLog(readConfig(), origin, Date.now(), (line) => process.stdout.write(`${line}\n`)),
    );
}

/**
 * Records LogContinued, which names the checkpoint that is lost, and renames the log, in one transaction. The signer's
 * directory stays as it is: it belongs to the old name. Throws CouldNotRun where there is nothing lost.
 */
export async function continueLog(
  { DATABASE_URL, SIGNER_DIR }: Config,
  origin: string,
  nowMs: number,
  say: (line: string) => void,
): Promise<void> {
  if (SIGNER_DIR === '')
    throw new CouldNotRun('SIGNER_DIR is empty: it must be the directory that knows what was signed.');
  try {
    const directory = new SignerDirectory(SIGNER_DIR);
    try {
      const store = await openStore(DATABASE_URL);
      try {
        say(await continueStore(store, directory, origin, nowMs));
      } finally {
        await store.close();
      }
    } finally {
      directory.close();
    }
  } catch (error) {
    throw error instanceof StoreUnavailable ? new CouldNotRun(`${error.message}.`) : error;
  }
}

async function continueStore(
  store: Store,
  directory: SignerDirectory,
  origin: string,
  nowMs: number,
): Promise<string> {
  const state = directory.state();
  if (!state) throw new CouldNotRun('SIGNER_DIR knows of nothing that was signed.');
  if (state.origin !== store.origin)
    throw new CouldNotRun(`SIGNER_DIR is of the log ${state.origin}, and this log is ${store.origin}.`);
  if (origin === store.origin) throw new CouldNotRun(`The log is named ${origin} already.`);
  if ((await forkOf(store, await store.head(), state)) === undefined)
    throw new CouldNotRun('The log extends what was signed last: nothing is lost, and it goes on as it is.');
  for (const { key, signsFrom } of directory.keys()) {
    const vkey = formatVerifierKey(key.verifierKey);
    await store.keepSigningKey({ vkey, signs_from: signsFrom, signs_until: nowMs });
  }
  const position = await store.group(async ({ head, edge, write }) => {
    const recordedAtMs = Math.max(nowMs, head.recordedAt);
    const change = continuationOf({
      eventId: uuidv7(recordedAtMs),
      recordedAt: instantOf(recordedAtMs),
      position: head.position + 1,
      origin,
      continues: state,
    });
    await write({ changes: [change], answers: [], tiles: edge.append(change.leafHash), edge, origin });
    return change.position;
  });
  return `The log ${state.origin} goes on as ${origin} from position ${position} on.
Start the service with LOG_ORIGIN=${origin} (or without LOG_ORIGIN) and a new SIGNER_DIR.
Keep the old SIGNER_DIR, and tell those who verify the log: the checkpoint of size ${state.size} is lost.`;
}

function name(text: string): string {
  if (isKeyName(text) && text.length <= 200) return text;
  throw new InvalidArgumentError(
    'It must be a name of at most 200 characters without spaces and plus signs.',
  );
}
