import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Basis } from '../../store/receipt.ts';
import { type At, asOfJson } from '../../views/at.ts';

/** An answer of a read model as JSON text, without its moment and basis. */
export interface Payload {
  /** A JSON object. */
  text: string;
  etag: string;
  /** The whole answer as it was sent last, and its position. */
  sent?: { position: number; body: string };
}

/** A weak ETag, because the bytes of the answer contain the basis, which moves with every event of the log. */
export const payloadOf = (text: string): Payload => ({ text, etag: etagOf(text) });

export const etagOf = (text: string): string => `W/"${hash('sha256', text, 'base64url').slice(0, 27)}"`;

export const basisJson = ({ treeSize, rootHash }: Basis): { treeSize: number; rootHash: string } => ({
  treeSize,
  rootHash: rootHash.toHex(),
});

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
  return sendTagged(request, reply, 'application/json; charset=utf-8', payload.etag, () => {
    if (payload.sent?.position !== at.position)
      payload.sent = { position: at.position, body: bodyOf(payload, at) };
    return payload.sent.body;
  });
}

function bodyOf({ text }: Payload, at: At): string {
  const provenance = `"asOf":${JSON.stringify(asOfJson(at))},"basis":${JSON.stringify(basisJson(at.basis))}}`;
  return text === '{}' ? `{${provenance}` : `${text.slice(0, -1)},${provenance}`;
}

export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  type: string,
  etag: string,
  body: () => string,
): FastifyReply {
  reply.header('etag', etag);
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type(type).send(body());
}

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
