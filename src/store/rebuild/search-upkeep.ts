import { sql } from 'kysely';
import {
  emptySearch,
  type SearchState,
  searchVersion,
  selectSearchState,
} from '../../projections/search-segment.ts';
import type { Store } from '../store.ts';
import { searchedMax } from './run.ts';

/** How long it is not looked again, and after a failure not tried again. */
const looksEveryMs = 1_000;
const triedAgainMs = 60_000;

/** Has the search index filled where it is behind the log. What it lacks is searched one by one, so nobody waits for it. */
export class SearchUpkeep {
  readonly #store: Store;
  readonly #failed: (error: unknown) => void;
  readonly #closing = new AbortController();
  #filledTo: number | undefined;
  #running: Promise<void> | undefined;
  #notBeforeMs = 0;
  #swaps = 0;

  constructor(store: Store, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** How far the index is at least; undefined: nobody has looked. */
  get position(): number | undefined {
    return this.#filledTo;
  }

  /** To be told when read models were made anew: the index is then empty. */
  rebuilt(): void {
    this.#filledTo = undefined;
    this.#notBeforeMs = 0;
    this.grown();
  }

  /** To be told when the log has grown. */
  grown(): void {
    const swaps = this.#store.swaps();
    if (swaps !== this.#swaps) [this.#swaps, this.#filledTo] = [swaps, undefined];
    const end = this.#store.headNow()?.position;
    const isNear = end !== undefined && this.#filledTo !== undefined && end - this.#filledTo < searchedMax;
    if (this.#running || isNear || this.#closing.signal.aborted) return;
    if (performance.now() < this.#notBeforeMs) return;
    this.#notBeforeMs = performance.now() + looksEveryMs;
    this.#running = this.#fill().finally(() => {
      this.#running = undefined;
    });
  }

  async #fill(): Promise<void> {
    const { signal } = this.#closing;
    try {
      this.#filledTo ??= await this.#found();
      if ((await this.#store.head()).position - this.#filledTo >= searchedMax)
        this.#filledTo = await this.#store.fillSearch(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#notBeforeMs = performance.now() + triedAgainMs;
      this.#failed(error);
    }
  }

  /** How far the index is; 0 where it is to be filled anew. */
  async #found(): Promise<number> {
    const { rows } = await sql.raw<SearchState>(selectSearchState).execute(this.#store.db);
    const { version, texts } = rows[0] ?? emptySearch;
    return version === searchVersion ? texts : 0;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }
}
