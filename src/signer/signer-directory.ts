import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { lockFile, StoreUnavailable } from '../store/lock-file.ts';
import { parseSignerKey, type SignerKey } from '../tlog/note-key.ts';

/** The newest tree that was ever going to be published. */
export interface SignerState {
  origin: string;
  size: number;
  /** Hex. */
  rootHash: string;
}

/** A key and when it signs, in milliseconds. */
export interface PeriodKey {
  key: SignerKey;
  signsFrom: number;
  signsUntil?: number;
}

/** As kept in keys.json. */
interface StoredKey {
  key: string;
  signsFrom: string;
  signsUntil?: string;
}

/**
 * The directory of the signer: its keys, and the state that it never goes behind. It lies apart from the data, so
 * that restoring the data does not restore it too. One process has it at a time. What is written is synced before
 * anything that follows from it is published.
 */
export class SignerDirectory {
  readonly #path: string;
  readonly #lock: { close(): void };

  /** Makes the directory (0700) where there is none. Throws StoreUnavailable where another process has it. */
  constructor(path: string) {
    this.#path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
    this.#lock = lockFile(join(path, 'lock'), 'another process signs with this directory');
  }

  /** The keys, the oldest first; none before the first start. */
  keys(): PeriodKey[] {
    // Written by keepKeys.
    const stored = this.#read<StoredKey[]>('keys.json') ?? [];
    return stored.map(({ key, signsFrom, signsUntil }) => ({
      key: parseSignerKey(key),
      signsFrom: Date.parse(signsFrom),
      ...(signsUntil === undefined ? {} : { signsUntil: Date.parse(signsUntil) }),
    }));
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
    return this.#read<SignerState>('state.json');
  }

  keepState(state: SignerState): void {
    this.#write('state.json', state);
  }

  close(): void {
    this.#lock.close();
  }

  #read<T>(name: string): T | undefined {
    const file = join(this.#path, name);
    if (!existsSync(file)) return undefined;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as T;
    } catch {
      // Not even the position of the fault is told: it may stand beside a key.
      throw new StoreUnavailable(`${file} is damaged: restore it, as without it nothing guards the history`);
    }
  }

  /** Old or new, never half: a crash leaves the file as it was, or as it is to be. */
  #write(name: string, value: unknown): void {
    const [file, fresh] = [join(this.#path, name), join(this.#path, `${name}.new`)];
    const handle = openSync(fresh, 'w', 0o600);
    try {
      writeSync(handle, `${JSON.stringify(value, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
    const directory = openSync(this.#path, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}
