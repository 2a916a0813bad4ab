import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A reader that takes nothing for this long is cut off. */
export const stallMsMax = 30_000;

/**
 * Sends what a source gives, no faster than the reader takes it. The source is opened only for a reader, and destroyed as soon as
 * the reader is gone.
 */
export function sendStreamed(
  request: FastifyRequest,
  reply: FastifyReply,
  type: string,
  open: () => Readable,
  stallMs = stallMsMax,
): FastifyReply {
  reply.type(type);
  // For HEAD, Fastify would read the source to its end.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  const { socket } = request.raw;
  // A request by inject() has none.
  if (socket instanceof Socket) {
    socket.setTimeout(stallMs);
    // Nothing moved for so long. If nothing waits for the reader, it was this side that had nothing to send.
    reply.raw.on('timeout', () => {
      if (socket.writableLength > 0) socket.destroy();
    });
  }
  return reply.send(open());
}
