import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../db/schema.ts';
import { FormatError } from '../tlog/format.ts';
import { parseVerifierKey } from '../tlog/note-key.ts';
import type { Findings } from './findings.ts';
import type { SignerFiles } from './signer-files.ts';
import type { Start } from './start.ts';
import { beforeAll, type StoredLedger } from './stored-ledger.ts';
import type { Mark } from './tree.ts';

/** Before signing saw to it, a clock that was set back a little gave an earlier time. */
const clockBackMs = 5_000;
/** From the signer's directory to the database. */
const onItsWayMs = 1_000;
/** Clocks of two machines may differ by so much. */
const clocksApartMs = 86_400_000;

/** What the signer knows of the log: that it had these events, in this order. */
export function markOfSigner({ state }: SignerFiles, { lastEvent }: Start, findings: Findings): Mark[] {
  if (!state || state.size === 0) return [];
  const { size } = state;
  const rootHash = Buffer.from(state.rootHash, 'hex');
  if (size > lastEvent) {
    const detail = `The signer was about to sign ${size} events; the log has ${lastEvent}.`;
    findings.add('log-shorter', detail, lastEvent + 1);
    return [];
  }
  const differs = (root: Uint8Array): void => {
    const detail = `The signer was about to sign another root for the first ${size} events: the log was rewritten at or before this position; the root over the leaves is ${root.toHex()}.`;
    findings.add('tree-differs', detail, size);
  };
  return [{ size, rootHash, differs }];
}

/**
 * That the listed keys are of this log and sign one after the other, and are those of the signer. former: the names that
 * the log had before.
 */
export function checkKeys(
  { keys, origin, lastSigned }: Start,
  former: readonly string[],
  signer: SignerFiles | undefined,
  findings: Findings,
): void {
  const differs = (detail: string): void => findings.add('key-differs', detail);
  const own: Start['keys'] = [];
  for (const row of keys) {
    const name = nameOf(row.vkey);
    if (name === origin) own.push(row);
    else if (name !== undefined && !former.includes(name)) differs(`The key ${row.vkey} is of another log.`);
    else if (row.signs_until === null) differs(`The key ${row.vkey} of an earlier name has no end.`);
    if (row.signs_until !== null && row.signs_until < row.signs_from)
      differs(`The key ${row.vkey} signs until before it begins.`);
  }
  const newest = own.toSorted((a, b) => a.signs_from - b.signs_from).at(-1);
  for (const row of own)
    if ((row.signs_until === null) !== (row === newest))
      differs(
        `The key ${row.vkey} ${row === newest ? 'is the newest, and has an end' : 'is followed by another, and has no end'}.`,
      );
  if (!signer) return;
  const held = new Map(signer.keys.map((key) => [key.vkey, key]));
  const listed = new Set(own.map(({ vkey }) => vkey));
  /** Made since the service ran last, which lists it when it starts. */
  const isRotated = signer.keys.some(({ vkey, signsFrom }) => !listed.has(vkey) && signsFrom > lastSigned);
  for (const { vkey, signs_from, signs_until } of own) {
    const key = held.get(vkey);
    if (!key && !isLost(signs_until, signer))
      differs(`The key ${vkey} is listed, and the signer does not have it.`);
    else if (!key) continue;
    else if (key.signsFrom !== signs_from || (!isRotated && (key.signsUntil ?? null) !== signs_until))
      differs(`The key ${vkey} is listed with another time than the signer has for it.`);
  }
  for (const { vkey, signsFrom } of signer.keys)
    if (!listed.has(vkey) && signsFrom <= lastSigned) differs(`The signer's key ${vkey} is not listed.`);
}

/** A key that was lost has ended as one of the signer's began, or before the first one. */
const isLost = (until: number | null, { keys }: SignerFiles): boolean =>
  until !== null &&
  (keys.some(({ signsFrom }) => signsFrom === until) || keys.every(({ signsFrom }) => until <= signsFrom));

/** undefined: it can't be read, which is found where signatures are verified. */
function nameOf(vkey: string): string | undefined {
  try {
    return parseVerifierKey(vkey).name;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** What is looked at of a checkpoint beside its note. */
type SignedRow = Pick<Database['checkpoints'], 'size' | 'signed_at' | 'previous'> & {
  /** Of the last event that it is over. */
  recorded_at: number | null;
};

const signed = `select size, signed_at, previous, recorded_at from checkpoints left join events on position = size
  where size > $1 and size <= $2`;

/** That no checkpoint is gone, as later ones and the signer know, and that their times follow each other. */
export async function checkSigned(
  ledger: StoredLedger,
  findings: Findings,
  { lastCheckpoint, checkedSince }: Start,
  signer: SignerFiles | undefined,
): Promise<void> {
  let last: SignedRow = { size: 0, signed_at: 0, recorded_at: 0, previous: null };
  for await (const rows of ledger.pages<SignedRow>('size', signed, beforeAll, lastCheckpoint))
    for (const row of rows) {
      const name = `The checkpoint of ${row.size} events`;
      const fault = timeFault(row, last) ?? orderFault(row, last, checkedSince);
      if (fault) findings.add('checkpoint-differs', `${name} ${fault}.`, row.size);
      if (row.previous !== null && row.previous > last.size && row.previous < row.size) {
        const detail = `Before that of ${row.size} events a checkpoint of ${row.previous} events was signed, which is not there.`;
        findings.add('checkpoint-missing', detail, row.previous);
      }
      last = row;
    }
  const { size = 0 } = signer?.state ?? {};
  if (size <= last.size || (await isKept(ledger, size))) return;
  const detail = `The signer was about to sign ${size} events, and no such checkpoint is there. If it was stopped just then, its next start signs them.`;
  findings.add('checkpoint-missing', detail, size);
}

/** Beside a running service it may be on its way. */
async function isKept(ledger: StoredLedger, size: number): Promise<boolean> {
  const look = async (): Promise<boolean> =>
    (await ledger.read('select size from checkpoints where size = $1', size)).length > 0;
  if (await look()) return true;
  await wait(onItsWayMs);
  return look();
}

/** Of one whose time is written beside it, not into it. */
function timeFault(
  { size, signed_at, recorded_at, previous }: SignedRow,
  last: SignedRow,
): string | undefined {
  if (size < 0) return 'is of no log';
  const tolerance = previous === null ? clockBackMs : 0;
  if (signed_at < last.signed_at - tolerance)
    return `is said to be signed before that of ${last.size} events`;
  if (previous !== null && recorded_at !== null && signed_at < recorded_at)
    return 'is said to be signed before its last event was recorded';
  return signed_at > Date.now() + clocksApartMs ? 'is said to be signed in the future' : undefined;
}

function orderFault(
  { size, signed_at, previous }: SignedRow,
  last: SignedRow,
  since: number,
): string | undefined {
  if (previous === null)
    return last.previous !== null || signed_at > since
      ? 'does not say which one was signed before it'
      : undefined;
  if (previous >= size && size > 0) return `says that it follows one of ${previous} events`;
  return previous < last.size
    ? `says that it follows one of ${previous} events; it follows one of ${last.size}`
    : undefined;
}
