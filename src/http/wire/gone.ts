import type { FastifyReply } from 'fastify';

/** Aborted when nobody waits for an answer any more. */
export function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
