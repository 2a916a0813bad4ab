import { canonicalJson } from '../shapes/canonical-json.ts';
import { type Checkpoint, openCheckpoint } from '../tlog/checkpoint.ts';
import { FormatError } from '../tlog/format.ts';
import { type Inclusion, leafHash, ProofError, verifyInclusion } from '../tlog/merkle.ts';
import { SignatureError } from '../tlog/note.ts';
import type { VerifierKey } from '../tlog/note-key.ts';
import { parseTlogProof, type TlogProof } from '../tlog/tlog-proof.ts';
import { keyOf } from './checkpoints.ts';

/** What a proof proves; fault: why it proves nothing. */
export type Proved =
  | { position: bigint; size: bigint; origin: string; rootHash: Uint8Array; event: string | undefined }
  | { fault: string };

/**
 * Verifies the proof of an event (C2SP tlog-proof) offline, with the key of the log. texts: files with events; one of these events must
 * be the one that is proved. Without texts, verifies only the signature. Throws CannotVerify if the key is malformed.
 */
export function verifyProof(proof: string, vkey: string, texts: readonly string[]): Proved {
  const key = keyOf(vkey);
  const opened = openedProof(proof, key);
  if ('fault' in opened) return opened;
  const { index, hashes, size, origin, rootHash } = opened;
  if (index >= size)
    return { fault: `it is of position ${index + 1n}, and its checkpoint of ${size} events` };
  const proved = { position: index + 1n, size, origin, rootHash };
  const leaves = texts.flatMap(leavesIn);
  if (leaves.length === 0) return { ...proved, event: undefined };
  const inclusion = { leafIndex: index, treeSize: size, rootHash, proof: hashes };
  const event = leaves.find((leaf) => isIncluded({ ...inclusion, leafHash: leafHash(Buffer.from(leaf)) }));
  return event === undefined
    ? { fault: `it does not prove that the event given is at position ${index + 1n}, or the log is another` }
    : { ...proved, event };
}

/** The leaves in a file: lines of an export, or one event, alone or as a member of what the API answers. */
function leavesIn(text: string): string[] {
  try {
    const value = JSON.parse(text);
    // A leaf is canonical, so this is the leaf however the file was written.
    return [canonicalJson(value.event ?? value)];
  } catch {
    return text.split('\n').filter((line) => line !== '');
  }
}

function isIncluded(inclusion: Inclusion): boolean {
  try {
    verifyInclusion(inclusion);
    return true;
  } catch (error) {
    if (error instanceof ProofError) return false;
    throw error;
  }
}

function openedProof(proof: string, key: VerifierKey): (TlogProof & Checkpoint) | { fault: string } {
  try {
    const parsed = parseTlogProof(proof);
    // A log and its keys have one name.
    return { ...parsed, ...openCheckpoint(parsed.checkpoint, key.name, [key]) };
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof SignatureError)) throw error;
    return { fault: error.message };
  }
}
