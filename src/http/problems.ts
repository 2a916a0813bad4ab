import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { problems, Refusal } from '../errors.ts';
import { setCommonHeaders } from './headers.ts';
import type { App } from './instance.ts';
import { refusalOfValidation } from './validation.ts';

/** The errors of Fastify itself that a sender can act on. Any other is a bug of ours. */
const refusalsOfFastify: Record<string, () => Refusal> = {
  FST_ERR_BAD_URL: () => new Refusal('invalid-request', 'The path is not validly percent-encoded.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new Refusal('uri-too-long', 'A part of the path is too long.'),
  FST_ERR_NOT_FOUND: () => new Refusal('not-found', 'Nothing is served at this path.'),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new Refusal('body-too-large', 'The body is larger than this path takes.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new Refusal('unsupported-media-type', 'The Content-Type is missing, or is not one that this path takes.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new Refusal('invalid-request', 'The body is not as long as Content-Length says.'),
};

/** Seconds after which it makes sense to try again, if it does. */
function retryAfterSeconds(code: Refusal['code'], status: number): number | undefined {
  if (code === 'overloaded' || status === 429) return 1;
  return status === 503 ? 5 : undefined;
}

/** Writes every error as a problem document (RFC 9457); bugs are logged here, once, and told nothing about. */
export function answerErrors(app: App): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const refusal = refusalOf(error, request);
    if (refusal === undefined) request.log.error({ err: error }, 'request failed, which is a bug');
    return sendProblem(request, reply, refusal);
  });
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
  sendProblem(request, reply, refusal);
}

/** The problem document of a refusal, or of a bug, for the request (or connection) with the id. */
export function problemOf(requestId: string, refusal: Refusal | undefined) {
  const code = refusal?.code ?? 'internal-error';
  const [status, title] = problems[code];
  return {
    type: `/problems/${code}`,
    title,
    status,
    ...(refusal && { detail: refusal.message }),
    // The occurrence: the same id stands in X-Request-Id and in the log.
    instance: `urn:uuid:${requestId}`,
    code,
    ...refusal?.members,
  };
}

function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal | undefined,
): FastifyReply {
  const problem = problemOf(request.id, refusal);
  const seconds = retryAfterSeconds(problem.code, problem.status);
  if (seconds !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', seconds);
  // As bytes, since Fastify would add a charset, which this media type does not have.
  const bytes = Buffer.from(JSON.stringify(problem));
  return reply.code(problem.status).type('application/problem+json').send(bytes);
}

function refusalOf(error: FastifyError, request: FastifyRequest): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error.validation !== undefined) return refusalOfValidation(error, request);
  // The sender is gone, and nobody reads this answer.
  if (error.code === 'ECONNRESET' && request.raw.readableAborted) {
    return new Refusal('invalid-request', 'The connection ended before the request did.');
  }
  return Object.hasOwn(refusalsOfFastify, error.code ?? '') ? refusalsOfFastify[error.code]?.() : undefined;
}
