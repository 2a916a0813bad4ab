import type { FastifyError, FastifyRequest } from 'fastify';
import { type TProperties, Type } from 'typebox';
import { noGrants } from '../../access/rights.ts';
import type { Alternate, Page, PageAsked, PageFile, Pages, Reader } from '../../answers/page.ts';
import { wholeText } from '../../reading/computed.ts';
import type { Reading } from '../../reading/tasks.ts';
import { closed } from '../../shapes/fields.ts';
import { newestCheckpoint } from '../../signer/checkpoints.ts';
import { type AtQuery, resolveAt } from '../../views/at.ts';
import type { App } from '../app.ts';
import { originFor } from '../base-path.ts';
import type { Ledger } from '../ledger.ts';
import { pagePolicy } from '../plugins/headers.ts';
import { problemAnswer } from '../plugins/problems.ts';
import { goneOf } from '../wire/gone.ts';
import { queryTextOf, sendComputed } from '../wire/payload.ts';
import { routesOf } from './access.ts';
import { type AnswerSender, schemaOf } from './answers.ts';

/** For a year: the address of a file changes with what it holds. */
const forEver = 'public, max-age=31536000, immutable';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It answers with a page for people. */
    isPage?: boolean;
  }
}

/** The pages for people, what they load, and the answers that they show under addresses of their own. */
export function pageRoutes(
  app: App,
  ledger: Ledger,
  sender: AnswerSender,
  reading: Reading,
  { pages, files, assets, refusal }: Pages,
): void {
  for (const { path, type, bytes } of assets)
    app.get(path, { config: { access: 'nothing' }, schema: { hide: true } }, (_request, reply) =>
      reply.header('cache-control', forEver).type(type).send(bytes),
    );

  app.register(async (scope: App) => {
    scope.addHook('onSend', (_request, reply, _payload, done) => {
      reply.header('content-security-policy', pagePolicy);
      done();
    });
    // A form also sends the fields that were left empty. Before the query is checked, as '' is no number.
    scope.addHook('onRequest', (request, _reply, done) => {
      const query = request.query as { [name: string]: unknown };
      for (const [name, given] of Object.entries(query)) {
        const filled = [given].flat().filter((value) => value !== '');
        if (filled.length === 0) delete query[name];
        else if (Array.isArray(given)) query[name] = filled;
      }
      done();
    });
    scope.setErrorHandler<FastifyError>((error, request, reply) => {
      const problem = problemAnswer(error, request, reply);
      const html = refusal(problem, { ...addressOf(request), reader: readerOf(request) });
      return reply.code(problem.status).type(htmlType).send(html);
    });
    for (const page of pages) servePage(scope, page);
  });
  for (const file of files) serveFile(file);
  for (const { path, answer } of pages) {
    if (!answer) continue;
    const route = { config: { access: 'read' }, schema: { ...schemaOf(answer), hide: true } } as const;
    app.get(`${path}.json`, route, (request, reply) => sender.send(answer, request, reply));
    if (!('open' in answer)) continue;
    app.get(`${path}.csv`, route, (request, reply) => {
      request.query = { ...(request.query as object), format: 'csv' };
      return sender.send(answer, request, reply);
    });
  }

  function servePage(scope: App, page: Page): void {
    const { path, access } = page;
    scope.get(
      path,
      { config: { access, isPage: true }, schema: schemaOfPage(page) },
      async (request, reply) => {
        const alternates = alternatesOf(page, request);
        const asked = { ...(await askedBy(request)), alternates };
        // What others than readers are shown tells of rights and routes, and is short.
        const computed =
          access === 'read'
            ? await reading.compute('page', { page: path, ...asked }, goneOf(reply))
            : wholeText(htmlType, await page.html({ ...asked, ledger, routes: () => routesOf(app) }));
        const links = alternates.map(({ to, type }) => `<${to}>; rel="alternate"; type="${type}"`);
        if (links.length > 0) reply.header('link', links.join(', '));
        return sendComputed(request, reply, computed);
      },
    );
  }

  function serveFile(file: PageFile): void {
    const { path, access, policy } = file;
    app.get(path, { config: { access }, schema: schemaOfPage(file) }, async (request, reply) => {
      const asked = await askedBy(request);
      const computed = await reading.compute('file', { file: path, ...asked }, goneOf(reply));
      if (policy !== undefined) reply.header('content-security-policy', policy);
      return sendComputed(request, reply, computed);
    });
  }

  async function askedBy(request: FastifyRequest): Promise<Omit<PageAsked, 'ledger' | 'routes'>> {
    const at = await resolveAt(ledger.store, request.query as AtQuery);
    ledger.upkeep.check();
    const { position: end } = await ledger.store.head();
    const checkpoint = await newestCheckpoint(ledger.store);
    return {
      at,
      end,
      checkpoint: checkpoint && { size: checkpoint.size, signedAt: checkpoint.signed_at },
      visible: request.caller.visible,
      reader: readerOf(request),
      parameters: { ...(request.query as object), ...(request.params as object) },
      ...addressOf(request),
      origin: originFor(request),
      alternates: [],
    };
  }

  function readerOf({ caller }: FastifyRequest): Reader {
    const { authentication, login } = ledger;
    return {
      principal: caller?.known ? caller.principal : undefined,
      open: authentication.isOpen,
      canLogIn: login !== undefined,
      grants: caller?.grants ?? noGrants,
    };
  }

  const addressOf = (request: FastifyRequest) => {
    const given = queryTextOf(request)
      .split('&')
      .filter((part) => !/^[^=]*=?$/.test(part));
    const query = given.join('&');
    return { path: request.url.split('?', 1)[0] ?? '/', query, base: app.basePath };
  };
}

const htmlType = 'text/html; charset=utf-8';

function schemaOfPage({ path, parameters }: { path: string; parameters: TProperties }) {
  const ofPath = ([name]: [string, unknown]) => path.split(/[/.]/).includes(`:${name}`);
  const all = Object.entries(parameters);
  return {
    // For people, and no part of the API.
    hide: true,
    params: Type.Object(Object.fromEntries(all.filter(ofPath)), closed),
    querystring: Type.Object(Object.fromEntries(all.filter((one) => !ofPath(one))), closed),
  };
}

/** What a page is there as, too, with the part of its query that each takes. */
function alternatesOf({ path, answer, files = [] }: Page, request: FastifyRequest): Alternate[] {
  const asked = [...new URLSearchParams(queryTextOf(request))];
  const parts = request.params as { [name: string]: string };
  const addressOf = (template: string, takes: TProperties): string => {
    const query = new URLSearchParams(asked.filter(([name]) => Object.hasOwn(takes, name))).toString();
    // Parts of a path are slugs.
    const path = template.replace(/:(\w+)/g, (_, name) => parts[name] ?? '');
    return query === '' ? path : `${path}?${query}`;
  };
  return [
    ...(answer ? [{ to: addressOf(`${path}.json`, answer.parameters), type: 'application/json' }] : []),
    ...(answer && 'open' in answer
      ? [{ to: addressOf(`${path}.csv`, answer.parameters), type: 'text/csv' }]
      : []),
    ...files.map(({ path, parameters, type, title }) => ({ to: addressOf(path, parameters), type, title })),
  ];
}
