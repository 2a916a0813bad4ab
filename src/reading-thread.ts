import { parentPort, workerData } from 'node:worker_threads';
import type { Begun } from './reading/messages.ts';
import { ReadingThread } from './reading/thread.ts';

// The entry file of a thread that reads. Pages are loaded when the first is asked for.
if (parentPort)
  // As ReadingThreads passes it.
  new ReadingThread(
    parentPort,
    workerData as Begun,
    async () => (await import('./pages/catalogue.ts')).pages,
  );
