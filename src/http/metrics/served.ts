import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Type } from 'typebox';
import type { App } from '../app.ts';
import { isOfThisMachine } from '../plugins/access.ts';
import { answerOf } from '../plugins/openapi.ts';

/** To import it as a module would load all that it can export, such as WebSocket, at each start. */
const { createServer } = process.getBuiltinModule('node:http');

/** `GET /metrics`, for whoever administers all. */
export function serveMetrics(app: App): void {
  const { metrics } = app;
  app.get(
    '/metrics',
    {
      config: { access: 'administer', evenLate: true },
      // Monitors ask every few seconds, so only failures are logged.
      logLevel: 'warn',
      schema: {
        operationId: 'getMetrics',
        summary: 'What the service does, in numbers',
        description:
          'Metrics in the text format of Prometheus. METRICS_PORT serves them on this machine without credentials.',
        tags: ['operations'],
        response: { 200: answerOf('The metrics', { 'text/plain': Type.String() }) },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.scrape()),
  );
}

/**
 * Serves the metrics, and nothing else, without credentials until the app closes. On this machine alone: a Prometheus elsewhere
 * has a token for `/metrics`, and a port that is open to a network would have to be guarded once more. Rejects with the error of
 * the system where it can't listen.
 */
export async function serveMetricsOn(app: App, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(app, request, response).catch((err: unknown) => {
      app.log.error({ err }, 'the metrics could not be collected, which is a bug');
      response.writeHead(500).end();
    });
  });
  app.closing.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function answer(
  { metrics }: App,
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A page in a browser on this machine could have its own name point here.
  if (!isOfThisMachine(headers.host)) response.writeHead(403).end();
  else if (url.split('?', 1)[0] !== '/metrics') response.writeHead(404).end();
  else if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
  else response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.scrape());
}
