import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Ending, serveChild } from '../helpers/child.ts';
import type { Random } from './random.ts';

interface Running {
  child: ChildProcess;
  url: string;
}

/** Instances of one ledger, of which the first one signs. One that ends is started again. */
export class Instances {
  readonly #t: Ending;
  readonly #databaseUrl: string;
  readonly #signerDirectory: string;
  readonly #running = new Map<number, Running>();
  readonly #starting = new Map<number, Promise<void>>();
  /** Resolves when the next one listens. */
  #listened = Promise.withResolvers<void>();
  /** Those whose end was asked for. */
  readonly #ending = new Set<ChildProcess>();
  /** What a service does not do by itself, such as to end. */
  readonly wrong: string[] = [];
  /** Starts that ended with the advice that the database can't be used, as it was starting too. */
  startsInVain = 0;

  constructor(t: Ending, databaseUrl: string, signerDirectory: string) {
    this.#t = t;
    this.#databaseUrl = databaseUrl;
    this.#signerDirectory = signerDirectory;
  }

  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, i) => this.#start(i)));
  }

  get urls(): string[] {
    return [...this.#running.values()].map(({ url }) => url);
  }

  /** The URL of one that listens, as soon as there is any. */
  async any(random: Random): Promise<string> {
    while (this.#running.size === 0) await this.#listened.promise;
    return random.pick(this.urls);
  }

  /** Kills one that listens. It is started again; that is not waited for. */
  async kill(random: Random): Promise<void> {
    await this.any(random);
    const { child } = random.pick([...this.#running.values()]);
    await this.#end(child, 'SIGKILL');
  }

  /** Resolves when all listen. */
  async settled(): Promise<void> {
    while (this.#starting.size > 0) await Promise.all(this.#starting.values());
  }

  /** Ends all in order. */
  async stop(): Promise<void> {
    await this.settled();
    const running = [...this.#running];
    this.#running.clear();
    await Promise.all(
      running.map(async ([i, { child }]) => {
        const code = await this.#end(child, 'SIGTERM');
        if (code !== 0) this.wrong.push(`instance ${i} was told to end, and ended with ${code}`);
      }),
    );
  }

  async #end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.#ending.add(child);
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = await exit;
    return code;
  }

  #start(i: number): Promise<void> {
    const listening = this.#listening(i).then((running) => {
      this.#starting.delete(i);
      this.#running.set(i, running);
      this.#listened.resolve();
      this.#listened = Promise.withResolvers();
      running.child.once('exit', (code, signal) => {
        if (!this.#ending.has(running.child))
          this.wrong.push(`instance ${i} ended by itself, with ${code ?? signal}`);
        if (this.#running.delete(i)) void this.#start(i);
      });
    });
    this.#starting.set(i, listening);
    return listening;
  }

  async #listening(i: number): Promise<Running> {
    for (;;) {
      try {
        return await serveChild(this.#t, '', {
          DATABASE_URL: this.#databaseUrl,
          SIGNER_DIR: i === 0 ? this.#signerDirectory : '',
        });
      } catch (error) {
        this.startsInVain += 1;
        if (!/can't be used|not available/.test(String(error))) this.wrong.push(String(error));
        await pause(100);
      }
    }
  }
}
