import type { FastifyRequest } from 'fastify';

/** The path below which others find the service, such as `/ledger`; '' where it has a host for itself. */
export const basePathOf = (publicUrl: string | undefined): string =>
  publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');

/** The address of a request as the routes have it. One without the base path stays as it is. */
export function withoutBase(base: string, address: string): string {
  const rest = address.slice(base.length);
  if (!address.startsWith(base) || !/^([/?#]|$)/.test(rest)) return address;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** What an address begins with that leaves the site, without the base path. Names of hosts are checked before any route. */
export const originFor = ({ server, protocol, host }: FastifyRequest): string =>
  server.publicOrigin ?? `${protocol}://${host}`;
