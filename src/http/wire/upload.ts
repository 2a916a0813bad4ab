import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../errors.ts';

/** An upload that brings no byte for this long ends. */
const idleMs = 30_000;
/** Bytes that an upload must bring in each window while it is waited for: 2 KiB a second. A slower one would hold its place for ever. */
const windowMs = 30_000;
const windowBytes = 64 * 1024;
/** Connections whose request may take longer to arrive than others, because this file watches it. */
export const uploads = new WeakSet<Socket>();

/**
 * Gives the bytes of a body as they arrive, however long that takes. Throws a Refusal if the reader of the bytes waits and the sender
 * sends nothing or hardly anything, and when the ledger begins to close.
 */
export async function* uploadOf(
  request: FastifyRequest,
  reply: FastifyReply,
  closing: AbortSignal,
): AsyncGenerator<Uint8Array> {
  uploads.add(request.raw.socket);
  reply.raw.once('close', () => uploads.delete(request.raw.socket));
  // The stream must outlive this generator, because an answer can't be sent without it.
  const chunks = request.raw.iterator({ destroyOnReturn: false });
  let bytes = 0;
  let tooSlow = (_error: Refusal): void => {};
  const window = setInterval(() => {
    if (bytes < windowBytes)
      tooSlow(timeout(`Less than ${windowBytes / 1024} KiB arrived in ${windowMs / 1000} seconds.`));
    bytes = 0;
  }, windowMs);
  try {
    for (;;) {
      const { done, value } = await nextOf(chunks, closing, (reject) => {
        tooSlow = reject;
      });
      // While the bytes are worked on, nobody waits for the sender.
      tooSlow = () => {};
      if (done) return;
      bytes += value.length;
      yield value;
    }
  } finally {
    clearInterval(window);
  }
}

const timeout = (detail: string): Refusal => new Refusal('request-timeout', detail);

function nextOf(
  chunks: AsyncIterator<Uint8Array>,
  closing: AbortSignal,
  waits: (reject: (error: Refusal) => void) => void,
): Promise<IteratorResult<Uint8Array>> {
  const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Uint8Array>>();
  const close = (): void => reject(new Refusal('shutting-down', 'The ledger is shutting down.'));
  const idle = setTimeout(() => reject(timeout(`No byte arrived for ${idleMs / 1000} seconds.`)), idleMs);
  if (closing.aborted) close();
  closing.addEventListener('abort', close);
  waits(reject);
  chunks.next().then(resolve, reject);
  return promise.finally(() => {
    clearTimeout(idle);
    closing.removeEventListener('abort', close);
  });
}
