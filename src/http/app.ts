import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { Limits } from '../shapes/limits.ts';

/** The Fastify instance that plugins and routes are written against: a TypeBox schema gives a handler its types. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyInstance {
    /** See `basePathOf`. Addresses that an answer has in its body begin with it. */
    basePath: string;
    /** Where others find it, without the base path; undefined: only a request tells. */
    publicOrigin: string | undefined;
    limits: Limits;
  }
}
