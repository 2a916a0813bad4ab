import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { makeBackup, type Work } from './make-backup.ts';

giveWay();
/** The thread of one backup: makes it, answers what came of it, and ends. */
parentPort?.postMessage(await makeBackup(workerData as Work)); // As backupInThread passes it.

/** Verifying takes a processor for seconds. Where there are only two, those who record and read go first. */
function giveWay(): void {
  try {
    // On Linux a thread has a priority, and a number, of its own.
    const [id] = /\d+$/.exec(readlinkSync('/proc/thread-self')) ?? [];
    setPriority(Number(id), constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Other systems share the processors alone.
  }
}
