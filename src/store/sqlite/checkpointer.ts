import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import type { Disk } from './disk.ts';
import { faultOf } from './faults.ts';

/** Pages in the -wal that are not in the file yet, from which on it is worth waking the thread. */
const pagesMin = 2_000;
/** Pages in the -wal, from which on it is to begin anew: 256 MB. Each time, those who record wait for the disk. */
const pagesMax = 64_000;

/** An error of SQLite, as the thread reports it. */
export interface Failed {
  code: string;
  message: string;
}

export interface Wal {
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
  /** Compiled once, as it is asked after each commit. */
  readonly #look: Sqlite.Statement<[], Wal>;
  readonly #disk: Pick<Disk, 'saw' | 'say' | 'isAwaited'>;
  readonly #idle: () => void;
  #worker: Worker | undefined;
  #working = false;
  /** The last checkpoint failed. */
  #isBehind = false;
  /** Threads can't be had. */
  #isAlone = false;

  /** disk: told of errors. idle: told when the thread has let go of the -wal. */
  constructor(
    file: string,
    writer: Sqlite.Database,
    disk: Pick<Disk, 'saw' | 'say' | 'isAwaited'>,
    idle: () => void,
  ) {
    this.#file = file;
    this.#writer = writer;
    this.#disk = disk;
    this.#idle = idle;
    writer.pragma('wal_autocheckpoint = 0');
    this.#look = writer.prepare('pragma wal_checkpoint(NOOP)');
  }

  /** To be told after each commit, and after each write that failed: what is in the file makes room in the -wal. */
  committed(): void {
    if (this.#working) return;
    const { log, checkpointed } = this.#trying(() => this.#look.get());
    const left = log - checkpointed;
    if (this.#isAlone && left > pagesMax) this.#copy();
    if (this.#isAlone || left < (this.#disk.isAwaited ? 1 : pagesMin)) return;
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
    // The entry file of the thread has the suffix of this file: .ts, or .js where the program was built.
    const entry = new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(entry, { workerData: this.#file });
    worker.unref();
    worker.on('message', (wal: Wal | Failed) => {
      this.#working = false;
      if ('code' in wal) this.#saw(new Sqlite.SqliteError(wal.message, wal.code));
      else {
        this.#isBehind = false;
        // What was committed meanwhile is little. With it in the file, the next commit begins the -wal anew.
        if (wal.log > pagesMax) this.#copy();
      }
      this.#idle();
    });
    // Then it is done on this thread, seldom. What is wrong with the disk shows there, too.
    worker.on('error', () => {
      this.#worker = undefined;
      this.#working = false;
      this.#isAlone = true;
    });
    return worker;
  }

  #copy(): void {
    this.#trying(() => walOf(this.#writer, 'PASSIVE'));
  }

  #trying(look: () => Wal | undefined): Wal {
    try {
      return look() ?? nothing;
    } catch (error) {
      this.#saw(error);
      return nothing;
    }
  }

  /** What lacks room in the file may still have some in the -wal, so recording goes on. */
  #saw(error: unknown): void {
    if (faultOf(error)?.kind === 'failed') this.#disk.saw(error);
    else if (!this.#isBehind) {
      this.#disk.say(
        error,
        'What is recorded can not be moved from the -wal into the file, and stays there meanwhile.',
      );
      this.#isBehind = true;
    }
  }
}

export function walOf(handle: Sqlite.Database, mode: 'NOOP' | 'PASSIVE'): Wal {
  const [wal] = handle.pragma(`wal_checkpoint(${mode})`) as Wal[]; // One row, as SQLite documents it.
  return wal ?? nothing;
}

const nothing: Wal = { log: 0, checkpointed: 0 };
