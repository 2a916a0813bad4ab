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
  /** It fills the search index, and nothing else. */
  isSearch?: boolean;
  /** It compares the counts up to here, and does nothing else. */
  countsTo?: number;
}

/** What the thread sends: it has committed something, how far it is, and last what came of it. */
export type Message =
  | 'committed'
  | RebuildProgress
  | { rebuilt: Rebuilt[] }
  | { filledTo: number }
  | { countsAgree: boolean }
  | { failure: Failure };

/** An error, as a message can hold it. */
export type Failure =
  | { broken: Pick<BrokenLeaf, 'position' | 'fault'> }
  | { sqlite: { code: string; message: string } }
  | { refused: { code: ProblemCode; detail: string; why?: string } };

export interface Told extends Partial<Pick<RebuildOptions, 'progress'>>, Pick<RebuildOptions, 'signal'> {
  committed?: () => void;
}

/** Fills the search index in a thread of its own; gives how far it is. */
export const fillInThread = async (database: Work['database'], told: Told): Promise<number> =>
  done({ database, isSearch: true }, told, (message) =>
    typeof message === 'object' && 'filledTo' in message ? message.filledTo : undefined,
  );

/** Tells in a thread of its own whether the counts up to a position are what the records come to. */
export const countsAgreeInThread = async (
  database: Work['database'],
  countsTo: number,
  signal: AbortSignal,
): Promise<boolean> =>
  done({ database, countsTo }, { signal }, (message) =>
    typeof message === 'object' && 'countsAgree' in message ? message.countsAgree : undefined,
  );

/**
 * Rebuilds in a thread with a connection or a handle of its own, so that folding the log keeps no request waiting. Throws what
 * the thread met, also an SqliteError.
 */
export const rebuildInThread = (work: Work, told: Told): Promise<Rebuilt[]> =>
  done(work, told, (message) =>
    typeof message === 'object' && 'rebuilt' in message ? message.rebuilt : undefined,
  );

/** outcomeOf: what comes of it, from the message that says so. */
async function done<T>(
  work: Work,
  { progress = () => {}, committed = () => {}, signal }: Told,
  outcomeOf: (message: Message) => T | undefined,
): Promise<T> {
  signal.throwIfAborted();
  // The entry file of the thread has the suffix of this file: .ts, or .js where the program was built.
  const entry = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, { workerData: work });
  // Whoever waits for messages hears of errors. Afterwards they concern nobody, and must not end the process.
  worker.on('error', () => {});
  try {
    for await (const [received] of on(worker, 'message', { signal, close: ['exit'] })) {
      const message: Message = received;
      const outcome = outcomeOf(message);
      if (outcome !== undefined) return outcome;
      if (message === 'committed') committed();
      else if ('failure' in message) throw errorOf(message.failure);
      else if ('events' in message) progress(message);
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
