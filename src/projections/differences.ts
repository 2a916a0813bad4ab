import { type Database, type RecordRow, recordColumns } from '../db/schema.ts';
import { type Asking, ask } from '../shapes/asking.ts';
import { aroundDifference, shown } from '../shapes/shown.ts';

/** A row that is not what the log makes it. */
export interface Difference {
  table: keyof Database;
  /** Of the event that makes the row. */
  position?: number;
  what: 'differs' | 'missing' | 'extra';
  detail: string;
}

/** One line, as a command prints it. */
export const lineOf = ({ table, position, detail }: Omit<Difference, 'what'>): string =>
  `${position === undefined ? '' : `position ${position}: `}${table}: ${detail}`;

/** The columns in which a stored row is not the one that the log makes; undefined: there are none. */
export function columnFaults<C extends string>(
  columns: readonly C[],
  stored: Record<C, unknown>,
  made: Record<C, unknown>,
): string | undefined {
  let faults: string | undefined;
  for (const column of columns) {
    if (stored[column] === made[column]) continue;
    const [is, must] = aroundDifference(stored[column], made[column]);
    const fault = `column ${column} is ${is}, the log makes it ${must}`;
    faults = faults === undefined ? fault : `${faults}, ${fault}`;
  }
  return faults;
}

/** A row of `records`. leaf: the leaf of its event, if it has no other state and stands outside of the range that was read. */
export type StoredRecord = RecordRow & { leaf?: string | null };

/** Reads the rows of a range, and the rows that these name as their predecessors and successors. Gives them by position. */
export function* storedRecords(from: number, to: number): Asking<Map<number, StoredRecord>> {
  const rows = yield* ask<StoredRecord>('select * from records where position between $1 and $2', from, to);
  // Most records have one version.
  const hasNear = rows.some(
    ({ prev_position, to_position }) => prev_position !== null || to_position !== null,
  );
  if (!hasNear) return new Map(rows.map((row) => [row.position, row]));
  const near = yield* ask<StoredRecord>(
    `select records.*, case when state is null then leaf end as leaf
      from records left join events on events.position = records.position
      where records.position in (
        select prev_position from records where position between $1 and $2
        union select to_position from records where position between $3 and $4)`,
    from,
    to,
    from,
    to,
  );
  return new Map([...rows, ...near].map((row) => [row.position, row]));
}

const ofEvent = recordColumns.filter((column) => column !== 'to_position');

/**
 * Compares the row that an event makes with the stored row, and checks that the stored row before it names it as its successor.
 * The stored row may have any successor that names it: that one is compared when its own event comes by.
 */
export function* recordDifferences(
  made: RecordRow,
  stored: ReadonlyMap<number, StoredRecord>,
): Asking<Difference[]> {
  const differences: Difference[] = [];
  const add = (position: number, what: Difference['what'], detail: string): void =>
    void differences.push({ table: 'records', position, what, detail });
  const { position, prev_position: before, initiative_id, record_id, version } = made;
  const row = stored.get(position);
  if (!row) add(position, 'missing', 'the row is missing');
  else {
    const faults = [columnFaults(ofEvent, row, made)];
    if (row.to_position !== null && stored.get(row.to_position)?.prev_position !== position) {
      const [next] = yield* ask<{ position: number }>(
        'select position from events where initiative_id = $1 and record_id = $2 and version = $3',
        initiative_id,
        record_id,
        version + 1,
      );
      if (next?.position !== row.to_position) faults.push(superseded(row.to_position, next?.position));
    }
    const detail = faults.filter((fault) => fault !== undefined).join(', ');
    if (detail !== '') add(position, 'differs', detail);
  }
  if (before === null) return differences;
  // A row that names the wrong predecessor did not lead to the right one.
  const previous = stored.get(before) ?? (yield* recordAt(before));
  // A wrong successor was found when the previous row was compared.
  if (previous?.to_position === null) add(before, 'differs', superseded(null, position));
  return differences;
}

const superseded = (is: number | null, must: number | undefined): string =>
  `column to_position is ${shown(is)}, the log makes it ${shown(must)}`;

function* recordAt(position: number): Asking<StoredRecord | undefined> {
  const [row] = yield* ask<StoredRecord>('select * from records where position = $1', position);
  return row;
}

/** Finds rows of `records` that belong to no event of a log with this end. last: later rows are not looked at. */
export function* extraRecords(end: number, last = Number.MAX_SAFE_INTEGER): Asking<Difference[]> {
  const extra = yield* ask<{ position: number }>(
    `select position from records where position < 1
      union all select position from records where position > $1 and position <= $2 order by position`,
    end,
    last,
  );
  return extra.map(({ position }) => ({
    table: 'records',
    position,
    what: 'extra',
    detail: 'the row belongs to no event',
  }));
}

type NumberRow = Database['record_numbers'];

export function numberDifferences(stored: readonly NumberRow[], made: readonly NumberRow[]): Difference[] {
  const byKey = (rows: readonly NumberRow[]) =>
    new Map(rows.map((row) => [`${row.initiative_id}/${row.kind}`, row.last_number]));
  const [is, must] = [byKey(stored), byKey(made)];
  return [...new Set([...is.keys(), ...must.keys()])].flatMap((key): Difference[] => {
    if (is.get(key) === must.get(key)) return [];
    const detail = `${key}: column last_number is ${shown(is.get(key))}, the log makes it ${shown(must.get(key))}`;
    return [{ table: 'record_numbers', what: 'differs', detail }];
  });
}

/** Compares a snapshot of counts with the counts that the events up to its position make. made undefined: the log has no such event. */
export function countsDifference(
  {
    initiative_id,
    position,
    tally,
  }: Pick<Database['count_snapshots'], 'initiative_id' | 'position' | 'tally'>,
  made: Uint8Array | undefined,
): Difference | undefined {
  const name = initiative_id === '' ? 'all initiatives' : shown(initiative_id);
  const table = 'count_snapshots';
  if (!made) {
    const detail = `counts of ${name} are kept, but no event of it has this position`;
    return { table, position, what: 'extra', detail };
  }
  if (Buffer.compare(tally, made) === 0) return undefined;
  const detail = `the counts of ${name} are not those that the events up to here come to`;
  return { table, position, what: 'differs', detail };
}
