import { on } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { type ProblemCode, Refusal } from '../../errors.ts';
import { BrokenLeaf } from '../broken-leaf.ts';
import type { ReadModel, RebuildOptions, RebuildProgress, Rebuilt } from '../store.ts';

/** What the thread is told when it begins. */
export interface Work {
  /** A URL of PostgreSQL, or a file of SQLite. */
  database: { url: string } | { file: string };
  /** undefined: it only removes what a rebuild left. */
  readModels?: readonly ReadModel[];
  /** Nobody waits meanwhile. */
  alone?: boolean;
}

/** What the thread sends: it has committed something, how far it is, and last what came of it. */
export type Message = 'committed' | RebuildProgress | { rebuilt: Rebuilt[] } | { failure: Failure };

/** An error, as a message can hold it. */
export type Failure =
  | { broken: Pick<BrokenLeaf, 'position' | 'fault'> }
  | { sqlite: { code: string; message: string } }
  | { refused: { code: ProblemCode; detail: string; why?: string } };

export interface Told extends Partial<Pick<RebuildOptions, 'progress'>>, Pick<RebuildOptions, 'signal'> {
  committed?: () => void;
}

/**
 * Rebuilds in a thread with a connection or a handle of its own, so that folding the log keeps no request waiting. Throws what
 * the thread met, also an SqliteError.
 */
export async function rebuildInThread(
  work: Work,
  { progress = () => {}, committed = () => {}, signal }: Told,
): Promise<Rebuilt[]> {
  signal.throwIfAborted();
  // The entry file of the thread has the suffix of this file: .ts, or .js where the program was built.
  const entry = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, { workerData: work });
  // Whoever waits for messages hears of errors. Afterwards they concern nobody, and must not end the process.
  worker.on('error', () => {});
  try {
    for await (const [received] of on(worker, 'message', { signal, close: ['exit'] })) {
      const message: Message = received;
      if (message === 'committed') committed();
      else if ('rebuilt' in message) return message.rebuilt;
      else if ('failure' in message) throw errorOf(message.failure);
      else progress(message);
    }
    throw new Error('the thread that rebuilds ended too early');
  } finally {
    // Its connection ends with it, and with that what it holds in the database.
    await worker.terminate();
  }
}

function errorOf(failure: Failure): Error {
  if ('broken' in failure) return new BrokenLeaf(failure.broken.position, failure.broken.fault);
  if ('sqlite' in failure) return new Sqlite.SqliteError(failure.sqlite.message, failure.sqlite.code);
  const { code, detail, why } = failure.refused;
  return Object.assign(new Refusal(code, detail), why !== undefined && { cause: new Error(why) });
}
