import type { IncomingMessage } from 'node:http';
import { finished, Readable } from 'node:stream';
import type { App } from '../app.ts';

/** A sender that is answered early may go on sending for this long, so that it reads the answer. */
const lingerMs = 2_000;

/**
 * Sends an answer that comes before the end of its request as a whole, and ends it when the rest of the request has arrived and was
 * thrown away. A connection that is closed with unread bytes is reset, and the sender, or a proxy, might never see the answer.
 */
export function lingerAfterEarlyAnswers(app: App): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (!isWhole || !isUnderWay(request.raw)) return done(null, payload);
    reply.header('content-length', Buffer.byteLength(payload));
    done(null, Readable.from(withRestOf(request.raw, payload)));
  });
}

function isUnderWay({ complete, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
  return hasBody && complete === false;
}

async function* withRestOf(raw: IncomingMessage, answer: string | Buffer): AsyncGenerator<string | Buffer> {
  yield answer;
  const rest = Promise.withResolvers<void>();
  const forget = finished(raw, { writable: false }, () => rest.resolve());
  const end = setTimeout(() => raw.destroy(), lingerMs);
  raw.resume();
  try {
    await rest.promise;
  } finally {
    clearTimeout(end);
    forget();
  }
}
