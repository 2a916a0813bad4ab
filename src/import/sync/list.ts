import { createHash } from 'node:crypto';
import { type LineError, Refusal } from '../../errors.ts';
import { rules } from '../../rules.ts';
import type { Posted } from '../../shapes/posted.ts';
import { checkedLines } from '../checked-lines.ts';
import { type FaultGroup, Faults } from '../faults.ts';
import type { Target } from '../import-lines.ts';
import { errorsMax } from '../line-checker.ts';
import type { Spool } from '../spool.ts';
import type { SyncOptions } from './report.ts';
import type { SyncRow } from './row-plan.ts';

/** Bytes of a list that are read and compared together: some hundreds of rows. */
const pieceBytes = 64 * 1024;
/** Rows of a list: their keys are kept in memory. */
const rowsMax = 1_000_000;

/** A list that was read to its end. */
export interface List {
  /** Its rows with their lines, piece by piece. */
  spool: Spool;
  /** SHA-256 of the file, in hex. */
  fileHash: string;
  /** The first line of each key. */
  lineOf: Map<string, number>;
  /** The lines of each key that stands twice. */
  twice: Map<string, number[]>;
  /** The rows that are none. */
  failed: number;
  faults: FaultGroup[];
  errors: LineError[];
}

/** Reads a list into the spool. Throws a Refusal if it is wrong as a whole. */
export async function listOf(
  { store }: Target,
  source: AsyncIterable<Uint8Array>,
  options: SyncOptions,
  spool: Spool,
): Promise<List> {
  const { format, initiativeId, mapping, key, limits } = options;
  if ((await store.lastEventOf(initiativeId, (await store.head()).position)) === 0)
    throw new Refusal('initiative-not-found', `${initiativeId} is not registered.`);
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const { fingerprintKey } = store;
  const settings = {
    ...{ format, initiativeId, mapping, key, importId: undefined, fingerprintKey },
    ...(limits && { limits }),
  };
  const lineOf = new Map<string, number>();
  const twice = new Map<string, number[]>();
  const faults = new Faults();
  const errors: LineError[] = [];
  let failed = 0;
  for await (const checked of checkedLines(hashed(), settings, pieceBytes)) {
    const { events, lines } = checked;
    // The other thread made it.
    for (const [i, { key, event }] of (JSON.parse(events) as SyncRow[]).entries()) {
      const name = nameOf(event, key);
      const [line = 0, first] = [lines[i], lineOf.get(name)];
      if (first === undefined) lineOf.set(name, line);
      else twice.set(name, [...(twice.get(name) ?? [first]), line]);
    }
    if (lineOf.size > rowsMax) throw new Refusal('body-too-large', `A list has at most ${rowsMax} rows.`);
    failed += checked.failed;
    errors.push(...checked.errors.slice(0, errorsMax - errors.length));
    faults.addAll(checked.faults);
    await spool.add(`[${events},${JSON.stringify(lines)}]`);
  }
  return { spool, fileHash: hash.digest('hex'), lineOf, twice, failed, faults: faults.list(), errors };
}

/** Rows of different kinds may have the same key. */
export const nameOf = ({ type }: Posted, key: string): string => `${rules.madeBy(type)} ${key}`;
