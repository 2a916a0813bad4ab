import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { instantOf } from '../db/rows.ts';
import { type CheckpointRow, newestCheckpoint } from '../signer/checkpoints.ts';
import { forkOf, signedTreeOf } from '../signer/fork.ts';
import { currentKeys, endOfPeriods, lossOf } from '../signer/loss.ts';
import { listKeys, requireOwn } from '../signer/signer.ts';
import { SignerDirectory } from '../signer/signer-directory.ts';
import type { SignerState } from '../signer/signer-files.ts';
import { checkClock } from '../store/clock.ts';
import { StoreLocked } from '../store/lock-file.ts';
import { openStore } from '../store/open-store.ts';
import { emptyRoot } from '../tlog/merkle.ts';
import { formatVerifierKey, newSignerKey } from '../tlog/note-key.ts';
import { CouldNotRun, say } from './outcome.ts';

const dayMs = 86_400_000;

export function rotateKeyCommand(program: Command): void {
  program
    .command('rotate-key')
    .description(
      'make a new signing key; the present keys sign on during the overlap; stop the service first',
    )
    .option('--overlap-days <days>', 'how long the present keys sign on', days, 30)
    .addOption(
      new Option(
        '--lost',
        'SIGNER_DIR is a new directory because the one of this ledger is lost: the lost keys end now, and a new one signs',
      ).conflicts('overlapDays'),
    )
    .addHelpText('after', environmentHelp())
    .action(async ({ overlapDays, lost = false }: { overlapDays: number; lost?: boolean }) => {
      const config = readConfig();
      if (lost) await replaceLost(config, Date.now(), say);
      else rotateKey(config.SIGNER_DIR, overlapDays, Date.now(), say);
    });
}

/** Adds a key that signs from now on. The present keys end after the overlap. Every key stays listed for ever. */
export function rotateKey(
  directoryPath: string,
  overlapDays: number,
  nowMs: number,
  say: (line: string) => void,
): void {
  using directory = open(directoryPath);
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
}

/**
 * Puts a new directory in the place of a lost one. The ledger then says which keys ended without signing together with the
 * new one. Throws CouldNotRun if nothing is lost, or if the ledger shows that it is an older copy.
 */
export async function replaceLost(
  { DATABASE_URL, SIGNER_DIR, LOG_ORIGIN, ALLOW_CLOCK_JUMP }: Config,
  nowMs: number,
  say: (line: string) => void,
): Promise<void> {
  using directory = open(SIGNER_DIR);
  await using store = await openStore(DATABASE_URL, { origin: LOG_ORIGIN });
  if (!ALLOW_CLOCK_JUMP) checkClock(nowMs, (await store.head()).recordedAt);
  requireOwn(directory, store);
  if ((await lossOf(store, directory, nowMs)) === undefined)
    throw new CouldNotRun(
      `Nothing is lost: ${directory.path} is the directory that this log is signed with. To change the key, leave out --lost.`,
    );
  const head = await store.head();
  const newest = await newestCheckpoint(store);
  const state = newestState(store.origin, directory.state(), newest);
  const known = [directory.state() ?? state, state].map(signedTreeOf);
  // Also what another signer signed before.
  for (const signed of [...known, ...(head.forkedFrom ? [head.forkedFrom] : [])]) {
    const fork = await forkOf(store, head, signed);
    if (fork !== undefined)
      throw new CouldNotRun(`${fork} This is an older copy of the ledger, or it was changed: see continue.`);
  }
  const end = await endOfPeriods(store, nowMs);
  const ended = await currentKeys(store, end);
  const added = { key: newSignerKey(store.origin), signsFrom: end };
  // An older copy of a directory does not know that its keys have ended. The end of a key is never moved later.
  const listed = await store.db.selectFrom('signing_keys').selectAll().execute();
  const ends = new Map(listed.map(({ vkey, signs_until }) => [vkey, signs_until]));
  const held = directory.keys().map((one) => {
    const listedEnd = ends.get(formatVerifierKey(one.key.verifierKey));
    return { ...one, signsUntil: Math.min(one.signsUntil ?? end, listedEnd ?? end, end) };
  });
  // After a crash before the ledger lists all keys, the service does not start with the directory, and the command can be repeated.
  directory.keepState(state);
  directory.keepKeys([...held, added]);
  await listKeys(store, directory.keys());
  for (const key of ended) await store.keepSigningKey({ ...key, signs_until: end });
  say(`new key: ${formatVerifierKey(added.key.verifierKey)}`);
  for (const { vkey } of ended) say(`ended: ${vkey}`);
  say(
    `The log goes on as ${store.origin} with its ${head.position} events; the new key signs from ${instantOf(end)}.`,
  );
  say(
    'Start the service with this SIGNER_DIR, and tell those who verify the log that the earlier keys are lost.',
  );
}

/** The newest signed state that is known: from this directory, if it is an older copy of the lost one, or from the ledger. */
function newestState(
  origin: string,
  known: SignerState = { origin, size: 0, rootHash: emptyRoot.toHex() },
  newest: CheckpointRow | undefined,
): SignerState {
  if (!newest || newest.size <= known.size) return known;
  return { origin, size: newest.size, rootHash: Buffer.from(newest.root_hash).toString('hex') };
}

function open(path: string): SignerDirectory {
  if (path === '') throw new CouldNotRun('SIGNER_DIR is empty: this instance does not sign.');
  try {
    return new SignerDirectory(path);
  } catch (error) {
    throw error instanceof StoreLocked ? new CouldNotRun(`${error.message}. Stop it first.`) : error;
  }
}

function days(text: string): number {
  if (!/^[0-9]{1,4}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of days.');
  return Number(text);
}
