import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';
import type { App } from './instance.ts';

const allowedHost = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?$/i;

const proxyHeader = /^(forwarded|via|x-real-ip|x-forwarded-.*)$/;

/**
 * A ledger without authentication serves its own machine only. Listening on loopback is not enough for that: a page
 * in a browser here can have its own name point here (DNS rebinding), and a proxy here can let others in.
 */
export function serveThisMachineOnly(app: App): void {
  app.addHook('onRequest', (request, _reply, done) => {
    done(refusalOfOrigin(request));
  });
}

function refusalOfOrigin({ headers, raw }: FastifyRequest): Refusal | undefined {
  if (!allowedHost.test(headers.host ?? '')) {
    return new Refusal('host-not-allowed', 'Use localhost, 127.0.0.1 or [::1] as the host name.');
  }
  for (const name in headers) {
    if (proxyHeader.test(name)) {
      return new Refusal(
        'proxied-request',
        `The header ${name} shows that the request came through a proxy.`,
      );
    }
  }
  // A whole URL as the target is how a proxy is spoken to (RFC 9112, section 3.2.2), and would overrule Host.
  if (!raw.url?.startsWith('/') && raw.url !== '*') {
    return new Refusal('proxied-request', 'The request names a whole URL, as requests to a proxy do.');
  }
  return undefined;
}
