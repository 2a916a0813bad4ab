import { MIMEType } from 'node:util';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../errors.ts';
import { parseJson } from '../../shapes/json.ts';
import type { App } from '../app.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of the body, for fingerprints; null if the request had none. */
    rawBody: Buffer | null;
  }
}

/** Accepts application/json in UTF-8 and no other media type. A route that accepts more adds its own parser. */
export function acceptJson(app: App): void {
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      requireUtf8(request.headers['content-type']);
      request.rawBody = bytes;
      return parseJson(bytes, undefined, app.limits.levels);
    },
  );
  // Checks the size before the media type; Fastify does it the other way round.
  app.addHook('onRequest', (request, reply, done) => {
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > app.limits.bodyBytes && length > request.routeOptions.bodyLimit)
      return done(new Refusal('body-too-large', 'The body is larger than this path accepts.'));
    const encoding = encodingOf(request);
    if (encoding === undefined) return done();
    // RFC 9110, section 12.5.3: in this answer it says what the body may be encoded with.
    reply.header('accept-encoding', 'identity');
    done(new Refusal('unsupported-media-type', `Send the body without encoding, not with ${encoding}.`));
  });
}

/** The header that says that the body is encoded; undefined if none does. The ledger decodes nothing. */
function encodingOf({ headers }: FastifyRequest): string | undefined {
  const own = /^(identity|chunked)?$/i;
  const isEncoded = (value = ''): boolean => !value.split(',').every((coding) => own.test(coding.trim()));
  const { 'content-encoding': content, 'transfer-encoding': transfer } = headers;
  if (isEncoded(content)) return `Content-Encoding: ${content}`;
  return isEncoded(transfer) ? `Transfer-Encoding: ${transfer}` : undefined;
}

/** Throws a Refusal if the media type names another charset. */
export function requireUtf8(contentType: string | undefined): void {
  if (contentType === undefined || contentType === 'application/json') return;
  const charset = new MIMEType(contentType).params.get('charset') ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) {
    throw new Refusal('unsupported-media-type', 'Send the body in UTF-8, not in another charset.');
  }
}
