import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import type { Test } from 'tap';
import { type App, openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { emptyDatabase } from './database.ts';

export const publicUrl = 'http://127.0.0.1:3999';
export const audience = 'https://ledger.example.org';
const client = { id: 'ledger', secret: 's+cret:of&the%client' };
export const rules = [
  { claim: 'groups', value: 'ledger-admins', grants: [{ role: 'admin', initiativeId: '*' }] },
  { claim: 'groups', value: 'office', grants: [{ role: 'recorder', initiativeId: 'a' }] },
  { claim: 'client_id', value: client.id, grants: [{ role: 'reader', initiativeId: 'a' }] },
];

export interface User {
  name?: string;
  groups?: string[];
}

const newKey = async (kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, publicKey };
};

/** An identity provider on a free port, that ends with the test. */
export async function identityProvider(t: Test, ledgerUrl = publicUrl) {
  const users = new Map<string, User>();
  let listener: RequestListener = () => {};
  const server = createServer((request, response) => void listener(request, response));
  const listen = (port: number) =>
    new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  let key = await newKey('key-1');
  let keysMade = 1;

  async function serve(): Promise<void> {
    const jwk = { ...(await exportJWK(key.privateKey)), kid: key.kid, use: 'sig', alg: 'RS256' };
    listener = new Provider(issuer, {
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: [`${ledgerUrl}/login/callback`, `${ledgerUrl}/ledger/login/callback`],
          grant_types: ['authorization_code', 'client_credentials'],
        },
      ],
      jwks: { keys: [jwk] },
      cookies: { keys: ['a key of cookies'] },
      claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
      conformIdTokenClaims: false,
      findAccount: (_: unknown, sub: string) => ({
        accountId: sub,
        claims: () => ({ sub, groups: ['office'], ...users.get(sub) }),
      }),
      features: {
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => undefined,
          getResourceServerInfo: () => ({ scope: '', audience, accessTokenFormat: 'jwt' }),
        },
      },
    }).callback();
  }
  await serve();
  t.teardown(close);

  async function tokensFor(sent: { [name: string]: string }) {
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa([client.id, client.secret].map((part) => encodeURIComponent(part)).join(':'))}`,
      },
      body: new URLSearchParams(sent),
    });
    return (await answer.json()) as { access_token: string; id_token: string };
  }

  return {
    issuer,
    users,
    publicKey: () => key.publicKey,
    /** An access token of somebody of the office, as the provider makes them, but for what is given. */
    sign: (claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}, by = key.privateKey) => {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        iss: issuer,
        aud: audience,
        sub: 'mei',
        groups: ['office'],
        iat: now,
        exp: now + 300,
        ...claims,
      };
      return new SignJWT(all)
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'at+jwt', ...header })
        .sign(by);
    },
    /** An access token that a program gets by its own name. */
    tokenOfClient: async (): Promise<string> =>
      (await tokensFor({ grant_type: 'client_credentials', resource: audience })).access_token,
    /** The token for the login of whoever a browser is sent back for. */
    async idTokenOf(browser: Browser, user: string): Promise<string> {
      const verifier = 'v'.repeat(43);
      const redirect_uri = `${publicUrl}/login/callback`;
      const query = new URLSearchParams({
        client_id: client.id,
        response_type: 'code',
        scope: 'openid groups',
        redirect_uri,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      const back = new URL(await browser.atTheProvider(user, `${issuer}/auth?${query}`));
      const code = back.searchParams.get('code') ?? '';
      const sent = { grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier };
      return (await tokensFor(sent)).id_token;
    },
    async rotate(): Promise<void> {
      keysMade++;
      key = await newKey(`key-${keysMade}`);
      await serve();
    },
    away: close,
    back: () => listen(port),
  };
}
export type IdentityProvider = Awaited<ReturnType<typeof identityProvider>>;

/** The settings of a ledger whose users a provider knows. */
export function settingsFor(t: Test, issuer: string, grants: unknown = rules): { [name: string]: string } {
  const directory = mkdtempSync(join(tmpdir(), 'grants-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'grants.json');
  writeFileSync(file, JSON.stringify(grants));
  return {
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: audience,
    OIDC_CLIENT_ID: client.id,
    OIDC_CLIENT_SECRET: client.secret,
    OIDC_GRANTS: file,
    PUBLIC_URL: publicUrl,
  };
}

/** A ledger whose users a provider knows, served without a socket. Closes itself, and the database is checked. */
export async function ledgerWithProvider(
  t: Test,
  {
    clock = Date.now,
    log = false,
    listensAt,
    ...settings
  }: { clock?: () => number; log?: Parameters<typeof openLedgerApp>[1]; listensAt?: string } & {
    [name: string]: unknown;
  } = {},
) {
  const provider = await identityProvider(t, listensAt);
  const config = readConfig({
    DATABASE_URL: await emptyDatabase(t),
    SIGNER_DIR: '',
    // The machine of a test may be busy.
    MAX_EVENT_LOOP_DELAY: '0',
    ...settingsFor(t, provider.issuer),
    ...(listensAt !== undefined && { PUBLIC_URL: listensAt }),
    ...(settings as { [name: string]: string }),
  });
  const app = await openLedgerApp(config, log, clock, clock);
  t.teardown(() => app.close());
  const ask = async (headers: { [name: string]: string }, url: string, payload?: object) => {
    const method = payload ? 'POST' : 'GET';
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
    const isJson = /json/.test(String(answer.headers['content-type']));
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : undefined };
  };
  return {
    app,
    config,
    provider,
    ask,
    bearing: (token: string, url: string, payload?: object) =>
      ask({ authorization: `Bearer ${token}` }, url, payload),
  };
}

/** The cookies of one browser, of one origin. */
class Jar {
  readonly #cookies = new Map<string, string>();

  keep(lines: string | string[] | undefined): void {
    for (const line of [lines ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** What a browser does, from the link to the ledger's answer to it. */
export class Browser {
  readonly atLedger = new Jar();
  readonly #atProvider = new Jar();
  readonly #app: App;
  readonly #issuer: string;

  constructor(app: App, issuer: string) {
    this.#app = app;
    this.#issuer = issuer;
  }

  async get(url: string) {
    const answer = await this.#app.inject({ url, headers: { cookie: this.atLedger.header } });
    this.atLedger.keep(answer.headers['set-cookie']);
    return answer;
  }

  async post(url: string, headers: { [name: string]: string } = { 'sec-fetch-site': 'same-origin' }) {
    const answer = await this.#app.inject({
      method: 'POST',
      url,
      headers: { cookie: this.atLedger.header, ...headers },
    });
    this.atLedger.keep(answer.headers['set-cookie']);
    return answer;
  }

  /** Goes to the provider, and gives the address to which it sends the browser back. */
  async atTheProvider(user: string, start: string): Promise<string> {
    let location = start;
    for (let requests = 0; requests < 12; requests++) {
      if (!location.startsWith(this.#issuer)) return location;
      location = await this.#next(location, user);
    }
    throw new Error(`the provider leads nowhere: ${location}`);
  }

  async #next(location: string, user: string): Promise<string> {
    const page = await this.#ask(location);
    const to = page.headers.get('location');
    if (to !== null) return new URL(to, this.#issuer).href;
    const prompt = /name="prompt" value="(\w+)"/.exec(await page.text())?.[1] ?? 'login';
    const form = new URLSearchParams({ prompt, login: user, password: 'any' });
    const sent = await this.#ask(location, form);
    return new URL(sent.headers.get('location') ?? '', this.#issuer).href;
  }

  async #ask(url: string, body?: URLSearchParams): Promise<Response> {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: this.#atProvider.header },
      ...(body && { method: 'POST', body }),
    });
    this.#atProvider.keep(answer.headers.getSetCookie());
    return answer;
  }

  /** A whole login; gives the ledger's last answer. */
  async logIn(user: string, link = '/login') {
    const begun = await this.get(link);
    if (begun.statusCode !== 302) return begun;
    const back = new URL(await this.atTheProvider(user, String(begun.headers.location)));
    return this.get(back.pathname + back.search);
  }
}
