import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

/** Pages in the -wal that are not in the file yet, from which on it is worth waking the thread. */
const pagesMin = 2_000;
/** Pages in the -wal, from which on it is to begin anew: 64 MB. */
const pagesMax = 16_000;

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

const { checkpoints } = (workerData ?? {}) as { checkpoints?: string };
if (!isMainThread && parentPort && checkpoints !== undefined) {
  const port = parentPort;
  const handle = new Sqlite(checkpoints, { fileMustExist: true });
  port.on('message', (order: 'checkpoint' | 'close') => {
    if (order === 'checkpoint') port.postMessage(walOf(handle, 'PASSIVE'));
    else {
      handle.close();
      port.close();
    }
  });
}
