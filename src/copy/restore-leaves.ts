import { versionAfter } from '../projections/record-fold.ts';
import { isCanonical } from '../shapes/canonical-json.ts';
import type { Change, Opening } from '../shapes/change.ts';
import type { Version } from '../shapes/record.ts';
import { eventOf } from '../shapes/stored-event.ts';
import { BrokenLeaf, checked } from '../store/broken-leaf.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import type { GroupTransaction, Store } from '../store/store.ts';
import { leafHash } from '../tlog/merkle.ts';

/** A leaf of another ledger, and the names that its commitments still open to. */
export interface LeafToRestore {
  leaf: string;
  openings: Opening[];
  /** Of the content as posted, where that is known. */
  fingerprint?: Uint8Array | null;
}

const batchLeaves = 1000;

/**
 * Appends leaves as they are, folding the records from them: leaf for leaf the ledger that they come from, so with
 * the same root hash. Without its fingerprint a repeat under an old eventId is refused. restored: told of each batch,
 * when it is on disk.
 */
export async function restoreLeaves(
  store: Store,
  leaves: AsyncIterable<LeafToRestore> | Iterable<LeafToRestore>,
  restored: (changes: Change[]) => void | Promise<void> = () => {},
): Promise<void> {
  let { position: end } = await store.head();
  let batch: LeafToRestore[] = [];
  const flush = async (): Promise<void> => {
    const taken = batch;
    batch = [];
    if (taken.length === 0) return;
    const changes = await store.group((transaction) => append(transaction, taken, end));
    end += changes.length;
    await restored(changes);
  };
  for await (const leaf of leaves) {
    batch.push(leaf);
    if (batch.length === batchLeaves) await flush();
  }
  await flush();
}

async function append(
  { head, edge, facts, answered, write }: GroupTransaction,
  leaves: LeafToRestore[],
  end: number,
): Promise<Change[]> {
  if (head.position !== end)
    throw new StoreUnavailable(
      `Somebody else has recorded in it meanwhile, up to position ${head.position}.`,
    );
  const events = leaves.map(({ leaf }, i) => parsed(leaf, head.position + i + 1));
  const versions = new Map<string, Version>();
  const key = (ref: { initiativeId: string; recordId: string }): string =>
    `${ref.initiativeId}/${ref.recordId}`;
  for (const version of await answered(facts.versions(events))) versions.set(key(version.record), version);
  const changes: Change[] = [];
  const tiles = [];
  let recordedAt = head.recordedAt;
  for (const [i, { leaf, openings, fingerprint = null }] of leaves.entries()) {
    const position = head.position + i + 1;
    const event = events[i] ?? parsed(leaf, position);
    const before = versions.get(key(event));
    const after = checked(position, () => versionAfter(before, event, position));
    if (Date.parse(event.recordedAt) < recordedAt)
      throw new BrokenLeaf(position, 'was recorded before the one before it');
    recordedAt = Date.parse(event.recordedAt);
    versions.set(key(event), after);
    const hash = leafHash(Buffer.from(leaf));
    tiles.push(...edge.append(hash));
    changes.push({
      position,
      pointer: '',
      event,
      leaf,
      leafHash: hash,
      fingerprint,
      before,
      after,
      openings,
    });
  }
  await write({ changes, answers: [], tiles, edge });
  return changes;
}

function parsed(leaf: string, position: number) {
  return checked(position, () => {
    const event = eventOf(leaf);
    if (!isCanonical(leaf, event)) throw new Error('not in canonical form');
    return event;
  });
}
