import { bytesOfBase64, FormatError, numberOfDecimal, requireUint64 } from './format.ts';
import { hashBytes } from './merkle.ts';

const header = 'c2sp.org/tlog-proof@v1';

/** A tree of 2^64 leaves has 64 levels below its root. */
const hashesMax = 64;

/** A proof that a leaf is in a log, which verifies offline: C2SP tlog-proof. */
export interface TlogProof {
  /** The index of the leaf. Its position is one more. */
  index: bigint;
  /** The inclusion proof, from the sibling of the leaf up to a child of the root. */
  hashes: readonly Uint8Array[];
  /** The signed checkpoint, as the log gave it out. */
  checkpoint: string;
  /** Opaque, and covered by no signature. An empty one counts as none. */
  extra?: Uint8Array;
}

/** Gives the text of a proof. Throws a FormatError if the members can't be written so. */
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

/** Parses a proof and verifies nothing, not even the form of the checkpoint. Throws a FormatError. */
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

function requireHashes(hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  if (hashes.length > hashesMax) throw new FormatError(`a proof has at most ${hashesMax} hashes`);
  if (hashes.some((hash) => hash.length !== hashBytes))
    throw new FormatError(`a hash has ${hashBytes} bytes`);
  return hashes;
}
