import { closeSync, fdatasync, openSync, renameSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Refusal } from '../../errors.ts';
import type { OpenOptions } from '../store.ts';
import { faultOf, unavailable } from './faults.ts';

/** How long a write waits for another program that has the file locked, and how often it asks. */
const lockedMaxMs = 5_000;
const askLockEveryMs = 5;
/** How often it is looked whether the files are still those that were opened. */
const lookEveryMs = 1_000;

/** Bytes that are free, from which on it is worth trying whether there is room again. */
const roomMin = 2 ** 20;

/**
 * The files of an open ledger, as far as it depends on them what was recorded. It is the only one that syncs the -wal, one
 * sync at a time: the kernel reports an error of writing once for an open file, so who else would sync it might be the only
 * one to hear of it. A sync that failed, an I/O error of anybody's and a file that was deleted or replaced are remembered:
 * from then on nothing is written, until a restart has opened the files anew. What only lacks room or is locked by another
 * program is tried again with the next write.
 */
export class Disk {
  readonly #file: string;
  readonly #walFile: number;
  readonly #identities: Map<string, string | undefined>;
  readonly #told: Pick<OpenOptions, 'failed' | 'recovered'>;
  readonly #saveWal: () => void;
  readonly #looking: NodeJS.Timeout;
  #failed: Refusal | undefined;
  #awaited: Refusal | undefined;
  /** Whether what is awaited is that another program lets go of the file. */
  #isLocked = false;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #synced: ((tookMs: number) => void) | undefined;

  /** The -wal and -shm are there. saveWal: copies what is in the -wal that was opened into the file. */
  constructor(file: string, told: Pick<OpenOptions, 'failed' | 'recovered'>, saveWal: () => void) {
    this.#file = file;
    this.#told = told;
    this.#saveWal = saveWal;
    this.#walFile = openSync(`${file}-wal`, 'r+');
    this.#identities = new Map([file, `${file}-wal`, `${file}-shm`].map((path) => [path, identityOf(path)]));
    this.#looking = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  /** Has it told how long each sync took; must not throw. */
  watchSyncs(synced: (tookMs: number) => void): void {
    this.#synced = synced;
  }

  /** Throws Refusal `storage-unavailable` where nothing can be written before a restart. */
  check(): void {
    if (this.#failed) throw this.#failed;
  }

  /** Whether it is so. */
  get hasFailed(): boolean {
    return this.#failed !== undefined;
  }

  /** Whether the last write could not be done, and may go through later. */
  get isAwaited(): boolean {
    return this.#awaited !== undefined;
  }

  /** Throws Refusal `storage-unavailable` where the last write could not be done, and there is no room for the next one. */
  checkRoom(): void {
    const { bavail, bsize } = statfsSync(dirname(this.#file));
    if (this.#awaited && bavail * bsize < roomMin) throw this.#awaited;
  }

  /** Resolves when all that was committed before this call is on disk, in files that are still there under their names. */
  sync(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#sync().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // The one that runs may have begun before the last commit. All who come meanwhile share the next one.
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.sync();
      });
    return this.#next;
  }

  async #sync(): Promise<void> {
    this.check();
    const startMs = performance.now();
    try {
      await synced(this.#walFile);
    } catch (error) {
      this.#fail('What was recorded last could not be synced, so nobody knows whether it is on disk.', error);
    }
    this.#synced?.(performance.now() - startMs);
    this.#look();
    this.check();
  }

  /**
   * Writes, in one turn of the event loop; that is waited for while another program has the file locked, but for no other
   * reason. Throws Refusal `storage-unavailable` where the storage is what fails.
   */
  async write<T>(work: () => T): Promise<T> {
    // While it stays locked, one attempt each is enough.
    const untilMs = performance.now() + (this.#isLocked ? 0 : lockedMaxMs);
    for (;;) {
      this.check();
      try {
        const done = work();
        this.#succeeded();
        return done;
      } catch (error) {
        if (faultOf(error)?.kind !== 'locked' || performance.now() >= untilMs) throw this.saw(error);
      }
      await pause(askLockEveryMs);
    }
  }

  /** Told of each error that whoever has these files open meets. Gives what the sender of a request is to be told. */
  saw(error: unknown): unknown {
    const fault = faultOf(error);
    if (!fault) return error;
    if (fault.kind === 'failed') return this.#fail('The database file could not be read or written.', error);
    if (!this.#awaited) {
      this.say(error, `${fault.detail} Recording goes on by itself when that is over.`);
    }
    this.#awaited = unavailable(fault.detail, error);
    this.#isLocked = fault.kind === 'locked';
    return this.#awaited;
  }

  /** Ends recording, until a restart. Gives what the sender of a request is to be told. */
  end(detail: string, what: string, error?: unknown): Refusal {
    if (!this.#failed) {
      this.#failed = unavailable(`${detail} The operator has to look at it and restart the ledger.`, error);
      this.say(error, `${what} Nothing more is recorded until a restart.`);
    }
    return this.#failed;
  }

  /** Tells the operator. */
  say(error: unknown, what: string): void {
    this.#told.failed?.(error, `${what} (${this.#file})`);
  }

  /**
   * Looks no more, as the files are about to be closed. SQLite then removes by its name what stands beside the file. Where another
   * ledger was put in place, with a -wal that holds its newest events, that -wal is set aside, and put back by what this gives.
   */
  stop(): () => void {
    clearInterval(this.#looking);
    const wal = `${this.#file}-wal`;
    const isForeign = (path: string): boolean => {
      const found = identityOf(path);
      return found !== undefined && found !== this.#identities.get(path);
    };
    if (!isForeign(this.#file) || !isForeign(wal)) return () => {};
    renameSync(wal, `${wal}.aside`);
    return () => renameSync(`${wal}.aside`, wal);
  }

  close(): void {
    clearInterval(this.#looking);
    closeSync(this.#walFile);
  }

  #fail(what: string, error: unknown): Refusal {
    return this.end('The storage failed.', `${what} Look at the disk and at the log of the system.`, error);
  }

  #succeeded(): void {
    if (!this.#awaited) return;
    this.#awaited = undefined;
    this.#isLocked = false;
    this.#told.recovered?.();
  }

  #save(): void {
    try {
      this.#saveWal();
    } catch (error) {
      this.say(error, 'It could not be put into the file now.');
    }
  }

  /** What is written to a file without a name is gone with the process; and what another one holds is not what was opened. */
  #look(): void {
    if (this.#failed) return;
    for (const [path, identity] of this.#identities) {
      const found = identityOf(path);
      if (found === identity || found === 'unknown') continue;
      const isDatabase = path === this.#file;
      const happened = `${path} was ${found === undefined ? 'deleted' : 'replaced'} while the ledger is open.`;
      this.end(
        'A file of the ledger was deleted or replaced while it is open.',
        isDatabase
          ? `${happened} Before you stop the service, save what it still shows: GET /v1/export and GET /v1/log/checkpoint. Then put the right file in its place, or a backup.`
          : `${happened} Stop the service in order (SIGTERM), so that it puts what it holds into ${this.#file}, and start it again.`,
      );
      // So that not even kill -9 takes what was acknowledged.
      if (!isDatabase && found === undefined) this.#save();
      return;
    }
  }
}

const synced = (file: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fdatasync(file, (error) => (error ? reject(error) : resolve()));
  });

/** undefined: there is none. */
function identityOf(path: string): string | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat && `${stat.dev}:${stat.ino}`;
  } catch {
    // The directory can't be searched any more, say: what is open goes on as it is.
    return 'unknown';
  }
}
