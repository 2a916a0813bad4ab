import type { Config } from '../config.ts';
import { fileOf, isPostgres } from '../store/open-store.ts';
import { addressOf } from '../store/service-address.ts';

/** The address of the service of this ledger: the one that it noted beside its file, else HOST and PORT. */
export function serviceUrl({
  DATABASE_URL,
  HOST,
  PORT,
}: Pick<Config, 'DATABASE_URL' | 'HOST' | 'PORT'>): string {
  const said = isPostgres(DATABASE_URL) ? undefined : addressOf(fileOf(DATABASE_URL));
  return said ?? `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;
}
