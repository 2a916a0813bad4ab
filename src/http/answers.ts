import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Basis } from '../store/receipt.ts';
import type { At } from '../views/at.ts';

/** An answer of a read model as JSON text, without the moment and the log that it was computed from. */
export interface Payload {
  /** A JSON object. */
  text: string;
  etag: string;
  /** The whole answer as it was sent last, and the position that it speaks of. */
  sent?: { position: number; body: string };
}

/** Weak, as the answer's bytes also hold the basis, which moves with every event of the log. */
export const payloadOf = (text: string): Payload => ({ text, etag: etagOf(text) });

export const etagOf = (text: string): string => `W/"${hash('sha256', text, 'base64url').slice(0, 27)}"`;

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const basisJson = ({ treeSize, rootHash }: Basis): { treeSize: number; rootHash: string } => ({
  treeSize,
  rootHash: hex(rootHash),
});

/** The basis of an answer that has no place for it. */
export const basisHeaders = ({ basis }: At): Record<string, string | number> => ({
  'basis-tree-size': basis.treeSize,
  'basis-root-hash': hex(basis.rootHash),
});

export const asOfJson = ({ position, recordedAt }: At): { position: number; recordedAt?: string } => ({
  position,
  ...(recordedAt === undefined ? {} : { recordedAt }),
});

/** Sends a payload with its moment and basis, or 304 where the client has it already. */
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

/** Names the next page. It is pinned to the position of this one, so that pages fit together. */
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

/** What stands behind the first question mark; a second one is a character of the query like any other. */
export function queryTextOf({ url }: FastifyRequest): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}

const keptBytesMax = 32 * 1024 * 1024;

interface Kept {
  /** The position that the answer was last asked for, and that of the scope's last event by then. */
  position: number;
  scopePosition: number;
  payload: Payload;
}

/**
 * Answers about one initiative, kept as long as nothing new happened in it: an answer is a function of its address
 * and of the initiative's events, so nothing has to be invalidated; but an erasure of names, and a swapped read model,
 * end all of it.
 */
export class KeptPayloads {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** An answer that was asked for as of this very position before. */
  known(url: string, position: number): Payload | undefined {
    const kept = this.#kept.get(url);
    return kept?.position === position ? kept.payload : undefined;
  }

  /** lastEvent: the position of the initiative's last event at or before a position. */
  async get(
    url: string,
    position: number,
    lastEvent: (position: number) => number | Promise<number>,
    compute: () => Promise<string>,
  ): Promise<Payload> {
    const kept = this.#kept.get(url);
    const scopePosition = await lastEvent(position);
    if (kept?.scopePosition === scopePosition) {
      kept.position = position;
      return kept.payload;
    }
    const payload = payloadOf(await compute());
    this.#keep(url, { position, scopePosition, payload });
    return payload;
  }

  #keep(url: string, kept: Kept): void {
    this.#drop(url);
    this.#kept.set(url, kept);
    this.#bytes += kept.payload.text.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= keptBytesMax) return;
      this.#drop(oldest);
    }
  }

  #drop(url: string): void {
    this.#bytes -= this.#kept.get(url)?.payload.text.length ?? 0;
    this.#kept.delete(url);
  }
}
