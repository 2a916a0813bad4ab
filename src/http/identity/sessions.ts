import { createHash, randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { endSession, insertSession, sessionByHash, useSession } from '../../store/credentials.ts';
import type { Store } from '../../store/store.ts';
import type { People } from './people.ts';
import type { Provider } from './provider.ts';

/** A session that is not used ends after this. */
export const idleMs = 60 * 60_000;
/** Every session ends after this. */
const sessionMs = 12 * 60 * 60_000;
/** A session's last use is written no more often. */
const usedEveryMs = 60_000;

/** Cookies that this service alone sets and gets, and no page reads. */
export class Cookies {
  readonly #secure: boolean;
  readonly #path: string;

  /** Some browsers drop a Secure cookie of a page over http, even on this machine. */
  constructor(publicUrl: string) {
    this.#secure = publicUrl.startsWith('https:');
    this.#path = new URL(publicUrl).pathname;
  }

  /** The header that sets a cookie; seconds 0: removes it. */
  set(name: string, value: string, seconds: number): string {
    return stringifySetCookie({
      name: this.#named(name),
      value,
      httpOnly: true,
      secure: this.#secure,
      sameSite: 'lax',
      path: this.#path,
      maxAge: seconds,
    });
  }

  get(name: string, header: string | undefined): string | undefined {
    const value = header === undefined ? undefined : parseCookie(header)[this.#named(name)];
    return value === '' ? undefined : value;
  }

  #named(name: string): string {
    if (!this.#secure) return name;
    // A browser takes __Host- for the path / alone.
    return this.#path === '/' ? `__Host-${name}` : `__Secure-${name}`;
  }
}

const cookieName = 'ledger';

/** Who logged in with a browser: the cookie has a random id, the table its hash, and a session that ended has no row. */
export class Sessions {
  readonly #store: Store;
  readonly #cookies: Cookies;
  readonly #clock: () => number;
  readonly #failed: (error: unknown) => void;

  /** failed: told where a session's last use could not be written. */
  constructor(store: Store, cookies: Cookies, clock: () => number, failed: (error: unknown) => void) {
    this.#store = store;
    this.#cookies = cookies;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** Gives the header that sets the cookie. */
  async begin(principalId: string): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    const nowMs = this.#clock();
    await this.#store.durably(
      insertSession({
        hash: hashOf(id),
        principal_id: principalId,
        begun_at: nowMs,
        used_at: nowMs,
        idle_ends_at: nowMs + idleMs,
        ends_at: nowMs + sessionMs,
      }),
    );
    return this.#cookies.set(cookieName, id, sessionMs / 1_000);
  }

  /** The principal whose session the header Cookie names; undefined: it names none, or one that ended. */
  async principalIdOf(cookieHeader: string | undefined): Promise<string | undefined> {
    const id = this.#cookies.get(cookieName, cookieHeader);
    const row = id === undefined ? undefined : await sessionByHash(this.#store.db, hashOf(id));
    const nowMs = this.#clock();
    if (!row || row.ends_at <= nowMs || row.idle_ends_at <= nowMs) return undefined;
    if (nowMs - row.used_at >= usedEveryMs)
      // Nobody waits for it, so that a full disk stops no reader.
      this.#store.durably(useSession(row.hash, nowMs, nowMs + idleMs)).catch(this.#failed);
    return row.principal_id;
  }

  /** Ends the session that the header Cookie names, and gives the header that removes it. */
  async end(cookieHeader: string | undefined): Promise<string> {
    const id = this.#cookies.get(cookieName, cookieHeader);
    if (id !== undefined) await this.#store.durably(endSession(hashOf(id)));
    return this.#cookies.set(cookieName, '', 0);
  }
}

/** How people log in with a browser. */
export interface Login {
  provider: Provider;
  people: People;
  sessions: Sessions;
  cookies: Cookies;
  /** PUBLIC_URL, to which the provider sends them back. */
  publicUrl: string;
}

const hashOf = (id: string): Buffer => createHash('sha256').update(id).digest();
