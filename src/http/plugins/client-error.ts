import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../../errors.ts';
import { uploads } from '../wire/upload.ts';
import { problemOf } from './problems.ts';

/** To import it as a module would load all that it can export, such as WebSocket, at each start. */
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** Fastify's own type says that the packet was turned into JSON, which it was not. */
type ConnectionError = Error & { code?: string; rawPacket?: unknown };

/**
 * Answers on the bare socket if bytes never became a request: bad HTTP, headers that are too long, or a request that did not
 * arrive in time. The connection ends, because nobody can tell where the next request would begin.
 */
export function answerClientError(this: unknown, error: ConnectionError, socket: Socket): void {
  // Uploads have a time-out of their own.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && uploads.has(socket)) return;
  // Where TLS was not begun, nothing can be said in it.
  const isOfTls = error.code?.startsWith('ERR_SSL') === true;
  if (isOfTls || error.code === 'ECONNRESET' || !socket.writable || hasAnswerUnderWay(socket)) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const refusal = refusalOf(error);
  // Fastify calls this with itself as `this`, but its types do not say so.
  const { log, basePath, safetyHeaders, metrics } = this as FastifyInstance;
  metrics.refused(refusal.code);
  // Without the packet, which may have a token in it.
  log.debug({ reqId: requestId, reason: error.code }, refusal.message);
  const body = JSON.stringify(problemOf(basePath, requestId, refusal));
  socket.write(
    [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      ...safetyHeaders.map((header) => header.join(': ')),
      'Cache-Control: no-store',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  socket.destroySoon();
}

function refusalOf(error: ConnectionError): Refusal {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal('request-timeout', 'The request did not arrive in time.');
    case 'HPE_HEADER_OVERFLOW':
      if (hasLongAddress(error.rawPacket)) return new Refusal('uri-too-long', 'The address is too long.');
      return new Refusal('headers-too-large', 'Request line and headers may have 32,768 bytes together.');
    default:
      return new Refusal('invalid-request', 'The request is not valid HTTP/1.1.');
  }
}

/** Node does not distinguish a long address from long headers. A packet that begins with the request shows which it is. */
function hasLongAddress(packet: unknown): boolean {
  return Buffer.isBuffer(packet) && /^[A-Z]+ [^\r\n ]{8000}/.test(packet.toString('latin1'));
}

/** A client would take a second status line in the middle of an answer for a part of the answer. */
function hasAnswerUnderWay(socket: Socket): boolean {
  // Node keeps the response that is being written here, and reads it from the same place before its own 400.
  const { _httpMessage: response } = socket as Socket & { _httpMessage?: ServerResponse | null };
  return response?.headersSent === true;
}
