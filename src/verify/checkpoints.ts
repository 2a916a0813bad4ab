import type { LogData } from '../ledger/record.ts';
import { eventOf } from '../ledger/stored-event.ts';
import { type Checkpoint, parseCheckpoint } from '../tlog/checkpoint.ts';
import { FormatError } from '../tlog/format.ts';
import { openNote, parseNote, SignatureError } from '../tlog/note.ts';
import { parseVerifierKey, type VerifierKey } from '../tlog/note-key.ts';
import type { Findings } from './findings.ts';
import { CannotVerify } from './reader.ts';
import type { Start } from './start.ts';
import type { StoredLedger } from './stored-ledger.ts';
import { isEqual, type Mark } from './tree.ts';

/** A checkpoint that was kept apart from the database. */
export interface KeptApart {
  note: string;
  /** The verifier key that must have signed it; without one, any that the database lists. */
  vkey?: string | undefined;
}

/**
 * The roots that checkpoints give: those of the database, each having been held against its signature, and one that was
 * kept apart. Throws CannotVerify for a note or key that is none.
 */
export async function checkpointMarks(
  ledger: StoredLedger,
  start: Start,
  findings: Findings,
  apart: KeptApart | undefined,
): Promise<(after: number, to: number) => Promise<Mark[]>> {
  const keys = start.keys.flatMap(({ vkey }) => {
    try {
      return [parseVerifierKey(vkey)];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      findings.add('signature-wrong', undefined, `A listed key can't be read: ${error.message}.`);
      return [];
    }
  });
  const names = namesOf(start, findings);
  const extra = apart && markApart(apart, start, names, keys, findings);
  for (const { size } of await ledger.checkpoints(Math.max(start.lastEvent, 0), start.lastCheckpoint))
    findings.add('log-shorter', size, `A checkpoint of ${size} events is there, but not so many events.`);

  return async (after, to) => [
    ...(await stored(after, to)),
    ...(extra && extra.size > after && extra.size <= to ? [extra] : []),
  ];

  async function stored(after: number, to: number): Promise<Mark[]> {
    const rows = await ledger.checkpoints(after, to);
    return rows.flatMap((row): Mark[] => {
      const name = `The checkpoint of ${row.size} events`;
      const differs = (detail: string): never[] => {
        findings.add('checkpoint-differs', row.size, `${name} ${detail}.`);
        return [];
      };
      let checkpoint: Checkpoint;
      try {
        checkpoint = parseCheckpoint(openNote(row.note, keys).text);
      } catch (error) {
        if (error instanceof FormatError) return differs(`is no checkpoint: ${error.message}`);
        if (!(error instanceof SignatureError)) throw error;
        findings.add('signature-wrong', row.size, `${name} is not signed by a listed key: ${error.message}.`);
        return [];
      }
      const { origin, size, rootHash } = checkpoint;
      if (origin !== nameAt(names, row.size)) return differs(`is of another log, ${origin}`);
      if (size !== BigInt(row.size)) return differs(`was signed for ${size}`);
      if (!isEqual(rootHash, row.root_hash)) differs('was signed for another root than its row has');
      const other = (root: Uint8Array): void =>
        findings.add('tree-differs', row.size, `${name} was signed for another root; ${rootOver(root)}.`);
      return [{ size: row.size, rootHash, differs: other }];
    });
  }
}

function markApart(
  { note, vkey }: KeptApart,
  start: Start,
  names: Name[],
  listedKeys: VerifierKey[],
  findings: Findings,
): Mark | undefined {
  const name = 'The checkpoint kept apart';
  try {
    parseCheckpoint(parseNote(note).text);
  } catch (error) {
    if (error instanceof FormatError) throw new CannotVerify(`${name} is none: ${error.message}.`);
    throw error;
  }
  const keys = vkey === undefined ? listedKeys : [keyOf(vkey)];
  let checkpoint: Checkpoint;
  try {
    checkpoint = parseCheckpoint(openNote(note, keys).text);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    const by = vkey === undefined ? 'a listed key' : 'the key';
    findings.add('signature-wrong', undefined, `${name} is not signed by ${by}: ${error.message}.`);
    return undefined;
  }
  const { origin, rootHash } = checkpoint;
  const size = Number(checkpoint.size);
  if (origin !== nameAt(names, size)) {
    const until = names.find((name) => name.origin === origin)?.until;
    if (until !== undefined) {
      const detail = `${name} is of ${size} events under the name ${origin}; of these the log has only the first ${until}, and goes on under another name (LogContinued).`;
      findings.add('log-shorter', until + 1, detail);
      return undefined;
    }
    findings.add('checkpoint-differs', undefined, `${name} is of another log, ${origin}.`);
    return undefined;
  }
  if (size > start.lastEvent) {
    const detail = `${name} is of ${checkpoint.size} events; the log has ${start.lastEvent}.`;
    findings.add('log-shorter', size, detail);
    return undefined;
  }
  const differs = (root: Uint8Array): void =>
    findings.add(
      'tree-differs',
      size,
      `${name} has another root for its ${size} events: the log was rewritten at or before this position; ${rootOver(root)}.`,
    );
  return { size, rootHash, differs };
}

/** A name of the log, and how many events it had under that name. */
interface Name {
  origin: string;
  until: number;
}

/** The names that the log has had, by what LogContinued says. */
function namesOf({ continuations, origin }: Start, findings: Findings): Name[] {
  const names: Name[] = [];
  let last: string | undefined;
  for (const { position, leaf } of continuations) {
    try {
      // Its shape is not taken for granted.
      const { continues, origin } = eventOf(leaf).data as unknown as LogData;
      names.push({ origin: continues.origin, until: position - 1 });
      last = origin;
    } catch {
      // That the leaf is no such event is found with the events.
    }
  }
  if (last !== undefined && last !== origin)
    findings.add(
      'head-differs',
      undefined,
      `The log is named ${origin}; its last LogContinued says ${last}.`,
    );
  return [...names, { origin, until: Number.POSITIVE_INFINITY }];
}

const nameAt = (names: Name[], size: number): string | undefined =>
  names.find(({ until }) => size <= until)?.origin;

const rootOver = (root: Uint8Array): string => `the root over the leaves is ${root.toHex()}`;

function keyOf(vkey: string): VerifierKey {
  try {
    return parseVerifierKey(vkey);
  } catch (error) {
    if (error instanceof FormatError) throw new CannotVerify(`The key is none: ${error.message}.`);
    throw error;
  }
}
