import type { RecordRow } from '../store/schema.ts';
import { tileWidth } from '../tlog/edge.ts';
import { leafHash } from '../tlog/merkle.ts';
import { readModels } from '../views/read-models.ts';
import { checkpointMarks, type KeptApart } from './checkpoints.ts';
import { EventCheck } from './events.ts';
import { type Finding, Findings } from './findings.ts';
import { checkKeptAnswers } from './kept-answers.ts';
import {
  CannotVerify,
  type CheckedRow,
  type LeafRow,
  type LedgerFile,
  type Start,
  type Turn,
  withLedgerFile,
} from './ledger-file.ts';
import { checkOpenings } from './openings.ts';
import { RecordsCheck } from './records.ts';
import { SnapshotsCheck } from './snapshots.ts';
import { TreeCheck } from './tree.ts';

export interface VerifyOptions {
  /** Leaf hashes, tree and checkpoints only. */
  hashesOnly?: boolean;
  checkpoint?: KeptApart | undefined;
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
}

/** Missing events at one place for which the tree is still looked up one by one. */
const gapMax = 1_000_000;

/** Events between two turns. */
const turnEvents = 1_000;

/**
 * Re-reads a ledger's whole database file and says where it is not what its log says, and where the log is not the one that
 * its tree was made of. Changes nothing, and works beside a running service. Throws CannotVerify.
 */
export function verifyLedger(path: string, options: VerifyOptions = {}): Promise<Verified> {
  return withLedgerFile(path, (file) => verify(file, options));
}

async function verify(
  file: LedgerFile,
  { hashesOnly = false, checkpoint, progress = () => {} }: VerifyOptions,
): Promise<Verified> {
  const findings = new Findings();
  const start = file.start();
  const marks = checkpointMarks(file, start, findings, checkpoint);
  const tree = new TreeCheck({ file, start, findings, marks, hashesOnly });
  if (!hashesOnly) requireVersions(start);
  const whole = hashesOnly ? undefined : new WholeCheck(file, start, findings);
  const end = Math.max(start.lastEvent, 0);
  let events = 0;

  // What each mode does not need is not read: these two have the columns in common that are used here.
  const rows: Iterable<LeafRow> = whole ? file.events(end) : file.leaves(end);
  for (const row of rows) {
    const { position, leaf } = row;
    if (position < 1) {
      findings.add('event-invalid', position, 'No event has this position.');
      continue;
    }
    if (position > tree.size + 1) {
      missing(tree, position - 1, findings);
      whole?.skip();
    }
    tree.add(leafHash(Buffer.from(leaf)));
    // In the whole mode the rows are whole.
    whole?.check(row as CheckedRow);
    events += 1;
    if (events % turnEvents === 0) {
      progress(events, end);
      await turn();
    }
  }
  checkEnd(start, tree, findings);
  await whole?.finish(end);
  const rootHash = tree.finish();
  progress(end, end);
  const byPosition = findings.kept.toSorted((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity));
  return { events, size: end, rootHash, findings: byPosition, count: findings.count };
}

/** Read models that code of another version wrote hold something else, which says nothing of the log. */
function requireVersions({ viewVersions }: Start): void {
  const written = new Map(viewVersions.map(({ view, version }) => [view, version]));
  const other = readModels.find(({ name, version }) => written.get(name) !== version);
  if (!other) return;
  throw new CannotVerify(
    `The read model ${other.name} was written by another version of this program: rebuild it first, or verify hashes only.`,
  );
}

const turn: Turn = () => new Promise((resolve) => setImmediate(resolve));

/** Goes over events that are not there. */
function missing(tree: TreeCheck, to: number, findings: Findings): void {
  const [from, count] = [tree.size + 1, to - tree.size];
  const detail =
    count === 1 ? 'The event is missing.' : `The events from position ${from} to ${to} are missing.`;
  findings.add('positions-missing', from, detail);
  skip(tree, to);
}

function skip(tree: TreeCheck, to: number): void {
  if (to - tree.size > gapMax) tree.skipTo(to);
  else while (tree.size < to) tree.add(undefined);
}

/** The head and the tiles may know of more events, or of fewer. */
function checkEnd({ head, tiles, lastEvent }: Start, tree: TreeCheck, findings: Findings): void {
  if (!head) findings.add('head-differs', undefined, 'The row of the head is missing.');
  else if (head.position > lastEvent) {
    const detail = `The head says ${head.position} events, and the last one is at position ${lastEvent}.`;
    findings.add('log-shorter', lastEvent + 1, detail);
    skip(tree, head.position);
  } else if (head.position < lastEvent) {
    const detail = `The head says ${head.position} events, but the last one is at position ${lastEvent}.`;
    findings.add('head-differs', head.position, detail);
  }
  for (const { level, first, last } of tiles) {
    const events = (last + 1) * tileWidth ** (level + 1);
    const tile = `tile ${last} of level ${level}`;
    if (level < 0 || first < 0)
      findings.add('tile-differs', undefined, `No tree has a tile ${first} of level ${level}.`);
    else if (events > Math.max(lastEvent, head?.position ?? 0))
      findings.add('log-shorter', lastEvent + 1, `There is a ${tile}, so there were ${events} events.`);
  }
}

/** All that is beside leaves and tree. */
class WholeCheck {
  readonly #file: LedgerFile;
  readonly #start: Start;
  readonly #findings: Findings;
  readonly #events: EventCheck;
  readonly #records: RecordsCheck;
  readonly #snapshots: SnapshotsCheck;
  readonly #rows: Iterator<RecordRow>;
  #row: RecordRow | undefined;

  constructor(file: LedgerFile, start: Start, findings: Findings) {
    this.#file = file;
    this.#start = start;
    this.#findings = findings;
    this.#events = new EventCheck(findings);
    this.#records = new RecordsCheck(file, findings);
    this.#snapshots = new SnapshotsCheck(file, findings, start.snapshots);
    this.#rows = file.records(Math.max(start.lastRecord, start.lastEvent));
    this.#row = this.#next();
  }

  check(row: CheckedRow): void {
    const { position } = row;
    this.#passTo(position);
    const record = this.#row?.position === position ? this.#row : undefined;
    const event = this.#events.check(row);
    this.#snapshots.fold(position, event && this.#records.check(position, event, record));
  }

  /** Events are missing before the next one. */
  skip(): void {
    this.#snapshots.lose();
  }

  async finish(size: number): Promise<void> {
    this.#passTo(Infinity);
    const { head, numbers, lastKeptAnswer } = this.#start;
    if (head && head.position === size && head.recorded_at !== this.#events.recordedAt)
      this.#findings.add('head-differs', size, 'The time in the head is not that of the last event.');
    this.#snapshots.finish(size);
    this.#records.checkNumbers(numbers);
    await checkOpenings(this.#file, this.#findings, size, turn);
    await checkKeptAnswers(this.#file, this.#findings, lastKeptAnswer, turn);
  }

  /** Goes on to the row at a position. A row whose event is missing is no finding of its own. */
  #passTo(position: number): void {
    const size = Math.max(this.#start.lastEvent, this.#start.head?.position ?? 0);
    for (; this.#row && this.#row.position < position; this.#row = this.#next())
      if (this.#row.position < 1 || this.#row.position > size) this.#records.extra(this.#row);
  }

  #next(): RecordRow | undefined {
    const { done, value } = this.#rows.next();
    return done ? undefined : value;
  }
}
