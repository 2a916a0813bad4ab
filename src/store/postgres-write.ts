import type { Change } from '../ledger/change.ts';
import { numberOf } from '../ledger/record-number.ts';
import { recordRowOf } from '../views/record-row.ts';
import type { Run } from './postgres-tree.ts';
import { eventRowOf } from './rows.ts';
import { type Database, eventColumns, keyColumns, recordColumns } from './schema.ts';
import type { Batch } from './store.ts';

/** The channel on which instances tell each other that the log has grown. */
export const channel = 'milestone_ledger';

/**
 * Writes what a group recorded, in its transaction: log, tree, read models, kept answers. A statement a table, sent one
 * behind the other without waiting in between. Where one fails, so do those behind it.
 */
export async function postgresWrite(batch: Batch, run: Run): Promise<void> {
  const { changes, answers, tiles, edge, origin, fingerprintKey } = batch;
  const sent: Promise<unknown>[] = [];
  const send = (...statements: Promise<unknown>[]): void => {
    // They are awaited together, at the end.
    for (const statement of statements) statement.catch(() => {});
    sent.push(...statements);
  };
  const erasures: Erasure[] = [];
  for (const part of upToErasures(changes)) {
    send(...insertChanges(part, run));
    const last = part.at(-1);
    // In order: an opening that an earlier change of the batch brought goes too, and one brought later stays.
    if (last?.event.erased) erasures.push(...(await eraseNames(last, run)));
  }
  const tileRows = tiles.map(({ level, index, root, hashes }) => ({
    level,
    tile_index: index,
    root,
    hashes: Buffer.concat(hashes),
  }));
  send(
    insert('tiles', ['level', 'tile_index', 'root', 'hashes'], tileRows, run),
    insert('idempotency_keys', keyColumns, answers, run),
    raiseNumbers(changes, run),
    // After the answers of the batch itself.
    ...erasures.map((erasure) => eraseRepeats(erasure, run)),
  );
  if (origin !== undefined) send(run('update ledger set origin = $1', [origin]));
  if (fingerprintKey) send(run('update ledger set fingerprint_key = $1', [fingerprintKey]));
  if (changes.length > 0) {
    const recordedAt = Date.parse(changes.at(-1)?.event.recordedAt ?? '');
    send(
      run('update head set position = $1, recorded_at = $2, root_hash = $3', [
        edge.size,
        recordedAt,
        edge.root(),
      ]),
      run('select pg_notify($1, $2)', [channel, String(edge.size)]),
    );
  }
  await Promise.all(sent);
}

/** The changes in order, in parts that end with an erasure, save the last. */
function upToErasures(changes: Change[]): Change[][] {
  const parts: Change[][] = [];
  let part: Change[] = [];
  for (const change of changes) {
    part.push(change);
    if (!change.event.erased) continue;
    parts.push(part);
    part = [];
  }
  return [...parts, part];
}

function insertChanges(changes: Change[], run: Run): Promise<unknown>[] {
  const superseded = changes.flatMap(({ before, position }) =>
    before ? [{ position: before.position, by: position }] : [],
  );
  const openings = changes.flatMap(({ position, openings }) =>
    openings.map((opening) => ({ ...opening, position })),
  );
  return [
    insert('events', eventColumns, changes.map(eventRowOf), run),
    insert('records', recordColumns, changes.map(recordRowOf), run),
    superseded.length === 0
      ? Promise.resolve()
      : run(
          `update records set to_position = superseded.by
            from unnest($1::bigint[], $2::bigint[]) as superseded (position, by)
            where records.position = superseded.position`,
          [superseded.map(({ position }) => position), superseded.map(({ by }) => by)],
        ),
    insert('openings', ['commitment', 'position', 'salt', 'name'], openings, run),
  ];
}

/** The rows as one parameter, of which PostgreSQL takes the types from the table. */
async function insert<T extends keyof Database>(
  table: T,
  columns: readonly (keyof Database[T] & string)[],
  rows: object[],
  run: Run,
): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.join(', ');
  const json = JSON.stringify(rows.map(withHex));
  await run(
    `insert into ${table} (${names}) select ${names} from json_populate_recordset(null::${table}, $1)`,
    [json],
  );
}

/** A row with its bytes as PostgreSQL reads them from text. */
function withHex(row: object): object {
  const copy: Record<string, unknown> = { ...row };
  for (const [column, value] of Object.entries(copy))
    if (value instanceof Uint8Array) copy[column] = `\\x${value.toHex()}`;
  return copy;
}

async function raiseNumbers(changes: Change[], run: Run): Promise<void> {
  const numbers = new Map<string, Database['record_numbers']>();
  for (const { before, event } of changes) {
    const made = before ? undefined : numberOf(event.recordId);
    if (!made || made.number === 0) continue;
    const { initiativeId } = event;
    const key = `${initiativeId}/${made.kind}`;
    const last_number = Math.max(made.number, numbers.get(key)?.last_number ?? 0);
    numbers.set(key, { initiative_id: initiativeId, kind: made.kind, last_number });
  }
  if (numbers.size === 0) return;
  await run(
    `insert into record_numbers select * from json_populate_recordset(null::record_numbers, $1)
      on conflict (initiative_id, kind) do update
      set last_number = greatest(record_numbers.last_number, excluded.last_number)`,
    [JSON.stringify([...numbers.values()])],
  );
}

/** What an erasure took from the log: the events that names were posted in. */
interface Erasure {
  initiativeId: string;
  positions: number[];
}

/** The openings, and the fingerprints that a guess at a name could be tried on. */
async function eraseNames(
  { position, event: { initiativeId, recordId, erased } }: Change,
  run: Run,
): Promise<Erasure[]> {
  const gone = await run<{ position: number }>(
    'delete from openings where commitment = any ($1) returning position',
    [erased?.commitments ?? []],
  );
  // Like `postedIn` of the ledger.
  const emptied = await run<{ position: number }>(
    `update events set fingerprint = null
      where initiative_id = $1 and record_id = $2 and exists (
        select 1 from unnest($3::bigint[]) as brought (position)
        where events.position = brought.position
          or events.type = 'RecordCorrected' and events.position > brought.position and events.position < $4
      ) returning position`,
    [initiativeId, recordId, gone.map(({ position }) => position), position],
  );
  // A log that is restored brings no openings of erased names.
  return emptied.length === 0 ? [] : [{ initiativeId, positions: emptied.map(({ position }) => position) }];
}

/** The fingerprints of whole requests, likewise. The key stays and fits none, as it may not be used for another body. */
const eraseRepeats = ({ initiativeId, positions }: Erasure, run: Run): Promise<unknown> =>
  run(
    `update idempotency_keys set fingerprint = decode(repeat('00', 32), 'hex')
      where initiative_id = $1 and exists (
        select 1 from unnest($2::bigint[]) as posted (position)
        where posted.position between first_position and last_position or exists (
          select 1 from json_array_elements(extra::json -> 'items') as item
          where (item ->> 1)::bigint = posted.position
        )
      )`,
    [initiativeId, positions],
  );
