import { type Answer, type AskOptions, type ClientOptions, Connection, type Request } from './connection.ts';
import { ConnectionError } from './errors.ts';
import { partsOf } from './event-stream.ts';
import type {
  AnswerTo,
  Asked,
  ItemOf,
  ListPath,
  Operation,
  Parameters,
  PathOf,
  Schemas,
  Sent,
} from './operations.ts';

export type { AskOptions, ClientOptions } from './connection.ts';
export { ConnectionError, ProblemError } from './errors.ts';
export type { AnswerTo, ItemOf, ListPath, Operation, Parameters, PathOf, Schemas } from './operations.ts';
export {
  type Basis,
  FormatError,
  type Keys,
  ProofError,
  SignatureError,
  type SignedBasis,
  verifyCheckpoint,
  verifyConsistency,
  verifyEvent,
} from './proof.ts';
export type { paths } from './schema.ts';

/** A client of one ledger. Its paths, parameters and answers are those of the OpenAPI document. */
export const createClient = (options: ClientOptions): Client => new Client(options);

export interface RecordOptions extends AskOptions {
  /** Says what would be recorded, and records nothing. */
  dryRun?: boolean;
  /** The Idempotency-Key; a random one where it is left out. With the same key and events nothing is recorded twice. */
  key?: string;
}

/** What was recorded. */
export interface RecordReceipt {
  recorded: Schemas['Recorded'][];
  warnings: Schemas['Warning'][];
  basis: Schemas['Basis'];
  /** Whether it had been recorded before, under the same key. */
  replayed: boolean;
}

/**
 * Every method throws a ProblemError where the ledger refuses, a ConnectionError where it does not answer, and sends again what may be
 * sent again.
 */
export class Client {
  readonly #connection: Connection;

  constructor(options: ClientOptions) {
    this.#connection = new Connection(options);
  }

  /** Without a slash at its end. */
  get url(): string {
    return this.#connection.url;
  }

  /** Gives JSON as an object, and all else as text: what is neither (tiles, archives) is for fetch. */
  get<P extends PathOf<'get'>>(
    path: P,
    ...[parameters, options]: Asked<Operation<P, 'get'>, AskOptions>
  ): Promise<AnswerTo<Operation<P, 'get'>>> {
    return this.#ask({ method: 'get', path, parameters, isRepeatable: true }, options);
  }

  /** Sends JSON, or text with a content type of its own. It is sent once: to record, `record` is safer. */
  post<P extends PathOf<'post'>>(
    path: P,
    parameters: Parameters<Operation<P, 'post'>>,
    body: Sent<Operation<P, 'post'>>,
    { contentType, ...options }: AskOptions & { contentType?: string } = {},
  ): Promise<AnswerTo<Operation<P, 'post'>>> {
    const headers = contentType === undefined ? {} : { 'content-type': contentType };
    return this.#ask({ method: 'post', path, parameters, headers, body, isRepeatable: false }, options);
  }

  delete<P extends PathOf<'delete'>>(
    path: P,
    ...[parameters, options]: Asked<Operation<P, 'delete'>, AskOptions>
  ): Promise<AnswerTo<Operation<P, 'delete'>>> {
    return this.#ask({ method: 'delete', path, parameters, isRepeatable: true }, options);
  }

  /** Records one event or a batch, all or nothing. It is sent again until an answer comes, and is recorded once. */
  async record(
    initiativeId: string,
    events: Sent<Operation<'/v1/initiatives/{initiativeId}/events', 'post'>>,
    { dryRun = false, key = crypto.randomUUID(), ...options }: RecordOptions = {},
  ): Promise<RecordReceipt> {
    const answer = await this.#connection.ask(
      {
        method: 'post',
        path: '/v1/initiatives/{initiativeId}/events',
        // A parameter that is left out has its default.
        parameters: { initiativeId, dryRun: dryRun || undefined },
        headers: { 'idempotency-key': key },
        body: events,
        isRepeatable: true,
      },
      options,
    );
    const replayed = answer.headers.get('idempotent-replayed') === 'true';
    return { ...jsonOf<Schemas['Receipt']>(answer), replayed };
  }

  /** Every item of a list, page after page, as of the position of the first page. */
  async *list<P extends ListPath>(
    path: P,
    ...[parameters, options]: Asked<Operation<P, 'get'>, AskOptions>
  ): AsyncGenerator<ItemOf<P>, void, undefined> {
    let asked: Request['parameters'] | undefined = { ...parameters };
    while (asked !== undefined) {
      const request: Request = { method: 'get', path, parameters: asked, isRepeatable: true };
      const answer = await this.#connection.ask(request, options);
      const { items, versions = [] } = jsonOf<{ items?: ItemOf<P>[]; versions?: ItemOf<P>[] }>(answer);
      yield* items ?? versions;
      const next = nextIn(answer.headers.get('link') ?? '', this.url);
      asked = next && { ...parameters, ...next };
    }
  }

  /** The log from a position on, and then what is recorded further, without end. It connects again where it was, with nothing left out. */
  async *events(
    parameters: Parameters<Operation<'/v1/events/stream', 'get'>> = {},
    { signal }: Pick<AskOptions, 'signal'> = {},
  ): AsyncGenerator<Schemas['LoggedEvent'], void, undefined> {
    let after = parameters.after ?? 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const request: Request = { ...stream, parameters: { ...parameters, after } };
        for await (const part of partsOf(this.#connection.lines(request, signal))) {
          attempt = 0;
          after = part.position;
          if (part.data !== undefined) yield jsonOf<Schemas['LoggedEvent']>({ text: part.data });
        }
        throw new ConnectionError(`The stream of ${this.url} ended`);
      } catch (error) {
        await this.#connection.waitAfter(error, attempt, true, signal);
      }
    }
  }

  async #ask<T>(request: Request, options?: AskOptions): Promise<T> {
    const answer = await this.#connection.ask(request, options);
    const isJson = /^application\/json\b/.test(answer.headers.get('content-type') ?? '');
    // Text is what the document says where it says no JSON.
    return isJson ? jsonOf(answer) : ((answer.text || undefined) as T);
  }
}

const stream = { method: 'get', path: '/v1/events/stream', isRepeatable: true } as const;

/** An answer has the shape that the document says. */
const jsonOf = <T>({ text }: Pick<Answer, 'text'>): T => JSON.parse(text) as T;

/** The parameters of `Link: <…>; rel="next"`. */
function nextIn(link: string, base: string): { [name: string]: string[] } | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  if (target === undefined) return undefined;
  const { searchParams } = new URL(target, `${base}/`);
  return Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
}
