import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const ndjson = 'application/x-ndjson';

/** A reader that takes nothing for this long is cut off. */
export const stallMsMax = 30_000;

/**
 * Sends what a source gives, as fast as the reader takes it and no faster. The source is opened for a reader only, and
 * is destroyed as soon as the reader is gone.
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
  // Node ends a connection on which nothing moves for so long. A request by inject() has none.
  if (request.raw.socket instanceof Socket) request.raw.socket.setTimeout(stallMs);
  return reply.send(open());
}

/** Lets all others have their turn: between two pages no promise waits for anything outside the process. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
