import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';
import type { App } from './instance.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborts when the instance begins to close. Event streams end themselves then. */
    closing: AbortSignal;
  }
}

/**
 * Closes without breaking anything off: from `app.close()` on, new requests get 503, those under way are completed,
 * and only then the server and (in onClose hooks) what is behind it close. Whatever is left after drainMs is cut.
 */
export function closeGracefully(app: App, drainMs = 8_000): void {
  const closing = new AbortController();
  const underWay = new Set<FastifyRequest>();
  let drained = () => {};
  app.decorate('closing', closing.signal);

  const ended = (request: FastifyRequest) => {
    if (underWay.delete(request) && underWay.size === 0) drained();
  };

  app.addHook('onRequest', (request, reply, done) => {
    if (closing.signal.aborted)
      return done(new Refusal('shutting-down', 'The ledger takes no new requests.'));
    underWay.add(request);
    // Fastify says nothing of an answer that nobody waits for any more; a request by inject() says only onResponse.
    reply.raw.once('close', () => ended(request));
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    ended(request);
    done();
  });
  // A connection that is kept alive would keep the server from closing.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing.signal.aborted) reply.header('connection', 'close');
    done();
  });
  app.addHook('preClose', (done) => {
    const deadline = setTimeout(() => {
      app.server.closeAllConnections();
      drained();
    }, drainMs);
    // Also after draining: half a request that never goes on would keep the server from closing too.
    app.server.once('close', () => clearTimeout(deadline));
    deadline.unref();
    drained = done;
    closing.abort();
    if (underWay.size === 0) drained();
  });
}
