import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../db/schema.ts';
import { type Asking, answered, ask } from '../../shapes/asking.ts';
import type { ReadModel, Rebuilt } from '../store.ts';
import { chunkEvents, Rebuild, rebuiltName, type Shadow } from './rebuild.ts';
import { snapshotPieces } from './snapshot-pieces.ts';
import type { Message } from './thread.ts';

const progressEveryMs = 200;
/** How long the swap is tried again where tables are read for long, and the pause in between. */
const triedMs = 60_000;
const pauseMs = 500;

/** Runs a rebuild in its thread, in transactions of some milliseconds. */
export class Run {
  readonly #shadow: Shadow;
  readonly #send: (message: Message) => void;
  /** The end of the log when it was read last. */
  #end = 0;
  #toldMs = -Infinity;

  constructor(shadow: Shadow, send: (message: Message) => void) {
    this.#shadow = shadow;
    this.#send = send;
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
    await this.#done(rebuild.begin(await this.#head()));
    await this.#foldTo(await this.#head(), rebuild);
    for (const piece of snapshotPieces(rebuiltName('records'), rebuild.position))
      await this.#write(rebuild.addSnapshots(await this.#done(piece)));
    for (const statement of filled) await this.#ask(statement);
    const rebuilt = await this.#finish(rebuild);
    this.#send({ events: rebuild.position, of: rebuild.position });
    return rebuilt;
  }

  async #foldTo(to: number, rebuild: Rebuild): Promise<void> {
    while (rebuild.position < to) {
      await this.#write(rebuild.add(await this.#done(rebuild.fold(to))));
      if (performance.now() - this.#toldMs < progressEveryMs) continue;
      this.#toldMs = performance.now();
      this.#send({ events: rebuild.position, of: Math.max(to, this.#end) });
    }
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
