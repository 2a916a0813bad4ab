import { orUnusable } from './place.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import { realFile } from './real-file.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import type { OpenOptions, Store } from './store.ts';

/**
 * Opens the ledger that DATABASE_URL names, or another setting, with the engine that it names. Throws StoreUnavailable, with the
 * reason, where it can't be used.
 */
export async function openStore(
  url: string,
  options: OpenOptions = {},
  setting = 'DATABASE_URL',
): Promise<Store & AsyncDisposable> {
  const store = isPostgres(url)
    ? await openPostgres(url, options)
    : await openSqlite(fileOf(url), options).catch((error: unknown) => {
        throw orUnusable(error, setting, pathOf(url), 'a file to write');
      });
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

export const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** The file that file:PATH leads to. */
export const fileOf = (url: string): string => realFile(pathOf(url));

/** The path in file:PATH, as it was given. */
export const pathOf = (url: string): string => url.slice('file:'.length);
