import { type BackupState, backupState } from '../store/sqlite/backups.ts';
import type { Store } from '../store/store.ts';
import { type Outcome, removeUnfinished, type Work } from './make-backup.ts';
import { backupInThread } from './thread.ts';

/** How often it is looked whether a backup is due: the clock may be set, and the machine may have slept. */
const lookEveryMs = 60_000;

export interface BackupOptions {
  store: Pick<Store, 'origin' | 'hasFailed'>;
  /** Of the ledger. */
  file: string;
  /** BACKUP_DIR. */
  directory: string;
  everyMs: number;
  keepDays: number;
  clock: () => number;
  /** Whether the read models are of this version, so that all can be verified. */
  mayVerifyWhole: () => boolean;
  /** tookMs: to make and verify it. */
  made: (state: BackupState, tookMs: number) => void;
  /** Told why there is no backup, and what to do; once, until there is one or the reason is another. */
  failed: (what: string, error?: unknown) => void;
  /** Does work later; gives what calls it off. */
  later?: (work: () => void, ms: number) => () => void;
  make?: (work: Work, signal: AbortSignal) => Promise<Outcome>;
}

/**
 * Makes backups while the ledger is open, one at a time, each on a thread of its own. The next one is due some time after the newest,
 * also after a restart; one that failed is tried again at the next time.
 */
export class Backups {
  readonly #options: BackupOptions;
  readonly #ended = new AbortController();
  #state: BackupState;
  #running: Promise<void> = Promise.resolve();
  #callOff: () => void = () => {};
  /** When the last one was made or tried. */
  #lastMs = -Infinity;
  /** The failure that was told last; undefined: a backup was made since. */
  #told: string | undefined;

  constructor(options: BackupOptions) {
    this.#options = options;
    this.#state = { origin: options.store.origin, backups: [] };
  }

  /** The time from one backup to the next. */
  get everyMs(): number {
    return this.#options.everyMs;
  }

  /** As it was when the last backup was made or tried; none before the directory was read. */
  state(): BackupState {
    return this.#state;
  }

  /** Nobody waits for it. */
  start(): void {
    if (!this.#ended.signal.aborted) this.#running = this.#begin();
  }

  /** Breaks off the one that is being made. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#callOff();
    await this.#running;
  }

  /** Goes on from the newest one. What can't be read is told by the first attempt. */
  async #begin(): Promise<void> {
    const { directory, store, clock } = this.#options;
    try {
      await removeUnfinished(directory);
      const state = await backupState(directory);
      if (state?.origin === store.origin) {
        this.#state = state;
        const newest = state.backups.at(-1);
        if (newest) this.#lastMs = Date.parse(newest.madeAt);
      }
    } catch {
      this.#lastMs = -Infinity;
    }
    this.#wait(clock());
  }

  #wait(nowMs: number): void {
    if (this.#ended.signal.aborted) return;
    // A clock that was set back would make it wait until the former time.
    this.#lastMs = Math.min(this.#lastMs, nowMs);
    const dueMs = Math.max(this.#lastMs + this.#options.everyMs - nowMs, 0);
    const { later = laterByTimer } = this.#options;
    this.#callOff = later(() => this.#look(), Math.min(dueMs, lookEveryMs));
  }

  #look(): void {
    const nowMs = this.#options.clock();
    if (nowMs < this.#lastMs + this.#options.everyMs) {
      this.#wait(nowMs);
      return;
    }
    this.#lastMs = nowMs;
    this.#running = this.#attempt(nowMs).then(() => this.#wait(this.#options.clock()));
  }

  async #attempt(nowMs: number): Promise<void> {
    const { directory, made } = this.#options;
    const begunMs = performance.now();
    try {
      const { state = this.#state, failure } = await this.#make(nowMs);
      this.#state = state;
      if (failure !== undefined) return this.#fail(nowMs, failure);
      this.#told = undefined;
      made(state, Math.round(performance.now() - begunMs));
    } catch (error) {
      if (!this.#ended.signal.aborted)
        return this.#fail(nowMs, 'The thread that makes backups failed, which is a bug.', error);
      // What can't be removed now is removed by the next start.
      await removeUnfinished(directory).catch(() => {});
    }
  }

  #fail(nowMs: number, what: string, error?: unknown): void {
    this.#state = { ...this.#state, failure: { at: new Date(nowMs).toISOString(), what } };
    if (what !== this.#told) this.#options.failed(what, error);
    this.#told = what;
  }

  async #make(nowMs: number): Promise<Outcome> {
    const { store, file, directory, keepDays, mayVerifyWhole, make = backupInThread } = this.#options;
    if (store.hasFailed())
      return {
        failure:
          'The storage of the ledger failed, so its files may not be those that are open. Nothing is copied until a restart; the log says what happened.',
      };
    const work = { file, directory, keepDays, nowMs, origin: store.origin, mayVerifyWhole: mayVerifyWhole() };
    return make(work, this.#ended.signal);
  }
}

function laterByTimer(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}
