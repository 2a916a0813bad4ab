import pg from 'pg';
import { Tls, urlsOf } from './url.ts';

/** What a host says of itself; undefined: it does not answer. */
type Answer = 'takes writes' | 'read only' | undefined;

const answerMs = 3_000;
/** How long a host that only reads is used before others are asked again. */
const askAgainMs = 500;

/**
 * Which host of a URL is used (`h1:5432,h2`): one that takes writes, and only as long as there is none, one that is read.
 * With a single host nothing is ever asked.
 */
export class Hosts {
  readonly #urls: string[];
  readonly #tls = new Tls();
  readonly #changed: () => void;
  #index = 0;
  #turn = 0;
  /** What the chosen host said last; undefined: it is of no use. */
  #answer: Answer;
  #askedMs = -Infinity;
  #asking: Promise<void> | undefined;

  /** changed: told when another host was chosen. Throws StoreUnavailable where the URL can't be read. */
  constructor(url: string, changed: () => void) {
    this.#urls = urlsOf(url);
    this.#changed = changed;
    if (this.#urls.length === 1) this.#answer = 'takes writes';
  }

  /** How to connect to the chosen host. */
  get settings(): pg.ClientConfig {
    return this.#tls.settings(this.#url);
  }

  get #url(): string {
    return this.#urls[this.#index] ?? '';
  }

  /** Goes up when another one is chosen. */
  get turn(): number {
    return this.#turn;
  }

  /** The host of this turn is of no use, or not of the use that was made of it. */
  leave(turn: number): void {
    this.#tls.forget(this.#url);
    if (this.#urls.length === 1 || turn !== this.#turn) return;
    this.#answer = undefined;
    void this.choose();
  }

  /** Resolves when one is chosen. Where none answers, that is the one from before, and a connection will say why. */
  async choose(): Promise<void> {
    await this.#choose();
    await this.#tls.look(this.#url);
  }

  async #choose(): Promise<void> {
    if (this.#answer === 'takes writes') return;
    if (this.#answer === 'read only' && performance.now() < this.#askedMs + askAgainMs) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#askedMs = performance.now();
      this.#asking = undefined;
    });
    // Who only reads need not wait: the next one may have a better choice.
    if (this.#answer === undefined) await this.#asking;
  }

  /** The first that takes writes need not wait for the others, which may not answer at all. */
  async #ask(): Promise<void> {
    const answers = this.#urls.map((url) =>
      this.#tls.look(url).then(() => answerOf(this.#tls.settings(url))),
    );
    const writing = answers.map(async (answer, index) => {
      if ((await answer) !== 'takes writes') throw new Error('it takes no writes');
      return index;
    });
    try {
      this.#use(await Promise.any(writing), 'takes writes');
    } catch {
      const known = await Promise.all(answers);
      const index = known[this.#index] ? this.#index : known.indexOf('read only');
      this.#use(Math.max(index, 0), known[index]);
    }
  }

  #use(index: number, answer: Answer): void {
    this.#answer = answer;
    if (index === this.#index) return;
    this.#index = index;
    this.#turn += 1;
    this.#changed();
  }
}

async function answerOf(settings: pg.ClientConfig): Promise<Answer> {
  const client = new pg.Client({
    ...settings,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query('show transaction_read_only');
    return rows[0]?.transaction_read_only === 'off' ? 'takes writes' : 'read only';
  } catch {
    return undefined;
  } finally {
    // Not waited for, as it may take as long as the answer that did not come.
    void client.end().catch(() => {});
  }
}
