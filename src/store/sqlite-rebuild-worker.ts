import { setPriority } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { type Asking, answeredAtOnce } from './asking.ts';
import { LeafFold } from './leaf-fold.ts';
import { type Chunk, chunkOf, rebuiltName } from './rebuilding.ts';
import { BrokenLeaf } from './restore-leaves.ts';
import { SnapshotFold } from './snapshot-fold.ts';
import { answerOf } from './sqlite-statements.ts';

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

function fold(file: string, shared: BigInt64Array, send: (message: Message) => void): void {
  const handle = new Sqlite(file, { readonly: true, fileMustExist: true });
  const leaves = new LeafFold(rebuiltName('records'));
  const snapshots = new SnapshotFold(rebuiltName('records'));
  const answer = answerOf(handle);
  const now = <T>(asking: Asking<T>): T => answeredAtOnce(asking, answer);
  let sent = 0;
  const untilTaken = (messages: number): void => {
    for (let is = Atomics.load(shared, taken); is < messages; is = Atomics.load(shared, taken))
      Atomics.wait(shared, taken, is);
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
      const folded = now(leaves.next(to, chunkEvents, Number(Atomics.load(shared, written))));
      const chunk = chunkOf(folded, leaves.position);
      if (!complete) chunk.snapshots = folded.flatMap((one) => now(snapshots.fold(one)));
      post(chunk);
    }
    if (!complete) {
      untilTaken(sent);
      for (const piece of snapshots.rest(to)) post({ ...chunkOf([], to), snapshots: now(piece) });
      complete = true;
      post({ ...chunkOf([], to), complete });
    }
    Atomics.wait(shared, goal, BigInt(to));
  }
}

if (!isMainThread && parentPort) {
  // Recording comes first. Elsewhere than on Linux, this would be of the whole process.
  if (process.platform === 'linux') setPriority(0, 10);
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
