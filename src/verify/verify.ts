import { keyHashOf } from '../store/check-values.ts';
import { tileWidth } from '../tlog/edge.ts';
import { turn } from '../turns.ts';
import { readModels } from '../views/read-models.ts';
import { checkpointMarks, type KeptApart, WholeSignature } from './checkpoints.ts';
import { messageOf } from './events.ts';
import { type Finding, Findings } from './findings.ts';
import { checkKeptAnswers } from './kept-answers.ts';
import { NamesCheck } from './openings.ts';
import { type WholePage, wholePage } from './page.ts';
import { checkedPages } from './pages.ts';
import { CannotVerify } from './reader.ts';
import { RecordsCheck } from './records.ts';
import { schemaDifferences } from './schema.ts';
import { checkRestOfSearch } from './search-index.ts';
import { readSignerFiles, type SignerFiles } from './signer-files.ts';
import { checkSigned } from './signing.ts';
import { snapshotsCheck } from './snapshots.ts';
import type { Start } from './start.ts';
import {
  beforeAll,
  SchemaDiffers,
  type StoredLedger,
  withBundle,
  withStoredLedger,
} from './stored-ledger.ts';
import { Threads, threadsFor } from './threads.ts';
import { isEqual, TreeCheck } from './tree.ts';

export interface VerifyOptions {
  /** Leaf hashes, tree and checkpoints only. */
  hashesOnly?: boolean;
  checkpoint?: KeptApart | undefined;
  /** The directory of the signer, which is only read; empty: what it knows is not asked. */
  signerDirectory?: string;
  /** The key that must have signed the whole log. */
  signedBy?: string | undefined;
  /** Threads beside this one, which are waited for; by default what the machine and the ledger are worth. */
  threads?: number;
  /** Told now and then how many of the events were read. */
  progress?: (events: number, of: number) => void;
}

export interface Verified {
  /** Events that were read. */
  events: number;
  /** The size of the log: the end that was fixed at the start. */
  size: number;
  /** Over the leaves; undefined: leaves are missing that no tile has. */
  rootHash: Uint8Array | undefined;
  /** The first ones, by position. */
  findings: Finding[];
  /** All of them. */
  count: number;
  /** Why what the signer knows was not asked; undefined: it was, or was not to be. */
  signerUnread?: string;
}

/**
 * Re-reads a ledger's whole database and says where it is not what its log says, and where the log is not the one that
 * its tree was made of. Changes nothing, and works beside a running service. Throws CannotVerify.
 */
export function verifyLedger(url: string, options: VerifyOptions = {}): Promise<Verified> {
  const { signerDirectory = '' } = options;
  // Before the ledger: what it knows was recorded by then.
  const files = signerDirectory === '' ? undefined : readSignerFiles(signerDirectory);
  return withStoredLedger(url, (ledger) => verify(ledger, options, files));
}

/** Verifies a bundle in the same way. If its schema is not that of the migrations, reads nothing else. */
export async function verifyBundle(file: string, options: VerifyOptions = {}): Promise<Verified> {
  try {
    return await withBundle(file, (ledger) => verify(ledger, options, undefined));
  } catch (error) {
    if (!(error instanceof SchemaDiffers)) throw error;
    const findings = error.differences.map((detail): Finding => ({ what: 'schema-differs', detail }));
    return { events: 0, size: 0, rootHash: undefined, findings, count: findings.length };
  }
}

async function verify(
  ledger: StoredLedger,
  options: VerifyOptions,
  files: ReturnType<typeof readSignerFiles> | undefined,
): Promise<Verified> {
  const findings = new Findings();
  const { present, made } = await ledger.reader.objects();
  for (const detail of schemaDifferences(present, made)) findings.add('schema-differs', detail);
  const isTorn = findings.count > 0;
  const verified: Verified = { events: 0, size: 0, rootHash: undefined, findings: [], count: 0 };
  try {
    // What is torn is read by one thread, so that what is found until it fails is always the same.
    await verifyAll(ledger, isTorn ? { ...options, threads: 0 } : options, files, findings, verified);
  } catch (error) {
    // Without a table or a column it can't go on, and what is found by then says why.
    if (!isTorn) throw error;
    findings.add('schema-differs', `So not all could be verified: ${messageOf(error)}`);
  }
  const byPosition = findings.kept.toSorted((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity));
  return { ...verified, findings: byPosition, count: findings.count };
}

async function verifyAll(
  ledger: StoredLedger,
  { hashesOnly = false, checkpoint, signedBy, progress = () => {}, threads: count }: VerifyOptions,
  files: ReturnType<typeof readSignerFiles> | undefined,
  findings: Findings,
  verified: Verified,
): Promise<void> {
  const start = await ledger.start();
  const end = Math.max(start.lastEvent, 0);
  verified.size = end;
  const signer = signerOf(files, start, verified);
  checkSingleRows(start, findings);
  checkFork(start, findings);
  const signature = signedBy === undefined ? undefined : new WholeSignature(signedBy, start);
  const marks = await checkpointMarks(ledger, start, findings, { apart: checkpoint, signer, signature });
  const tree = new TreeCheck({ ledger, start, findings, marks, hashesOnly });
  if (!hashesOnly) requireVersions(start);
  const checks = { hashesOnly, countedTo: start.snapshots.at(-1)?.position ?? 0 };
  await using threads = new Threads(count ?? threadsFor(end, checks), { place: ledger.reader.place, checks });
  if (count !== undefined) await threads.begun();
  const whole = hashesOnly ? undefined : await wholeCheck(ledger, start, findings, threads);
  await beforeFirst(ledger, findings);
  for await (const checked of checkedPages(ledger.reader, checks, end, threads)) {
    const page = whole?.isMistaken(checked.page)
      ? await wholePage(ledger.reader, checked.range, checks, whole.doubted)
      : checked.page;
    for (const [i, position] of page.positions.entries()) {
      if (position <= tree.size) {
        findings.add('event-invalid', 'There are two events of this position.', position);
        continue;
      }
      if (position > tree.size + 1) await missing(tree, position - 1, findings);
      const compared = tree.add(page.leafHashes[i]);
      if (compared) await compared;
      verified.events += 1;
    }
    if (page.whole) await whole?.page(page.positions, page.whole);
    if (page.positions.length > 0 && verified.events < end) progress(verified.events, end);
  }
  await checkEnd(start, tree, findings);
  await checkSigned(ledger, findings, start, signer);
  await whole?.finish(end);
  verified.rootHash = await tree.finish();
  signature?.finish(end, findings);
  progress(end, end);
}

/** What the signer of this log knows. That of another one knows nothing of it. */
function signerOf(
  files: ReturnType<typeof readSignerFiles> | undefined,
  { origin }: Start,
  verified: Verified,
): SignerFiles | undefined {
  if (!files) return undefined;
  if (!('unread' in files) && files.origin === origin) return files;
  verified.signerUnread = 'unread' in files ? files.unread : `it is of the log ${files.origin}`;
  return undefined;
}

/** The service notes it where it finds that the log does not extend what was signed, and records no more. */
function checkFork({ head, lastEvent }: Start, findings: Findings): void {
  const { forked_size: size, forked_root: root } = head ?? { forked_size: null, forked_root: null };
  if (size === null && root === null) return;
  if (size === null || root === null) {
    findings.add('head-differs', 'The head names half a checkpoint that the log does not extend.');
    return;
  }
  const detail = `The head names a checkpoint of ${size} events with root ${root.toHex()}, which was signed and which the log does not extend.`;
  findings.add(size > lastEvent ? 'log-shorter' : 'tree-differs', detail, Math.min(size, lastEvent + 1));
}

/** Two tables have one row each, and two of its columns belong together. */
function checkSingleRows(
  { ledgerIds, headIds, fingerprintKey, fingerprintKeyHash, viewVersions }: Start,
  findings: Findings,
): void {
  const single = (ids: number[]): boolean => ids.length === 1 && ids[0] === 1;
  if (!single(ledgerIds))
    findings.add('ledger-differs', `The log is named by the rows ${ledgerIds}, not by row 1 alone.`);
  if (headIds.length > 0 && !single(headIds))
    findings.add('head-differs', `The end of the log stands in the rows ${headIds}, not in row 1 alone.`);
  if (!fingerprintKeyHash || !isEqual(fingerprintKeyHash, keyHashOf(fingerprintKey)))
    findings.add(
      'key-differs',
      'The key of the fingerprints is not the one that they were made with, or its hash was changed.',
    );
  for (const { view } of viewVersions)
    if (!readModels.some(({ name }) => name === view))
      findings.add('ledger-differs', `There is a version of ${view}, which is no read model.`);
}

/** Read models that code of another version wrote hold something else, which says nothing of the log. */
export function requireVersions({ viewVersions }: Start): void {
  const written = new Map(viewVersions.map(({ view, version }) => [view, version]));
  const other = readModels.find(({ name, version }) => written.get(name) !== version);
  if (!other) return;
  throw new CannotVerify(
    `The read model ${other.name} was written by another version of this program: rebuild it first, or verify hashes only.`,
  );
}

/** Goes over events that are not there. */
async function missing(tree: TreeCheck, to: number, findings: Findings): Promise<void> {
  const [from, count] = [tree.size + 1, to - tree.size];
  const detail =
    count === 1 ? 'The event is missing.' : `The events from position ${from} to ${to} are missing.`;
  findings.add('positions-missing', detail, from);
  await tree.skipTo(to);
}

/** The head and the tiles may know of more events, or of fewer. */
async function checkEnd(
  { head, tiles, lastEvent }: Start,
  tree: TreeCheck,
  findings: Findings,
): Promise<void> {
  if (!head) findings.add('head-differs', 'The row of the head is missing.');
  else if (head.position > lastEvent) {
    const detail = `The head says ${head.position} events, and the last one is at position ${lastEvent}.`;
    findings.add('log-shorter', detail, lastEvent + 1);
    await tree.skipTo(head.position);
  } else if (head.position < lastEvent) {
    const detail = `The head says ${head.position} events, but the last one is at position ${lastEvent}.`;
    findings.add('head-differs', detail, head.position);
  }
  for (const { level, first, last, count } of tiles) {
    const events = (last + 1) * tileWidth ** (level + 1);
    const tile = `tile ${last} of level ${level}`;
    if (count > last - first + 1)
      findings.add('tile-differs', `There are two tiles of one place at level ${level}.`);
    if (level < 0 || first < 0)
      findings.add('tile-differs', `No tree has a tile ${first} of level ${level}.`);
    else if (events > Math.max(lastEvent, head?.position ?? 0))
      findings.add('log-shorter', `There is a ${tile}, so there were ${events} events.`, lastEvent + 1);
  }
}

/** No event has such a position. */
async function beforeFirst(ledger: StoredLedger, findings: Findings): Promise<void> {
  const before = 'select position from events where position > $1 and position < 1';
  for await (const rows of ledger.pages<{ position: number }>('position', before, beforeAll))
    for (const { position } of rows) findings.add('event-invalid', 'No event has this position.', position);
}

/** All that is beside leaves and tree: given the pages in order, and then the size of the log. */
async function wholeCheck(ledger: StoredLedger, start: Start, findings: Findings, threads: Threads) {
  const records = new RecordsCheck(findings);
  const snapshots = snapshotsCheck(ledger, findings, start.snapshots);
  const names = new NamesCheck(ledger, findings);
  const { tables, faultsOf } = ledger.reader;
  const ofDatabase = (await ledger.read<{ name: string }>(tables)).map(({ name }) => ({
    name,
    // What takes long is begun early.
    faults: threads.faultsOf(name),
  }));
  /** The position after the last event that was checked. */
  let next = 1;
  let recordedAt = 0;

  return {
    /** Of rows of `records`. */
    doubted: records.doubted,

    /** Whether a page was checked with rows of `records` that are wrong, as pages before it tell. */
    isMistaken: ({ whole }: { whole?: WholePage }): boolean =>
      whole !== undefined && records.isMistaken(whole.records),

    /** The next page. Events may be missing in it and before it, which is found already. */
    async page(positions: number[], page: WholePage): Promise<void> {
      await names.mentions(page.mentions);
      for (const erasure of page.erasures) names.erases(erasure);
      findings.addAll(page.findings, page.count);
      records.add(page.records);
      recordedAt = page.recordedAt;
      let changes = 0;
      // After the last snapshot nothing is counted, so nothing is lost by it.
      for (const position of positions) {
        if (position > next) await snapshots.lose(next);
        next = position + 1;
        const change = page.counted[changes];
        if (change?.position !== position) await snapshots.lose(position);
        else {
          await snapshots.change(change);
          changes += 1;
        }
      }
    },

    async finish(size: number): Promise<void> {
      const { head, lastEvent } = start;
      if (head && head.position === size && head.recorded_at !== recordedAt)
        findings.add('head-differs', 'The time in the head is not that of the last event.', size);
      await snapshots.finish(size);
      await ledger.answered(records.finish(Math.max(lastEvent, head?.position ?? 0), start));
      await ledger.answered(checkRestOfSearch(findings));
      await checkKeptAnswers(ledger, start, findings, await names.finish(size));
      for (const { name, faults } of ofDatabase) {
        for (const fault of await (faults ?? faultsOf(name)))
          findings.add('index-differs', `${fault} (table ${name}).`);
        await turn();
      }
    },
  };
}
