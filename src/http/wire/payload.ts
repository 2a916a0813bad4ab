import { pipeline, Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Computed, json, withProvenance } from '../../reading/computed.ts';
import type { At } from '../../views/at.ts';
import { encoded } from './encoding.ts';
import { sent } from './sent.ts';
import { sendStreamed } from './streamed.ts';

/** An answer of a read model as JSON text, without its moment and basis. */
export interface Payload {
  /** A JSON object. */
  text: string;
  etag: string;
  /** The whole answer as it was sent last, and its position. */
  sent?: { position: number; body: string };
}

/** Headers with the basis of an answer whose format has no place for it. */
export const basisHeaders = ({ basis }: At): Record<string, string | number> => ({
  'basis-tree-size': basis.treeSize,
  'basis-root-hash': basis.rootHash.toHex(),
});

/** Sends a payload with its moment and basis, or 304 if the client has it. */
export function sendPayload(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: Payload,
  at: At,
): FastifyReply {
  return sendTagged(request, reply, json, payload.etag, () => {
    if (payload.sent?.position !== at.position)
      payload.sent = { position: at.position, body: withProvenance(payload.text, at) };
    return payload.sent.body;
  });
}

export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  type: string,
  etag: string,
  body: () => string | Buffer,
): FastifyReply {
  reply.header('etag', etag);
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type(type).send(body());
}

/** Sends what was computed; of what goes on, no more than the reader takes. */
export function sendComputed(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, etag, body, rest }: Computed,
): FastifyReply {
  if (etag !== undefined) return sendTagged(request, reply, type, etag, () => bufferOf(body));
  if (request.method === 'HEAD') void rest?.return?.();
  // A zip is compressed already.
  const encoder = /csv|ndjson/.test(type) ? encoded(request, reply) : undefined;
  return sendStreamed(request, reply, type, () => {
    const pieces = Readable.from(piecesOf(body, rest));
    return encoder ? pipeline(pieces, encoder, () => {}) : pieces;
  });
}

async function* piecesOf(body: string | Uint8Array, rest: Computed['rest']): AsyncGenerator<Uint8Array> {
  try {
    if (body.length > 0) yield bufferOf(body);
    if (rest) yield* sent(rest);
  } finally {
    await rest?.return?.();
  }
}

const bufferOf = (body: string | Uint8Array): Buffer =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);

/** RFC 9110, section 13.1.2: weak comparison. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag.slice(2));
}

/** Links the next page as of the position of this one, so that pages fit together. */
export function linkNext(
  request: FastifyRequest,
  reply: FastifyReply,
  next: string | undefined,
  at: At,
): void {
  if (next === undefined) return;
  const query = queryTextOf(request);
  const path = request.url.slice(0, request.url.length - query.length).replace('?', '');
  const parameters = new URLSearchParams(query);
  parameters.delete('asOf');
  parameters.set('asOfPosition', String(at.position));
  parameters.set('after', next);
  reply.header('link', `<${path}?${parameters}>; rel="next"`);
}

/** The text after the first question mark. A second one is a character of the query. */
export function queryTextOf({ url }: FastifyRequest): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}
