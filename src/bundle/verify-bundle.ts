import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitmentOf, commitmentsInText } from '../ledger/people.ts';
import { BrokenLeaf } from '../store/restore-leaves.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { openCheckpoint } from '../tlog/checkpoint.ts';
import { FormatError } from '../tlog/format.ts';
import { parseNote, SignatureError } from '../tlog/note.ts';
import type { VerifierKey } from '../tlog/note-key.ts';
import { BrokenBundle, headerOf, readBundle } from './bundle.ts';
import { restoreBundle } from './restore-bundle.ts';

/** Something in a bundle that is not as it must be. */
export interface BundleFinding {
  position?: number;
  what:
    | 'leaf-broken'
    | 'opening-wrong'
    | 'root-differs'
    | 'signature-wrong'
    | 'not-signed'
    | 'tree-differs'
    | 'answer-differs';
  detail: string;
}

export interface BundleReport {
  origin: string;
  size: number;
  rootHash: string;
  /** Those that the key signed. */
  checkpoints: number;
  answers: number;
  findings: BundleFinding[];
}

/** Asks a service on a database file the paths given it. */
export type Service = (
  file: string,
  use: (ask: (path: string) => Promise<string>) => Promise<void>,
) => Promise<void>;

/**
 * Verifies a bundle with a key that is trusted, and if there is one a checkpoint that was kept elsewhere: it is
 * restored leaf for leaf into a ledger of its own, whose tree must be the one that was signed, and whose read
 * models must answer as the service did. progress: told now and then how many events were read. Throws BrokenBundle for a file that is none.
 */
export async function verifyBundle(
  file: string,
  key: VerifierKey,
  keptCheckpoint: string | undefined,
  service: Service,
  progress: (events: number, of: number) => void = () => {},
): Promise<BundleReport> {
  const header = await headerOf(file);
  const report: BundleReport = { ...header, checkpoints: 0, answers: 0, findings: [] };
  const find = (what: BundleFinding['what'], detail: string, position?: number): void =>
    void report.findings.push({ what, detail, ...(position === undefined ? {} : { position }) });

  await checkOpenings(file, find);
  const directory = await mkdtemp(join(tmpdir(), 'milestone-ledger-'));
  const database = join(directory, 'ledger.db');
  try {
    const store = await openSqlite(database, { origin: header.origin });
    try {
      await restoreBundle(file, header, store, (position) => progress(position, header.size));
      await checkCheckpoints(file, store, key, keptCheckpoint, report, find);
    } catch (error) {
      if (error instanceof BrokenLeaf) find('leaf-broken', error.message, error.position);
      else if (error instanceof BrokenBundle) find('root-differs', error.message);
      else throw error;
      return report;
    } finally {
      await store.close();
    }
    await service(database, async (ask) => {
      for await (const line of readBundle(file)) {
        if (!('answer' in line)) continue;
        report.answers += 1;
        const { path, body } = line.answer;
        if ((await ask(path)) !== body)
          find('answer-differs', `${path}: the leaves give another answer than the service gave`);
      }
    });
    return report;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Find = (what: BundleFinding['what'], detail: string, position?: number) => void;

/** Every opening must open a commitment of the leaf that it stands beside. */
async function checkOpenings(file: string, find: Find): Promise<void> {
  let position = 0;
  for await (const line of readBundle(file)) {
    if (!('leaf' in line)) continue;
    position += 1;
    const commitments = commitmentsInText(line.leaf);
    for (const { commitment, salt, name } of line.openings ?? []) {
      const opens =
        commitmentOf(Buffer.from(salt, 'hex'), name) === commitment && commitments.includes(commitment);
      if (!opens)
        find(
          'opening-wrong',
          `the name beside commitment ${commitment} is not the one that was committed`,
          position,
        );
    }
  }
}

async function checkCheckpoints(
  file: string,
  store: Store,
  key: VerifierKey,
  kept: string | undefined,
  report: BundleReport,
  find: Find,
): Promise<void> {
  let newest = -1;
  for await (const line of readBundle(file)) {
    // What only other keys signed, such as one before a rotation or under an earlier name, says nothing to this one.
    if (!('checkpoint' in line) || !isSignedBy(line.checkpoint.note, key)) continue;
    report.checkpoints += 1;
    const size = await checkOne(line.checkpoint.note, store, key, find, 'a checkpoint of the bundle');
    if (size !== undefined) newest = Math.max(newest, size);
  }
  if (newest < report.size) {
    find('not-signed', `the key signed the log up to ${Math.max(newest, 0)} of its ${report.size} events`);
  }
  if (kept !== undefined) await checkOne(kept, store, key, find, 'the checkpoint that was kept');
}

/** Whether a note has a signature that says it is the key's, good or not. What is no note is left to be found. */
function isSignedBy(note: string, { name, id }: VerifierKey): boolean {
  try {
    return parseNote(note).signatures.some((signature) => signature.name === name && signature.id === id);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return true;
  }
}

/** The size that a checkpoint signs for, if it is signed by the key and its tree is this one. */
async function checkOne(
  note: string,
  store: Store,
  key: VerifierKey,
  find: Find,
  name: string,
): Promise<number | undefined> {
  try {
    const { size, rootHash } = openCheckpoint(note, store.origin, [key]);
    const { position } = await store.head();
    if (size > BigInt(position)) {
      find('tree-differs', `${name} is of ${size} events; the bundle has ${position}`, position);
    } else if (Buffer.compare(rootHash, await store.rootAt(Number(size))) !== 0) {
      find('tree-differs', `${name}, of size ${size}, is of another history`, Number(size));
    } else return Number(size);
  } catch (error) {
    if (!(error instanceof SignatureError || error instanceof FormatError)) throw error;
    find('signature-wrong', `${name}: ${error.message}`);
  }
  return undefined;
}
