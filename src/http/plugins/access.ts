import { isIP } from 'node:net';
import type { FastifyRequest, RouteOptions } from 'fastify';
import { type Access, rightNeeded } from '../../access/access.ts';
import { may } from '../../access/rights.ts';
import { seesAllOf } from '../../access/visible.ts';
import { Refusal } from '../../errors.ts';
import { missing, notRegistered } from '../../ledger/authorize.ts';
import { everyInitiative } from '../../shapes/grant.ts';
import type { App } from '../app.ts';
import { type Caller, type Credentials, nobody } from '../authentication.ts';
import { type Limits, limitAccess } from './limits.ts';

const allowedHost = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?$/i;

/** Whether a request names this machine as its host. */
export const isOfThisMachine = (host: string | undefined): boolean => allowedHost.test(host ?? '');

const proxyHeader = /^(forwarded|via|x-real-ip|x-forwarded-.*)$/;

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route, in the order in which they were added. */
    routesServed: readonly RouteOptions[];
  }
  interface FastifyRequest {
    /** Who asks; where nobody need be known, perhaps nobody is. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Each route declares it; the application does not start otherwise. */
    access?: Access;
  }
}

/** Who asks. */
export interface AccessOptions {
  /** See `Authentication.callerBy`. */
  callerBy: (headers: Credentials) => Promise<Caller | undefined>;
  /** Whether nobody need be known, as far as it is known without asking. */
  isOpen: () => boolean;
  /** What one may take of the service, where somebody has to be known; by default any amount. */
  limits?: Limits;
}

/**
 * Refuses requests that may not have what their route needs. Must be called before any route is added: it collects the routes,
 * and the application does not start while one of them does not declare its access. publicHost: the host, with its port, by which
 * others know the service.
 */
export async function requireAccess(
  app: App,
  { callerBy, isOpen, limits }: AccessOptions,
  publicHost: string | undefined,
): Promise<void> {
  const routes: RouteOptions[] = [];
  app.decorate('routesServed', routes);
  // Set by the hook below, before anybody reads it.
  app.decorateRequest('caller');
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  app.addHook('onReady', (done) => {
    const undeclared = routes.filter(({ config }) => config?.access === undefined);
    if (undeclared.length === 0) return done();
    const names = undeclared.map(({ method, url }) => `${method} ${url}`).join(', ');
    done(new Error(`These routes do not declare the access that they need: ${names}.`));
  });
  cutOff(app, callerBy);
  const limited = limits && (await limitAccess(app, limits));
  app.addHook('onRequest', async (request, reply) => {
    try {
      // What needs nothing is answered while the database is away, too.
      const needsNothing = accessOf(request) === 'nothing';
      const caller = needsNothing ? undefined : await callerBy(request.headers);
      if (isOpen()) refuseStrangers(request);
      else refuseOtherNames(request, publicHost);
      request.caller = caller ?? nobody;
      if (!isOpen()) await limited?.count(request, reply);
      decide(request, caller);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'unauthenticated') {
        if (hasCredentials(request)) {
          app.metrics.sawWrongCredentials();
          await limited?.countFailure(request, reply);
        }
        // RFC 6750, section 3.
        reply.header('www-authenticate', 'Bearer realm="milestone-ledger"');
      }
      throw error;
    }
  });
}

/**
 * Cuts off requests that go on, such as streams and exports, when whoever asked may have them no more: within twice this time, on
 * every instance.
 */
const askAgainMs = 1_500;

function cutOff(app: App, callerBy: AccessOptions['callerBy']): void {
  const askAgain = async (): Promise<void> => {
    for (const [request, sinceMs] of app.underWay) {
      if (performance.now() - sinceMs < askAgainMs) continue;
      try {
        const caller = await callerBy(request.headers);
        decide(request, caller);
        // What it was begun with, it goes on with.
        if (caller && seesAllOf(caller.visible, request.caller.visible)) continue;
        throw new Refusal('forbidden', 'Something may be read no more.');
      } catch (error) {
        // While the database is away nobody knows, and what is open stays so.
        if (!(error instanceof Refusal) || error.status >= 500) continue;
        request.log.info({ reason: error.message }, 'cut off, as the right to it ended');
        // As if the other side had gone away, which everything that goes on knows how to end by.
        request.raw.socket.destroy();
      }
    }
  };
  const timer = setInterval(() => void askAgain(), askAgainMs).unref();
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    done();
  });
}

const hasCredentials = ({ headers }: FastifyRequest): boolean => headers.authorization !== undefined;

/** A path without a route needs nothing. */
const accessOf = ({ routeOptions }: FastifyRequest): Access => routeOptions.config?.access ?? 'nothing';

/** Decides alone who may have what. Throws a Refusal. */
function decide(request: FastifyRequest, caller: Caller | undefined): void {
  const { params, query } = request;
  const access = accessOf(request);
  if (access === 'nothing') return;
  if (!caller) throw new Refusal('unauthenticated', 'Send a token: nobody is known without.');
  if (access === 'principal') return;
  const named = (from: unknown) => (from as { initiativeId?: string } | undefined)?.initiativeId;
  // What is read may be chosen by the query; what it names is all that the answer tells of.
  const initiativeId = named(params) ?? (access === 'read' || access === 'export' ? named(query) : undefined);
  // Of several initiatives whoever asks is told of those that they may read.
  if (access === 'read' && initiativeId === undefined) return;
  const right = rightNeeded(access, initiativeId);
  if (may(caller.grants, right, initiativeId)) return;
  if (initiativeId === undefined || may(caller.grants, 'read', initiativeId))
    throw missing(right, initiativeId ?? everyInitiative);
  throw notRegistered(initiativeId);
}

/** Declares the access of all routes that are added to a scope afterwards. For routes of others, which can't say it themselves. */
export function declareAccess(scope: Pick<App, 'addHook'>, access: Access): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, access };
  });
}

/**
 * While the ledger has no authentication it is open: a request from this machine has every right, and any other request has none,
 * not even to what needs nothing. To listen on loopback is not enough for that: a page in a browser on this machine can have its
 * own name point here (DNS rebinding), and a proxy can let others in.
 */
function refuseStrangers({ headers, raw }: FastifyRequest): void {
  if (!isOfThisMachine(headers.host))
    throw new Refusal('host-not-allowed', 'Use localhost, 127.0.0.1 or [::1] as the host name.');
  for (const name in headers) {
    if (proxyHeader.test(name))
      throw new Refusal('proxied-request', `The header ${name} shows that the request came through a proxy.`);
  }
  // Requests to a proxy have a whole URL as their target (RFC 9112, section 3.2.2), which would overrule Host.
  if (!raw.url?.startsWith('/') && raw.url !== '*')
    throw new Refusal('proxied-request', 'The request names a whole URL, as requests to a proxy do.');
}

/**
 * A page elsewhere can have a name of its own point here (DNS rebinding), and what it reads by that name is its own. It can't do so
 * with an address. So without PUBLIC_URL there is no name but those of this machine.
 */
function refuseOtherNames({ host }: FastifyRequest, publicHost: string | undefined): void {
  if (isOfThisMachine(host) || host.toLowerCase() === publicHost) return;
  if (publicHost !== undefined) throw new Refusal('host-not-allowed', `This service is ${publicHost}.`);
  if (isAddress(host)) return;
  throw new Refusal('host-not-allowed', 'This service has no name: PUBLIC_URL is not set.');
}

/** Whether a host is an IP address, with a port or without one. */
function isAddress(host: string): boolean {
  const [, v6, v4] = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?$/i.exec(host) ?? [];
  return isIP(v6 ?? '') === 6 || isIP(v4 ?? '') === 4;
}
