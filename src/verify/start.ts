import { ownId } from '../ledger/log-continuation.ts';
import { unfinishedFault } from '../store/origin.ts';
import type { Database, EventRow } from '../store/schema.ts';
import { CannotVerify, type Reader } from './reader.ts';

/** What is fixed at the start, from one moment: what is recorded later is left to the next verification. */
export interface Start {
  origin: string;
  fingerprintKey: Uint8Array;
  /** Where the log was renamed. The leaves are verified like any other. */
  continuations: Pick<EventRow, 'position' | 'leaf'>[];
  head: { position: number; recorded_at: number; root_hash: Buffer } | undefined;
  lastEvent: number;
  lastRecord: number;
  lastCheckpoint: number;
  lastKeptAnswer: number;
  viewVersions: Database['view_versions'][];
  tiles: { level: number; first: number; last: number }[];
  keys: Database['signing_keys'][];
  numbers: Database['record_numbers'][];
  /** By position. */
  snapshots: Pick<Database['count_snapshots'], 'initiative_id' | 'position' | 'since'>[];
}

/** Throws CannotVerify where it is no whole ledger. */
export async function startOf({ read }: Reader): Promise<Start> {
  const last = async (sql: string): Promise<number> => {
    const [row] = await read<{ last: number | null }>(sql);
    return row?.last ?? 0;
  };
  const [ledger] = await read<Database['ledger']>('select * from ledger');
  if (!ledger) throw new CannotVerify('The row that names the log is missing.');
  const unfinished = unfinishedFault(ledger.origin);
  if (unfinished !== undefined) throw new CannotVerify(unfinished);
  const [head] = await read<NonNullable<Start['head']>>('select * from head');
  return {
    origin: ledger.origin,
    fingerprintKey: ledger.fingerprint_key,
    continuations: await read(
      'select position, leaf from events where initiative_id = $1 order by position',
      [ownId],
    ),
    head,
    lastEvent: await last('select max(position) as last from events'),
    lastRecord: await last('select max(position) as last from records'),
    lastCheckpoint: await last('select max(size) as last from checkpoints'),
    lastKeptAnswer: await last('select max(id) as last from idempotency_keys'),
    viewVersions: await read('select * from view_versions'),
    tiles: await read(
      'select level, min(tile_index) as first, max(tile_index) as last from tiles group by level order by level',
    ),
    keys: await read('select * from signing_keys order by vkey'),
    numbers: await read('select * from record_numbers order by initiative_id, kind'),
    snapshots: await read(
      'select initiative_id, position, since from count_snapshots order by position, initiative_id',
    ),
  };
}
