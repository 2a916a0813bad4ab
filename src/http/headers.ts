import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './instance.ts';

/** Headers that every answer carries. A route that sets one of the last two itself is left alone. */
export function commonHeaders(app: App): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    setCommonHeaders(request, reply);
    done();
  });
}

export function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  // Pages of other sites may neither frame an answer nor load it as a script or an image.
  reply.header('cross-origin-resource-policy', 'same-origin');
  if (!reply.hasHeader('content-security-policy')) {
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  }
  if (!reply.hasHeader('cache-control')) {
    // What was read may be kept, but not used again without asking; errors are not kept at all.
    reply.header('cache-control', reply.statusCode < 400 ? 'no-cache' : 'no-store');
  }
}
