import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { numberOf } from '../ledger/record-number.ts';
import { BrokenLeaf } from './restore-leaves.ts';
import { type Database, recordColumns } from './schema.ts';
import { type Folded, LeafFold } from './sqlite-fold.ts';
import { SnapshotFold } from './sqlite-fold-snapshots.ts';
import { rebuiltName } from './sqlite-shadow.ts';

/** Rows for the tables that are made anew. */
export interface Chunk {
  /** The position up to which the rows of `records` go. */
  to: number;
  /** Of `records`, with their values in the order of recordColumns. */
  rows: unknown[][];
  numbers: Database['record_numbers'][];
  snapshots: Database['count_snapshots'][];
  /** All snapshots were made; later events get none. */
  complete: boolean;
}

export type Message = Chunk | { broken: Pick<BrokenLeaf, 'position' | 'fault'> };

/** Events of one chunk: written in 5 to 10 ms. */
const chunkEvents = 512;
/** Messages that may be on their way. */
const messagesMax = 8;

/** What the two threads share: messages that were taken, the position that they go up to, and the one to fold up to. */
const [taken, written, goal] = [0, 1, 2];

/** Folds the log in a thread of its own, which reads the file through a handle of its own. */
export class FoldingThread {
  readonly worker: Worker;
  readonly #shared = new BigInt64Array(new SharedArrayBuffer(24));

  constructor(file: string, to: number) {
    this.foldTo(to);
    this.worker = new Worker(new URL(import.meta.url), { workerData: { file, shared: this.#shared } });
    // Whoever waits for messages hears of errors. Afterwards they concern nobody, and must not end the process.
    this.worker.on('error', () => {});
  }

  foldTo(position: number): void {
    Atomics.store(this.#shared, goal, BigInt(position));
    Atomics.notify(this.#shared, goal);
  }

  /** A message was taken, and all rows up to a position are in the tables. */
  took(position: number): void {
    Atomics.store(this.#shared, written, BigInt(position));
    Atomics.add(this.#shared, taken, 1n);
    Atomics.notify(this.#shared, taken);
  }
}

export function chunkOf(folded: Folded[], to: number): Chunk {
  const numbers = folded.flatMap(({ event: { version, initiativeId, recordId } }) => {
    const made = version === 1 ? numberOf(recordId) : undefined;
    return made && made.number > 0
      ? [{ initiative_id: initiativeId, kind: made.kind, last_number: made.number }]
      : [];
  });
  const rows = folded.map(({ after }) => recordColumns.map((column) => after[column]));
  return { to, rows, numbers, snapshots: [], complete: false };
}

function fold(file: string, shared: BigInt64Array, send: (message: Message) => void): void {
  const handle = new Sqlite(file, { readonly: true, fileMustExist: true });
  const leaves = new LeafFold(handle, rebuiltName('records'));
  const snapshots = new SnapshotFold(handle, rebuiltName('records'));
  let sent = 0;
  const untilTaken = (messages: number): void => {
    for (let now = Atomics.load(shared, taken); now < messages; now = Atomics.load(shared, taken))
      Atomics.wait(shared, taken, now);
  };
  const post = (chunk: Chunk): void => {
    untilTaken(sent - messagesMax);
    send(chunk);
    sent += 1;
  };
  let complete = false;
  for (;;) {
    const to = Number(Atomics.load(shared, goal));
    while (leaves.position < to) {
      const folded = leaves.next(to, chunkEvents, Number(Atomics.load(shared, written)));
      const chunk = chunkOf(folded, leaves.position);
      if (!complete) chunk.snapshots = folded.flatMap((one) => snapshots.fold(one));
      post(chunk);
    }
    if (!complete) {
      untilTaken(sent);
      for (const snapshot of snapshots.rest(to)) post({ ...chunkOf([], to), snapshots: [snapshot] });
      complete = true;
      post({ ...chunkOf([], to), complete });
    }
    Atomics.wait(shared, goal, BigInt(to));
  }
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const send = (message: Message): void => port.postMessage(message);
  const { file, shared } = workerData as { file: string; shared: BigInt64Array };
  try {
    fold(file, shared, send);
  } catch (error) {
    if (!(error instanceof BrokenLeaf)) throw error;
    send({ broken: { position: error.position, fault: error.fault } });
  }
}
