import { type Checkpoint, openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { leafHash, verifyInclusion } from '../../src/tlog/merkle.ts';
import type { VerifierKey } from '../../src/tlog/note-key.ts';
import { parseTlogProof } from '../../src/tlog/tlog-proof.ts';

/**
 * Verifies a proof of these bytes being a leaf of the log with this origin and these keys: C2SP tlog-proof, "Verifying".
 * Gives the index of the leaf and the checkpoint. Throws a FormatError, a SignatureError or a ProofError if the proof does not
 * hold. Signatures of witnesses are ignored.
 */
export function verifyTlogProof(
  text: string,
  leafBytes: Uint8Array,
  origin: string,
  verifierKeys: readonly VerifierKey[],
): { index: bigint; checkpoint: Checkpoint } {
  const { index, hashes, checkpoint: note } = parseTlogProof(text);
  const checkpoint = openCheckpoint(note, origin, verifierKeys);
  verifyInclusion({
    leafIndex: index,
    treeSize: checkpoint.size,
    leafHash: leafHash(leafBytes),
    rootHash: checkpoint.rootHash,
    proof: hashes,
  });
  return { index, checkpoint };
}
