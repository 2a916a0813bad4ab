import type { Head } from '../../db/rows.ts';
import { type HeadRow, headOf } from '../../db/rows.ts';
import { Refusal } from '../../errors.ts';
import { Damaged } from '../damaged.ts';
import { headColumns, type Run } from './run.ts';

/** What is found where recording would go through. */
export interface Ground {
  head: Head;
  /** The server's clock. */
  serverMs: number;
  /** What the server is set to, so that it may lose what was acknowledged. */
  weaknesses: string[];
}

const searched = ['search_texts', 'search_segments', 'search_postings'];
const inserted = [
  'events',
  'tiles',
  'checkpoints',
  'signing_keys',
  'openings',
  'idempotency_keys',
  'records',
  'record_numbers',
  'count_snapshots',
  'principals',
  'tokens',
  'sessions',
  'search_index',
  ...searched,
];
const updated = [
  'head.position',
  'head.recorded_at',
  'head.root_hash',
  'head.forked_size',
  'head.forked_root',
  'records.to_position',
  'record_numbers.last_number',
  'signing_keys.signs_until',
  'ledger.origin',
  'events.fingerprint',
  'idempotency_keys.fingerprint',
  'principals.label',
  'principals.issuer',
  'principals.subject',
  'tokens.revoked_at',
  'tokens.used_at',
  'sessions.used_at',
  'sessions.idle_ends_at',
  'search_index.version',
  'search_index.generation',
];
const deleted = ['openings', 'idempotency_keys', 'sessions', ...searched];

/** What the service needs, as in migrations/postgres-service-role.sql; each by itself, as a privilege may be revoked alone. */
const needed = [
  ...['ledger', 'head', 'view_versions', ...inserted].map((table) => ['select', table]),
  ...inserted.map((table) => ['insert', table]),
  ...deleted.map((table) => ['delete', table]),
  ...updated.map((column) => ['update', ...column.split('.')]),
]
  .map(([privilege, table, column]) => `('${privilege}', '${table}', ${column ? `'${column}'` : 'null'})`)
  .join(', ');

/** One statement, and so of one moment. A table that is missing fails it. */
const look = `select ${headColumns},
    current_setting('transaction_read_only') = 'off' as writes,
    (extract(epoch from clock_timestamp()) * 1000)::bigint as now,
    (select max(position) from events) as last,
    (select min(position) from events where events.position > head.position) as event,
    (select min(position) from records where records.position > head.position) as record,
    (select tile_index from generate_series(0, 6) as levels (level) cross join lateral (
      select tile_index from tiles where tiles.level = levels.level
        and tile_index >= div(head.position, 256::numeric ^ (levels.level + 1))::bigint limit 1
    ) as ahead limit 1) as tile,
    (select string_agg(privilege || ' on ' || tab || coalesce('.' || col, ''), ', ') from (values ${needed}) as needed (privilege, tab, col)
      where not case when col is null then has_table_privilege(tab, privilege)
        else has_column_privilege(tab, col, privilege) end) as lacking,
    current_setting('fsync') as fsync,
    current_setting('full_page_writes') as full_page_writes,
    current_setting('synchronous_commit') as synchronous_commit,
    current_setting('synchronous_standby_names') as synchronous_standby_names
  from head`;

interface Settings {
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  synchronous_standby_names: string;
}

interface Look extends HeadRow, Settings {
  writes: boolean;
  now: number;
  last: number | null;
  event: number | null;
  record: number | null;
  tile: number | null;
  lacking: string | null;
}

/** Throws a Refusal, or what the database says, where the next group would fail; the head does not say. */
export async function lookAtGround(run: Run): Promise<Ground> {
  const [row] = await run<Look>(look);
  if (!row) throw new Damaged('The row of the head is missing.');
  const { writes, now: serverMs, last, event, record, tile, lacking } = row;
  if (!writes)
    throw new Refusal(
      'storage-unavailable',
      'The database takes no writes: it is a standby, or set to read only.',
    );
  if (lacking !== null)
    throw new Refusal('storage-unavailable', `The role of the service lacks privileges: ${lacking}.`);
  const head = headOf(row);
  const rows = { events: event, records: record, tiles: tile };
  for (const [table, first] of Object.entries(rows))
    if (first !== null)
      throw new Damaged(
        `The head says that the log ends at ${head.position}, and ${table} has a row beyond it (${first}): the head was moved back, or the row is not of the log. docs/postgres.md says how to repair it.`,
      );
  if ((last ?? 0) < head.position)
    throw new Damaged(
      `The head says that the log ends at ${head.position}, and its last event is at ${last ?? 0}: the head was moved forward, or events are gone. docs/postgres.md says how to repair it.`,
    );
  return { head, serverMs, weaknesses: weaknessesOf(row) };
}

/** Why what is answered with 201 may be lost, by what the server is set to. */
function weaknessesOf(settings: Settings): string[] {
  const { fsync, full_page_writes, synchronous_commit, synchronous_standby_names } = settings;
  const weaknesses: string[] = [];
  if (fsync === 'off')
    weaknesses.push(
      'fsync is off on the database server: a power failure may take what was acknowledged, or all',
    );
  if (full_page_writes === 'off')
    weaknesses.push('full_page_writes is off on the database server: a power failure may damage the ledger');
  if (synchronous_standby_names !== '' && !['on', 'remote_apply'].includes(synchronous_commit))
    weaknesses.push(
      `synchronous_commit is ${synchronous_commit} although synchronous_standby_names asks for standbys: a fail-over may lose what was acknowledged`,
    );
  return weaknesses;
}
