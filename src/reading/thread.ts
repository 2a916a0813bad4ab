import type { MessagePort } from 'node:worker_threads';
import type { Visible } from '../access/visible.ts';
import type { Ledger } from '../answers/ledger.ts';
import type { Head } from '../db/rows.ts';
import { openReader, type Reader } from '../store/sqlite/open-reader.ts';
import type { ReadStore } from '../store/store.ts';
import { ScopeCounts } from '../views/counts.ts';
import { OverallCounts } from '../views/overall.ts';
import type { Computed } from './computed.ts';
import { readingHere } from './here.ts';
import {
  type Answered,
  type Begun,
  type FromThread,
  failureOf,
  type Question,
  type ToThread,
} from './messages.ts';
import type { Reading, Texts } from './tasks.ts';

/** Answers the questions of the thread that records, from a handle of its own. */
export class ReadingThread {
  readonly #port: MessagePort;
  readonly #begun: Begun;
  readonly #texts: () => Promise<Texts>;
  /** Undefined: the file could not be opened, which each question tries again, and tells. */
  #ledger: ((signal: AbortSignal) => Ledger) | undefined;
  /** As of the last question: the end of the log, and how often read models were swapped. */
  #head: Head | undefined;
  #swaps = 0;
  readonly #visible: Visible[] = [];
  /** The questions that are not answered to the end. */
  readonly #open = new Map<number, { cancelled: AbortController; rest?: Computed['rest'] }>();

  constructor(port: MessagePort, begun: Begun, texts: () => Promise<Texts>) {
    this.#port = port;
    this.#begun = begun;
    this.#texts = texts;
    port.on('message', (message: ToThread) => this.#hear(message));
    try {
      this.#ledger = this.#opened();
    } catch {}
    this.#say('alive');
  }

  #hear(message: ToThread): void {
    if (message === 'ping') this.#say('alive');
    else if ('cancel' in message) this.#cancel(message.cancel);
    else if ('next' in message) void this.#answer(message.next, () => this.#next(message.next));
    else {
      const { id, head, swaps, place, visible } = message;
      [this.#head, this.#swaps] = [head, swaps];
      if (visible) this.#visible[place] = visible;
      // Looked up before anything is awaited, as the place may be taken by another.
      const seen = this.#visible[place];
      void this.#answer(id, () => this.#begin(message, seen));
    }
  }

  /** Sends one answer, whatever happens. */
  async #answer(id: number, work: () => Promise<Answered>): Promise<void> {
    let answered: Answered;
    try {
      answered = await work();
    } catch (error) {
      this.#open.delete(id);
      answered = { id, failure: failureOf(error) };
    }
    this.#say(answered);
  }

  #say(said: FromThread): void {
    this.#port.postMessage(said, said === 'alive' ? [] : transferredOf(said));
  }

  async #begin({ id, task, asked }: Question, visible: Visible | undefined): Promise<Answered> {
    const open: { cancelled: AbortController; rest?: Computed['rest'] } = {
      cancelled: new AbortController(),
    };
    this.#open.set(id, open);
    const { signal } = open.cancelled;
    this.#ledger ??= this.#opened();
    const reading: Reading = readingHere(this.#ledger(signal), this.#texts);
    // What is asked of a task came with its name.
    const { rest, ...computed } = await reading.compute(task, { ...asked, visible } as never, signal);
    if (rest && !signal.aborted) open.rest = rest;
    else this.#open.delete(id);
    const { body } = computed;
    const owned = typeof body === 'string' ? body : ownedBytes(body);
    return { id, computed: { ...computed, body: owned }, more: open.rest !== undefined };
  }

  async #next(id: number): Promise<Answered> {
    const step = await this.#open.get(id)?.rest?.next();
    if (step && !step.done) return { id, piece: ownedBytes(step.value) };
    this.#open.delete(id);
    return { id, piece: undefined };
  }

  #cancel(id: number): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    open?.cancelled.abort();
    // What it ends with concerns nobody.
    open?.rest?.return?.().catch(() => {});
  }

  #opened(): (signal: AbortSignal) => Ledger {
    const reader = openReader(this.#begun.file);
    const store = this.#storeOn(reader);
    // What is counted is kept for all, so no request that is broken off ends it.
    const counts = new ScopeCounts({ ...store, keepSnapshot: async () => {} }, () => {});
    const overall = new OverallCounts(store, counts);
    return (signal) => ({ store: { ...store, db: reader.dbUntil(signal) }, counts, overall });
  }

  #storeOn(reader: Reader): ReadStore {
    return {
      db: reader.dbUntil(),
      origin: this.#begun.origin,
      head: async () => {
        if (!this.#head) throw new Error('no question came yet');
        return this.#head;
      },
      rootAt: async (size) => reader.rootAt(size),
      leafLines: async (after, to) => reader.leafLines(after, to),
      swaps: () => this.#swaps,
    };
  }
}

/** Bytes that no other bytes share their memory with, so that they can be handed over. */
const ownedBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);

function transferredOf(answered: Answered): ArrayBuffer[] {
  const bytes = 'computed' in answered ? answered.computed.body : 'piece' in answered ? answered.piece : '';
  // Made by `ownedBytes`.
  return typeof bytes === 'object' ? [bytes.buffer as ArrayBuffer] : [];
}
