import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ProblemPart, problems, Refusal } from '../../errors.ts';
import { partOf } from '../../ledger/shape.ts';
import { orUnavailable } from '../../store/sqlite/faults.ts';
import type { App } from '../app.ts';
import { setCommonHeaders } from './headers.ts';

/** The errors of Fastify that a sender can act on. Any other error is a bug of ours. */
const refusalsOfFastify: Record<string, () => Refusal> = {
  FST_ERR_BAD_URL: () => new Refusal('invalid-request', 'The path is not validly percent-encoded.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new Refusal('uri-too-long', 'A part of the path is too long.'),
  FST_ERR_NOT_FOUND: () => new Refusal('not-found', 'Nothing is served at this path.'),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new Refusal('body-too-large', 'The body is larger than this path accepts.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new Refusal('unsupported-media-type', 'The Content-Type is missing, or this path does not accept it.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new Refusal('invalid-request', 'The length of the body differs from Content-Length.'),
};

/** Seconds for Retry-After; undefined if another attempt makes no sense. */
function retryAfterSeconds(code: Refusal['code'], status: number): number | undefined {
  if (code === 'overloaded' || status === 429) return 1;
  return status === 503 ? 5 : undefined;
}

/** Writes every error as a problem document (RFC 9457). A bug is logged here, once, and answered without detail. */
export function answerErrors(app: App): void {
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    sendProblem(reply, problemAnswer(error, request, reply)),
  );
}

/** What is answered to an error; what the operator has to know of it is logged. */
export function problemAnswer(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const refusal = refusalOf(error, request);
  if (refusal === undefined) request.log.error({ err: error }, 'request failed, which is a bug');
  // The message of the storage is for the operator, not for the sender.
  else if (refusal.cause !== undefined) request.log.warn({ err: refusal.cause }, 'the storage failed');
  return problemFor(request, reply, refusal);
}

/** Errors of the router come before any hook runs, and bypass the error handler. */
export function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const refusal = refusalOf(error, request);
  if (refusal === undefined) request.log.error({ err: error }, 'routing failed, which is a bug');
  setCommonHeaders(request, reply.code(refusal?.status ?? 500));
  sendProblem(reply, problemFor(request, reply, refusal));
}

/** The problem document of a refusal or a bug, for the request or connection with this id. */
export function problemOf(basePath: string, requestId: string, refusal: Refusal | undefined) {
  const code = refusal?.code ?? 'internal-error';
  const [status, title] = problems[code];
  return {
    type: `${basePath}/problems/${code}`,
    title,
    status,
    ...(refusal && { detail: refusal.message }),
    // The occurrence: X-Request-Id and the log have the same id.
    instance: `urn:uuid:${requestId}`,
    code,
    ...refusal?.members,
  };
}

type Problem = ReturnType<typeof problemOf>;

function problemFor(request: FastifyRequest, reply: FastifyReply, refusal: Refusal | undefined): Problem {
  const problem = problemOf(reply.server.basePath, request.id, refusal);
  reply.server.metrics.refused(problem.code);
  const seconds = retryAfterSeconds(problem.code, problem.status);
  if (seconds !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', seconds);
  return problem;
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  // Sent as bytes, because Fastify would add a charset, which this media type does not have.
  const bytes = Buffer.from(JSON.stringify(problem));
  return reply.code(problem.status).type('application/problem+json').send(bytes);
}

function refusalOf(error: FastifyError, request: FastifyRequest): Refusal | undefined {
  if (error instanceof Refusal) return error;
  const storage = orUnavailable(error);
  if (storage instanceof Refusal) {
    request.log.warn({ err: error }, 'the storage could not be read');
    return storage;
  }
  if (error.validation !== undefined) return refusalOfValidation(error, request);
  // The sender is gone; nobody reads this answer.
  if (error.code === 'ECONNRESET' && request.raw.readableAborted) {
    return new Refusal('invalid-request', 'The connection ended before the request did.');
  }
  return Object.hasOwn(refusalsOfFastify, error.code ?? '') ? refusalsOfFastify[error.code]?.() : undefined;
}

/**
 * The refusal of a request that does not fit its schema. A wrong body is `invalid-body`, with pointers into it. A wrong query or
 * header is `invalid-request`, with pointers such as `/query/limit`. A wrong path parameter is `not-found`, because it names nothing.
 */
function refusalOfValidation(error: FastifyError, request: FastifyRequest): Refusal {
  const parts = (error.validation ?? []).map(partOf);
  switch (error.validationContext) {
    case 'body':
      if (request.rawBody === null) return new Refusal('malformed-json', 'The body is empty.');
      return new Refusal('invalid-body', sentence(parts, 'The body'), { errors: parts });
    case 'params':
      return new Refusal('not-found', sentence(parts, 'The path'));
    default: {
      const place = error.validationContext === 'headers' ? '/headers' : '/query';
      const placed = parts.map((part) => ({ ...part, pointer: place + part.pointer }));
      return new Refusal('invalid-request', sentence(placed, 'The request'), { errors: placed });
    }
  }
}

function sentence(parts: ProblemPart[], whole: string): string {
  const [first] = parts;
  if (first === undefined) return `${whole} is not valid.`;
  return `${first.pointer === '' ? whole : first.pointer} ${first.detail}.`;
}
