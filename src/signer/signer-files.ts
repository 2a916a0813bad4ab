import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreUnavailable } from '../store/lock-file.ts';
import { parseSignerKey, type SignerKey } from '../tlog/note-key.ts';

/** The newest tree that was published, or was about to be. */
export interface SignerState {
  origin: string;
  size: number;
  /** Hex. */
  rootHash: string;
}

/** A key and its period, in milliseconds. */
export interface PeriodKey {
  key: SignerKey;
  signsFrom: number;
  signsUntil?: number;
}

/** The form of keys.json. */
export interface StoredKey {
  key: string;
  signsFrom: string;
  signsUntil?: string;
}

/** The keys in a signer's directory, the oldest first; none before the first start. Needs no lock, and makes nothing. */
export function readKeys(directory: string): PeriodKey[] {
  // keepKeys wrote it.
  const stored = read<StoredKey[]>(directory, 'keys.json') ?? [];
  return stored.map(({ key, signsFrom, signsUntil }) => ({
    key: parseSignerKey(key),
    signsFrom: Date.parse(signsFrom),
    ...(signsUntil === undefined ? {} : { signsUntil: Date.parse(signsUntil) }),
  }));
}

export const readState = (directory: string): SignerState | undefined => read(directory, 'state.json');

/** undefined if there is no such file. A file that may not be read throws. */
function read<T>(directory: string, name: string): T | undefined {
  const file = join(directory, name);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    // The message leaves out the position of the fault, because its surroundings may be a key.
    if (error instanceof SyntaxError)
      throw new StoreUnavailable(`${file} is damaged: restore it, as without it nothing guards the history`);
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
