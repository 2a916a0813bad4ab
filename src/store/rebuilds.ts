import { Refusal } from '../errors.ts';
import type { ReadModel, RebuildProgress, Rebuilt, Store } from './store.ts';

type Told = (progress: RebuildProgress) => void;

/** Rebuilds of read models, one at a time: at the start those that other code wrote, later those that are asked for. */
export class Rebuilds {
  readonly #store: Store;
  readonly #readModels: readonly ReadModel[];
  readonly #closing = new AbortController();
  #cleared: Promise<void> = Promise.resolve();
  #running: Promise<unknown> | undefined;
  #notReady: string | undefined;

  constructor(store: Store, readModels: readonly ReadModel[]) {
    this.#store = store;
    this.#readModels = readModels;
  }

  /** Throws Refusal `not-ready` while a rebuild is due that nothing can be read or recorded without. */
  check(): void {
    if (this.#notReady !== undefined) throw new Refusal('not-ready', this.#notReady);
  }

  /** The read models whose tables code of another version wrote. */
  async outdated(): Promise<string[]> {
    const written = await this.#store.writtenVersions();
    return this.#readModels
      .filter(({ name, version }) => written.get(name) !== version)
      .map(({ name }) => name);
  }

  /** Rebuilds what code of another version wrote; for who has the ledger alone. */
  async bringUpToDate(): Promise<void> {
    const names = await this.outdated();
    if (names.length > 0) await this.run(names, () => {});
  }

  /** Removes what an interrupted rebuild left. No rebuild begins before that. */
  clear(): Promise<void> {
    this.#cleared = this.#cleared.then(() => this.#store.clearRebuilt(this.#closing.signal));
    return this.#cleared;
  }

  /** Rebuilds these before the ledger is ready; where that fails, it stays not ready. */
  async beforeReady(names: string[], told: Told): Promise<void> {
    const subject = names.join(' and ');
    this.#notReady = `The rebuild of ${subject} begins.`;
    try {
      await this.run(names, (progress) => {
        this.#notReady = `${subject}: ${progress.events} of ${progress.of} events are rebuilt.`;
        told(progress);
      });
      this.#notReady = undefined;
    } catch (error) {
      this.#notReady = `${subject} could not be rebuilt: ${error instanceof Error ? error.message : error}.`;
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
    const ended = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]);
    try {
      return await this.#store.rebuild({ readModels, progress: told, signal: ended });
    } catch (error) {
      ended.throwIfAborted();
      throw error;
    } finally {
      // What a shutdown leaves, the next start removes.
      await this.clear();
    }
  }

  /** Ends the one that is running. */
  async stop(): Promise<void> {
    this.#closing.abort(new Refusal('shutting-down', 'The ledger is shutting down.'));
    await this.#running;
    await this.#cleared;
  }
}
