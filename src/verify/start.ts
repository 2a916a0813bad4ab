import type { Database, EventRow } from '../db/schema.ts';
import { ownId } from '../shapes/stored-event.ts';
import { isKeyless } from '../store/check-values.ts';
import { unfinishedFault } from '../store/origin.ts';
import { CannotVerify, type Reader, read } from './reader.ts';

export type LeafRow = Pick<EventRow, 'position' | 'leaf'>;

/** Instances of the version before go on recording and signing while the first new one rebuilds. */
const upgradeMs = 86_400_000;

/** What is fixed at the start, from one moment: what is recorded later is left to the next verification. */
export type Start = Awaited<ReturnType<typeof startOf>>;

/** Throws CannotVerify where it is no whole ledger, or no bundle where that is wanted. */
export async function startOf(reader: Reader, wantsBundle: boolean) {
  const { name } = reader;
  const all = <T extends keyof Database>(table: T, by: string): Promise<Database[T][]> =>
    read(reader, `select * from ${table} order by ${by}`);
  const last = async (table: keyof Database, column: string): Promise<number> => {
    const [row] = await read<{ last: number | null }>(reader, `select max(${column}) as last from ${table}`);
    return row?.last ?? 0;
  };
  const ledgers = await all('ledger', 'id');
  const ledger = ledgers.find(({ id }) => id === 1) ?? ledgers[0];
  if (!ledger) throw new CannotVerify('The row that names the log is missing.');
  const unfinished = unfinishedFault(ledger.origin);
  if (unfinished !== undefined) throw new CannotVerify(unfinished);
  if (isKeyless(ledger.fingerprint_key) && !wantsBundle)
    throw new CannotVerify(`${name} is a bundle: verify --bundle and restore --bundle read it.`);
  if (!isKeyless(ledger.fingerprint_key) && wantsBundle)
    throw new CannotVerify(`${name} is a ledger, and no bundle: set DATABASE_URL to it.`);
  const heads = await all('head', 'id');
  const [checked] = await read<{ timestamp: string }>(
    reader,
    "select timestamp from kysely_migration where name = '0007-checks'",
  );
  return {
    origin: ledger.origin,
    /** The ids in the two tables of one row each. */
    ledgerIds: ledgers.map(({ id }): number => id),
    headIds: heads.map(({ id }): number => id),
    fingerprintKey: ledger.fingerprint_key,
    fingerprintKeyHash: ledger.fingerprint_key_hash,
    /** Since when all kept answers and checkpoints are written with what tells whether they are as they were. Milliseconds. */
    checkedSince: Date.parse(checked?.timestamp ?? '') + upgradeMs,
    /** Where the log was renamed. The leaves are verified like any other. */
    continuations: await read<LeafRow>(
      reader,
      "select position, leaf from events where initiative_id = $1 and kind = 'log' order by position",
      ownId,
    ),
    head: heads.find(({ id }) => id === 1) ?? heads[0],
    lastEvent: await last('events', 'position'),
    lastRecord: await last('records', 'position'),
    lastCheckpoint: await last('checkpoints', 'size'),
    /** When the last checkpoint was signed. */
    lastSigned: await last('checkpoints', 'signed_at'),
    lastKeptAnswer: await last('idempotency_keys', 'id'),
    viewVersions: await read<Database['view_versions']>(reader, 'select * from view_versions'),
    tiles: await read<{ level: number; first: number; last: number; count: number }>(
      reader,
      'select level, min(tile_index) as first, max(tile_index) as last, count(*) as count from tiles group by level order by level',
    ),
    keys: await all('signing_keys', 'vkey'),
    numbers: await all('record_numbers', 'initiative_id, kind'),
    snapshots: await read<Pick<Database['count_snapshots'], 'initiative_id' | 'position'>>(
      reader,
      'select initiative_id, position from count_snapshots order by position, initiative_id',
    ),
  };
}

/** The end of the log. Throws CannotVerify where its row is missing. */
export function endOf({ head }: Start): NonNullable<Start['head']> {
  if (!head) throw new CannotVerify('The row that says where the log ends is missing.');
  return head;
}
