import { type Command, InvalidArgumentError } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { instantOf } from '../db/rows.ts';
import { logContinuation } from '../rules.ts';
import { forkOf, signedTreeOf } from '../signer/fork.ts';
import { currentKeys, endOfPeriods } from '../signer/loss.ts';
import { listKeys } from '../signer/signer.ts';
import { SignerDirectory } from '../signer/signer-directory.ts';
import type { PeriodKey, SignerState } from '../signer/signer-files.ts';
import { checkClock } from '../store/clock.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { uuidv7 } from '../store/uuidv7.ts';
import { openCheckpoint } from '../tlog/checkpoint.ts';
import { FormatError } from '../tlog/format.ts';
import { SignatureError } from '../tlog/note.ts';
import { isKeyName, parseVerifierKey } from '../tlog/note-key.ts';
import { readNote } from './note-file.ts';
import { CouldNotRun, say } from './outcome.ts';

export function continueCommand(program: Command): void {
  program
    .command('continue')
    .description(
      'let a log that does not extend what was signed (history-fork) go on under a new name; stop the service first',
    )
    .requiredOption('--origin <name>', 'the new name of the log, such as log.example.org/milestones-2', name)
    .option(
      '--checkpoint <file>',
      'the newest checkpoint that somebody kept, if the directory of the signer is lost too',
      readNote,
    )
    .addHelpText('after', environmentHelp())
    .action(({ origin, checkpoint }: { origin: string; checkpoint?: string }) =>
      continueLog(readConfig(), origin, Date.now(), say, checkpoint),
    );
}

/**
 * Records LogContinued, which names the lost checkpoint, and renames the log, in one transaction. The signer's directory
 * stays as it is, because it belongs to the old name. With a checkpoint that somebody kept, the directory is not read.
 * Throws CouldNotRun if nothing is lost.
 */
export async function continueLog(
  { DATABASE_URL, SIGNER_DIR, ALLOW_CLOCK_JUMP }: Config,
  origin: string,
  nowMs: number,
  say: (line: string) => void,
  checkpoint?: string,
): Promise<void> {
  if (SIGNER_DIR === '' && checkpoint === undefined)
    throw new CouldNotRun('SIGNER_DIR is empty: set it to the directory that knows what was signed.');
  try {
    using directory = checkpoint === undefined ? new SignerDirectory(SIGNER_DIR) : undefined;
    await using store = await openStore(DATABASE_URL);
    if (!ALLOW_CLOCK_JUMP) checkClock(nowMs, (await store.head()).recordedAt);
    const lost = checkpoint === undefined ? directory?.state() : await stateOf(checkpoint, store);
    say(await continueStore(store, lost, directory?.keys() ?? [], origin, nowMs));
  } catch (error) {
    throw error instanceof StoreUnavailable ? new CouldNotRun(error.message.replace(/\.?$/, '.')) : error;
  }
}

/** The state that a note names. Throws CouldNotRun unless one of the keys of the ledger signed it. */
async function stateOf(note: string, { db, origin }: Store): Promise<SignerState> {
  const listed = await db.selectFrom('signing_keys').select('vkey').execute();
  try {
    const keys = listed.map(({ vkey }) => parseVerifierKey(vkey));
    const { size, rootHash } = openCheckpoint(note, origin, keys);
    return { origin, size: Number(size), rootHash: rootHash.toHex() };
  } catch (error) {
    if (error instanceof SignatureError || error instanceof FormatError)
      throw new CouldNotRun(`The checkpoint of --checkpoint can't be used: ${error.message}.`);
    throw error;
  }
}

async function continueStore(
  store: Store,
  state: SignerState | undefined,
  keys: PeriodKey[],
  origin: string,
  nowMs: number,
): Promise<string> {
  if (!state)
    throw new CouldNotRun(
      'SIGNER_DIR knows of nothing that was signed. If the directory of the signer is lost, give the newest checkpoint that somebody kept: --checkpoint FILE.',
    );
  if (state.origin !== store.origin)
    throw new CouldNotRun(`SIGNER_DIR belongs to the log ${state.origin}, and this log is ${store.origin}.`);
  if (origin === store.origin) throw new CouldNotRun(`The log is named ${origin} already.`);
  if ((await forkOf(store, await store.head(), signedTreeOf(state))) === undefined)
    throw new CouldNotRun('The log extends what was signed last: nothing is lost, so it goes on as it is.');
  const end = await endOfPeriods(store, nowMs);
  await listKeys(
    store,
    keys.map((key) => ({ ...key, signsUntil: Math.min(key.signsUntil ?? end, end) })),
  );
  // Ends also the keys that were lost with their directory.
  for (const key of await currentKeys(store, end)) await store.keepSigningKey({ ...key, signs_until: end });
  const position = await store.group(async ({ head, edge, write }) => {
    const recordedAtMs = Math.max(nowMs, head.recordedAt);
    const change = logContinuation({
      eventId: uuidv7(recordedAtMs),
      recordedAt: instantOf(recordedAtMs),
      position: head.position + 1,
      origin,
      continues: state,
    });
    await write({ changes: [change], answers: [], tiles: edge.append(change.leafHash), edge, origin });
    return change.position;
  });
  return `The log ${state.origin} goes on as ${origin} from position ${position}.
Start the service with LOG_ORIGIN=${origin} (or without LOG_ORIGIN), a new SIGNER_DIR, and a new BACKUP_DIR if it makes backups.
Keep the old SIGNER_DIR if you have it, and tell those who verify the log that the checkpoint of size ${state.size} is lost.`;
}

function name(text: string): string {
  if (isKeyName(text) && text.length <= 200) return text;
  throw new InvalidArgumentError(
    'It must be a name of at most 200 characters without spaces and plus signs.',
  );
}
