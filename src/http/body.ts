import { MIMEType } from 'node:util';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';
import { parseJson } from '../ledger/json.ts';
import { type App, bodyBytesMax } from './instance.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it arrived, for fingerprints; null where the request had none. */
    rawBody: Buffer | null;
  }
}

/** Takes application/json in UTF-8 and no other media type; a route that takes more adds its own parser. */
export function acceptJson(app: App): void {
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      requireUtf8(request.headers['content-type']);
      request.rawBody = bytes;
      return parseJson(bytes);
    },
  );
  // The size is checked before the media type; Fastify would do it the other way round.
  app.addHook('onRequest', (request, _reply, done) => {
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > bodyBytesMax && length > request.routeOptions.bodyLimit)
      done(new Refusal('body-too-large', 'The body is larger than this path takes.'));
    else done();
  });
}

/** Throws a Refusal where the media type names another charset. */
export function requireUtf8(contentType: string | undefined): void {
  if (contentType === undefined || contentType === 'application/json') return;
  const charset = new MIMEType(contentType).params.get('charset') ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) {
    throw new Refusal('unsupported-media-type', 'The body is sent in UTF-8, not in another charset.');
  }
}
