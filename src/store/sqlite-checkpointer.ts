import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

/** Pages in the -wal that are not in the file yet, from which on it is worth waking the thread. */
const pagesMin = 2_000;
/** Pages in the -wal, from which on it is to begin anew: 256 MB. Each time, those who record wait for the disk. */
const pagesMax = 64_000;

/** Pages that may be left when the thread has done its part, and how often it goes on to come to that. */
const leftMax = 256;
const roundsMax = 8;

interface Wal {
  /** Pages in the -wal, and how many of these are in the file. */
  log: number;
  checkpointed: number;
}

/**
 * Copies what was committed from the -wal into the file (a checkpoint) on a thread of its own: it takes up to some hundred
 * milliseconds, in which the thread of the service would answer nobody.
 */
export class Checkpointer {
  readonly #file: string;
  readonly #writer: Sqlite.Database;
  readonly #idle: () => void;
  #worker: Worker | undefined;
  #working = false;

  /** idle: told when the thread has let go of the -wal. */
  constructor(file: string, writer: Sqlite.Database, idle: () => void) {
    this.#file = file;
    this.#writer = writer;
    this.#idle = idle;
    writer.pragma('wal_autocheckpoint = 0');
  }

  /** To be told after each commit. */
  committed(): void {
    if (this.#working) return;
    const { log, checkpointed } = walOf(this.#writer, 'NOOP');
    if (log - checkpointed < pagesMin) return;
    this.#working = true;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  async close(): Promise<void> {
    if (!this.#worker) return;
    // What it says of its last checkpoint may come after its end, when the writer's handle is closed.
    this.#worker.removeAllListeners('message');
    this.#worker.ref();
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await ended;
  }

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.url), { workerData: { checkpoints: this.#file } });
    worker.unref();
    worker.on('message', (wal: Wal) => {
      this.#working = false;
      // What was committed meanwhile is little. With it in the file, the next commit begins the -wal anew.
      if (wal.log > pagesMax) walOf(this.#writer, 'PASSIVE');
      this.#idle();
    });
    // SQLite does it itself then; what is wrong with the disk shows with the next write.
    worker.on('error', () => {
      this.#worker = undefined;
      this.#writer.pragma(`wal_autocheckpoint = ${pagesMax}`);
    });
    return worker;
  }
}

function walOf(handle: Sqlite.Database, mode: 'NOOP' | 'PASSIVE'): Wal {
  const [wal] = handle.pragma(`wal_checkpoint(${mode})`) as Wal[]; // One row, as SQLite documents it.
  return wal ?? { log: 0, checkpointed: 0 };
}

/** Goes on with what was committed meanwhile until that is little, as the rest is left to the thread of the service. */
function checkpointed(handle: Sqlite.Database): Wal {
  let wal = walOf(handle, 'PASSIVE');
  for (let round = 1; round < roundsMax; round++) {
    const { log, checkpointed } = walOf(handle, 'NOOP');
    if (log - checkpointed < leftMax) break;
    wal = walOf(handle, 'PASSIVE');
  }
  return wal;
}

const { checkpoints } = (workerData ?? {}) as { checkpoints?: string };
if (!isMainThread && parentPort && checkpoints !== undefined) {
  const port = parentPort;
  const handle = new Sqlite(checkpoints, { fileMustExist: true });
  port.on('message', (order: 'checkpoint' | 'close') => {
    if (order === 'checkpoint') port.postMessage(checkpointed(handle));
    else {
      handle.close();
      port.close();
    }
  });
}
