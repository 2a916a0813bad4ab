import { canonicalJson } from '../shapes/canonical-json.ts';
import { openCheckpoint } from '../tlog/checkpoint.ts';
import { leafHash, ProofError, verifyConsistency as verifyHashes, verifyInclusion } from '../tlog/merkle.ts';
import { SignatureError } from '../tlog/note.ts';
import { parseVerifierKey } from '../tlog/note-key.ts';
import { parseTlogProof } from '../tlog/tlog-proof.ts';

export { FormatError } from '../tlog/format.ts';
export { ProofError, SignatureError };

/** A log at one size: what every answer names as its basis. */
export interface Basis {
  treeSize: number;
  /** Hex. */
  rootHash: string;
}

/** A log at one size, as its key signed it. */
export interface SignedBasis extends Basis {
  /** The name of the log. */
  origin: string;
}

/** What verifies signatures: verifier keys (`<name>+<hash>+<key>`) of one log, which had better come from elsewhere than the ledger. */
export type Keys = string | readonly string[];

/**
 * Verifies a signed checkpoint (C2SP tlog-checkpoint), and says which log it signs. Throws a SignatureError if none of the keys signed
 * it or it is of another log, a FormatError if the checkpoint or a key is malformed.
 */
export function verifyCheckpoint(checkpoint: string, keys: Keys): SignedBasis {
  const known = [keys].flat().map(parseVerifierKey);
  // A log and its keys have one name.
  const origin = known[0]?.name ?? '';
  const { size, rootHash } = openCheckpoint(checkpoint, origin, known);
  return { origin, treeSize: Number(size), rootHash: rootHash.toHex() };
}

/**
 * Verifies that the newer log is the older one with events added (RFC 9162, section 2.1.4.2). hashes: those of
 * `/v1/log/proofs/consistency`. Throws a ProofError where it is not: its history was rewritten.
 */
export function verifyConsistency(older: Basis, newer: Basis, hashes: readonly string[]): void {
  verifyHashes({
    size1: sizeOf(older),
    size2: sizeOf(newer),
    root1: bytesOf(older.rootHash),
    root2: bytesOf(newer.rootHash),
    proof: hashes.map(bytesOf),
  });
}

/**
 * Verifies that an event is in the log (C2SP tlog-proof), and says at which position, and under which signed checkpoint. event: as
 * answers give it, with commitments in place of names; proof: the text of `/v1/events/{eventId}/proof`. Throws as `verifyCheckpoint`,
 * and a ProofError where the event is not the one that is proved.
 */
export function verifyEvent(event: object, proof: string, keys: Keys): SignedBasis & { position: number } {
  const { index, hashes, checkpoint } = parseTlogProof(proof);
  const signed = verifyCheckpoint(checkpoint, keys);
  verifyInclusion({
    leafIndex: index,
    treeSize: sizeOf(signed),
    leafHash: leafHash(new TextEncoder().encode(canonicalJson(event))),
    rootHash: bytesOf(signed.rootHash),
    proof: hashes,
  });
  return { ...signed, position: Number(index) + 1 };
}

function sizeOf({ treeSize }: Basis): bigint {
  if (!Number.isSafeInteger(treeSize)) throw new ProofError(`${treeSize} is not the size of a log`);
  return BigInt(treeSize);
}

function bytesOf(hex: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new ProofError('a hash has 64 hex digits');
  return Uint8Array.fromHex(hex);
}
