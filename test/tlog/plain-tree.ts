import { hash } from 'node:crypto';
import type { SubtreeHashes } from '../../src/tlog/proofs.ts';

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  hash('sha256', Buffer.concat(parts), 'buffer');

/** A number as the bytes of an entry, so that all leaves differ. */
export const numbered = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => Buffer.from(`entry ${i}`));

/**
 * RFC 9162, section 2.1, written down as it stands there and knowing nothing of the code under test. D[start:end] is given by
 * its two bounds; hashes are remembered, since the same ones are asked for thousands of times.
 */
export class PlainTree {
  readonly #entries: readonly Uint8Array[];
  readonly #known = new Map<number, Uint8Array>();

  constructor(entries: readonly Uint8Array[]) {
    this.#entries = entries;
  }

  /** MTH(D[start:end]), section 2.1.1. */
  mth(start: number, end: number): Uint8Array {
    const key = start * 2 ** 26 + end;
    const known = this.#known.get(key) ?? this.#mth(start, end);
    this.#known.set(key, known);
    return known;
  }

  #mth(start: number, end: number): Uint8Array {
    if (start === end) return sha256();
    const entry = this.#entries[start];
    if (!entry) throw new RangeError(`no entry ${start}`);
    if (end - start === 1) return sha256(Buffer.of(0), entry);
    const k = start + splitOf(end - start);
    return sha256(Buffer.of(1), this.mth(start, k), this.mth(k, end));
  }

  /** PATH(m, D[start:end]), section 2.1.3.1. */
  path(m: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const k = splitOf(end - start);
    return m < k
      ? [...this.path(m, start, start + k), this.mth(start + k, end)]
      : [...this.path(m - k, start + k, end), this.mth(start, start + k)];
  }

  /** PROOF(m, D[0:n]), section 2.1.4.1, which leaves out m = 0. */
  proof(m: number, n: number): Uint8Array[] {
    return m === 0 ? [] : this.#subproof(m, 0, n, true);
  }

  #subproof(m: number, start: number, end: number, b: boolean): Uint8Array[] {
    const n = end - start;
    if (m === n) return b ? [] : [this.mth(start, end)];
    const k = splitOf(n);
    return m <= k
      ? [...this.#subproof(m, start, start + k, b), this.mth(start + k, end)]
      : [...this.#subproof(m - k, start + k, end, false), this.mth(start, start + k)];
  }
}

/** The largest power of two smaller than n. */
function splitOf(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

/** On which sides the nodes of PATH(m, D[n]) stand, from the leaf upwards. */
export function pathSides(m: number, n: number): string {
  if (n === 1) return '';
  const k = splitOf(n);
  return m < k ? `${pathSides(m, k)}R` : `${pathSides(m - k, n - k)}L`;
}

/** The same of PROOF(m, D[n]); `=` or `?` is where it begins: with the first root, which is known, or with a node. */
export function proofSides(m: number, n: number, b = true): string {
  if (m === n) return b ? '=' : '?';
  const k = splitOf(n);
  return m <= k ? `${proofSides(m, k, b)}R` : `${proofSides(m - k, n - k, false)}L`;
}

/** Every way to spoil a list of hashes a little: one bit of one, one too few, one too many, two exchanged, a length. */
export function spoiled(proof: readonly Uint8Array[], foreign: Uint8Array): Uint8Array[][] {
  const others: Uint8Array[][] = [[...proof, foreign]];
  for (const [i, node] of proof.entries()) {
    const flipped = Uint8Array.from(node);
    flipped[i % 32] = (flipped[i % 32] ?? 0) ^ (1 << (i % 8));
    others.push(
      proof.with(i, flipped),
      proof.with(i, node.subarray(0, 31)),
      proof.with(i, Buffer.concat([node, Buffer.of(0)])),
      proof.toSpliced(i, 1),
      proof.toSpliced(i, 0, node),
      proof.toSpliced(i, 0, foreign),
    );
    const next = proof[i + 1];
    if (next) others.push(proof.with(i, next).with(i + 1, node));
  }
  return others;
}

/** The name of the error that a function throws, if it throws one. Without its stack, which costs more than a proof. */
export function thrown(act: () => unknown): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    Error.stackTraceLimit = limit;
  }
  return undefined;
}

/** MTH(D[0:size]), section 2.1.1, from the hashes of full subtrees. */
export async function rootOfSize(size: number, hashes: SubtreeHashes): Promise<Uint8Array> {
  if (size === 0) return sha256();
  const root = async (start: number, end: number): Promise<Uint8Array> => {
    let level = 0;
    while (2 ** (level + 1) <= end - start) level += 1;
    const width = 2 ** level;
    const left = await hashes(level, start / width);
    return start + width === end ? left : sha256(Buffer.of(1), left, await root(start + width, end));
  };
  return root(0, size);
}
