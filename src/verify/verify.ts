import type { MaybePromise } from '../ledger/facts.ts';
import type { RecordRow } from '../store/schema.ts';
import { tileWidth } from '../tlog/edge.ts';
import { leafHash } from '../tlog/merkle.ts';
import { readModels } from '../views/read-models.ts';
import { checkpointMarks, type KeptApart } from './checkpoints.ts';
import { EventCheck } from './events.ts';
import { type Finding, Findings } from './findings.ts';
import { checkKeptAnswers } from './kept-answers.ts';
import { checkOpenings } from './openings.ts';
import { CannotVerify } from './reader.ts';
import { type Compared, type Near, RecordsCheck } from './records.ts';
import { type SnapshotsFold, snapshotsCheck } from './snapshots.ts';
import type { Start } from './start.ts';
import {
  type CheckedRow,
  type LeafRow,
  type StoredLedger,
  type Turn,
  withStoredLedger,
} from './stored-ledger.ts';
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

/**
 * Re-reads a ledger's whole database and says where it is not what its log says, and where the log is not the one that
 * its tree was made of. Changes nothing, and works beside a running service. Throws CannotVerify.
 */
export function verifyLedger(url: string, options: VerifyOptions = {}): Promise<Verified> {
  return withStoredLedger(url, (ledger) => verify(ledger, options));
}

async function verify(
  ledger: StoredLedger,
  { hashesOnly = false, checkpoint, progress = () => {} }: VerifyOptions,
): Promise<Verified> {
  const findings = new Findings();
  const start = await ledger.start();
  const marks = await checkpointMarks(ledger, start, findings, checkpoint);
  const tree = new TreeCheck({ ledger, start, findings, marks, hashesOnly });
  if (!hashesOnly) requireVersions(start);
  const whole = hashesOnly ? undefined : new WholeCheck(ledger, start, findings);
  const end = Math.max(start.lastEvent, 0);
  let events = 0;

  // What each mode does not need is not read: these two have the columns in common that are used here.
  const pages: AsyncIterable<LeafRow[]> = whole ? ledger.events(end) : ledger.leaves(end);
  for await (const rows of pages) {
    // In the whole mode the rows are whole.
    await whole?.begin(rows as CheckedRow[]);
    for (const row of rows) {
      const { position, leaf } = row;
      if (position < 1) {
        findings.add('event-invalid', position, 'No event has this position.');
        continue;
      }
      if (position > tree.size + 1) {
        await whole?.skip(tree.size + 1);
        await missing(tree, position - 1, findings);
      }
      // Hardly any row costs a promise.
      const added = tree.add(leafHash(Buffer.from(leaf)));
      if (added) await added;
      const checked = whole?.check(row as CheckedRow);
      if (checked) await checked;
      events += 1;
    }
    if (events < end) progress(events, end);
    await turn();
  }
  await checkEnd(start, tree, findings);
  await whole?.finish(end);
  const rootHash = await tree.finish();
  progress(end, end);
  const byPosition = findings.kept.toSorted((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity));
  return { events, size: end, rootHash, findings: byPosition, count: findings.count };
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

const turn: Turn = () => new Promise((resolve) => setImmediate(resolve));

/** Goes over events that are not there. */
async function missing(tree: TreeCheck, to: number, findings: Findings): Promise<void> {
  const [from, count] = [tree.size + 1, to - tree.size];
  const detail =
    count === 1 ? 'The event is missing.' : `The events from position ${from} to ${to} are missing.`;
  findings.add('positions-missing', from, detail);
  await skip(tree, to);
}

async function skip(tree: TreeCheck, to: number): Promise<void> {
  if (to - tree.size > gapMax) tree.skipTo(to);
  else while (tree.size < to) await tree.add(undefined);
}

/** The head and the tiles may know of more events, or of fewer. */
async function checkEnd(
  { head, tiles, lastEvent }: Start,
  tree: TreeCheck,
  findings: Findings,
): Promise<void> {
  if (!head) findings.add('head-differs', undefined, 'The row of the head is missing.');
  else if (head.position > lastEvent) {
    const detail = `The head says ${head.position} events, and the last one is at position ${lastEvent}.`;
    findings.add('log-shorter', lastEvent + 1, detail);
    await skip(tree, head.position);
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
  readonly #ledger: StoredLedger;
  readonly #start: Start;
  readonly #findings: Findings;
  readonly #events: EventCheck;
  readonly #records: RecordsCheck;
  readonly #snapshots: SnapshotsFold;
  /** `records` was read up to here. */
  #read: number | undefined;
  /** Of the page of events that is being checked. */
  #rows = new Map<number, RecordRow>();
  #near: Near = new Map();

  constructor(ledger: StoredLedger, start: Start, findings: Findings) {
    this.#ledger = ledger;
    this.#start = start;
    this.#findings = findings;
    this.#events = new EventCheck(findings);
    this.#records = new RecordsCheck(ledger, findings);
    this.#snapshots = snapshotsCheck(ledger, findings, start.snapshots);
  }

  /** Reads what the next events are compared with. */
  async begin(page: CheckedRow[]): Promise<void> {
    this.#rows = new Map();
    const positions = new Set(page.map(({ position }) => position));
    await this.#readTo(page.at(-1)?.position ?? 0, (row) => {
      if (!positions.has(row.position)) return false;
      this.#rows.set(row.position, row);
      return true;
    });
    this.#near = await this.#ledger.near([...this.#rows.values()]);
  }

  check(row: CheckedRow): MaybePromise<void> {
    const { position } = row;
    const event = this.#events.check(row);
    const compared = event && this.#records.check(position, event, this.#rows.get(position), this.#near);
    if (compared instanceof Promise) return compared.then((one) => this.#count(position, one));
    return this.#count(position, compared);
  }

  #count(position: number, compared: Compared | undefined): MaybePromise<void> {
    if (!compared) return this.skip(position);
    const { before, after } = compared;
    return this.#snapshots.change(position, after.initiative_id, before, after);
  }

  /** The event at a position is missing, or of no use, which is found already. */
  skip(position: number): Promise<void> {
    return this.#snapshots.lose(position);
  }

  async finish(size: number): Promise<void> {
    const { head, numbers, lastEvent, lastRecord, lastKeptAnswer } = this.#start;
    await this.#readTo(Math.max(lastRecord, lastEvent), () => false);
    if (head && head.position === size && head.recorded_at !== this.#events.recordedAt)
      this.#findings.add('head-differs', size, 'The time in the head is not that of the last event.');
    await this.#snapshots.finish(size);
    this.#records.checkNumbers(numbers);
    await checkOpenings(this.#ledger, this.#findings, size, turn);
    await checkKeptAnswers(this.#ledger, this.#findings, lastKeptAnswer, turn);
  }

  /** Goes on in `records`. A row whose event is missing is no finding of its own; one that can have none is. */
  async #readTo(position: number, take: (row: RecordRow) => boolean): Promise<void> {
    const { lastEvent, head } = this.#start;
    const size = Math.max(lastEvent, head?.position ?? 0);
    for await (const rows of this.#ledger.records(position, this.#read))
      for (const row of rows)
        if (!take(row) && (row.position < 1 || row.position > size)) this.#records.extra(row);
    this.#read = position;
  }
}
