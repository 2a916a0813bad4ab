import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';

/** How long an upload may bring no byte. */
const idleMs = 30_000;
/** How long a sender that is answered before it has sent everything may go on, so that it reads the answer. */
const lingerMs = 2_000;

/** Connections whose request may take longer to arrive than others, as it is watched here. */
export const uploads = new WeakSet<Socket>();

/**
 * The bytes of a body that arrives while it is worked on, however long that takes: only a sender who is waited for
 * and sends nothing is cut. Throws a Refusal then, and when the ledger begins to close.
 */
export async function* uploadOf(
  request: FastifyRequest,
  reply: FastifyReply,
  closing: AbortSignal,
): AsyncGenerator<Uint8Array> {
  uploads.add(request.raw.socket);
  reply.raw.once('finish', () => endUpload(request));
  // The stream must outlive this, as an answer can't be sent without it.
  const chunks = request.raw.iterator({ destroyOnReturn: false });
  for (;;) {
    const { done, value } = await nextOf(chunks, closing);
    if (done) return;
    yield value;
  }
}

function nextOf(
  chunks: AsyncIterator<Uint8Array>,
  closing: AbortSignal,
): Promise<IteratorResult<Uint8Array>> {
  const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Uint8Array>>();
  const close = (): void => reject(new Refusal('shutting-down', 'The ledger is shutting down.'));
  const idle = setTimeout(
    () => reject(new Refusal('request-timeout', `No byte arrived for ${idleMs / 1000} seconds.`)),
    idleMs,
  );
  if (closing.aborted) close();
  closing.addEventListener('abort', close);
  chunks.next().then(resolve, reject);
  return promise.finally(() => {
    clearTimeout(idle);
    closing.removeEventListener('abort', close);
  });
}

/** The rest of a body that was refused is thrown away, but not for ever. */
function endUpload({ raw }: FastifyRequest): void {
  uploads.delete(raw.socket);
  if (raw.complete) return;
  raw.resume();
  const end = setTimeout(() => raw.destroy(), lingerMs).unref();
  raw.once('close', () => clearTimeout(end));
}
