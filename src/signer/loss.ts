import type { Database } from '../db/schema.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import type { Store } from '../store/store.ts';
import { formatVerifierKey } from '../tlog/note-key.ts';
import { newestCheckpoint } from './checkpoints.ts';
import type { SignerDirectory } from './signer-directory.ts';
import type { PeriodKey } from './signer-files.ts';

/** The keys of this log whose listed period reaches that moment or a later one. */
export async function currentKeys({ db, origin }: Store, nowMs: number): Promise<Database['signing_keys'][]> {
  const keys = await db.selectFrom('signing_keys').selectAll().orderBy('vkey').execute();
  return keys.filter((key) => isCurrent(key, origin, nowMs));
}

/** Whether a listed key is of the log of this name and its period reaches that moment or a later one. */
export const isCurrent = (
  { vkey, signs_until }: Database['signing_keys'],
  origin: string,
  nowMs: number,
): boolean =>
  // A name has no plus sign in it. Keys of earlier names ended with the name.
  vkey.startsWith(`${origin}+`) && (signs_until === null || signs_until > nowMs);

/**
 * The end of keys that are given up: now, but after everything that they are known to have signed, also if the clock was set back.
 */
export async function endOfPeriods(store: Store, nowMs: number): Promise<number> {
  const { recordedAt } = await store.head();
  const newest = await newestCheckpoint(store);
  return Math.max(nowMs, recordedAt + 1, (newest?.signed_at ?? 0) + 1);
}

/** A key that signs this log and is not among the given ones; undefined if there is none. */
export async function keyMissingIn(
  keys: PeriodKey[],
  store: Store,
  nowMs: number,
): Promise<string | undefined> {
  const held = new Set(keys.map(({ key }) => formatVerifierKey(key.verifierKey)));
  return (await currentKeys(store, nowMs)).find(({ vkey }) => !held.has(vkey))?.vkey;
}

/**
 * Says how the directory is not the one that signed this log until now; undefined if it is, or if the log was never signed.
 * Without that directory nobody here knows what was signed last, so an older copy of the ledger would look whole.
 */
export async function lossOf(
  store: Store,
  directory: SignerDirectory,
  nowMs: number,
): Promise<string | undefined> {
  const lost = await keyMissingIn(directory.keys(), store, nowMs);
  if (lost !== undefined) {
    // Name and hash identify the key; the public key itself is long.
    const key = lost.split('+', 2).join('+');
    return `it does not hold ${key}, the key that signs this log`;
  }
  if (directory.state()) return undefined;
  const checkpoint = await newestCheckpoint(store);
  // Another directory signed the checkpoints under an earlier name of the log.
  return checkpoint?.note.startsWith(`${store.origin}\n`)
    ? 'its state.json is missing, though this log was signed'
    : undefined;
}

/** Throws StoreUnavailable, with the ways out, if the directory lacks a key or the state that it must have. */
export async function requireWhole(store: Store, directory: SignerDirectory, nowMs: number): Promise<void> {
  const loss = await lossOf(store, directory, nowMs);
  if (loss === undefined) return;
  throw new StoreUnavailable(
    `SIGNER_DIR (${directory.path}) is not the directory that this log was signed with: ${loss}. Set SIGNER_DIR to that directory, or restore it. If it is lost: with the ledger whole, run rotate-key --lost; with an older copy of the ledger, run continue --origin NAME --checkpoint FILE. Without a signer: set SIGNER_DIR to nothing.`,
  );
}
