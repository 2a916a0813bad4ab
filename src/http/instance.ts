import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Bindings, ChildLoggerOptions, Logger } from 'pino';
import { type Limits, standardLimits } from '../shapes/limits.ts';
import type { App } from './app.ts';
import { withoutBase } from './base-path.ts';
import type { CertificateFiles } from './certificate.ts';
import { Metrics } from './metrics/metrics.ts';
import { answerClientError } from './plugins/client-error.ts';
import { partCharactersMax } from './plugins/paths.ts';
import { answerFrameworkError } from './plugins/problems.ts';
import { parentOf } from './trace-parent.ts';

/** An instance with its limits set, before any route, hook or schema. certificate: with it, it serves https. */
export function createInstance(
  log: Logger | false,
  trustProxy: string[] = [],
  basePath = '',
  certificate?: CertificateFiles,
  limits: Limits = standardLimits,
): App {
  const server = {
    requestTimeout: limits.requestMs,
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
    maxHeaderSize: 32_768,
    // A missing Host gets our own answer. A repeated one is joined, instead of being ignored, and then fits no rule.
    requireHostHeader: false,
    joinDuplicateHeaders: true,
  };
  const app = fastify({
    ...(log === false ? { logger: false } : loggedTo(log)),
    logController: new OneLineARequest(),
    ...(trustProxy.length > 0 && { trustProxy }),
    ...(basePath !== '' && { rewriteUrl: ({ url = '' }: IncomingMessage) => withoutBase(basePath, url) }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    routerOptions: { maxParamLength: partCharactersMax },
    // Answers are written without a serializer from the schema: it would be slower for unions, and would silently drop fields that
    // the schema forgot. Tests compare answers with the schemas instead. Set here, as a plugin's scope forgets what is set later.
    schemaController: {
      compilersFactory: { buildSerializer: () => () => (answer) => JSON.stringify(answer) },
    },
    ...(certificate ? { https: { ...server, ...certificate, handshakeTimeout: 10_000 } } : { http: server }),
    // While closing, lifecycle.ts answers with a problem document.
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = 10_000;
  app.decorate('limits', limits);
  app.decorate('metrics', new Metrics());
  // The same instance: App names the logger by what routes may use of it, where Fastify infers pino's own type.
  return app as unknown as App;
}

/**
 * What a sender writes does not get into the log, as it may be a name or a token: of its address the route, of its headers the
 * trace that it is part of.
 */
const loggedTo = (log: Logger) => ({
  loggerInstance: log.child(
    {},
    {
      serializers: {
        req: ({ method, routeOptions, ip, socket }: FastifyRequest) => ({
          method,
          route: routeOptions.url,
          remoteAddress: ip,
          remotePort: socket?.remotePort,
        }),
      },
    },
  ) as FastifyBaseLogger,
  childLoggerFactory: (
    logger: FastifyBaseLogger,
    bindings: Bindings,
    options: ChildLoggerOptions,
    { headers }: IncomingMessage,
  ): FastifyBaseLogger => {
    const parent = parentOf(headers);
    return logger.child(parent ? { ...bindings, traceId: parent.traceId } : bindings, options);
  },
});

/** Logs one line a request, when it is answered. */
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
