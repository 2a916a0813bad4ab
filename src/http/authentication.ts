import type { IncomingHttpHeaders } from 'node:http';
import { allGrants, type Granted, granted, grantsIn, noGrants, within } from '../access/rights.ts';
import { tokenHash } from '../access/token.ts';
import { everything, type Visible, visibleBy } from '../access/visible.ts';
import type { TokenRow } from '../db/schema.ts';
import type { Authority } from '../ledger/posting.ts';
import { canonicalJson } from '../shapes/canonical-json.ts';
import type { Change } from '../shapes/change.ts';
import { byRole, type GrantsByRole } from '../shapes/grant.ts';
import { ownId } from '../shapes/stored-event.ts';
import { tokenByHash, useToken } from '../store/credentials.ts';
import type { Store } from '../store/store.ts';
import { recordedAtOf } from '../views/at.ts';
import { type Principal, principalsAt } from '../views/principals.ts';
import type { People } from './identity/people.ts';
import { type Claims, type Provider, unknown } from './identity/provider.ts';
import type { Sessions } from './identity/sessions.ts';

/** Whoever asks, and what they may do now. */
export interface Caller {
  /** `anonymous` where nobody need be known. */
  principal: string;
  /** What the request is entitled to record by, beside the rights that its principal has when it is recorded. */
  authority: Authority;
  grants: Granted;
  /** What it may read by them. */
  visible: Visible;
  /** Whether it is one of the principals. */
  known: boolean;
}

/** Whoever asks a ledger that has no principals: it serves its own machine alone. */
export const openCaller: Caller = {
  principal: 'anonymous',
  authority: 'open',
  grants: allGrants,
  visible: everything,
  known: false,
};

/** Whoever sends no credentials to a ledger that has principals. */
export const nobody: Caller = {
  principal: 'nobody',
  authority: noGrants,
  grants: noGrants,
  visible: visibleBy(noGrants),
  known: false,
};

/** The headers of a request by which somebody is known. */
export type Credentials = Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>;

/** Whose events those of a request are, and what entitles it. */
export const authorOf = ({ caller: { principal, authority } }: { caller: Caller }) => ({
  principal,
  authority,
});

/** An identity provider, the principals that its users are, and their sessions, where they log in with a browser. */
export interface Identity {
  provider: Provider;
  people: People;
  sessions: Sessions | undefined;
}

/** Where other instances record, too, what they changed is known after this time. */
const freshMs = 1_000;
/** A token's last use is written no more often. */
const usedEveryMs = 3_600_000;
/** Tokens that are kept in memory. */
const tokensMax = 10_000;

/** Who asks, by what they send; who may do what is looked up in the log. */
export class Authentication {
  readonly #store: Store;
  readonly #public: Caller | undefined;
  readonly #clock: () => number;
  readonly #failed: (error: unknown) => void;
  readonly #identity: Identity | undefined;
  /** By id. */
  #principals = new Map<string, Principal>();
  /** Of the last event that said who may do what, as far as it was read. */
  #position = -1;
  #lookedMs = -Infinity;
  readonly #callers = new WeakMap<TokenRow, { principal: Principal; caller: Caller }>();
  readonly #tokens = new Map<string, { row: TokenRow; readMs: number }>();

  /** publicGrants: what everybody may do. failed: told where a token's last use could not be written. */
  constructor(
    store: Store,
    publicGrants: Granted,
    clock: () => number,
    failed: (error: unknown) => void,
    identity?: Identity,
  ) {
    this.#store = store;
    this.#public =
      publicGrants.size > 0
        ? { ...nobody, grants: publicGrants, visible: visibleBy(publicGrants) }
        : undefined;
    this.#clock = clock;
    this.#failed = failed;
    this.#identity = identity;
  }

  /** Whether nobody need be known, as far as was looked: until the first principal is added, where no identity provider is set. */
  get isOpen(): boolean {
    return this.#principals.size === 0 && this.#identity === undefined;
  }

  /** Told of what was recorded here. */
  observe(changes: readonly Change[]): void {
    if (changes.some(({ event }) => event.initiativeId === ownId)) this.#lookedMs = -Infinity;
  }

  /** A token was revoked here. */
  forget(): void {
    this.#tokens.clear();
  }

  /**
   * Who sends these headers; undefined: they have no credentials. Throws Refusal `unauthenticated` where they have some that nobody is
   * known by, and `identity-provider-unavailable`.
   */
  async callerBy({ authorization, cookie }: Credentials): Promise<Caller | undefined> {
    await this.look();
    if (authorization === undefined)
      return (await this.#bySession(cookie)) ?? (this.isOpen ? openCaller : this.#public);
    const [, token = ''] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    if (this.#identity && /^[^.]+\.[^.]+\.[^.]+$/.test(token))
      return this.#byAccessToken(token, this.#identity);
    return this.#byToken(token);
  }

  /**
   * The principal of a user of the identity provider, with the rights that the claims give: what was recorded of it is brought up to
   * them. Throws a Refusal, `unauthenticated` where it is disabled. isNew: the provider made the claims just now.
   */
  async principalBy(claims: Claims, people: People, isNew: boolean): Promise<Principal> {
    const principalId = await people.principalIdOf(claims);
    const principal = await this.#enabled(principalId);
    const grants = people.grantsOf(claims);
    if (isSame(principal.grants, grants)) return principal;
    // An older token would give back what was taken away since.
    if (!isNew && claims.issuedAt < (await recordedAtOf(this.#store, principal.position))) return principal;
    await people.changeRights(principalId, grants);
    return this.#enabled(principalId);
  }

  async #enabled(principalId: string): Promise<Principal> {
    if (!this.#principals.has(principalId)) this.#lookedMs = -Infinity;
    await this.look();
    const principal = this.#principals.get(principalId);
    if (!principal?.enabled) throw unknown();
    return principal;
  }

  async #byAccessToken(token: string, identity: Identity): Promise<Caller> {
    const claims = await identity.provider.claimsOf(token);
    const principal = await this.principalBy(claims, identity.people, false);
    return callerWithin(principal, identity.people.grantsOf(claims));
  }

  async #bySession(cookie: string | undefined): Promise<Caller | undefined> {
    const principalId = cookie && (await this.#identity?.sessions?.principalIdOf(cookie));
    const principal = principalId ? this.#principals.get(principalId) : undefined;
    return principal?.enabled ? callerWithin(principal, allGrants) : undefined;
  }

  async #byToken(token: string): Promise<Caller> {
    const row = await this.#tokenRow(token);
    const nowMs = this.#clock();
    const principal = row && this.#principals.get(row.principal_id);
    if (!row || row.revoked_at !== null || row.expires_at <= nowMs || !principal?.enabled) throw unknown();
    if (nowMs - (row.used_at ?? 0) >= usedEveryMs) {
      row.used_at = nowMs;
      // Nobody waits for it, and whoever reads needs no room on the disk.
      this.#store.durably(useToken(row.token_id, nowMs)).catch(this.#failed);
    }
    return this.#callerOf(row, principal);
  }

  /** Worked out once for as long as the rights of the principal are the same. */
  #callerOf(row: TokenRow, principal: Principal): Caller {
    const known = this.#callers.get(row);
    if (known?.principal === principal) return known.caller;
    // Written by this ledger.
    const limits = row.grants === null ? allGrants : granted(JSON.parse(row.grants) as GrantsByRole);
    const caller = callerWithin(principal, limits);
    this.#callers.set(row, { principal, caller });
    return caller;
  }

  async #tokenRow(token: string): Promise<TokenRow | undefined> {
    const hash = tokenHash(token);
    if (!hash) return undefined;
    const key = hash.toString('base64');
    const known = this.#tokens.get(key);
    if (known && !this.#isOld(known.readMs)) return known.row;
    const readMs = this.#clock();
    const row = await tokenByHash(this.#store.db, hash);
    this.#tokens.delete(key);
    if (!row) return undefined;
    this.#tokens.set(key, { row, readMs });
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size > tokensMax && oldest !== undefined) this.#tokens.delete(oldest);
    return row;
  }

  /** Whether another instance may have changed what was read at a time. */
  #isOld(readMs: number): boolean {
    return this.#store.headNow() === undefined && Math.abs(this.#clock() - readMs) >= freshMs;
  }

  /** Reads who may do what, where it may have changed. */
  async look(): Promise<void> {
    if (this.#lookedMs !== -Infinity && !this.#isOld(this.#lookedMs)) return;
    const lookedMs = this.#clock();
    const position = await this.#store.lastEventOf(ownId, Number.MAX_SAFE_INTEGER);
    if (position !== this.#position) {
      const principals = await principalsAt(this.#store.db, position);
      this.#principals = new Map(principals.map((one) => [one.principalId, one]));
      this.#position = position;
    }
    this.#lookedMs = lookedMs;
  }
}

/** A principal that asks, with no more rights than the limits give. */
function callerWithin(principal: Principal, limits: Granted): Caller {
  const grants = within(principal.grants, limits);
  return {
    principal: principal.principalId,
    authority: limits,
    grants,
    visible: visibleBy(grants),
    known: true,
  };
}

const isSame = (some: Granted, others: Granted): boolean =>
  canonicalJson(byRole(grantsIn(some))) === canonicalJson(byRole(grantsIn(others)));
