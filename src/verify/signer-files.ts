import { readKeys, readState, type SignerState } from '../signer/signer-files.ts';
import { formatVerifierKey } from '../tlog/note-key.ts';

/** The files of a signer's directory, which lies apart from the data, as far as they are there. */
export interface SignerFiles {
  /** The name of the log that it signs. */
  origin: string;
  /** The newest tree that was ever going to be published. */
  state: SignerState | undefined;
  keys: { vkey: string; signsFrom: number; signsUntil?: number }[];
}

/** Reads the two files. Gives why they can't be read where they can't. */
export function readSignerFiles(directory: string): SignerFiles | { unread: string } {
  try {
    // The state first: the keys may be rotated between the two, the state only goes on.
    const state = readState(directory);
    const keys = readKeys(directory);
    const [first] = keys;
    if (!first) return { unread: 'there are no keys in it' };
    return {
      origin: state?.origin ?? first.key.verifierKey.name,
      state,
      keys: keys.map(({ key, ...period }) => ({ vkey: formatVerifierKey(key.verifierKey), ...period })),
    };
  } catch (error) {
    // Nothing of the files is told: it may stand beside a key.
    const code = error instanceof Error && 'code' in error ? `${error.code}` : 'they are damaged';
    return { unread: code };
  }
}
