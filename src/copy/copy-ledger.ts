import { statSync } from 'node:fs';
import type { Opening } from '../ledger/change.ts';
import { commitmentsInText } from '../ledger/people.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { fileOf, isPostgres, openStore } from '../store/open-store.ts';
import { unfinishedName } from '../store/origin.ts';
import { type LeafToRestore, restoreLeaves } from '../store/restore-leaves.ts';
import { keptAnswerOf } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { CannotVerify } from '../verify/reader.ts';
import { SnapshotsFold } from '../verify/snapshots.ts';
import type { Start } from '../verify/start.ts';
import { type StoredLedger, withStoredLedger } from '../verify/stored-ledger.ts';
import { requireVersions } from '../verify/verify.ts';
import { contributionOf } from '../views/record-row.ts';
import { firstDifference } from './first-difference.ts';

export interface Copied {
  origin: string;
  size: number;
  rootHash: Uint8Array;
  names: number;
  keptAnswers: number;
  checkpoints: number;
  /** The first, between the two ledgers; then the copy is not finished. */
  difference: string | undefined;
}

/**
 * Copies a ledger as it is now, leaf for leaf, into one that is empty; it is only read, and may be in use. What does not
 * follow from the leaves is copied, what follows is made from them and compared. Until that is done the copy has a name
 * with which nothing opens it. Throws CannotVerify for the one, StoreUnavailable for the other, BrokenLeaf.
 */
export async function copyLedger(
  from: string,
  to: string,
  progress: (position: number, of: number) => void = () => {},
): Promise<Copied> {
  if (isSameFile(from, to)) throw new StoreUnavailable('The two are the same file.');
  return withStoredLedger(from, async (source) => {
    const start = await source.start();
    requireVersions(start);
    let store: Store | undefined;
    try {
      store = await openStore(to);
      return await copyInto(store, to, source, start, progress);
    } catch (error) {
      throw orUnwritable(error);
    } finally {
      await store?.close();
    }
  });
}

function isSameFile(from: string, to: string): boolean {
  if (isPostgres(from) || isPostgres(to)) return false;
  const [one, other] = [from, to].map((url) => statSync(fileOf(url), { throwIfNoEntry: false }));
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
}

/** Errors with a code are of the engine that is written to: those of the other one are CannotVerify. */
function orUnwritable(error: unknown): unknown {
  // Those of Node begin so, and are bugs.
  if (!(error instanceof Error && 'code' in error) || `${error.code}`.startsWith('ERR_')) return error;
  const { message } = error.cause instanceof Error ? error.cause : error;
  return new StoreUnavailable(`The copy can't be written: ${message}.`, { cause: error });
}

async function copyInto(
  store: Store,
  to: string,
  source: StoredLedger,
  start: Start,
  progress: (position: number, of: number) => void,
): Promise<Copied> {
  const { head, origin } = start;
  if (!head) throw new CannotVerify('The row that says where the log ends is missing.');
  const { position: size, root_hash: rootHash } = head;
  await begin(store, start);
  const counts = { names: 0, keptAnswers: 0, checkpoints: 0 };
  let difference: string | undefined;
  const snapshots = new SnapshotsFold(start.snapshots, async (due, tally) => {
    const row = await source.snapshotAt(due.initiative_id, due.position);
    if (!row || !tally) return;
    await store.keepSnapshot({ ...due, tally });
    if (Buffer.compare(row.tally, tally) !== 0)
      difference ??= `position ${due.position}: the counts kept of ${due.initiative_id || 'all initiatives'} differ`;
  });
  await restoreLeaves(store, leavesOf(source, size), async (changes) => {
    for (const { position, event, before, after, openings } of changes) {
      counts.names += openings.length;
      const contributions = [before && contributionOf(before.record), contributionOf(after.record)] as const;
      const reached = snapshots.change(position, event.initiativeId, ...contributions);
      if (reached) await reached;
    }
    progress(changes.at(-1)?.position ?? 0, size);
  });
  await snapshots.finish(size);
  counts.keptAnswers = await copyKeptAnswers(store, source, start);
  for (const key of start.keys) await store.keepSigningKey(key);
  for await (const checkpoint of checkpointsOf(source, start)) {
    await store.keepCheckpoint(checkpoint);
    counts.checkpoints += 1;
  }
  difference = (await firstDifference(source, start, store, to)) ?? difference;
  if (difference === undefined) await finish(store, start);
  return { origin, size, rootHash, ...counts, difference };
}

/** From here on nothing takes it for a ledger. */
async function begin(store: Store, { origin, fingerprintKey }: Start): Promise<void> {
  if (Buffer.compare(store.fingerprintKey, fingerprintKey) === 0)
    throw new StoreUnavailable('The two are the same ledger, or one is a copy of the other.');
  const [key] = await store.db.selectFrom('signing_keys').select('vkey').limit(1).execute();
  await store.group(async ({ head, edge, write }) => {
    if (head.position > 0 || key)
      throw new StoreUnavailable(
        `There is a ledger already, ${store.origin}. Copy into a new file, or an empty database.`,
      );
    await write({
      changes: [],
      answers: [],
      tiles: [],
      edge,
      origin: unfinishedName(origin),
      fingerprintKey,
    });
  });
}

async function finish(store: Store, { origin, fingerprintKey, head }: Start): Promise<void> {
  await store.group(async ({ head: { position }, edge, write }) => {
    if (position !== head?.position)
      throw new StoreUnavailable(`Somebody else has recorded in the copy, at position ${position}.`);
    await write({ changes: [], answers: [], tiles: [], edge, origin, fingerprintKey });
  });
}

async function* leavesOf(source: StoredLedger, size: number): AsyncGenerator<LeafToRestore> {
  let last = 0;
  for await (const rows of source.postedEvents(size)) {
    const openings = await openingsBy(source, rows);
    for (const { position, leaf, fingerprint } of rows) {
      if (position !== last + 1) throw lacks(last + 1);
      last = position;
      yield { leaf, fingerprint, openings: openings.get(position) ?? [] };
    }
  }
  if (last < size) throw lacks(last + 1);
}

const lacks = (position: number): CannotVerify =>
  new CannotVerify(`The log lacks position ${position}: verify says more.`);

/** The openings that events brought, by their position. */
async function openingsBy(source: StoredLedger, rows: { leaf: string }[]): Promise<Map<number, Opening[]>> {
  const commitments = new Set(rows.flatMap(({ leaf }) => commitmentsInText(leaf)));
  const by = new Map<number, Opening[]>();
  if (commitments.size === 0) return by;
  for (const { position, commitment, salt, name } of await source.openingsOf([...commitments]))
    by.set(position, [...(by.get(position) ?? []), { commitment, salt, name }]);
  return by;
}

async function copyKeptAnswers(
  store: Store,
  source: StoredLedger,
  { lastKeptAnswer }: Start,
): Promise<number> {
  let count = 0;
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const answers = await source.keptAnswers(after, lastKeptAnswer);
    if (answers.length === 0) return count;
    after = answers.at(-1)?.id ?? after;
    count += answers.length;
    await store.group(async ({ facts, edge, write }) => {
      // Those that a commit brought whose answer was lost.
      const [present] = await facts.keptAnswers(answers.map(keptAnswerOf));
      if (!present) await write({ changes: [], answers, tiles: [], edge });
    });
  }
}

async function* checkpointsOf(source: StoredLedger, { lastCheckpoint }: Start) {
  for (let after = -1; after < lastCheckpoint; ) {
    const rows = await source.checkpoints(after, lastCheckpoint);
    if (rows.length === 0) return;
    yield* rows;
    after = rows.at(-1)?.size ?? lastCheckpoint;
  }
}
