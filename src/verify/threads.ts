import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { hashesIn } from '../tlog/merkle.ts';
import type { Range } from './hashed-page.ts';
import type { CheckedPage, Checks } from './page.ts';
import { CannotVerify, type Place } from './reader.ts';

/** What a thread is told when it begins. */
export interface Work {
  place: Place;
  checks: Checks;
}

/** A page to check, or a table that the database is to check itself. */
export type Task = Range | { table: string };

/** ready: it has begun, and waits for tasks. */
export type Message = 'ready' | Answer;

export type Answer =
  | { page: CheckedPage; leafHashes: Uint8Array }
  | { faults: string[] }
  | { cannotVerify: string };

/** Threads beside this one, at most: what is left to this one bounds the speed of more. */
const threadsMax = 3;
/** Events for which a thread is worth its start, of which hashes alone take little. */
const eventsMin = 10_000;
const hashesMin = 50_000;
/** Tasks that a thread has at a time, so that it never waits for the next one. */
const tasksMax = 2;

export function threadsFor(events: number, { hashesOnly }: Checks): number {
  const worth = events >= (hashesOnly ? hashesMin : eventsMin);
  return worth ? Math.min(availableParallelism() - 1, threadsMax) : 0;
}

/** Threads that read the ledger, too, each over a handle or a connection of its own. */
export class Threads implements AsyncDisposable {
  readonly #threads: Thread[];

  constructor(count: number, work: Work) {
    this.#threads = Array.from({ length: count }, () => new Thread(work));
  }

  get count(): number {
    return this.#threads.length;
  }

  /** Resolves when all wait for tasks. */
  async begun(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.begun));
  }

  /** Has a page checked; undefined: all threads have enough to do, or have not begun, for which nobody is to wait. */
  check(range: Range): Promise<CheckedPage> | undefined {
    const [thread] = this.#threads.filter(({ hasRoom }) => hasRoom).sort((a, b) => a.tasks - b.tasks);
    return thread?.check(range);
  }

  /** What the database itself finds wrong with a table; undefined: there is no thread. One thread is for all tables. */
  faultsOf(table: string): Promise<string[]> | undefined {
    return this.#threads.at(-1)?.faultsOf(table);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

class Thread {
  readonly #worker: Worker;
  readonly #asked: PromiseWithResolvers<Answer>[] = [];
  readonly begun: Promise<void>;
  #hasBegun = false;

  constructor(work: Work) {
    // The built file has another suffix.
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData: work, execArgv: [] });
    const begun = Promise.withResolvers<void>();
    this.begun = begun.promise;
    this.#worker.on('message', (answer: Message) => {
      if (answer === 'ready') {
        this.#hasBegun = true;
        begun.resolve();
        return;
      }
      const asked = this.#asked.shift();
      if ('cannotVerify' in answer) asked?.reject(new CannotVerify(answer.cannotVerify));
      else asked?.resolve(answer);
    });
    this.#worker.on('error', (error) => {
      begun.resolve();
      for (const asked of this.#asked.splice(0)) asked.reject(error);
    });
  }

  get tasks(): number {
    return this.#asked.length;
  }

  get hasRoom(): boolean {
    return this.#hasBegun && this.tasks < tasksMax;
  }

  async check(range: Range): Promise<CheckedPage> {
    const answer = await this.#ask(range);
    if (!('page' in answer)) throw new Error('a thread answered something else');
    return { ...answer.page, leafHashes: hashesIn(answer.leafHashes) };
  }

  async faultsOf(table: string): Promise<string[]> {
    const answer = await this.#ask({ table });
    if (!('faults' in answer)) throw new Error('a thread answered something else');
    return answer.faults;
  }

  #ask(task: Task): Promise<Answer> {
    const asked = Promise.withResolvers<Answer>();
    // Whoever waits for the answer hears of an error; nobody may wait any more.
    asked.promise.catch(() => {});
    this.#asked.push(asked);
    this.#worker.postMessage(task);
    return asked.promise;
  }

  /** Its handle or connection ends with it. */
  end(): Promise<number> {
    return this.#worker.terminate();
  }
}
