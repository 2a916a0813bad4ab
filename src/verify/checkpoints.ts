import type { Database } from '../db/schema.ts';
import type { LogData } from '../shapes/record.ts';
import { eventOf } from '../shapes/stored-event.ts';
import { type Checkpoint, parseCheckpoint } from '../tlog/checkpoint.ts';
import { FormatError } from '../tlog/format.ts';
import { type KeyPeriod, openNoteInPeriod } from '../tlog/key-period.ts';
import { emptyRoot } from '../tlog/merkle.ts';
import { parseNote, SignatureError } from '../tlog/note.ts';
import { parseVerifierKey, type VerifierKey } from '../tlog/note-key.ts';
import type { Findings } from './findings.ts';
import { CannotVerify } from './reader.ts';
import type { SignerFiles } from './signer-files.ts';
import { checkKeys, markOfSigner } from './signing.ts';
import type { LeafRow, Start } from './start.ts';
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
  { apart, signer, signature }: Expected,
): Promise<(after: number, to: number) => Promise<Mark[]>> {
  const { keys, unread } = periodsOf(start);
  for (const detail of unread) findings.add('signature-wrong', `A listed key can't be read: ${detail}.`);
  const names = namesOf(start, findings);
  const former = names.slice(0, -1).map((name) => name.origin);
  checkKeys(start, former, signer, findings);
  const one = apart && (await markApart(ledger, apart, start, names, keys, findings));
  const beside = [...(one ? [one] : []), ...(signer ? markOfSigner(signer, start, findings) : [])];
  for (const { size, rootHash } of await stored(-1, 0))
    if (!isEqual(rootHash, emptyRoot))
      findings.add('checkpoint-differs', 'The checkpoint of the empty log has another root.', size);
  for await (const rows of ledger.checkpoints(Math.max(start.lastEvent, 0), start.lastCheckpoint))
    for (const { size } of rows)
      findings.add('log-shorter', `A checkpoint of ${size} events is there, but not so many events.`, size);

  return async (after, to) => [
    ...(await stored(after, to)),
    ...beside.filter(({ size }) => size > after && size <= to),
  ];

  async function stored(after: number, to: number): Promise<Mark[]> {
    const rows = await ledger.read<Database['checkpoints'] & { leaf: string | null }>(
      'select checkpoints.*, leaf from checkpoints left join events on position = size where size > $1 and size <= $2 order by size',
      after,
      to,
    );
    return rows.flatMap((row): Mark[] => {
      // Not signed before the event at its end was recorded, whatever the row says.
      const earliest = Math.max(row.signed_at, recordedAtOf(row.leaf));
      const name = `The checkpoint of ${row.size} events`;
      const differs = (detail: string): never[] => {
        findings.add('checkpoint-differs', `${name} ${detail}.`, row.size);
        return [];
      };
      let checkpoint: Checkpoint;
      try {
        checkpoint = parseCheckpoint(openNoteInPeriod(row.note, keys, earliest, row.signed_at).text);
      } catch (error) {
        if (error instanceof FormatError) return differs(`is no checkpoint: ${error.message}`);
        if (!(error instanceof SignatureError)) throw error;
        findings.add(
          'signature-wrong',
          `${name} is not signed by a key that may sign it: ${error.message}.`,
          row.size,
        );
        return [];
      }
      const { origin, size, rootHash } = checkpoint;
      if (origin !== nameAt(names, row.size)) return differs(`is of another log, ${origin}`);
      if (size !== BigInt(row.size)) return differs(`was signed for ${size}`);
      if (!isEqual(rootHash, row.root_hash)) differs('was signed for another root than its row has');
      signature?.look(row, earliest);
      const other = (root: Uint8Array): void =>
        findings.add('tree-differs', `${name} was signed for another root; ${rootOver(root)}.`, row.size);
      return [{ size: row.size, rootHash, differs: other }];
    });
  }
}

/** What is known of the log apart from its database. */
interface Expected {
  apart: KeptApart | undefined;
  signer: SignerFiles | undefined;
  signature: WholeSignature | undefined;
}

/** Finds out whether a trusted key signed the whole log. The keys that a bundle lists prove nothing: its sender chose them. */
export class WholeSignature {
  readonly #period: KeyPeriod;
  #size = 0;

  /** Throws CannotVerify for what is no key. */
  constructor(vkey: string, start: Start) {
    this.#period = periodOf(keyOf(vkey), periodsOf(start).keys);
  }

  /** A checkpoint of the database. That its root is that of the leaves is compared elsewhere. */
  look({ size, note, signed_at }: Database['checkpoints'], earliest: number): void {
    try {
      openNoteInPeriod(note, [this.#period], earliest, signed_at);
      this.#size = Math.max(this.#size, size);
    } catch (error) {
      // Another key signed it, such as one before a rotation.
      if (!(error instanceof SignatureError)) throw error;
    }
  }

  finish(end: number, findings: Findings): void {
    if (this.#size >= end) return;
    const detail = `The key signed the log up to ${this.#size} of its ${end} events.`;
    findings.add('not-signed', detail, this.#size + 1);
  }
}

/** The keys that the database lists, with their periods, and why others can't be read. */
function periodsOf({ keys }: Start): { keys: KeyPeriod[]; unread: string[] } {
  const unread: string[] = [];
  const periods = keys.flatMap(({ vkey, signs_from, signs_until }): KeyPeriod[] => {
    try {
      const key = parseVerifierKey(vkey);
      return [{ key, from: signs_from, until: signs_until ?? Number.POSITIVE_INFINITY }];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      unread.push(error.message);
      return [];
    }
  });
  return { keys: periods, unread };
}

async function markApart(
  ledger: StoredLedger,
  { note, vkey }: KeptApart,
  start: Start,
  names: Name[],
  listedKeys: KeyPeriod[],
  findings: Findings,
): Promise<Mark | undefined> {
  const name = 'The checkpoint kept apart';
  const signedSize = Number(formed(name, () => parseCheckpoint(parseNote(note).text)).size);
  const keys = vkey === undefined ? listedKeys : [periodOf(keyOf(vkey), listedKeys)];
  // A note says no time. If the log has no event at that size, nothing does.
  const [last] = Number.isSafeInteger(signedSize)
    ? await ledger.read<LeafRow>('select position, leaf from events where position = $1', signedSize)
    : [];
  let checkpoint: Checkpoint;
  try {
    checkpoint = parseCheckpoint(
      openNoteInPeriod(note, keys, recordedAtOf(last?.leaf), Number.POSITIVE_INFINITY).text,
    );
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    const by = vkey === undefined ? 'a listed key' : 'the key';
    findings.add('signature-wrong', `${name} is not signed by ${by}: ${error.message}.`);
    return undefined;
  }
  const { origin, rootHash } = checkpoint;
  const size = Number(checkpoint.size);
  if (origin !== nameAt(names, size)) {
    const until = names.find((name) => name.origin === origin)?.until;
    const detail = `${name} is of ${size} events under the name ${origin}; of these the log has only the first ${until}, and goes on under another name (LogContinued).`;
    if (until === undefined) findings.add('checkpoint-differs', `${name} is of another log, ${origin}.`);
    else findings.add('log-shorter', detail, until + 1);
    return undefined;
  }
  if (size > start.lastEvent) {
    const detail = `${name} is of ${checkpoint.size} events; the log has ${start.lastEvent}.`;
    findings.add('log-shorter', detail, size);
    return undefined;
  }
  const differs = (root: Uint8Array): void =>
    findings.add(
      'tree-differs',
      `${name} has another root for its ${size} events: the log was rewritten at or before this position; ${rootOver(root)}.`,
      size,
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
    findings.add('head-differs', `The log is named ${origin}; its last LogContinued says ${last}.`);
  return [...names, { origin, until: Number.POSITIVE_INFINITY }];
}

const nameAt = (names: Name[], size: number): string | undefined =>
  names.find(({ until }) => size <= until)?.origin;

const rootOver = (root: Uint8Array): string => `the root over the leaves is ${root.toHex()}`;

/** A key that the ledger does not list is taken for one that always signs. */
const periodOf = (key: VerifierKey, listed: KeyPeriod[]): KeyPeriod =>
  listed.find((one) => one.key.name === key.name && one.key.id === key.id) ?? {
    key,
    from: Number.NEGATIVE_INFINITY,
    until: Number.POSITIVE_INFINITY,
  };

/** 0 where there is no such leaf, or its time is none: what is wrong with it is found with the events. */
function recordedAtOf(leaf: string | null | undefined): number {
  try {
    return Date.parse(eventOf(leaf ?? '').recordedAt) || 0;
  } catch {
    return 0;
  }
}

/** The key that is trusted. Throws CannotVerify. */
export const keyOf = (vkey: string): VerifierKey => formed('The key', () => parseVerifierKey(vkey));

/** Throws CannotVerify for what somebody gave and has not the form of its specification. */
function formed<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FormatError) throw new CannotVerify(`${what} is none: ${error.message}.`);
    throw error;
  }
}
