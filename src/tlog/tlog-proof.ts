import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { bytesOfBase64, FormatError, numberOfDecimal, requireUint64 } from './format.ts';
import { hashBytes, leafHash, verifyInclusion } from './merkle.ts';
import type { VerifierKey } from './note-key.ts';

const header = 'c2sp.org/tlog-proof@v1';

/** A tree of 2^64 leaves has as many levels below its root. */
const hashesMax = 64;

/** That a leaf is in a log, to be verified offline: C2SP tlog-proof. */
export interface TlogProof {
  /** Of the leaf; its position is one more. */
  index: bigint;
  /** The inclusion proof, from the sibling of the leaf up to a child of the root. */
  hashes: readonly Uint8Array[];
  /** The signed checkpoint, as the log gave it out. */
  checkpoint: string;
  /** Opaque, and not covered by any signature. An empty one is as none. */
  extra?: Uint8Array;
}

/** The text of a proof. Throws a FormatError for what can't be one. */
export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  requireUint64(index);
  const lines = [
    header,
    ...(extra && extra.length > 0 ? [`extra ${extra.toBase64()}`] : []),
    `index ${index}`,
    ...requireHashes(hashes).map((hash) => hash.toBase64()),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Takes a proof apart and verifies nothing, not even the checkpoint's form. Throws a FormatError. */
export function parseTlogProof(text: string): TlogProof {
  const end = text.indexOf('\n\n');
  if (end < 0) throw new FormatError('a proof has an empty line before its checkpoint');
  const [first, ...lines] = text.slice(0, end).split('\n');
  if (first !== header) throw new FormatError(`a proof begins with ${header}`);
  const extra = lines[0]?.startsWith('extra ') ? bytesOfBase64(lines.shift()?.slice(6) ?? '') : undefined;
  if (extra?.length === 0) throw new FormatError('extra data that is empty is left out');
  const index = lines.shift();
  if (!index?.startsWith('index ')) throw new FormatError('a proof has an index');
  return {
    index: numberOfDecimal(index.slice(6)),
    hashes: requireHashes(lines.map(bytesOfBase64)),
    checkpoint: text.slice(end + 2),
    ...(extra && { extra }),
  };
}

/**
 * Verifies a proof of these bytes being a leaf of the log with this origin and these keys: C2SP tlog-proof, "Verifying".
 * Throws a FormatError, a SignatureError or a ProofError, for each of which the answer is no. Gives the index and the
 * checkpoint that hold then. Signatures of witnesses are not looked at.
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

function requireHashes(hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  if (hashes.length > hashesMax) throw new FormatError(`a proof has at most ${hashesMax} hashes`);
  if (hashes.some((hash) => hash.length !== hashBytes))
    throw new FormatError(`a hash has ${hashBytes} bytes`);
  return hashes;
}
