import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../errors.ts';
import type { App } from '../app.ts';

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that a page of another origin has a browser send. The browser says where a request comes from, and the page
 * can't prevent that. Other programs send no such header and pass, and so do the origins of CORS_ORIGINS. This runs before anything
 * else of the request. publicHost: the host, with its port, by which others know the service; by default the one that the request
 * names.
 */
export function refuseOtherOrigins(app: App, publicHost?: string): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const isRefused = isFromElsewhere(request, publicHost) && !app.isOfAllowedOrigin(request);
    done(isRefused ? refusal() : undefined);
  });
}

function isFromElsewhere({ method, headers }: FastifyRequest, publicHost?: string): boolean {
  const site = headers['sec-fetch-site'];
  // Refused too: a page elsewhere that embeds or fetches an answer costs work and may not read it. A link is a navigation, and passes.
  if (safeMethods.has(method)) return site === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
  // The rule of Go 1.25, net/http CrossOriginProtection.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return (
    headers.origin !== undefined &&
    hostOf(headers.origin) !== (publicHost ?? hostOf(`http://${headers.host}`))
  );
}

/** undefined for `null`, the origin of a file or of a sandboxed frame, and for anything else that is no origin. */
const hostOf = (origin: string): string | undefined => URL.parse(origin)?.host || undefined;

const refusal = (): Refusal =>
  new Refusal('cross-origin-request', 'The request comes from a page of another origin.');
