import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../errors.ts';
import type { App } from '../app.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborts when the instance begins to close. Event streams then end themselves. */
    closing: AbortSignal;
    /** The requests that are not answered to the end, and when each arrived, by `performance.now`. */
    underWay: ReadonlyMap<FastifyRequest, number>;
  }
}

/**
 * Closes in order. From `app.close()` on, new requests get 503 and requests under way are completed; then the server and, in
 * onClose hooks, the ledger close. Requests that are left after drainMs are cut.
 */
export function closeGracefully(app: App, drainMs = 8_000): void {
  const closing = new AbortController();
  const underWay = new Map<FastifyRequest, number>();
  let drained = () => {};
  app.decorate('closing', closing.signal);
  app.decorate('underWay', underWay);

  const ended = (request: FastifyRequest) => {
    if (underWay.delete(request) && underWay.size === 0) drained();
  };

  app.addHook('onRequest', (request, reply, done) => {
    if (closing.signal.aborted)
      return done(new Refusal('shutting-down', 'The ledger takes no new requests.'));
    underWay.set(request, performance.now());
    // Fastify calls no hook for an answer that nobody waits for any more, and only onResponse for a request by inject().
    reply.raw.once('close', () => ended(request));
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    ended(request);
    done();
  });
  // An idle kept-alive connection would keep the server from closing.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing.signal.aborted) reply.header('connection', 'close');
    done();
  });
  app.addHook('preClose', (done) => {
    const deadline = setTimeout(() => {
      app.server.closeAllConnections();
      drained();
    }, drainMs);
    // A connection that was answered early becomes idle when the rest of its request has arrived.
    const idle = setInterval(() => {
      if (underWay.size === 0) app.server.closeIdleConnections();
    }, 100);
    // Also after draining, because half a request that never goes on would keep the server from closing.
    app.server.once('close', () => {
      clearTimeout(deadline);
      clearInterval(idle);
    });
    deadline.unref();
    idle.unref();
    drained = done;
    closing.abort();
    if (underWay.size === 0) drained();
  });
}
