import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Format } from 'ajv';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
  type RawServerDefault,
} from 'fastify';
import type { Logger } from 'pino';
import { answerClientError } from './client-error.ts';
import { answerFrameworkError } from './problems.ts';
import { validatorFactory } from './validators.ts';

/** The Fastify instance that routes are written against: a TypeBox schema gives a handler its types. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export const bodyBytesMax = 1_048_576;

/** An instance with its limits set, before any route, hook or schema. */
export function createInstance(log: Logger | false, formats: Record<string, Format> = {}): App {
  const app = fastify({
    ...(log === false ? { logger: false } : { loggerInstance: log as FastifyBaseLogger }),
    logController: new OneLineARequest(),
    genReqId: () => randomUUID(),
    bodyLimit: bodyBytesMax,
    requestTimeout: 30_000,
    // Ids have at most 63 characters, each of which may arrive as %xx.
    routerOptions: { maxParamLength: 200 },
    http: {
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 32_768,
      // A missing Host gets our own answer; a doubled one is joined and then fits no rule, instead of being ignored.
      requireHostHeader: false,
      joinDuplicateHeaders: true,
    },
    // While closing, lifecycle.ts answers with a problem document.
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    schemaController: { compilersFactory: { buildValidator: validatorFactory(formats) } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = 10_000;
  // Answers are written as they are. A serializer made from the schema would be slower for unions, and would drop
  // fields that the schema forgot without a word; tests compare answers with the schemas instead.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  // The same instance: App names the logger by what routes may use of it, where Fastify infers pino's own type.
  return app as unknown as App;
}

/** Half the log volume: what came in is said when it is answered. */
class OneLineARequest extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = { req: request, res: reply, responseTime: reply.elapsedTime };
    if (error) reply.log.warn({ ...line, err: error }, 'request broken off');
    else reply.log.info(line, 'request completed');
  }
}
