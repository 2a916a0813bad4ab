import { aroundDifference, shown } from '../ledger/shown.ts';
import { type RecordRow, recordColumns } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { Start } from '../verify/start.ts';
import { type StoredLedger, withStoredLedger } from '../verify/stored-ledger.ts';

/** Compares the root hash and the read models of a ledger, as they were at the start, with those of its copy. */
export async function firstDifference(
  source: StoredLedger,
  { head, numbers }: Start,
  store: Store,
  to: string,
): Promise<string | undefined> {
  const { position, rootHash } = await store.head();
  const expected = head?.root_hash ?? new Uint8Array();
  if (Buffer.compare(rootHash, expected) !== 0)
    return `position ${position}: the root hash is ${expected.toHex()}; the leaves give ${rootHash.toHex()}`;
  return (
    (await withStoredLedger(to, (copy) => recordsDifference(source, copy, position))) ??
    (await numbersDifference(numbers, store))
  );
}

async function recordsDifference(
  source: StoredLedger,
  copy: StoredLedger,
  size: number,
): Promise<string | undefined> {
  const pages = source.records(size);
  for await (const made of copy.records(size)) {
    const { value: stored = [] } = await pages.next();
    for (let i = 0; i < Math.max(made.length, stored.length); i++) {
      const difference = rowDifference(stored[i], made[i], size);
      if (difference !== undefined) return difference;
    }
  }
  const { value: [extra] = [] } = await pages.next();
  return rowDifference(extra, undefined, size);
}

function rowDifference(
  stored: RecordRow | undefined,
  made: RecordRow | undefined,
  size: number,
): string | undefined {
  if (stored?.position !== made?.position) {
    const isExtra = made === undefined || (stored && stored.position < made.position);
    const row = isExtra ? stored : made;
    return `position ${row?.position}: the row in records ${isExtra ? 'belongs to no event' : 'is missing'}`;
  }
  if (!stored || !made) return undefined;
  // What superseded it may have been recorded since.
  const then = (stored.to_position ?? 0) > size ? { ...stored, to_position: null } : stored;
  const column = recordColumns.find((column) => then[column] !== made[column]);
  if (!column) return undefined;
  const [is, must] = aroundDifference(then[column], made[column]);
  return `position ${made.position}: column ${column} of records is ${is}; its events make it ${must}`;
}

async function numbersDifference(numbers: Start['numbers'], { db }: Store): Promise<string | undefined> {
  const rows = await db.selectFrom('record_numbers').selectAll().execute();
  const made = new Map(rows.map((row) => [`${row.initiative_id}/${row.kind}`, row.last_number]));
  for (const { initiative_id, kind, last_number } of numbers) {
    const key = `${initiative_id}/${kind}`;
    if (made.get(key) !== last_number)
      return `the last number of ${key} is ${last_number}; its events make it ${shown(made.get(key))}`;
    made.delete(key);
  }
  const [missing] = made;
  return missing && `the last number of ${missing[0]} is missing; its events make it ${missing[1]}`;
}
