import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../errors.ts';
import type { ReadModel, RebuildProgress, Rebuilt, Store } from '../store.ts';

type Told = (progress: RebuildProgress) => void;

/** Between two looks whether another instance has done it. */
const lookAgainMs = 1_000;

/** Keeps read models up to date. Runs one rebuild at a time: at the start of what other code wrote, later of what is asked for. */
export class Upkeep {
  readonly #store: Store;
  readonly #readModels: readonly ReadModel[];
  readonly #alone: boolean;
  readonly #rebuilt: () => void;
  readonly #closing = new AbortController();
  #cleared: Promise<void> = Promise.resolve();
  #running: Promise<unknown> | undefined;
  #progress: RebuildProgress | undefined;
  /** Whether the rebuild before the ledger is ready, if there is one, has not ended. */
  #isStarting = false;
  #notReady: string | undefined;

  /** alone: nobody else uses the ledger. rebuilt: told after each rebuild. */
  constructor(store: Store, readModels: readonly ReadModel[], alone = false, rebuilt: () => void = () => {}) {
    this.#store = store;
    this.#readModels = readModels;
    this.#alone = alone;
    this.#rebuilt = rebuilt;
  }

  /**
   * Throws Refusal `not-ready` while code of another version wrote the read models, as of the head that was read last: nothing
   * can be read or recorded then. Another instance may begin or end this at any time.
   */
  check(): void {
    const names = this.#outdatedNow();
    if (!this.areReady) throw new Refusal('not-ready', this.#notReady ?? this.#whyOutdated(names));
  }

  /** How far the rebuild is that runs here; undefined: none does. */
  get progress(): RebuildProgress | undefined {
    return this.#progress;
  }

  /** Whether `check` passes. */
  get areReady(): boolean {
    return !this.#isStarting && this.#outdatedNow().length === 0;
  }

  /** The read models whose tables code of another version wrote. */
  async outdated(): Promise<string[]> {
    await this.#store.head();
    return this.#outdatedNow();
  }

  #outdatedNow(): string[] {
    const written = this.#store.writtenVersions();
    return this.#readModels
      .filter(({ name, version }) => written.get(name) !== version)
      .map(({ name }) => name);
  }

  #whyOutdated(names: string[]): string {
    const written = names.map((name) => this.#store.writtenVersions().get(name) ?? 0).join(' and ');
    const own = names.map((name) => this.#versionOf(name)).join(' and ');
    return `${names.join(' and ')}: the tables are of version ${written}, this instance is of version ${own}.`;
  }

  #versionOf(name: string): number {
    return this.#readModels.find((one) => one.name === name)?.version ?? 0;
  }

  /**
   * Rebuilds what code of an earlier version wrote; or waits until another instance has done it. What a later version wrote is
   * left to the command `rebuild`: instances of that version may be serving.
   */
  async bringUpToDate(told: Told = () => {}): Promise<void> {
    for (let names = await this.outdated(); names.length > 0; names = await this.outdated()) {
      const later = names.some(
        (name) => (this.#store.writtenVersions().get(name) ?? 0) > this.#versionOf(name),
      );
      if (later) throw new Refusal('not-ready', this.#whyOutdated(names));
      try {
        await this.run(names, told);
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'rebuild-running')) throw error;
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    const { signal } = this.#closing;
    await wait(lookAgainMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  /** Removes what an interrupted rebuild left. No rebuild begins before that. */
  clear(): Promise<void> {
    this.#cleared = this.#cleared
      .catch(() => {})
      .then(() => this.#store.clearRebuilt(this.#closing.signal, this.#alone));
    return this.#cleared;
  }

  /** As `bringUpToDate`, also while the database comes and goes, with what `check` says meanwhile and after it failed. */
  async beforeReady(names: string[], told: Told): Promise<void> {
    this.#isStarting = true;
    try {
      while (!(await this.#broughtUpToDate(names.join(' and '), told))) await this.#pause();
    } finally {
      this.#isStarting = false;
    }
  }

  /** false: the database was out of reach. */
  async #broughtUpToDate(subject: string, told: Told): Promise<boolean> {
    try {
      await this.bringUpToDate((progress) => {
        this.#notReady = `${subject}: ${progress.events} of ${progress.of} events are rebuilt.`;
        told(progress);
      });
      this.#notReady = undefined;
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/\.$/, '') : error;
      this.#notReady = `${subject} could not be rebuilt: ${why}.`;
      if (error instanceof Refusal && error.code === 'storage-unavailable') return false;
      throw error;
    }
  }

  /** Rebuilds these. Throws Refusal `rebuild-running`, BrokenLeaf, or what a signal was aborted with. */
  run(names: readonly string[], told: Told, signal?: AbortSignal): Promise<Rebuilt[]> {
    if (this.#closing.signal.aborted) throw new Refusal('shutting-down', 'The ledger is shutting down.');
    if (this.#running) throw new Refusal('rebuild-running', 'A rebuild of read models is running.');
    const readModels = this.#readModels.filter(({ name }) => names.includes(name));
    const rebuilt = this.#rebuild(readModels, told, signal);
    const done = (): void => {
      this.#running = undefined;
    };
    this.#running = rebuilt.then(done, done);
    return rebuilt;
  }

  async #rebuild(readModels: ReadModel[], told: Told, signal?: AbortSignal): Promise<Rebuilt[]> {
    await this.clear();
    this.#progress = { events: 0, of: 0 };
    const progress = (now: RebuildProgress): void => {
      this.#progress = now;
      told(now);
    };
    const ended = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]);
    try {
      return await this.#store.rebuild({ readModels, progress, signal: ended });
    } catch (error) {
      ended.throwIfAborted();
      throw error;
    } finally {
      this.#progress = undefined;
      // What a shutdown leaves, the next start removes.
      await this.clear();
      this.#rebuilt();
    }
  }

  /** Ends the one that is running. */
  async stop(): Promise<void> {
    this.#closing.abort(new Refusal('shutting-down', 'The ledger is shutting down.'));
    await this.#running;
    await this.#cleared.catch(() => {});
  }
}
