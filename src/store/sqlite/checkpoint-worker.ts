import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { type Failed, type Wal, walOf } from './checkpointer.ts';

/** The thread stops when so few pages are left to copy, or after so many rounds; the service copies the rest. */
const leftMax = 256;
const roundsMax = 8;

/** The thread of the Checkpointer: copies the -wal into the file at each order, and answers how far it came. */
const file = workerData as string; // As the Checkpointer passes it.
let handle: Sqlite.Database | undefined;

parentPort?.on('message', (order: 'checkpoint' | 'close') => {
  if (order === 'checkpoint') parentPort?.postMessage(attempt());
  else {
    handle?.close();
    parentPort?.close();
  }
});

function attempt(): Wal | Failed {
  try {
    handle ??= new Sqlite(file, { fileMustExist: true });
    return checkpointed(handle);
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** Copies again what was committed meanwhile, until little is left. */
function checkpointed(handle: Sqlite.Database): Wal {
  let wal = walOf(handle, 'PASSIVE');
  for (let round = 1; round < roundsMax; round++) {
    const { log, checkpointed } = walOf(handle, 'NOOP');
    if (log - checkpointed < leftMax) break;
    wal = walOf(handle, 'PASSIVE');
  }
  return wal;
}
