import { randomUUID } from 'node:crypto';
import { StoreUnavailable } from './lock-file.ts';

/** Nobody else has this name, so a key that signs for it can't be mistaken for another log's. */
export const newOrigin = (): string => `milestone-ledger.local/${randomUUID()}`;

/** Throws where a log is wanted that this one is not. */
export function requireOrigin(origin: string, wanted: string | undefined): void {
  if (wanted === undefined || wanted === origin) return;
  throw new StoreUnavailable(`The log is named ${origin}, for ever; LOG_ORIGIN says ${wanted}.`);
}
