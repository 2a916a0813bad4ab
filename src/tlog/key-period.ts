import { type OpenedNote, openNote, SignatureError } from './note.ts';
import type { VerifierKey } from './note-key.ts';

/** A key and its period, in milliseconds: it signs from the first moment on and before the second. */
export interface KeyPeriod {
  key: VerifierKey;
  from: number;
  until: number;
}

/**
 * Opens a note as `openNote` does. The period of at least one of the keys that signed it must overlap the time in which the note
 * was signed, which lies between two given moments. Throws a FormatError or a SignatureError.
 */
export function openNoteInPeriod(
  note: string | Uint8Array,
  periods: readonly KeyPeriod[],
  earliestMs: number,
  latestMs: number,
): OpenedNote {
  const opened = openNote(
    note,
    periods.map(({ key }) => key),
  );
  const signing = opened.verified.flatMap(({ name, id }) =>
    periods.filter(({ key }) => key.name === name && key.id === id),
  );
  const inPeriod = signing.some(({ from, until }) => from <= latestMs && earliestMs < until);
  const [first] = signing;
  if (inPeriod || !first) return opened;
  const { from, until } = first;
  throw new SignatureError(
    latestMs < from
      ? `it was signed before ${instant(from)}, when the key began to sign`
      : `it was signed at or after ${instant(earliestMs)}, and the key signed until ${instant(until)}`,
  );
}

/** A row or a file may hold a number that is no time. */
const instant = (ms: number): string => {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms}` : date.toISOString();
};
