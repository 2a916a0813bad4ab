import { InvalidArgumentError, Option } from 'commander';
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

/**
 * Asks a service. A redirect is not followed, so that the token goes to the host alone that was named. Throws NoAnswer, and CouldNotRun
 * where the service leads elsewhere, or where the token does not give what the request needs.
 */
export async function ask(
  { url, token }: Service,
  method: string,
  path: string,
  {
    headers,
    ...init
  }: Pick<RequestInit, 'body' | 'duplex' | 'signal'> & {
    headers?: Record<string, string>;
  } = {},
): Promise<Response> {
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
  if (answer.status >= 300 && answer.status < 400)
    throw new CouldNotRun(
      `${url} leads to ${answer.headers.get('location') ?? 'another address'}. Give the address of the service itself: --url.`,
    );
  if (answer.status === 401)
    throw new CouldNotRun(
      token === ''
        ? `The service at ${url} answers nobody without a token. Set LEDGER_TOKEN.`
        : `The service at ${url} does not know the token in LEDGER_TOKEN, or no longer. Set another one.`,
    );
  if (answer.status === 403) {
    const { code, title = `The service at ${url} refused this.`, detail = title } = await problemOf(answer);
    throw new CouldNotRun(
      code === 'forbidden' ? `${detail} Set LEDGER_TOKEN to a token that gives it.` : detail,
    );
  }
  return answer;
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
function causeOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
