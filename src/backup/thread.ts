import { on } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Outcome, Work } from './make-backup.ts';

/** Makes a backup on a thread of its own. Throws AbortError where it is broken off, and what the thread could not name. */
export async function backupInThread(work: Work, signal: AbortSignal): Promise<Outcome> {
  signal.throwIfAborted();
  // The entry file of the thread has the suffix of this file: .ts, or .js where the program was built.
  const entry = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, { workerData: work, execArgv: [] });
  // Whoever waits for the message hears of errors. Afterwards they concern nobody, and must not end the process.
  worker.on('error', () => {});
  try {
    for await (const [outcome] of on(worker, 'message', { signal, close: ['exit'] })) return outcome;
    throw new Error('the thread that makes a backup ended too early');
  } finally {
    await worker.terminate();
  }
}
