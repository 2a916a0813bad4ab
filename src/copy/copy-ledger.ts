import { statSync } from 'node:fs';
import { keptAnswerOf } from '../db/rows.ts';
import type { Database, EventRow } from '../db/schema.ts';
import { countsDifference } from '../projections/differences.ts';
import { contributionOf } from '../projections/record-row.ts';
import { SnapshotsFold } from '../projections/snapshots-fold.ts';
import type { Opening } from '../shapes/change.ts';
import { commitmentsInText } from '../shapes/people.ts';
import { isKeyless, noKey } from '../store/check-values.ts';
import { allPrincipals, insertPrincipal } from '../store/credentials.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { fileOf, isPostgres, openStore } from '../store/open-store.ts';
import { unfinishedName } from '../store/origin.ts';
import { asOneFile } from '../store/sqlite/backup.ts';
import type { Store } from '../store/store.ts';
import { CannotVerify } from '../verify/reader.ts';
import { endOf, type Start } from '../verify/start.ts';
import { beforeAll, type StoredLedger, withBundle, withStoredLedger } from '../verify/stored-ledger.ts';
import { requireVersions } from '../verify/verify.ts';
import { Comparison } from './comparison.ts';
import { type LeafToRestore, restoreLeaves } from './restore-leaves.ts';

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

export type Told = (position: number, of: number) => void;

/**
 * Copies a ledger as it is now, leaf for leaf, into one that is empty; it is only read, and may be in use. What does not
 * follow from the leaves is copied, what follows is made from them and compared. Until that is done the copy has a name
 * with which nothing opens it. Throws CannotVerify for the one, StoreUnavailable for the other, BrokenLeaf.
 */
export async function copyLedger(from: string, to: string, progress: Told = () => {}): Promise<Copied> {
  if (isSameFile(from, to)) throw new StoreUnavailable('The two are the same file.');
  return withStoredLedger(from, (source) => copyOf(source, { to, setting: '--to', progress }));
}

/**
 * Writes a ledger, which may be in use, as a bundle: a copy in a new file without the secrets (the key of the fingerprints, and the
 * fingerprints) and without kept answers. Throws the errors of `copyLedger`.
 */
export async function exportBundle(from: string, file: string, progress: Told = () => {}): Promise<Copied> {
  const copying = { to: `file:${file}`, setting: '--bundle', progress, isBundle: true };
  const copied = await withStoredLedger(from, (source) => copyOf(source, copying));
  asOneFile(file);
  return copied;
}

/** Restores a bundle into an empty ledger, which keeps its own key. Throws the errors of `copyLedger`. */
export const restoreBundle = (file: string, to: string, progress: Told = () => {}): Promise<Copied> =>
  withBundle(file, (source) => copyOf(source, { to, setting: 'DATABASE_URL', progress }));

interface Copying {
  to: string;
  /** What names it. */
  setting: string;
  progress: Told;
  /** Whether it becomes a bundle. */
  isBundle?: boolean;
}

async function copyOf(source: StoredLedger, copying: Copying): Promise<Copied> {
  const start = await source.start();
  requireVersions(start);
  try {
    await using store = await openStore(copying.to, {}, copying.setting);
    return await copyInto(store, copying, source, start);
  } catch (error) {
    throw orUnwritable(error);
  }
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
  { to, progress, isBundle = false }: Copying,
  source: StoredLedger,
  start: Start,
): Promise<Copied> {
  const { origin } = start;
  const { position: size, root_hash: rootHash } = endOf(start);
  const ownKey = keyOf(start, isBundle);
  await begin(store, start, ownKey);
  const counts = { names: 0, keptAnswers: 0, checkpoints: 0 };
  const difference = await withStoredLedger(to, async (copy) => {
    const comparison = new Comparison(source, copy);
    const snapshots = new SnapshotsFold(start.snapshots, async (due, tally) => {
      const row = await source.snapshotAt(due.initiative_id, due.position);
      if (!row || !tally) return;
      await store.keepSnapshot({ ...due, tally });
      comparison.add(countsDifference(row, tally));
    });
    await restoreLeaves(store, leavesOf(source, size, isBundle), async (changes) => {
      for (const { position, event, before, after, openings } of changes) {
        counts.names += openings.length;
        await snapshots.change({
          position,
          initiativeId: event.initiativeId,
          before: before && contributionOf(before.record),
          after: contributionOf(after.record),
        });
      }
      await comparison.next(changes);
      progress(changes.at(-1)?.position ?? 0, size);
    });
    await snapshots.finish(size);
    await comparison.finish(start, await store.head());
    return comparison.difference;
  });
  if (!isBundle) {
    counts.keptAnswers = await copyKeptAnswers(store, source, start);
    // What principals are called, but none of their tokens: one that was revoked would be good again.
    for (const known of await source.answered(allPrincipals())) await store.durably(insertPrincipal(known));
  }
  for (const key of start.keys) await store.keepSigningKey(key);
  for await (const checkpoints of source.checkpoints(beforeAll, start.lastCheckpoint)) {
    for (const checkpoint of checkpoints) await store.keepCheckpoint(checkpoint);
    counts.checkpoints += checkpoints.length;
  }
  if (difference === undefined) await finish(store, start, ownKey);
  return { origin, size, rootHash, ...counts, difference };
}

/** The key that the copy gets. A ledger that is restored from a bundle keeps its own. */
function keyOf({ fingerprintKey }: Start, isBundle: boolean): { fingerprintKey?: Uint8Array } {
  if (isBundle) return { fingerprintKey: noKey };
  return isKeyless(fingerprintKey) ? {} : { fingerprintKey };
}

/** From here on nothing takes it for a ledger. */
async function begin(
  store: Store,
  { origin, fingerprintKey }: Start,
  ownKey: { fingerprintKey?: Uint8Array },
): Promise<void> {
  if (Buffer.compare(store.fingerprintKey, fingerprintKey) === 0)
    throw new StoreUnavailable('The two are the same ledger, or one is a copy of the other.');
  const [key] = await store.db.selectFrom('signing_keys').select('vkey').limit(1).execute();
  await store.group(async ({ head, edge, write }) => {
    if (head.position > 0 || key)
      throw new StoreUnavailable(
        `There is a ledger already, ${store.origin}. Copy into a new file, or an empty database.`,
      );
    await write({ changes: [], answers: [], tiles: [], edge, origin: unfinishedName(origin), ...ownKey });
  });
}

async function finish(
  store: Store,
  { origin, head }: Start,
  ownKey: { fingerprintKey?: Uint8Array },
): Promise<void> {
  await store.group(async ({ head: { position }, edge, write }) => {
    if (position !== head?.position)
      throw new StoreUnavailable(`Somebody else has recorded in the copy, at position ${position}.`);
    await write({ changes: [], answers: [], tiles: [], edge, origin, ...ownKey });
  });
  // What the log does not extend is not in its leaves, and nobody may record in a copy of it either.
  if (head?.forked_root) await store.keepFork({ size: head.forked_size ?? 0, rootHash: head.forked_root });
}

/** What of the events does not follow from those before. */
type PostedRow = Pick<EventRow, 'position' | 'leaf' | 'fingerprint'>;

const postedEvents = 'select position, leaf, fingerprint from events where position > $1 and position <= $2';

async function* leavesOf(
  source: StoredLedger,
  size: number,
  isBundle: boolean,
): AsyncGenerator<LeafToRestore> {
  let last = 0;
  for await (const rows of source.pages<PostedRow>('position', postedEvents, beforeAll, size)) {
    const openings = await openingsBy(source, rows);
    for (const { position, leaf, fingerprint } of rows) {
      if (position !== last + 1) throw lacks(last + 1);
      last = position;
      yield { leaf, fingerprint: isBundle ? null : fingerprint, openings: openings.get(position) ?? [] };
    }
  }
  if (last < size) throw lacks(last + 1);
}

const lacks = (position: number): CannotVerify =>
  new CannotVerify(`The log lacks position ${position}: verify says more.`);

/** The openings that events brought, by their position. */
async function openingsBy(source: StoredLedger, rows: { leaf: string }[]): Promise<Map<number, Opening[]>> {
  const commitments = new Set(rows.flatMap(({ leaf }) => commitmentsInText(leaf)));
  const openings = commitments.size === 0 ? [] : await source.openingsOf([...commitments]);
  return Map.groupBy(openings, ({ position }) => position);
}

async function copyKeptAnswers(
  store: Store,
  source: StoredLedger,
  { lastKeptAnswer }: Start,
): Promise<number> {
  let count = 0;
  const pages = source.pages<Database['idempotency_keys'] & { id: number }>(
    'id',
    'select * from idempotency_keys where id > $1 and id <= $2',
    beforeAll,
    lastKeptAnswer,
  );
  for await (const rows of pages) {
    count += rows.length;
    const answers = rows.map(({ id, ...answer }) => answer);
    await store.group(async ({ facts, answered, edge, write }) => {
      // Those that a commit brought whose answer was lost.
      const [present] = await answered(facts.keptAnswers(answers.map(keptAnswerOf)));
      if (!present) await write({ changes: [], answers, tiles: [], edge });
    });
  }
  return count;
}
