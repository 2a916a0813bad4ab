import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';
import type { App } from './instance.ts';

/** RFC 9110 asks for at least 8,000. */
const addressCharactersMax = 8_000;

/**
 * Refuses requests that no route serves, before their body is read: 404, or 405 with Allow where the path serves
 * other methods. Must be called before any route is added, as it collects them.
 */
export function answerUnknownPaths(app: App): void {
  const served: { pattern: RegExp; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    served.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = refusalOfAddress(request);
    if (refusal !== undefined) return done(refusal);
    if (!request.is404) return done();
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = served.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    if (methods.length === 0) return done(notFound(request));
    const allowed = [...new Set(methods)].sort().join(', ');
    reply.header('allow', allowed);
    done(new Refusal('method-not-allowed', `This path serves ${allowed}, not ${request.method}.`));
  });
  // For a route that finds nothing after all, such as a missing file of /docs.
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
}

function notFound(request: FastifyRequest): Refusal {
  return new Refusal('not-found', `Nothing is served at ${request.url.split('?', 1)[0]}.`);
}

function refusalOfAddress({ url }: FastifyRequest): Refusal | undefined {
  if (url.length > addressCharactersMax) {
    return new Refusal('uri-too-long', `An address has at most ${addressCharactersMax} characters.`);
  }
  // Not one of our texts may hold it, and PostgreSQL refuses to even compare with it.
  if (url.includes('%00'))
    return new Refusal('invalid-request', 'An address may not hold the character NUL.');
  return undefined;
}

/** Fastify's pattern of a path (`/a/:id`, `/a/*`) as an expression. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.*' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
