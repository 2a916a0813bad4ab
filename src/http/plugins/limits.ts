import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../errors.ts';
import type { App } from '../app.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its requests go on for long, and one principal has only some of them at once. */
    long?: boolean;
    /** It asks the identity provider who somebody is. */
    signsIn?: boolean;
  }
}

export interface Limits {
  /** Requests of a principal in a minute, or of an address of which nobody is known; 0: any number. */
  requestsPerMinute: number;
  /** Streams, exports and imports of a principal, or of such an address, that are open at once. */
  longRequests: number;
}

const minuteMs = 60_000;
/** Wrong credentials from an address in a minute. Right ones still pass: others may have the same address. */
const failuresPerMinute = 60;
/** Principals and addresses that are counted at once; the ones that were quiet longest are forgotten. */
const countedMax = 20_000;

/** What the hook that knows who asks calls. */
export interface AccessLimits {
  /** Counts a request of whoever is known by now. Throws Refusal `too-many-requests`. */
  count: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Counts wrong credentials. Throws Refusal `too-many-requests`. */
  countFailure: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

/**
 * What one principal may take from the others, where somebody has to be known. The headers are those of
 * draft-ietf-httpapi-ratelimit-headers-10: q requests in w seconds, of which r are left for t seconds.
 */
export async function limitAccess(
  app: App,
  { requestsPerMinute, longRequests }: Limits,
): Promise<AccessLimits> {
  await app.register(rateLimit, { global: false, cache: countedMax, timeWindow: minuteMs });
  const take = app.createRateLimit({ max: requestsPerMinute, keyGenerator: whoOf });
  const fail = app.createRateLimit({ max: failuresPerMinute });
  const requireFewFailures = async (request: FastifyRequest, reply: FastifyReply, increment: boolean) => {
    const failed = await fail(request, { increment });
    if (!failed.isAllowed && failed.isExceeded)
      throw tooMany(reply, `${failuresPerMinute} wrong credentials a minute`, failed.ttlInSeconds);
  };
  app.addHook('onError', async (request, _reply, error) => {
    if (request.routeOptions.config?.signsIn && error instanceof Refusal && error.code === 'unauthenticated')
      await fail(request);
  });
  return {
    async count(request, reply) {
      const { long, access, signsIn } = request.routeOptions.config ?? {};
      if (signsIn) await requireFewFailures(request, reply, false);
      if (long) refuseMany(request);
      // Probes and documents cost next to nothing.
      if (requestsPerMinute === 0 || access === 'nothing') return;
      const taken = await take(request);
      if (taken.isAllowed) return;
      reply.header('ratelimit-policy', `"requests";q=${taken.max};w=60`);
      reply.header('ratelimit', `"requests";r=${taken.remaining};t=${taken.ttlInSeconds}`);
      if (taken.isExceeded) throw tooMany(reply, `${taken.max} requests a minute`, taken.ttlInSeconds);
    },
    countFailure: (request, reply) => requireFewFailures(request, reply, true),
  };

  function refuseMany(request: FastifyRequest): void {
    const who = whoOf(request);
    let open = 0;
    // Of another one that began at the same moment nobody is known yet: it counts this one.
    for (const other of app.underWay.keys())
      if (other !== request && other.caller && other.routeOptions.config.long && whoOf(other) === who) open++;
    if (open >= longRequests)
      throw new Refusal(
        'too-many-requests',
        `${longRequests} streams, exports and imports are open, which is the most for one.`,
      );
  }
}

/** An address of IPv6 stands for its network of 64 bits, as one sender has all of that. */
const whoOf = ({ caller, ip }: FastifyRequest): string =>
  caller.known ? caller.principal : rateLimit.normalizeIP(ip);

function tooMany(reply: FastifyReply, what: string, seconds: number): Refusal {
  reply.header('retry-after', seconds);
  return new Refusal('too-many-requests', `${what} are the most.`);
}
