import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../app.ts';

/** Headers of every answer. A route may set one of the last two itself. */
export function commonHeaders(app: App): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    setCommonHeaders(request, reply);
    setBasePath(app.basePath, reply);
    done();
  });
}

export function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  // A page of another site may not frame an answer, nor load it as a script or an image.
  reply.header('cross-origin-resource-policy', 'same-origin');
  if (!reply.hasHeader('content-security-policy')) {
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  }
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
