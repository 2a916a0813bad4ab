import { type LeafToRestore, restoreLeaves } from '../store/restore-leaves.ts';
import type { Store } from '../store/store.ts';
import { BrokenBundle, type BundleHeader, readBundle } from './bundle.ts';

/**
 * Makes an empty ledger into the one that a bundle holds: leaf for leaf, with its openings, keys and checkpoints.
 * Throws BrokenBundle or BrokenLeaf; what was restored before that stays, so the caller drops the ledger.
 */
export async function restoreBundle(
  file: string,
  header: BundleHeader,
  store: Store,
  restored: (position: number) => void = () => {},
): Promise<void> {
  const { position: present } = await store.head();
  if (present > 0) throw new BrokenBundle('the ledger to restore into is not empty');
  await restoreLeaves(store, leavesOf(file), (changes) => restored(changes.at(-1)?.position ?? 0));
  const head = await store.head();
  const rootHash = Buffer.from(head.rootHash).toString('hex');
  if (head.position !== header.size || rootHash !== header.rootHash) {
    throw new BrokenBundle(
      `its leaves make a log of size ${head.position} with root ${rootHash}; its first line says size ${header.size} with root ${header.rootHash}`,
    );
  }
  for await (const line of readBundle(file)) {
    if ('key' in line) {
      const { vkey, signsFrom, signsUntil } = line.key;
      await store.keepSigningKey({ vkey, signs_from: signsFrom, signs_until: signsUntil ?? null });
    } else if ('checkpoint' in line) {
      const { size, signedAt, note } = line.checkpoint;
      if (!(size >= 0 && size <= head.position))
        throw new BrokenBundle(`it has a checkpoint of size ${size}`);
      await store.keepCheckpoint({ size, root_hash: await store.rootAt(size), signed_at: signedAt, note });
    }
  }
}

async function* leavesOf(file: string): AsyncGenerator<LeafToRestore> {
  for await (const line of readBundle(file)) {
    if (!('leaf' in line)) continue;
    const openings = (line.openings ?? []).map(({ commitment, salt, name }) => ({
      commitment,
      salt: new Uint8Array(Buffer.from(salt, 'hex')),
      name,
    }));
    yield { leaf: line.leaf, openings };
  }
}
