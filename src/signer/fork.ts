import type { Head, SignedTree } from '../db/rows.ts';
import { Refusal } from '../errors.ts';
import { Damaged } from '../store/damaged.ts';
import type { Store } from '../store/store.ts';
import { newestCheckpoint } from './checkpoints.ts';
import type { SignerState } from './signer-files.ts';

/** What to do about a fork. */
export const waysOut =
  'Restore newer data that has this checkpoint. If there are none, go on under a new name (the command `continue`).';

/** Says how the log fails to extend what was signed; undefined if it extends it. */
export async function forkOf(
  store: Pick<Store, 'rootAt'>,
  head: Pick<Head, 'position'>,
  { size, rootHash }: SignedTree,
): Promise<string | undefined> {
  const ends = endsOf(head, { size, rootHash });
  if (head.position < size) return ends;
  const root = await store.rootAt(size);
  return Buffer.compare(root, rootHash) === 0
    ? undefined
    : `The log has another history than the signed one. ${ends}`;
}

/** The signed tree that the directory of a signer keeps. */
export const signedTreeOf = ({ size, rootHash }: SignerState): SignedTree => ({
  size,
  rootHash: Buffer.from(rootHash, 'hex'),
});

const endsOf = ({ position }: Pick<Head, 'position'>, { size, rootHash }: SignedTree): string =>
  `The log ends at ${position}; a checkpoint of size ${size} with root ${Buffer.from(rootHash).toString('hex')} was signed.`;

/**
 * The fork that the ledger itself shows, to every process and without the directory of a signer: in its checkpoints, and in its
 * head, where the signing instance noted it. Gives what throws Refusal `history-fork` if the log does not extend what was signed;
 * head: the end of the log now, if known.
 */
export async function lookForFork(store: Store): Promise<(head?: Head) => void> {
  const ofCheckpoint = await forkOfCheckpoint(store);
  return (head) => {
    if (ofCheckpoint !== undefined) throw forked(ofCheckpoint);
    if (head?.forkedFrom) throw forked(endsOf(head, head.forkedFrom));
  };
}

async function forkOfCheckpoint(store: Store): Promise<string | undefined> {
  // Reads the checkpoint before the head, because both move on meanwhile.
  const newest = await newestCheckpoint(store);
  const head = await store.head();
  try {
    // Newer data were restored.
    if (head.forkedFrom && (await forkOf(store, head, head.forkedFrom)) === undefined)
      await store.keepFork(undefined);
    if (!newest?.note.startsWith(`${store.origin}\n`)) return undefined;
    return await forkOf(store, head, { size: newest.size, rootHash: newest.root_hash });
  } catch (error) {
    // A post is refused with the reason.
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}

/** what: the sentence of `forkOf`. */
export const forked = (what: string): Refusal => new Refusal('history-fork', `${what} ${waysOut}`);
