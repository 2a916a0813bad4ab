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
 * behind the other without waiting in between. Where one fails, so do those behind it. Resolves when all are sent, so that
 * COMMIT can be sent behind them; `answered` rejects with the first that failed.
 */
export async function postgresWrite(batch: Batch, run: Run): Promise<{ answered: Promise<unknown> }> {
  const { changes, answers, tiles, edge, origin, fingerprintKey } = batch;
  const sent: Promise<unknown>[] = [];
  // All are made before the first is sent: one that can't be made must not leave a part to be committed.
  const send = (statements: Statement[]): void => {
    for (const { text, values, name } of statements) {
      const statement = run(text, values, name);
      // They are awaited together, at the end.
      statement.catch(() => {});
      sent.push(statement);
    }
  };
  let statements: Statement[] = [];
  const erasures: Erasure[] = [];
  for (const part of upToErasures(changes)) {
    statements.push(...insertChanges(part));
    const last = part.at(-1);
    if (!last?.event.erased) continue;
    send(statements);
    statements = [];
    // In order: an opening that an earlier change of the batch brought goes too, and one brought later stays.
    erasures.push(...(await eraseNames(last, run)));
  }
  const tileRows = tiles.map(({ level, index, root, hashes }) => ({
    level,
    tile_index: index,
    root,
    hashes: Buffer.concat(hashes),
  }));
  statements.push(
    ...insert('tiles', ['level', 'tile_index', 'root', 'hashes'], tileRows),
    ...insert('idempotency_keys', keyColumns, answers),
    ...raiseNumbers(changes),
    // After the answers of the batch itself.
    ...erasures.map(eraseRepeats),
  );
  if (origin !== undefined) statements.push({ text: 'update ledger set origin = $1', values: [origin] });
  if (fingerprintKey)
    statements.push({ text: 'update ledger set fingerprint_key = $1', values: [fingerprintKey] });
  const last = changes.at(-1);
  if (last) {
    statements.push(
      {
        name: 'move-head',
        text: 'update head set position = $1, recorded_at = $2, root_hash = $3',
        values: [edge.size, Date.parse(last.event.recordedAt), edge.root()],
      },
      { name: 'notify', text: 'select pg_notify($1, $2)', values: [channel, String(edge.size)] },
    );
  }
  send(statements);
  const answered = Promise.all(sent);
  answered.catch(() => {});
  return { answered };
}

/** With a name it stays prepared. */
interface Statement {
  name?: string;
  text: string;
  values: unknown[];
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

function insertChanges(changes: Change[]): Statement[] {
  const superseded = changes.flatMap(({ before, position }) =>
    before ? [{ position: before.position, by: position }] : [],
  );
  const openings = changes.flatMap(({ position, openings }) =>
    openings.map((opening) => ({ ...opening, position })),
  );
  const supersede: Statement = {
    text: `update records set to_position = superseded.by
      from unnest($1::bigint[], $2::bigint[]) as superseded (position, by)
      where records.position = superseded.position`,
    values: [superseded.map(({ position }) => position), superseded.map(({ by }) => by)],
  };
  return [
    ...insert('events', eventColumns, changes.map(eventRowOf)),
    ...insert('records', recordColumns, changes.map(recordRowOf)),
    ...(superseded.length === 0 ? [] : [supersede]),
    ...insert('openings', ['commitment', 'position', 'salt', 'name'], openings),
  ];
}

/** The rows as one parameter, of which PostgreSQL takes the types from the table. */
function insert<T extends keyof Database>(
  table: T,
  columns: readonly (keyof Database[T] & string)[],
  rows: object[],
): Statement[] {
  if (rows.length === 0) return [];
  const names = columns.join(', ');
  return [
    {
      name: `insert-${table}`,
      text: `insert into ${table} (${names}) select ${names} from json_populate_recordset(null::${table}, $1)`,
      values: [JSON.stringify(rows.map(withHex))],
    },
  ];
}

/** A row with its bytes as PostgreSQL reads them from text. */
function withHex(row: object): object {
  const copy: Record<string, unknown> = { ...row };
  for (const [column, value] of Object.entries(copy))
    if (value instanceof Uint8Array) copy[column] = `\\x${value.toHex()}`;
  return copy;
}

function raiseNumbers(changes: Change[]): Statement[] {
  const numbers = new Map<string, Database['record_numbers']>();
  for (const { before, event } of changes) {
    const made = before ? undefined : numberOf(event.recordId);
    if (!made || made.number === 0) continue;
    const { initiativeId } = event;
    const key = `${initiativeId}/${made.kind}`;
    const last_number = Math.max(made.number, numbers.get(key)?.last_number ?? 0);
    numbers.set(key, { initiative_id: initiativeId, kind: made.kind, last_number });
  }
  if (numbers.size === 0) return [];
  return [
    {
      name: 'raise-numbers',
      text: `insert into record_numbers select * from json_populate_recordset(null::record_numbers, $1)
        on conflict (initiative_id, kind) do update
        set last_number = greatest(record_numbers.last_number, excluded.last_number)`,
      values: [JSON.stringify([...numbers.values()])],
    },
  ];
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
const eraseRepeats = ({ initiativeId, positions }: Erasure): Statement => ({
  text: `update idempotency_keys set fingerprint = decode(repeat('00', 32), 'hex')
    where initiative_id = $1 and exists (
      select 1 from unnest($2::bigint[]) as posted (position)
      where posted.position between first_position and last_position or exists (
        select 1 from json_array_elements(extra::json -> 'items') as item
        where (item ->> 1)::bigint = posted.position
      )
    )`,
  values: [initiativeId, positions],
});
