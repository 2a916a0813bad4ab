import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { Refusal } from '../../errors.ts';

/** What an identity provider says of a user. */
export interface Claims {
  issuer: string;
  subject: string;
  /** Milliseconds. */
  issuedAt: number;
  all: JWTPayload;
}

interface ProviderOptions {
  issuer: string;
  /** Of access tokens; undefined: none is accepted. */
  audience: string | undefined;
  /** The type of access tokens in their header. */
  tokenType: 'at+jwt' | 'JWT';
  clientId: string | undefined;
  clientSecret: string | undefined;
}

/** With a public key alone nobody can sign. */
const algorithms = ['RS', 'PS', 'ES'].flatMap((kind) => [256, 384, 512].map((bits) => kind + bits));
algorithms.push('EdDSA', 'Ed25519');

const timeoutSeconds = 5;
/** How far the clocks of the provider and of this machine may be apart. */
const clockToleranceSeconds = 30;

/** The types promise a text, but a provider may sign anything. */
const isIdentifier = (claim: unknown): claim is string =>
  typeof claim === 'string' && /^[^\p{Cc}\p{Cs}]{1,500}$/u.test(claim);

/** An identity provider (OpenID Connect). It is asked at the first use, so that the ledger starts without it. */
export class Provider {
  readonly #options: ProviderOptions;
  readonly #clock: () => number;
  readonly #failed: (error: unknown) => void;
  #configuration: Promise<openid.Configuration> | undefined;
  #keys: JWTVerifyGetKey | undefined;

  /** failed: told why the provider was out of reach. */
  constructor(options: ProviderOptions, clock: () => number, failed: (error: unknown) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** Throws Refusal `identity-provider-unavailable`. */
  configuration(): Promise<openid.Configuration> {
    this.#configuration ??= this.#discover().catch((error) => {
      this.#configuration = undefined;
      throw this.away(error);
    });
    return this.#configuration;
  }

  /**
   * What an access token says of its user. Throws Refusal `unauthenticated` where it is none of this provider for this
   * ledger, and `identity-provider-unavailable` where that can't be known.
   */
  async claimsOf(token: string): Promise<Claims> {
    const { issuer, audience, tokenType, clientId } = this.#options;
    if (audience === undefined) throw unknown();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, (header, jws) => this.#key(header, jws), {
        issuer,
        audience,
        algorithms,
        // RFC 9068.
        ...(tokenType === 'at+jwt' && { typ: tokenType }),
        requiredClaims: ['exp', 'iat', 'sub'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(this.#clock()),
      });
      if (tokenType === 'JWT' && !isAccessToken(protectedHeader.typ, payload, clientId)) throw unknown();
      return claimsIn(payload);
    } catch (error) {
      // The reasons stay untold: whoever tries tokens learns nothing.
      throw error instanceof Refusal ? error : unknown();
    }
  }

  /** The refusal where the provider does not answer, or not as one. */
  away(error: unknown): Refusal {
    this.#failed(error);
    return new Refusal(
      'identity-provider-unavailable',
      'The identity provider does not answer, so that nobody new can be known by it.',
    );
  }

  #discover(): Promise<openid.Configuration> {
    const { issuer, clientId = 'milestone-ledger', clientSecret } = this.#options;
    const metadata = { [openid.clockTolerance]: clockToleranceSeconds };
    const authentication = clientSecret === undefined ? undefined : openid.ClientSecretBasic(clientSecret);
    return openid.discovery(new URL(issuer), clientId, metadata, authentication, {
      timeout: timeoutSeconds,
      // The settings allow http on this machine alone.
      execute: issuer.startsWith('http:') ? [openid.allowInsecureRequests] : [],
    });
  }

  async #key(...[header, jws]: Parameters<JWTVerifyGetKey>): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    const { jwks_uri } = (await this.configuration()).serverMetadata();
    if (jwks_uri === undefined) throw this.away(new Error('The identity provider publishes no keys.'));
    this.#keys ??= createRemoteJWKSet(new URL(jwks_uri), {
      cacheMaxAge: 600_000,
      cooldownDuration: 30_000,
      timeoutDuration: timeoutSeconds * 1_000,
    });
    try {
      return await this.#keys(header, jws);
    } catch (error) {
      const isOfToken =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      throw isOfToken ? error : this.away(error);
    }
  }
}

/** Claims of a token for the login, which one for access has not. */
const idTokenClaims = ['nonce', 'at_hash', 'c_hash', 's_hash'];
/** Claims of a token for access, of which one for the login has none: what it is good for, and how its client was known (Entra ID). */
const accessTokenClaims = ['scope', 'scp', 'azpacr', 'appidacr'];

/** Whether a token was made for access, and not for a login: such a token other programs have, too. */
function isAccessToken(type: string | undefined, payload: JWTPayload, clientId: string | undefined): boolean {
  if (/^at\+jwt$/i.test(type ?? '')) return true;
  const has = (claim: string): boolean => Object.hasOwn(payload, claim);
  return (
    /^jwt$/i.test(type ?? 'JWT') &&
    // Keycloak says it here.
    (!has('typ') || payload['typ'] === 'Bearer') &&
    !(clientId !== undefined && [payload.aud].flat().includes(clientId)) &&
    !idTokenClaims.some(has) &&
    accessTokenClaims.some(has)
  );
}

/** The claims of a token that was verified. Throws Refusal `unauthenticated`. */
export function claimsIn(payload: JWTPayload): Claims {
  const { iss, sub, iat } = payload;
  if (!isIdentifier(iss) || !isIdentifier(sub) || typeof iat !== 'number') throw unknown();
  return { issuer: iss, subject: sub, issuedAt: iat * 1_000, all: payload };
}

export const unknown = (): Refusal =>
  new Refusal('unauthenticated', 'The credentials are not, or no longer, those of anybody.');
