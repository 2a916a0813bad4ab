import { isCanonical } from '../ledger/canonical-json.ts';
import type { Change, Opening } from '../ledger/change.ts';
import { evolve } from '../ledger/evolve.ts';
import type { Version } from '../ledger/record.ts';
import { eventOf } from '../ledger/stored-event.ts';
import { leafHash } from '../tlog/merkle.ts';
import { StoreUnavailable } from './lock-file.ts';
import type { GroupTransaction, Store } from './store.ts';

/** A leaf of another ledger, and the names that its commitments still open to. */
export interface LeafToRestore {
  leaf: string;
  openings: Opening[];
  /** Of the content as posted, where that is known. */
  fingerprint?: Uint8Array | null;
}

/** A leaf that no ledger wrote, or not at this place. */
export class BrokenLeaf extends Error {
  readonly position: number;
  readonly fault: string;
  constructor(position: number, fault: string) {
    super(`the leaf at position ${position} ${fault}`);
    this.position = position;
    this.fault = fault;
  }
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
  { head, edge, facts, write }: GroupTransaction,
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
  const refs = new Map(
    events.map(({ initiativeId, recordId }) => [key({ initiativeId, recordId }), { initiativeId, recordId }]),
  );
  for (const version of await facts.versions([...refs.values()])) versions.set(key(version.record), version);
  const changes: Change[] = [];
  const tiles = [];
  let recordedAt = head.recordedAt;
  for (const [i, { leaf, openings, fingerprint = null }] of leaves.entries()) {
    const position = head.position + i + 1;
    const event = events[i] ?? parsed(leaf, position);
    const before = versions.get(key(event));
    const record = checked(position, () => evolve(before?.record, event));
    if (Date.parse(event.recordedAt) < recordedAt)
      throw new BrokenLeaf(position, 'was recorded before the one before it');
    recordedAt = Date.parse(event.recordedAt);
    const after = { record, position, made: before?.made ?? position };
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

export function checked<T>(position: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new BrokenLeaf(position, `does not fit: ${error instanceof Error ? error.message : error}`);
  }
}
