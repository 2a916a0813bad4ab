import { type AddressInfo, connect, type Socket } from 'node:net';
import { pino } from 'pino';
import type { Test } from 'tap';
import { Type } from 'typebox';
import { type App, type AppOptions, buildApp } from '../../src/app.ts';
import { Refusal } from '../../src/errors.ts';
import { declareAccess } from '../../src/http/plugins/access.ts';

export interface LogLine {
  level: number;
  msg: string;
  reqId?: string;
  [key: string]: unknown;
}

export interface Shell {
  app: App;
  lines: LogLine[];
  /** Lets the requests to /slow end. */
  release: () => void;
  /** Resolves when the first request to /slow is under way. */
  slowIsUnderWay: Promise<void>;
}

/** The shell with a few routes of its own, and its log in memory. Closes itself. */
export async function buildShell(t: Test, options: Partial<AppOptions> = {}): Promise<Shell> {
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const slow = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const routes = (app: App) => addRoutes(app, slow.promise, arrived.resolve);
  const app = await buildApp({ log, routes, ready: () => [], ...options });
  t.teardown(() => {
    slow.resolve();
    return app.close();
  });
  return { app, lines, release: slow.resolve, slowIsUnderWay: arrived.promise };
}

function addRoutes(app: App, slow: Promise<void>, arrived: () => void): void {
  declareAccess(app, 'nothing');
  const strict = { additionalProperties: false };
  const body = Type.Object(
    {
      title: Type.Optional(Type.String({ maxLength: 20 })),
      count: Type.Integer(),
      'a/b': Type.Optional(Type.Null()),
    },
    strict,
  );
  app.post('/echo', { schema: { body } }, (request) => ({
    body: request.body,
    raw: request.rawBody?.toString('base64'),
  }));
  app.post('/any', (request) => ({ body: request.body }));
  app.get(
    '/items/:id',
    {
      schema: {
        params: Type.Object({ id: Type.String({ pattern: '^[a-z-]{1,63}$' }) }, strict),
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1 })),
            tags: Type.Optional(Type.Array(Type.String())),
          },
          strict,
        ),
      },
    },
    (request) => ({ ...request.params, ...request.query }),
  );
  app.get('/refused', () => {
    throw new Refusal('version-conflict', 'It is at version 3.', { actualVersion: 3 });
  });
  app.get('/overloaded', () => {
    throw new Refusal('overloaded', 'Too much.');
  });
  app.get('/bug', () => {
    throw new Error('SELECT secret FROM table');
  });
  app.get('/slow', async () => {
    arrived();
    await slow;
    return { done: true };
  });
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(app: App): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

export interface RawConnection {
  socket: Socket;
  /** All that the server sends until it ends the connection. */
  received: Promise<string>;
}

/** A connection without an HTTP client in between. */
export function openSocket(t: Test, port: number): RawConnection {
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  const received = new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    // A reset after the answer is fine: what counts is the answer.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  return { socket, received };
}
