import * as openid from 'openid-client';
import { Type } from 'typebox';
import { Refusal } from '../../errors.ts';
import { object, Slug } from '../../shapes/fields.ts';
import { endSessionsOf } from '../../store/credentials.ts';
import type { App } from '../app.ts';
import { withoutBase } from '../base-path.ts';
import { type Claims, claimsIn, type Provider, unknown } from '../identity/provider.ts';
import type { Login } from '../identity/sessions.ts';
import type { Ledger } from '../ledger.ts';
import { guarded, requireOver, telling } from './guarded.ts';

const Return = Type.Optional(
  Type.String({
    maxLength: 2_000,
    pattern: '^/([!-.0-\\[\\]-~][!-~]*)?$',
    description: 'Where the browser goes then: a path of this service.',
  }),
);
const querystring = object({ return: Return });
const callback = '/login/callback';

/** A cookie keeps this while somebody is at the provider. */
interface Begun {
  state: string;
  nonce: string;
  verifier: string;
  /** Where the browser goes then. */
  back: string;
}
const begunCookie = 'ledger-login';
const begunSeconds = 600;

/** Login with a browser through the identity provider, and the end of it. */
export function loginRoutes(app: App, { store, authentication, login }: Ledger): void {
  const required = (): Login => {
    if (login) return login;
    throw new Refusal('not-found', 'Nobody logs in here with a browser: OIDC_CLIENT_ID is not set.');
  };

  app.get(
    '/login',
    {
      config: { access: 'nothing' },
      // Browsers follow links to it; it is no part of the API.
      schema: { hide: true, querystring },
    },
    async ({ query }, reply) => {
      const { provider, cookies, publicUrl } = required();
      const configuration = await provider.configuration();
      const begun: Begun = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
        back: query.return ?? '/me',
      };
      const { scopes_supported = [] } = configuration.serverMetadata();
      const url = openid.buildAuthorizationUrl(configuration, {
        redirect_uri: publicUrl + callback,
        scope: ['openid', 'profile', ...scopes_supported.filter((scope) => scope === 'groups')].join(' '),
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      });
      return reply
        .header('set-cookie', cookies.set(begunCookie, encoded(begun), begunSeconds))
        .header('cache-control', 'no-store')
        .redirect(url.href, 302);
    },
  );

  app.get(
    callback,
    {
      config: { access: 'nothing', signsIn: true },
      schema: { hide: true, querystring: Type.Object({}, { additionalProperties: true }) },
    },
    async (request, reply) => {
      const { provider, people, sessions, cookies, publicUrl } = required();
      const { cookie } = request.headers;
      const begun = decoded(cookies.get(begunCookie, cookie));
      if (!begun)
        throw new Refusal('invalid-request', 'No login was begun in this browser: begin at /login.');
      const address = new URL(publicUrl + callback);
      address.search = request.url.slice(request.url.indexOf('?'));
      const claims = await claimsBy(provider, address, begun);
      const { principalId } = await authentication.principalBy(claims, people, true);
      await sessions.end(cookie);
      return reply
        .header('set-cookie', [await sessions.begin(principalId), cookies.set(begunCookie, '', 0)])
        .header('cache-control', 'no-store')
        .redirect(ownAddress(begun.back, app.basePath, publicUrl), 303);
    },
  );

  app.register(async (scope: App) => {
    // A form without members has this type.
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer' },
      async () => undefined,
    );
    scope.post(
      '/logout',
      telling('nothing', {
        operationId: 'logOut',
        summary: 'Log out',
        description: 'Ends the session of the browser here; that at the identity provider goes on.',
        querystring,
        response: {
          204: { type: 'null', description: 'Logged out' },
          303: { type: 'null', description: 'Logged out, and on to the path that the query names' },
        },
      }),
      async ({ headers, query }, reply) => {
        reply.header('cache-control', 'no-store');
        // Where nobody logs in, nobody is logged in.
        if (!login) return reply.code(204).send();
        reply.header('set-cookie', await login.sessions.end(headers.cookie));
        return query.return === undefined
          ? reply.code(204).send()
          : reply.redirect(ownAddress(query.return, app.basePath, login.publicUrl), 303);
      },
    );
  });

  app.post(
    '/v1/principals/:principalId/end-sessions',
    guarded({
      operationId: 'endSessions',
      summary: 'Log a principal out everywhere',
      description: 'Oneself, or a principal whose rights one administers. Its tokens go on.',
      params: object({ principalId: Slug }),
      response: { 204: { type: 'null', description: 'Ended' } },
    }),
    async ({ caller, params: { principalId } }, reply) => {
      await requireOver(store, caller, principalId, true);
      await store.durably(endSessionsOf(principalId));
      return reply.code(204).send();
    },
  );
}

/** The claims of a user who comes back from the provider. Throws a Refusal. */
async function claimsBy(
  provider: Provider,
  address: URL,
  { verifier, state, nonce }: Begun,
): Promise<Claims> {
  const configuration = await provider.configuration();
  try {
    const tokens = await openid.authorizationCodeGrant(configuration, address, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw unknown();
    return claimsIn(claims);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw isOfBrowser(error)
      ? new Refusal('unauthenticated', 'The login was not completed: begin again at /login.')
      : provider.away(error);
  }
}

/** Whether the browser brought something wrong. Otherwise the provider failed, or does not know this service. */
function isOfBrowser(error: unknown): boolean {
  if (error instanceof openid.AuthorizationResponseError) return true;
  if (error instanceof openid.ResponseBodyError) return error.error === 'invalid_grant';
  const ofProvider = [
    undefined,
    'OAUTH_TIMEOUT',
    'OAUTH_RESPONSE_IS_NOT_CONFORM',
    'OAUTH_RESPONSE_IS_NOT_JSON',
  ];
  return error instanceof openid.ClientError && !ofProvider.includes(error.code);
}

const encoded = ({ state, nonce, verifier, back }: Begun): string =>
  Buffer.from(JSON.stringify([state, nonce, verifier, back])).toString('base64url');

/** undefined: no login was begun with the text. */
function decoded(text: string | undefined): Begun | undefined {
  try {
    const [state, nonce, verifier, back] = JSON.parse(Buffer.from(text ?? '', 'base64url').toString());
    return [state, nonce, verifier, back].every((part) => typeof part === 'string')
      ? { state, nonce, verifier, back }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The whole address, so that no path is taken for one of another host, or for one beside the base path. */
function ownAddress(path: string, basePath: string, publicUrl: string): string {
  const { origin, pathname, search, hash } = new URL(path, publicUrl);
  if (origin !== new URL(publicUrl).origin)
    throw new Refusal('invalid-request', 'A login leads back to this service alone.');
  return publicUrl + withoutBase(basePath, pathname) + search + hash;
}
