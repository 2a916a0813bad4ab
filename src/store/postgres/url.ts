import pg from 'pg';
import { StoreUnavailable } from '../lock-file.ts';

/** How long a server may take to say whether it speaks TLS. */
const answerMs = 3_000;

/** For messages: who connects, and how, is left out. */
export const nameOfDatabase = (url: string): string => url.replace(/\/\/.*@/s, '//').replace(/[?#].*/s, '');

/** A URL for each of its hosts. Throws StoreUnavailable where it can't be read, without its password. */
export function urlsOf(url: string): string[] {
  const [, before, hosts = '', behind = ''] = /^(\w+:\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? [];
  const urls = hosts.split(',').map((host) => `${before}${host}${behind}`);
  // A sign of a password that is not encoded would end the part that it belongs to, and another host would be asked.
  if (/^[^?]*[@#]|#|[?&][^=&]*[@/]/.test(behind)) throw unreadable('it has an @, / or # where none can be');
  try {
    for (const one of urls) new pg.Client(withoutPrefer(one));
  } catch (error) {
    throw unreadable((error as Error).message);
  }
  return urls;
}

const unreadable = (why: string): StoreUnavailable =>
  new StoreUnavailable(
    `The URL of the database can't be read: ${why}. In its user and password / is written as %2F, # as %23, ? as %3F, : as %3A, @ as %40 and % as %25; or the password is in PGPASSWORD.`,
  );

/**
 * How clients connect to a URL. `sslmode=prefer` means to them what it means to libpq: TLS with whatever certificate, and
 * where that fails, without. Which of the two it is, is tried before the first connection.
 */
export class Tls {
  readonly #found = new Map<string, pg.ClientConfig>();
  readonly #looking = new Map<string, Promise<void>>();

  settings(url: string): pg.ClientConfig {
    return this.#found.get(url) ?? { connectionString: url };
  }

  /** Resolves when `settings` are as they should be. */
  async look(url: string): Promise<void> {
    if (!/[?&]sslmode=prefer(&|$)/.test(url) || this.#found.has(url)) return;
    const looking = this.#looking.get(url) ?? this.#look(url).finally(() => this.#looking.delete(url));
    this.#looking.set(url, looking);
    await looking;
  }

  /** The server may have changed. */
  forget(url: string): void {
    this.#found.delete(url);
  }

  async #look(url: string): Promise<void> {
    const [tls, plain] = [preferred(url, true), preferred(url, false)];
    this.#found.set(url, (await connects(tls)) ? tls : plain);
  }
}

const preferred = (url: string, tls: boolean): pg.ClientConfig => ({
  connectionString: withoutPrefer(url),
  ssl: tls && { rejectUnauthorized: false },
});

/** pg would take it for verify-full, and warn of that. */
const withoutPrefer = (url: string): string => url.replace(/sslmode=prefer(&|$)/, '');

async function connects(settings: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({ ...settings, connectionTimeoutMillis: answerMs });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    void client.end().catch(() => {});
  }
}
