import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../errors.ts';
import type { App } from '../app.ts';
import { isPreflight, preflightHeaders } from './cors.ts';

/** RFC 9110 requires at least 8,000. */
const addressCharactersMax = 8_000;

/** Characters of one part of a path, or of all parts of a wildcard. An id has at most 63, each of which may arrive as %xx. */
export const partCharactersMax = 200;

/**
 * Refuses requests that no route serves, before it reads their body: 404, or 405 with Allow if the path serves other methods. No
 * route serves OPTIONS, so it answers preflights too, with the methods that the path serves.
 * Call it before any route is added, because it collects them.
 */
export function answerUnknownPaths(app: App): void {
  const served: { pattern: RegExp; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    served.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = refusalOfAddress(request);
    if (refusal !== undefined) return done(refusal);
    if (!request.is404) return done();
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = served.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    if (methods.length === 0) return done(notFound(request));
    const allowed = [...new Set(methods)].sort().join(', ');
    if (isPreflight(app, request)) return void reply.code(204).headers(preflightHeaders(allowed)).send();
    reply.header('allow', allowed);
    done(new Refusal('method-not-allowed', `This path serves ${allowed}, not ${request.method}.`));
  });
  // For a route that finds nothing, such as a missing file of /docs.
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
}

function notFound(request: FastifyRequest): Refusal {
  return new Refusal('not-found', `Nothing is served at ${request.originalUrl.split('?', 1)[0]}.`);
}

function refusalOfAddress(request: FastifyRequest): Refusal | undefined {
  const { url } = request;
  if (url.length > addressCharactersMax) {
    return new Refusal('uri-too-long', `An address may have ${addressCharactersMax} characters.`);
  }
  // The router bounds each part of a path, but not the parts of a wildcard.
  const { '*': rest = '' } = (request.params ?? {}) as { '*'?: string };
  if (Buffer.byteLength(rest) > partCharactersMax) {
    return new Refusal('uri-too-long', 'A part of the path is too long.');
  }
  // No text in the ledger may contain NUL, and PostgreSQL refuses to compare with it.
  if (url.includes('%00'))
    return new Refusal('invalid-request', 'An address may not contain the character NUL.');
  return namesNothing(url) ? notFound(request) : undefined;
}

/**
 * Whether a part of the path is one that no path of ours has: an empty part before the end, one or two dots, a separator of
 * parts, or a control character. So a route that takes the rest of a path for a file name meets none of these.
 */
function namesNothing(url: string): boolean {
  const [path = ''] = url.split(/[?#]/, 1);
  if (plainPath.test(path)) return false;
  const [, ...parts] = path.split('/');
  return parts.some((encoded, i) => {
    const part = decoded(encoded);
    if (part === '') return i < parts.length - 1;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are meant.
    return part === undefined || /^\.\.?$|[/\\\x00-\x1f\x7f]/.test(part);
  });
}

/** As most paths are: nothing is encoded, and no part begins with a dot. */
const plainPath = /^(?:\/[a-z0-9][a-z0-9.-]*)+$/i;

/** undefined if the text is not validly percent-encoded. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Fastify's pattern of a path (`/a/:id`, `/a/:id.json`, `/a/*`) as an expression. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return `[^/]+${RegExp.escape(part.replace(/^:\w+/, ''))}`;
    return part === '*' ? '.*' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
