import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../db/schema.ts';
import { type Asking, answered, ask } from '../../shapes/asking.ts';
import type { ReadModel, Rebuilt } from '../store.ts';
import { Agreement } from './agreement.ts';
import { countsAgree } from './counts-agreement.ts';
import { chunkEvents, Rebuild, rebuiltName, type Shadow } from './rebuild.ts';
import { Emptied, refillSearch, SearchFill } from './search-fill.ts';
import { snapshotPieces } from './snapshot-pieces.ts';
import type { Message } from './thread.ts';

const progressEveryMs = 200;
/** Events for which another thread is worth its start. */
const eventsOfThread = 10_000;
/** How long the swap is tried again where tables are read for long, and the pause in between. */
const triedMs = 60_000;
const pauseMs = 500;

/** The versions of records that no search finds by the index, but one by one. */
export const searchedMax = 256;
/** How long the thread that fills the search index stays while nothing is recorded, and how often it looks. */
const lingersMs = 5_000;
const looksEveryMs = 200;

/** Runs a rebuild in its thread, in transactions of some milliseconds. */
export class Run {
  readonly #shadow: Shadow;
  readonly #send: (message: Message) => void;
  readonly #compareCounts: (begun: number, signal: AbortSignal) => Promise<boolean>;
  /** The end of the log when it was read last. */
  #end = 0;
  #toldMs = -Infinity;

  /** compareCounts: tells in another thread what `countsAgree` does. */
  constructor(
    shadow: Shadow,
    send: (message: Message) => void,
    compareCounts: (begun: number, signal: AbortSignal) => Promise<boolean>,
  ) {
    this.#shadow = shadow;
    this.#send = send;
    this.#compareCounts = compareCounts;
  }

  /** Removes what a rebuild left. Throws a Refusal where another one runs. */
  async clear(): Promise<void> {
    const { allowed, left, remove } = this.#shadow;
    if (allowed) await this.#done(allowed());
    for (;;) {
      const [table] = await this.#ask<{ name: string }>(left);
      if (!table) return;
      await this.#write(remove(table.name));
    }
  }

  /** Throws BrokenLeaf, or a Refusal where another rebuild runs. */
  async rebuild(readModels: readonly ReadModel[]): Promise<Rebuilt[]> {
    const { make, filled } = this.#shadow;
    await this.clear();
    await this.#inTransaction(make());
    const versions = await this.#ask<Database['view_versions']>('select * from view_versions');
    const rebuild = new Rebuild(this.#shadow, readModels, versions);
    if (rebuild.comparesAll && (await this.#agree(readModels))) {
      this.#send({ events: this.#end, of: this.#end });
      return readModels.map(({ name }) => ({ view: name, swapped: false, differences: 0, first: [] }));
    }
    await this.#done(rebuild.begin(await this.#head()));
    await this.#foldTo(await this.#head(), rebuild);
    for (const piece of snapshotPieces(rebuiltName('records'), rebuild.position))
      await this.#write(rebuild.addSnapshots(await this.#done(piece)));
    for (const statement of filled) await this.#ask(statement);
    const rebuilt = await this.#finish(rebuild);
    this.#send({ events: rebuild.position, of: rebuild.position });
    return rebuilt;
  }

  /**
   * Fills the search index up to the end of the log, and goes on as it grows until there was nothing to do for a while. Gives how far
   * it is.
   */
  async fillSearch(): Promise<number> {
    const { dialect, alone } = this.#shadow;
    if (alone && !(await this.#done(alone()))) return this.#head();
    const fill = new SearchFill(dialect);
    for (let idleMs = 0; idleMs < lingersMs; ) {
      if (!(await this.#done(fill.begin()))) return this.#head();
      if ((await this.#head()) - fill.position < searchedMax) {
        await wait(looksEveryMs);
        idleMs += looksEveryMs;
      } else if (await this.#filled(fill)) idleMs = 0;
    }
    return fill.position;
  }

  /** false: the index was emptied meanwhile. */
  async #filled(fill: SearchFill): Promise<boolean> {
    try {
      for (;;) {
        const works = await this.#done(fill.next(await this.#head()));
        if (works === undefined) return true;
        for (const work of works) await this.#write(work);
      }
    } catch (error) {
      if (error instanceof Emptied) return false;
      throw error;
    }
  }

  async #foldTo(to: number, rebuild: Rebuild): Promise<void> {
    while (rebuild.position < to) {
      await this.#write(rebuild.add(await this.#done(rebuild.fold(to))));
      this.#tell(rebuild.position, to);
    }
  }

  #tell(events: number, to: number): void {
    if (performance.now() - this.#toldMs < progressEveryMs) return;
    this.#toldMs = performance.now();
    this.#send({ events, of: Math.max(to, this.#end) });
  }

  /** Whether the present tables are what the log makes of them. Mostly they are, and then nothing has to be written. */
  async #agree(readModels: readonly ReadModel[]): Promise<boolean> {
    const isAsked = (asked: string): boolean => readModels.some(({ name }) => name === asked);
    const begun = await this.#head();
    const ended = new AbortController();
    try {
      const counts = isAsked('counts') ? this.#countsAgree(begun, ended.signal) : true;
      return (!isAsked('records') || (await this.#recordsAgree(begun))) && (await counts);
    } finally {
      ended.abort();
    }
  }

  /** Beside the comparison of the records, in a thread of its own where it takes long. */
  #countsAgree(begun: number, signal: AbortSignal): Promise<boolean> {
    const agree = begun < eventsOfThread ? this.countsAgree(begun) : this.#compareCounts(begun, signal);
    // What it met is met again, and told, when the counts are made anew.
    return agree.catch(() => false);
  }

  /** Throws where rows can't be counted. */
  async countsAgree(begun: number): Promise<boolean> {
    let begunMs = performance.now();
    return countsAgree(this.#shadow, begun, async () => {
      await this.#giveWay(begunMs);
      begunMs = performance.now();
    });
  }

  async #recordsAgree(begun: number): Promise<boolean> {
    const agreement = new Agreement();
    for (let to = begun; to - agreement.position > chunkEvents; to = await this.#head()) {
      const begunMs = performance.now();
      if (!(await this.#done(agreement.next(agreement.position + chunkEvents)))) return false;
      this.#tell(agreement.position, to);
      await this.#giveWay(begunMs);
    }
    try {
      return await this.#inTransaction(this.#restAgrees(agreement));
    } catch (error) {
      // Somebody holds the end of the log for long, which the swap waits for.
      if (isLockTimeout(error)) return false;
      throw error;
    }
  }

  *#restAgrees(agreement: Agreement): Asking<boolean> {
    for (const statement of this.#shadow.hold([])) yield* ask(statement);
    const [head] = yield* ask<{ position: number }>('select position from head');
    const end = head?.position ?? 0;
    if (!(yield* agreement.next(end)) || !(yield* agreement.rest(end))) return false;
    yield* ask(refillSearch);
    return true;
  }

  /** With the end of the log held, so nothing is recorded between what was rebuilt and what is recorded next. */
  async #finish(rebuild: Rebuild): Promise<Rebuilt[]> {
    const startMs = performance.now();
    for (;;) {
      for (let to = await this.#head(); to - rebuild.position > chunkEvents; to = await this.#head())
        await this.#foldTo(to, rebuild);
      const held = { isHeld: false };
      try {
        return await this.#inTransaction(this.#swap(rebuild, held));
      } catch (error) {
        if (held.isHeld || !isLockTimeout(error) || performance.now() - startMs > triedMs) throw error;
        // Somebody reads them for longer. Those who wait behind go first.
        await wait(pauseMs);
      }
    }
  }

  *#swap(rebuild: Rebuild, held: { isHeld: boolean }): Asking<Rebuilt[]> {
    for (const statement of this.#shadow.hold(rebuild.swapping())) yield* ask(statement);
    held.isHeld = true;
    const [head] = yield* ask<{ position: number }>('select position from head');
    return yield* rebuild.finish(head?.position ?? 0);
  }

  /** Writes some, and lets others have their turn; while they record, for longer: their commits wait until the disk has it too. */
  async #write(work: Asking<void>): Promise<void> {
    const begunMs = performance.now();
    await this.#inTransaction(work);
    this.#send('committed');
    await this.#giveWay(begunMs);
  }

  /** begunMs: when the work began after which others may record. */
  async #giveWay(begunMs: number): Promise<void> {
    const before = this.#end;
    if ((await this.#head()) > before) await wait((performance.now() - begunMs) * this.#shadow.pausesBeside);
  }

  async #inTransaction<T>(work: Asking<T>): Promise<T> {
    await this.#ask(this.#shadow.begin);
    try {
      const result = await this.#done(work);
      await this.#ask('commit');
      return result;
    } catch (error) {
      await this.#ask('rollback').catch(() => {});
      throw error;
    }
  }

  async #head(): Promise<number> {
    const [head] = await this.#ask<{ position: number }>('select position from head');
    this.#end = head?.position ?? 0;
    return this.#end;
  }

  #ask<R extends object>(text: string): Promise<R[]> {
    return this.#done(ask<R>(text));
  }

  #done<T>(work: Asking<T>): Promise<T> {
    return answered(work, this.#shadow.answer);
  }
}

/** SQLSTATE. */
const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';
