import { closeSync, fsyncSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile, StoreUnavailable } from '../store/lock-file.ts';
import { makeDirectory, orUnusable } from '../store/place.ts';
import { type PeriodKey, readKeys, readState, type SignerState, type StoredKey } from './signer-files.ts';

/**
 * The directory of the signer: its keys, and the state that every later tree must extend. It lies apart from the data, so that
 * restoring the data does not restore it. One process has it at a time. Writes are synced before anything that follows from
 * them is published.
 */
export class SignerDirectory {
  readonly path: string;
  readonly #lock: { close(): void };

  /**
   * Makes the directory (0700) if there is none, and leaves an existing one as it is. Throws StoreUnavailable if it can't be used,
   * if everybody may write in it, or if another process has it.
   */
  constructor(path: string) {
    this.path = path;
    this.#lock = this.#using(() => {
      makeDirectory(path, 0o700);
      const fault = permissionFault(path);
      if (fault !== undefined) throw new StoreUnavailable(fault);
      return lockFile(join(path, 'lock'), 'another process signs with this directory');
    });
  }

  /** Warnings of what other users may do with it. */
  warnings(): string[] {
    return this.#using(() => permissionWarnings(this.path));
  }

  /** The keys, the oldest first; none before the first start. */
  keys(): PeriodKey[] {
    return this.#using(() => readKeys(this.path));
  }

  keepKeys(keys: PeriodKey[]): void {
    const stored = keys.map(
      ({ key, signsFrom, signsUntil }): StoredKey => ({
        key: key.format(),
        signsFrom: new Date(signsFrom).toISOString(),
        ...(signsUntil === undefined ? {} : { signsUntil: new Date(signsUntil).toISOString() }),
      }),
    );
    this.#write('keys.json', stored);
  }

  state(): SignerState | undefined {
    return this.#using(() => readState(this.path));
  }

  keepState(state: SignerState): void {
    this.#write('state.json', state);
  }

  close(): void {
    this.#lock.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A crash leaves the old file or the new one, never half of it. */
  #write(name: string, value: unknown): void {
    this.#using(() => {
      const [file, fresh] = [join(this.path, name), join(this.path, `${name}.new`)];
      writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
      renameSync(fresh, file);
      const directory = openSync(this.path, 'r');
      try {
        fsyncSync(directory);
      } finally {
        closeSync(directory);
      }
    });
  }

  #using<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw orUnusable(error, 'SIGNER_DIR', this.path, 'a directory');
    }
  }
}

/** Why the directory of a signer may not be used as it is; undefined: it may. */
export const permissionFault = (path: string): string | undefined =>
  modeOf(path) & 0o002
    ? `SIGNER_DIR: every user may write in ${path} and so replace the keys and the state. Forbid it: chmod o-w ${path}`
    : undefined;

/** What other users may do with the directory of a signer, and should not. */
export function permissionWarnings(path: string): string[] {
  const [directory, keys] = [modeOf(path), modeOf(join(path, 'keys.json'))];
  return [
    ...(directory & 0o077 ? [`SIGNER_DIR: other users may look into ${path}: chmod 700 it`] : []),
    ...(keys & 0o077
      ? [`SIGNER_DIR: other users may use the private keys: chmod 600 ${path}/keys.json`]
      : []),
  ];
}

const modeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
