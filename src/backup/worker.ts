import { parentPort, workerData } from 'node:worker_threads';
import { makeBackup, type Work } from './make-backup.ts';

/** The thread of one backup: makes it, answers what came of it, and ends. */
parentPort?.postMessage(await makeBackup(workerData as Work)); // As backupInThread passes it.
