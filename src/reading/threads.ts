import { Worker } from 'node:worker_threads';
import type { Visible } from '../access/visible.ts';
import { Refusal } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Computed } from './computed.ts';
import {
  type Answered,
  type Begun,
  errorOf,
  type FromThread,
  type Question,
  type ToThread,
} from './messages.ts';
import type { AskedOf, Reading, TaskName } from './tasks.ts';

/** Questions that one thread works on at the same time, in turns, and those that wait for it. */
const underWayMax = 32;
const waitingMax = 1_000;
/** What may be seen by whom: so many are kept in a thread. */
const visibleMax = 64;
/** MiB that a thread may take for objects, and of these for young ones. */
const memoryMax = 512;
const youngMax = 12;
/** So often it is looked whether a thread is alive, and so often it may say nothing. */
const lookMs = 1_000;
const silentLooksMax = 20;

export interface ThreadsOptions {
  count: number;
  /** The entry file of a thread. */
  entry: URL;
  begun: Begun;
  store: Pick<Store, 'headNow' | 'swaps'>;
  /** Told of a thread that ended by itself, or was ended as it said nothing. */
  failed: (error: unknown) => void;
  /** MiB that a thread may take for objects. */
  memoryMax?: number;
}

/** What the threads do now. */
export interface ThreadsLoad {
  threads: number;
  /** Those with questions. */
  busy: number;
  /** Questions that they work on, and those that wait. */
  underWay: number;
  waiting: number;
  /** Threads that have ended by themselves, or were ended as they said nothing, since the start. */
  ended: number;
}

/** Computes on threads of their own, so that nothing that is read keeps those waiting who record. */
export class ReadingThreads implements Reading {
  readonly #options: ThreadsOptions;
  readonly #threads: Thread[] = [];
  #lastId = 0;
  #ended = 0;
  #isClosed = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  get load(): ThreadsLoad {
    const sum = (of: (thread: Thread) => number): number =>
      this.#threads.reduce((all, one) => all + of(one), 0);
    return {
      threads: this.#threads.length,
      busy: sum(({ load }) => Math.min(load, 1)),
      underWay: sum(({ load, waiting }) => load - waiting),
      waiting: sum(({ waiting }) => waiting),
      ended: this.#ended,
    };
  }

  /** Starts the threads before the first question comes. */
  start(): void {
    while (!this.#isClosed && this.#threads.length < this.#options.count) this.#add();
  }

  async compute<N extends TaskName>(task: N, asked: AskedOf<N>, signal: AbortSignal): Promise<Computed> {
    const { store } = this.#options;
    for (;;) {
      if (signal.aborted) throw gone();
      const swaps = store.swaps();
      const computed = await this.#ask(task, asked, signal);
      // What was read while read models were swapped may be of two of them.
      if (swaps === store.swaps()) return computed;
      await computed.rest?.return?.();
    }
  }

  async #ask(task: TaskName, asked: AskedOf<TaskName>, signal: AbortSignal): Promise<Computed> {
    const thread = this.#leastBusy();
    const id = ++this.#lastId;
    const cancel = (): void => thread.cancel(id);
    signal.addEventListener('abort', cancel, { once: true });
    const end = (): void => signal.removeEventListener('abort', cancel);
    try {
      const answered = await thread.ask(id, () => thread.questionOf(id, task, asked));
      if (!('computed' in answered)) throw new Error('a thread answered something else');
      const { computed, more } = answered;
      if (!more) end();
      return more ? { ...computed, rest: new Pieces(thread, id, end) } : computed;
    } catch (error) {
      end();
      throw error;
    }
  }

  #leastBusy(): Thread {
    if (this.#isClosed) throw closing();
    this.start();
    return this.#threads.reduce((least, one) => (one.load < least.load ? one : least));
  }

  #add(): void {
    const thread: Thread = new Thread(this.#options, (error) => {
      this.#threads.splice(this.#threads.indexOf(thread), 1);
      this.#ended += 1;
      this.#options.failed(error);
    });
    this.#threads.push(thread);
  }

  /** Ends the threads; their handles are closed when this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#threads.map((thread) => thread.end(closing())));
  }
}

/** The pieces that follow, each asked for when the one before was taken. */
class Pieces implements AsyncIterableIterator<Uint8Array, void> {
  readonly #thread: Thread;
  readonly #id: number;
  readonly #ended: () => void;
  #isDone = false;

  constructor(thread: Thread, id: number, ended: () => void) {
    this.#thread = thread;
    this.#id = id;
    this.#ended = ended;
  }

  async next(): Promise<IteratorResult<Uint8Array, void>> {
    if (this.#isDone) return { done: true, value: undefined };
    try {
      const answered = await this.#thread.ask(this.#id, () => ({ next: this.#id }));
      const piece = 'piece' in answered ? answered.piece : undefined;
      if (piece) return { done: false, value: piece };
    } catch (error) {
      this.#end();
      throw error;
    }
    return this.#end();
  }

  async return(): Promise<IteratorResult<Uint8Array, void>> {
    if (!this.#isDone) this.#thread.cancel(this.#id);
    return this.#end();
  }

  #end(): { done: true; value: undefined } {
    this.#isDone = true;
    this.#ended();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const gone = (): Refusal =>
  new Refusal('invalid-request', 'The connection ended before the answer was there.');
const closing = (): Refusal => new Refusal('shutting-down', 'The ledger is shutting down.');

interface Job {
  id: number;
  /** Made when it is sent. */
  message: () => ToThread;
  answer: PromiseWithResolvers<Answered>;
}

/** One thread, with the questions that are under way in it or wait for it. */
class Thread {
  readonly #options: ThreadsOptions;
  readonly #worker: Worker;
  readonly #failed: (error: unknown) => void;
  readonly #underWay = new Map<number, Job>();
  #waiting: Job[] = [];
  /** By what may be seen, the place where the thread keeps it; and what is kept at each place. */
  readonly #places = new Map<Visible, number>();
  readonly #kept: Visible[] = [];
  #nextPlace = 0;
  #looks: NodeJS.Timeout | undefined;
  #silentLooks = 0;
  /** Until then it loads its program, however long that takes. */
  #hasBegun = false;
  #hasEnded = false;

  constructor(options: ThreadsOptions, failed: (error: unknown) => void) {
    this.#options = options;
    this.#failed = failed;
    const { entry, begun, memoryMax: mostMib = memoryMax } = options;
    const resourceLimits = { maxOldGenerationSizeMb: mostMib, maxYoungGenerationSizeMb: youngMax };
    this.#worker = new Worker(entry, { workerData: begun, execArgv: [], resourceLimits });
    // An idle thread keeps no process alive.
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => this.#hear(message));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`a thread that reads ended with ${code}`)));
  }

  get load(): number {
    return this.#underWay.size + this.#waiting.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  ask(id: number, message: () => ToThread): Promise<Answered> {
    if (this.#hasEnded) throw ended();
    const job: Job = { id, message, answer: Promise.withResolvers() };
    if (this.#underWay.size < underWayMax) this.#send(job);
    else if (this.#waiting.length < waitingMax) this.#waiting.push(job);
    else throw new Refusal('overloaded', 'Too many requests wait to be answered.');
    return job.answer.promise;
  }

  questionOf(id: number, task: TaskName, { visible, ...asked }: AskedOf<TaskName>): Question {
    const { store } = this.#options;
    // On SQLite, where there are threads, the head is always known.
    const head = store.headNow();
    if (!head) throw new Error('the end of the log is not known');
    const known = this.#places.get(visible);
    const place = known ?? this.#placeFor(visible);
    return { id, task, asked, place, ...(known === undefined && { visible }), head, swaps: store.swaps() };
  }

  #placeFor(visible: Visible): number {
    const place = this.#nextPlace;
    this.#nextPlace = (place + 1) % visibleMax;
    const before = this.#kept[place];
    if (before) this.#places.delete(before);
    this.#kept[place] = visible;
    this.#places.set(visible, place);
    return place;
  }

  /** What is under way counts until the thread has let go of it. */
  cancel(id: number): void {
    if (this.#hasEnded) return;
    const waits = this.#waiting.find((job) => job.id === id);
    this.#waiting = this.#waiting.filter((job) => job !== waits);
    (waits ?? this.#underWay.get(id))?.answer.reject(gone());
    this.#worker.postMessage({ cancel: id } satisfies ToThread);
  }

  #send(job: Job): void {
    this.#worker.postMessage(job.message());
    if (this.#underWay.size === 0) {
      this.#worker.ref();
      this.#silentLooks = 0;
      this.#looks = setInterval(() => this.#look(), lookMs).unref();
    }
    this.#underWay.set(job.id, job);
  }

  #hear(message: FromThread): void {
    this.#silentLooks = 0;
    this.#hasBegun = true;
    if (message === 'alive') return;
    const job = this.#underWay.get(message.id);
    this.#underWay.delete(message.id);
    if ('failure' in message) job?.answer.reject(errorOf(message.failure));
    else job?.answer.resolve(message);
    const next = this.#waiting.shift();
    if (next) this.#send(next);
    else if (this.#underWay.size === 0) this.#rest();
  }

  /** A turn that came late, as after the machine slept, is one look. */
  #look(): void {
    if (!this.#hasBegun) return;
    this.#silentLooks += 1;
    if (this.#silentLooks > silentLooksMax) this.#fail(new Error('a thread that reads says nothing'));
    else this.#worker.postMessage('ping' satisfies ToThread);
  }

  #rest(): void {
    clearInterval(this.#looks);
    this.#worker.unref();
  }

  #fail(error: unknown): void {
    if (this.#hasEnded) return;
    void this.end(ended());
    this.#failed(error);
  }

  /** told: to all who wait for an answer. */
  async end(told: Refusal): Promise<void> {
    this.#hasEnded = true;
    clearInterval(this.#looks);
    // Its end is waited for.
    this.#worker.ref();
    for (const { answer } of [...this.#underWay.values(), ...this.#waiting]) answer.reject(told);
    await this.#worker.terminate();
  }
}

const ended = (): Refusal =>
  new Refusal('overloaded', 'The thread that computed the answer has ended. Ask again.');
