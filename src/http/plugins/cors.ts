import type { FastifyRequest } from 'fastify';
import type { App } from '../app.ts';

/** Headers that a page of another origin may send, and those of an answer that it may read, beside the ones of every page. */
const sent = 'Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID';
const read =
  'Allow, Basis-Root-Hash, Basis-Tree-Size, Content-Disposition, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Total-Count, WWW-Authenticate, X-Request-Id';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether a request is one of a page whose origin CORS_ORIGINS allows. */
    isOfAllowedOrigin: (request: FastifyRequest) => boolean;
  }
}

/**
 * Lets pages of these origins read answers, and write with a token. A session stays what it is: an answer never says that it may be
 * read with cookies, and a request of theirs that has some is refused like any other from elsewhere.
 */
export function allowOrigins(app: App, origins: readonly string[]): void {
  const allowed = new Set(origins);
  const isAllowed = ({ headers: { origin } }: FastifyRequest): boolean =>
    origin !== undefined && allowed.has(origin);
  app.decorate('isOfAllowedOrigin', (request) => isAllowed(request) && request.headers.cookie === undefined);
  if (allowed.size === 0) return;
  app.addHook('onSend', (request, reply, _payload, done) => {
    // A cache must not give one origin the answer to another.
    reply.header('vary', [reply.getHeader('vary'), 'Origin'].filter(Boolean).join(', '));
    if (isAllowed(request)) {
      reply.header('access-control-allow-origin', request.headers.origin);
      reply.header('access-control-expose-headers', read);
    }
    done();
  });
}

/** Whether a browser asks if a page of an allowed origin may send a request (Fetch, section 3.2.2). */
export const isPreflight = (app: App, request: FastifyRequest): boolean =>
  request.method === 'OPTIONS' &&
  request.headers['access-control-request-method'] !== undefined &&
  app.isOfAllowedOrigin(request);

/** The headers of the answer to that. */
export const preflightHeaders = (methods: string): { [name: string]: string } => ({
  'access-control-allow-methods': methods,
  'access-control-allow-headers': sent,
  'access-control-max-age': '600',
});
