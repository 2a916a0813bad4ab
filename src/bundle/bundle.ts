import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * A bundle: a ledger in one file that verifies without the service, as lines of JSON. The first line is the
 * header; then keys; each leaf, in the order of the log, with what its commitments still open to; checkpoints; and
 * last what the service answered, each for a path that is pinned to the size.
 */
export type BundleLine =
  | { bundle: 'milestone-ledger/1'; origin: string; size: number; rootHash: string }
  | { key: { vkey: string; signsFrom: number; signsUntil?: number } }
  | { leaf: string; openings?: { commitment: string; salt: string; name: string }[] }
  | { checkpoint: { size: number; signedAt: number; note: string } }
  | { answer: { path: string; body: string } };

export type BundleHeader = Extract<BundleLine, { bundle: string }>;

/** A file that is no bundle, or a broken one. */
export class BrokenBundle extends Error {}

/** The lines of a bundle, one after the other; a bundle may be larger than memory. */
export async function* readBundle(file: string): AsyncGenerator<BundleLine> {
  const input = createReadStream(file);
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const parsed = parse(line, number);
      if (number === 1 && !('bundle' in parsed && parsed.bundle === 'milestone-ledger/1')) {
        throw new BrokenBundle(`${file} is no bundle of a milestone ledger`);
      }
      yield parsed;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new BrokenBundle(`${file} can not be read: ${error.message}`);
    throw error;
  } finally {
    input.destroy();
  }
  if (number === 0) throw new BrokenBundle(`${file} is empty`);
}

/** The first line. */
export async function headerOf(file: string): Promise<BundleHeader> {
  for await (const line of readBundle(file)) if ('bundle' in line) return line;
  throw new BrokenBundle(`${file} is no bundle of a milestone ledger`);
}

const members = ['bundle', 'key', 'leaf', 'checkpoint', 'answer'];

function parse(line: string, number: number): BundleLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BrokenBundle(`line ${number} is not JSON`);
  }
  const [member] = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (member === undefined || !members.includes(member))
    throw new BrokenBundle(`line ${number} is of no known kind`);
  // What its members hold is checked where they are used: everything in a bundle is verified.
  return value as BundleLine;
}
