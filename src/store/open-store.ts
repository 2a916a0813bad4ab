import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { OpenOptions, Store } from './store.ts';

/** Opens the ledger that DATABASE_URL names, with the engine that it names. */
export const openStore = (url: string, options: OpenOptions = {}): Promise<Store> =>
  isPostgres(url) ? openPostgres(url, options) : openSqlite(fileOf(url), options);

export const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** The path in file:PATH. */
export const fileOf = (url: string): string => url.slice('file:'.length);
