import { ConnectionError, ProblemError } from './errors.ts';
import type { Method, Schemas } from './operations.ts';

export interface ClientOptions {
  /** The address of the ledger, with its base path where it has one. */
  url: string;
  /** A token (`mledger_…`); left out or empty: none is sent. */
  token?: string;
  /** How often a request is sent again; 5 where it is left out. */
  retries?: number;
}

export interface AskOptions {
  /** Ends the request. */
  signal?: AbortSignal;
  /** How long one attempt may take; a minute where it is left out. */
  timeoutMs?: number;
}

export interface Request {
  method: Method;
  /** With the names of parameters in braces. */
  path: string;
  /** Of the path and of the query. */
  parameters?: { readonly [name: string]: unknown } | undefined;
  headers?: Record<string, string>;
  /** Text, or what is sent as JSON. */
  body?: unknown;
  /** Whether it may be sent again although nobody knows what came of it. */
  isRepeatable: boolean;
}

/**
 * Requests to one ledger. What it refuses for now (429 or 503 with Retry-After) is sent again after the time that it names; what got no
 * answer, only if it is repeatable.
 */
export class Connection {
  readonly url: string;
  readonly #token: string;
  readonly #retries: number;

  constructor({ url, token = '', retries = 5 }: ClientOptions) {
    this.url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#retries = retries;
  }

  /** Gives the text of an answer. Throws ProblemError, ConnectionError, or the reason of the signal. */
  ask(request: Request, { signal, timeoutMs = 60_000 }: AskOptions = {}): Promise<Answer> {
    return this.#retried(request.isRepeatable, signal, async () => {
      const limit = AbortSignal.timeout(timeoutMs);
      const response = await this.open(request, signal ? AbortSignal.any([signal, limit]) : limit);
      return { text: await this.#received(response.text()), headers: response.headers };
    });
  }

  /** Asks once, and gives an answer that is no refusal before its body is there. */
  async open(
    { method, path, parameters = {}, headers, body }: Request,
    signal: AbortSignal,
  ): Promise<Response> {
    const address = addressOf(path, parameters);
    const isText = typeof body === 'string';
    const response = await this.#received(
      fetch(this.url + address, {
        method: method.toUpperCase(),
        redirect: 'manual',
        signal,
        headers: {
          ...(this.#token !== '' && { authorization: `Bearer ${this.#token}` }),
          ...(body !== undefined && !isText && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
      }),
    );
    if (response.ok) return response;
    const problem = problemIn(await this.#received(response.text()));
    throw new ProblemError(`${method.toUpperCase()} ${address}`, response, problem);
  }

  /** The lines of an answer that need not end. Throws as `open`, and a ConnectionError where it breaks off or falls silent. */
  async *lines(request: Request, signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
    const silence = new AbortController();
    const ends = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isAlive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMaxMs);
    };
    const decoder = new TextDecoder();
    let rest = '';
    try {
      isAlive();
      const reader = (await this.open(request, ends)).body?.getReader();
      for (;;) {
        const { done, value } = (await this.#received(reader?.read())) ?? { done: true };
        if (done) return;
        isAlive();
        const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  /** Waits before what failed is tried once more. Throws the error if it is for good, or if it was tried often enough. */
  async waitAfter(
    error: unknown,
    attempt: number,
    isRepeatable: boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted();
    const afterMs = waitMs(error, attempt, isRepeatable);
    if (afterMs === undefined || attempt >= this.#retries) throw error;
    await wait(afterMs, signal);
  }

  async #retried<T>(
    isRepeatable: boolean,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        await this.waitAfter(error, attempt, isRepeatable, signal);
      }
    }
  }

  async #received<T>(promise: T | Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      throw new ConnectionError(`No answer from ${this.url}`, { cause: error });
    }
  }
}

export interface Answer {
  text: string;
  headers: Headers;
}

/** A path with its parameters in place, and all others in the query; an array stands there once for each of its values. */
function addressOf(path: string, parameters: { readonly [name: string]: unknown }): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(parameters[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && !path.includes(`{${name}}`))
      for (const one of [value].flat()) query.append(name, String(one));
  return query.size === 0 ? filled : `${filled}?${query}`;
}

function problemIn(text: string): Schemas['Problem'] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Whatever has a code is a problem of the ledger, which has the shape of its document.
    return typeof value === 'object' && value !== null && 'code' in value
      ? (value as Schemas['Problem'])
      : undefined;
  } catch {
    return undefined;
  }
}

const waitLongestMs = 60_000;
/** The ledger sends a comment about every 15 seconds. */
const silenceMaxMs = 60_000;

/** How long to wait before a request is sent again; undefined: it is not. */
function waitMs(error: unknown, attempt: number, isRepeatable: boolean): number | undefined {
  // At different times, so that many clients do not come back at once.
  const longerMs = Math.min(500 * 2 ** attempt, 30_000) * (0.5 + Math.random() / 2);
  if (error instanceof ConnectionError) return isRepeatable ? longerMs : undefined;
  if (!(error instanceof ProblemError)) return undefined;
  const { status, retryAfterMs } = error;
  // A proxy without its ledger: the request may have reached it.
  if (status === 502 || status === 504) return isRepeatable ? longerMs : undefined;
  if ((status !== 429 && status !== 503) || retryAfterMs === undefined) return undefined;
  return retryAfterMs > waitLongestMs ? undefined : Math.max(retryAfterMs, attempt === 0 ? 0 : longerMs);
}

function wait(afterMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, afterMs);
    signal?.addEventListener('abort', end, { once: true });
  });
}
