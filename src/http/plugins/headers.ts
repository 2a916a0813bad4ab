import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../app.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What a browser is told with every answer, whatever is answered, where the route does not say it itself. */
    safetyHeaders: readonly [name: string, value: string][];
  }
}

const safetyHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // A page of another site may not load an answer as a script or an image, nor hold on to a window that shows one.
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** The policy of a page that has scripts and styles: its own files, nothing inline and nothing from elsewhere. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** For a year browsers that were here come by https alone. */
const httpsHeaders = { 'strict-transport-security': 'max-age=31536000' };

/** Headers of every answer. isHttps: whether browsers come by https. */
export function commonHeaders(app: App, isHttps: boolean): void {
  app.decorate('safetyHeaders', Object.entries({ ...safetyHeaders, ...(isHttps && httpsHeaders) }));
  app.addHook('onSend', (request, reply, _payload, done) => {
    setCommonHeaders(request, reply);
    setBasePath(app.basePath, reply);
    done();
  });
}

export function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
  for (const [name, value] of reply.server.safetyHeaders)
    if (!reply.hasHeader(name)) reply.header(name, value);
  if (!reply.hasHeader('cache-control')) {
    // Caches may keep an answer, but must ask before they use it again. They never keep an error.
    const kept = isForAll(request) ? 'no-cache' : 'private, no-cache';
    reply.header('cache-control', reply.statusCode < 400 ? kept : 'no-store');
  }
}

/** Routes write the paths of these headers without the base path. */
function setBasePath(base: string, reply: FastifyReply): void {
  if (base === '') return;
  const { location, link } = reply.getHeaders();
  if (String(location).startsWith('/')) reply.header('location', `${base}${location}`);
  if (link !== undefined) reply.header('link', String(link).replaceAll('</', `<${base}/`));
}

/** Whether everybody who reaches the service may have the answer. */
export const isForAll = ({ routeOptions, caller }: FastifyRequest): boolean =>
  routeOptions.config?.access === 'nothing' || !caller?.known;
