import {
  bytesOfBase64,
  FormatError,
  numberOfDecimal,
  requireNoteCharacters,
  requireUint64,
} from './format.ts';
import { hashBytes } from './merkle.ts';
import { openNote, SignatureError } from './note.ts';
import type { VerifierKey } from './note-key.ts';

/** A log at one size: C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** The name of the log. */
  origin: string;
  /** At most 2^64 - 1. It is a bigint because other logs may pass 2^53. */
  size: bigint;
  rootHash: Uint8Array;
  /** Further lines, opaque. C2SP advises against them. */
  extensions: readonly string[];
}

/** Gives the text of a checkpoint, to be signed as a note. Throws a FormatError if the members can't be written so. */
export function formatCheckpoint({
  origin,
  size,
  rootHash,
  extensions = [],
}: Omit<Checkpoint, 'extensions'> & Partial<Checkpoint>): string {
  requireUint64(size);
  requireHash(rootHash);
  const lines = [origin, size.toString(), rootHash.toBase64(), ...extensions];
  for (const line of lines) requireLine(line);
  return `${lines.join('\n')}\n`;
}

/** Reads the text of a checkpoint, without signatures. Throws a FormatError. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, rootHash, ...extensions] = text.split('\n');
  if (origin === undefined || size === undefined || rootHash === undefined || extensions.pop() !== '')
    throw new FormatError('a checkpoint has at least three lines, each with its line feed');
  for (const line of [origin, ...extensions]) requireLine(line);
  return { origin, size: numberOfDecimal(size), rootHash: requireHash(bytesOfBase64(rootHash)), extensions };
}

/**
 * Opens a signed checkpoint, given the origin and the keys of a log that is trusted. Throws a FormatError if it is
 * malformed, a SignatureError if it is not signed by one of the keys or is of another log.
 */
export function openCheckpoint(
  note: string | Uint8Array,
  origin: string,
  verifierKeys: readonly VerifierKey[],
): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(note, verifierKeys).text);
  if (checkpoint.origin !== origin) throw new SignatureError('the checkpoint is of another log');
  return checkpoint;
}

function requireHash(hash: Uint8Array): Uint8Array {
  if (hash.length !== hashBytes) throw new FormatError(`a root hash has ${hashBytes} bytes`);
  return hash;
}

function requireLine(line: string): void {
  if (line === '' || line.includes('\n'))
    throw new FormatError('a line of a checkpoint is one line, not empty');
  requireNoteCharacters(line);
}
