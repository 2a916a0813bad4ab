import type { Transform } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Bytes that are sent at once. */
const chunkSize = 128 * 1024;

/** At their quickest: what is sent is quick to read, and each client is one more that compresses. Node does it on threads of its own. */
const encodings = {
  zstd: () => createZstdCompress({ chunkSize, params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  gzip: () => createGzip({ chunkSize, level: constants.Z_BEST_SPEED }),
} satisfies Record<string, () => Transform>;

/** Says how an answer is encoded, as its reader asks for it (RFC 9110, section 12.5.3). Undefined: as it is. */
export function encoded(request: FastifyRequest, reply: FastifyReply): Transform | undefined {
  reply.header('vary', [reply.getHeader('vary'), 'Accept-Encoding'].filter(Boolean).join(', '));
  const name = encodingFor(`${request.headers['accept-encoding'] ?? ''}`);
  if (name === undefined) return undefined;
  reply.header('content-encoding', name);
  return request.method === 'HEAD' ? undefined : encodings[name]();
}

/** The one that is liked best, and zstd before gzip where both are liked as much. */
export function encodingFor(accepted: string): keyof typeof encodings | undefined {
  const likings = new Map(
    accepted.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [name, q === undefined ? 1 : Number(q) || 0];
    }),
  );
  const likingOf = (name: string): number => likings.get(name) ?? likings.get('*') ?? 0;
  const best = likingOf('zstd') >= likingOf('gzip') ? 'zstd' : 'gzip';
  return likingOf(best) > 0 && likingOf(best) >= (likings.get('identity') ?? 0) ? best : undefined;
}
