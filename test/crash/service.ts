import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Ending, serveChild, start } from '../helpers/child.ts';

/** The one service of a ledger in SQLite, which is killed and started again. */
export class Service {
  readonly #t: Ending;
  readonly #file: string;
  readonly #env: Record<string, string>;
  #running: { child: ChildProcess; url: string } | undefined;
  #listened = Promise.withResolvers<void>();
  /** Whether it is to end by itself. */
  #isDoomed = false;
  /** What it does not do by itself, such as to end. */
  readonly wrong: string[] = [];

  constructor(t: Ending, file: string, env: Record<string, string> = {}) {
    this.#t = t;
    this.#file = file;
    this.#env = env;
  }

  async start(): Promise<void> {
    const running = await serveChild(this.#t, this.#file, this.#env);
    this.#running = running;
    running.child.once('exit', (code, signal) => {
      // Whoever ends it takes it out before.
      if (this.#running !== running) return;
      this.#running = undefined;
      if (!this.#isDoomed) this.wrong.push(`it ended by itself, with ${code ?? signal}`);
    });
    this.#listened.resolve();
    this.#listened = Promise.withResolvers();
  }

  /** Its URL, as soon as it listens. */
  async any(): Promise<string> {
    while (!this.#running) await this.#listened.promise;
    return this.#running.url;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!this.#running) throw new Error('it does not run');
    const { child } = this.#running;
    this.#running = undefined;
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = await exit;
    if (signal === 'SIGTERM' && code !== 0) this.wrong.push(`it was told to end, and ended with ${code}`);
  }

  /** Does what makes it end by itself. Resolves when it has. */
  async endsBy(harm: () => void): Promise<void> {
    if (!this.#running) throw new Error('it does not run');
    this.#isDoomed = true;
    const exit = once(this.#running.child, 'exit');
    harm();
    await exit;
    this.#isDoomed = false;
  }

  /** Kills it so long after its start, where it may not even listen yet. */
  async killWhileStarting(afterMs: number): Promise<void> {
    const child = start(this.#file, this.#env);
    this.#t.teardown(() => child.kill('SIGKILL'));
    child.stdout.resume();
    child.stderr.resume();
    const exit = once(child, 'exit');
    await Promise.race([pause(afterMs), exit]);
    if (child.exitCode !== null) this.wrong.push(`a start ended by itself, with ${child.exitCode}`);
    child.kill('SIGKILL');
    await exit;
  }
}
