import { InvalidArgumentError, Option } from 'commander';
import { type Client, ConnectionError, createClient, ProblemError } from '../client/client.ts';
import type { Config } from '../config.ts';
import { fileOf, isPostgres } from '../store/open-store.ts';
import { addressOf } from '../store/service-address.ts';
import { CouldNotRun } from './outcome.ts';

/** A running service, and the token by which it knows who asks. */
export interface Service {
  /** It has no slash at its end. */
  readonly url: string;
  /** Empty: none is sent. */
  readonly token: string;
}

export const urlOption = (): Option =>
  new Option('--url <url>', 'the address of a running service (default: LEDGER_URL)').argParser(webUrl);

function webUrl(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be an http or https URL.');
}

/** The service that --url or LEDGER_URL names; undefined: neither does. */
export const namedService = (
  { LEDGER_URL, LEDGER_TOKEN }: Pick<Config, 'LEDGER_URL' | 'LEDGER_TOKEN'>,
  url = LEDGER_URL,
): Service | undefined =>
  url === undefined ? undefined : { url: url.replace(/\/+$/, ''), token: LEDGER_TOKEN };

/** The service that is named, else that of this ledger: at the address that it noted beside the file, else at HOST and PORT. */
export function serviceOf(config: Config, url?: string): Service {
  const { DATABASE_URL, HOST, PORT, TLS_CERT, LEDGER_TOKEN: token } = config;
  const noted = isPostgres(DATABASE_URL) ? undefined : addressOf(fileOf(DATABASE_URL));
  return (
    namedService(config, url) ?? {
      url: noted ?? `http${TLS_CERT ? 's' : ''}://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`,
      token,
    }
  );
}

/** No service answers, or not to the end. */
export class NoAnswer extends CouldNotRun {}

export function noAnswer(url: string, error: unknown): NoAnswer {
  const cause = causeOf(error);
  return new NoAnswer(
    /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(cause)
      ? `The service at ${url} broke off (${cause}): it ended, or the right to this did.`
      : `No ledger answers at ${url} (${cause}). Start one with "npm start", or give --url.`,
  );
}

/** A client of a service. A command is not to wait long for one that is not there. */
export const clientOf = (service: Service): Client => createClient({ ...service, retries: 2 });

/**
 * Works with a client. Throws NoAnswer, CouldNotRun where the service can't be used so, and ProblemError where the ledger refuses for
 * another reason.
 */
export async function asking<T>(service: Service, work: (client: Client) => Promise<T>): Promise<T> {
  try {
    return await work(clientOf(service));
  } catch (error) {
    if (error instanceof ConnectionError) throw noAnswer(service.url, error.cause);
    if (!(error instanceof ProblemError)) throw error;
    const { status, problem, location } = error;
    // Every ledger serves these paths. A 404 comes from another program, or from a wrong path in --url.
    const isOther = problem === undefined || problem.code === 'not-found';
    throw (
      unusable(service, { status, problem, location }) ??
      (isOther
        ? new CouldNotRun(`The server at ${service.url} is not a Milestone Ledger: ${error.message}`)
        : error)
    );
  }
}

/** A command that only asks a service. What the ledger refuses is told, and the exit code says that the answer is no. */
export async function answering(service: Service, work: (client: Client) => Promise<void>): Promise<void> {
  try {
    await asking(service, work);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    process.stderr.write(`milestone-ledger: the ledger refused: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Asks a service for an answer that is long, or to which much is sent. Otherwise as `asking`. */
export async function ask(
  service: Service,
  method: string,
  path: string,
  {
    headers,
    ...init
  }: Pick<RequestInit, 'body' | 'duplex' | 'signal'> & {
    headers?: Record<string, string>;
  } = {},
): Promise<Response> {
  const { url, token } = service;
  let answer: Response;
  try {
    answer = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(token !== '' && { authorization: `Bearer ${token}` }), ...headers },
      ...init,
    });
  } catch (error) {
    throw noAnswer(url, error);
  }
  const { status } = answer;
  const problem = status === 403 ? await problemOf(answer) : undefined;
  const fault = unusable(service, { status, problem, location: answer.headers.get('location') ?? undefined });
  if (fault) throw fault;
  return answer;
}

/** Why a command can't go on with this service; undefined: nothing that concerns the service as a whole. */
function unusable(
  { url, token }: Service,
  {
    status,
    problem = {},
    location = 'another address',
  }: { status: number; problem: Problem | undefined; location: string | undefined },
): CouldNotRun | undefined {
  // A redirect is not followed, so that the token goes to the host alone that was named.
  if (status >= 300 && status < 400)
    return new CouldNotRun(`${url} leads to ${location}. Give the address of the service itself: --url.`);
  if (status === 401)
    return new CouldNotRun(
      token === ''
        ? `The service at ${url} answers nobody without a token. Set LEDGER_TOKEN.`
        : `The service at ${url} does not know the token in LEDGER_TOKEN, or no longer. Set another one.`,
    );
  if (status !== 403) return undefined;
  const { code, title = `The service at ${url} refused this.`, detail = title } = problem;
  return new CouldNotRun(
    code === 'forbidden' ? `${detail} Set LEDGER_TOKEN to a token that gives it.` : detail,
  );
}

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
  errors?: object[];
}

/** What a refusal says; empty: it is none of a ledger. */
export const problemOf = async (answer: Response): Promise<Problem> =>
  ((await answer.json().catch(() => null)) as Problem | null) ?? {};

/** fetch says "fetch failed"; the reason is the cause of its error. */
export function causeOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
