import { basePathOf, withoutBase } from '../../http/base-path.ts';
import { CouldNotRun } from '../outcome.ts';
import { ask, noAnswer, type Service } from '../service.ts';

/** The ledger refused the request. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const timeoutMs = 60_000;

/** A ledger over HTTP. Throws Refused if it answers with a problem, CouldNotRun as `ask` does. */
export class Client {
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  get url(): string {
    return this.#service.url;
  }

  /** Answers have the shapes of the OpenAPI document. `T` names the members that are used. */
  async get<T>(path: string): Promise<T> {
    return (await this.#ask('GET', path)).body as T;
  }

  /** Every item of a list, page after page. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const { body, link } = await this.#ask('GET', next);
      items.push(...(body as { items: T[] }).items);
      next = nextOf(link, this.url);
    }
    return items;
  }

  /** How many events the request recorded now: none, if it is a repeat. */
  async record(initiativeId: string, key: string, body: object): Promise<number> {
    const path = `/v1/initiatives/${initiativeId}/events`;
    const answer = await this.#ask('POST', path, {
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    return answer.replayed ? 0 : (answer.body as { recorded: unknown[] }).recorded.length;
  }

  async #ask(method: string, path: string, init: Parameters<typeof ask>[3] = {}): Promise<Answer> {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await ask(this.#service, method, path, { signal, ...init });
    const text = await response.text().catch((error) => {
      throw noAnswer(this.url, error);
    });
    const body = jsonOf(text);
    const { code, title, detail } = (body ?? {}) as { code?: string; title?: string; detail?: string };
    // Every ledger serves these paths. A 404 comes from another program, or from a wrong path in --url.
    if (!response.ok && code !== undefined && code !== 'not-found')
      throw new Refused(
        code,
        `${method} ${path}: ${response.status} ${code}: ${detail ?? title ?? 'no detail'}`,
      );
    if (!response.ok || body === undefined)
      throw new CouldNotRun(
        `The server at ${this.url} is not a Milestone Ledger: ${method} ${path} gave ${response.status}.`,
      );
    return {
      body,
      link: response.headers.get('link') ?? '',
      replayed: response.headers.get('idempotent-replayed') === 'true',
    };
  }
}

interface Answer {
  body: unknown;
  link: string;
  replayed: boolean;
}

/** The path of `Link: <…>; rel="next"`, which may be relative. */
function nextOf(link: string, base: string): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  if (target === undefined) return undefined;
  const { pathname, search } = new URL(target, `${base}/`);
  return withoutBase(basePathOf(base), pathname) + search;
}

function jsonOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
