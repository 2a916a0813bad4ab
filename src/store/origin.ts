import { randomUUID } from 'node:crypto';
import { isKeyless } from './check-values.ts';
import { StoreUnavailable } from './lock-file.ts';

/** Nobody else has this name, so a key that signs for it can't be mistaken for another log's. */
export const newOrigin = (): string => `milestone-ledger.local/${randomUUID()}`;

/** What a copy is named until it is whole. No log can have such a name: it has spaces. */
export const unfinishedName = (origin: string): string => `unfinished copy of ${origin}`;

/** Says what to do with a copy that was broken off; undefined: the ledger is none. */
export const unfinishedFault = (origin: string): string | undefined =>
  origin.startsWith(unfinishedName(''))
    ? `The ledger is an ${origin}: the copying still runs, or was broken off. Then delete the file or the database, and copy again.`
    : undefined;

/** Throws if the ledger is a bundle: nothing records with a key that everybody knows. */
export function requireKey(fingerprintKey: Uint8Array): void {
  if (isKeyless(fingerprintKey))
    throw new StoreUnavailable('It is a bundle: restore --bundle FILE makes a ledger of it.');
}

/** Throws where a log is wanted that this one is not, and where it is not all there. */
export function requireOrigin(origin: string, wanted: string | undefined): void {
  const unfinished = unfinishedFault(origin);
  if (unfinished !== undefined) throw new StoreUnavailable(unfinished);
  if (wanted === undefined || wanted === origin) return;
  throw new StoreUnavailable(`The log is named ${origin}, for ever; LOG_ORIGIN says ${wanted}.`);
}
