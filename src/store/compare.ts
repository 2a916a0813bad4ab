import { aroundDifference, shown } from '../ledger/shown.ts';
import { type Asking, ask } from './asking.ts';
import { type Database, type RecordRow, recordColumns } from './schema.ts';
import type { Difference } from './store.ts';

/** Differences that are told in full; further ones are counted. */
const firstMax = 100;

const ofEvent = recordColumns.filter((column) => column !== 'to_position');
const columnsOf = (table: string): string => `(${ofEvent.map((column) => `${table}.${column}`).join(', ')})`;

/** What differs between the present tables and those made anew. */
export class Comparison {
  count = 0;
  readonly first: Difference[] = [];

  get isFull(): boolean {
    return this.first.length === firstMax;
  }

  protected add(difference: Difference): void {
    this.count += 1;
    if (!this.isFull) this.first.push(difference);
  }
}

export class RecordsComparison extends Comparison {
  /** The rows in a range, which were just made. */
  *range(from: number, to: number): Asking<void> {
    // The present row may be superseded by an event that is not rebuilt yet: if the row of that event says so too, it is
    // compared when its turn comes.
    const differing = yield* ask<{ position: number }>(
      `select made.position from records_rebuilt as made left join records as present using (position)
        where made.position between $1 and $2 and (${columnsOf('present')} is distinct from ${columnsOf('made')}
          or present.to_position is distinct from made.to_position and not coalesce(present.to_position > $3 and
            (select prev_position from records where position = present.to_position) = present.position, false))`,
      from,
      to,
      to,
    );
    for (const { position } of differing) {
      if (!this.isFull) this.add(yield* differenceAt(position));
      else this.count += 1;
    }
    const superseded = yield* ask<{ position: number; found: number | null; must: number }>(
      `select present.position, present.to_position as found, made.position as must
        from records_rebuilt as made join records as present on present.position = made.prev_position
        where made.position between $1 and $2 and present.position < $3
          and present.to_position is distinct from made.position`,
      from,
      to,
      // Superseded in the same range: told already.
      from,
    );
    for (const { position, found, must } of superseded)
      this.add({ table: 'records', position, detail: columnDetail('to_position', found, must) });
  }

  /** What belongs to no event, and all of record_numbers. */
  *rest(end: number): Asking<void> {
    const extra = yield* ask<{ position: number }>(
      `select position from records where position < 1
        union all select position from records where position > $1 order by position`,
      end,
    );
    for (const { position } of extra)
      this.add({ table: 'records', position, detail: 'the row belongs to no event' });
    const numbers = yield* ask<{ key: string; found: number | null; must: number | null }>(
      `select initiative_id || '/' || kind as key, present.last_number as found, made.last_number as must
        from record_numbers as present full join record_numbers_rebuilt as made using (initiative_id, kind)
        where present.last_number is distinct from made.last_number`,
    );
    for (const { key, found, must } of numbers)
      this.add({ table: 'record_numbers', detail: `${key}: ${columnDetail('last_number', found, must)}` });
  }
}

function* differenceAt(position: number): Asking<Difference> {
  const [present] = yield* ask<RecordRow>('select * from records where position = $1', position);
  const [made] = yield* ask<RecordRow>('select * from records_rebuilt where position = $1', position);
  const columns = recordColumns.filter((column) => present?.[column] !== made?.[column]);
  const detail = present
    ? columns.map((column) => columnDetail(column, present[column], made?.[column])).join(', ')
    : 'the row is missing';
  return { table: 'records', position, detail };
}

function columnDetail(column: string, is: unknown, must: unknown): string {
  const [isShown, mustShown] = aroundDifference(is, must);
  return `column ${column} is ${isShown}, the log makes it ${mustShown}`;
}

export class SnapshotsComparison extends Comparison {
  /** The last one at the start. Later ones may be kept while this runs, and none is made to compare them with. */
  #newest = 0;

  /** begun: the end of the log at the start. */
  *begin(begun: number): Asking<void> {
    const [row] = yield* ask<{ newest: number | null }>(
      'select max(position) as newest from count_snapshots where position <= $1',
      begun,
    );
    this.#newest = row?.newest ?? 0;
  }

  /** A snapshot that was just made. That none is kept there is no difference: losing one costs time only. */
  *one({ initiative_id, position, since, tally }: Database['count_snapshots']): Asking<void> {
    const [present] = yield* ask<Database['count_snapshots']>(
      'select * from count_snapshots where initiative_id = $1 and position = $2',
      initiative_id,
      position,
    );
    // One that was kept meanwhile may be counted from elsewhere.
    if (present?.since !== since || Buffer.compare(present.tally, tally) === 0) return;
    this.add({
      table: 'count_snapshots',
      position,
      detail: `the counts of ${named(initiative_id)} are not those that the events up to here come to`,
    });
  }

  /** What is kept for a place where there is nothing to count. */
  *rest(end: number): Asking<void> {
    const extra = yield* ask<{ initiative_id: string; position: number }>(
      `select initiative_id, position from count_snapshots as present
        where (position < $1 or position > $2) and not exists (select 1 from count_snapshots_rebuilt as made
          where made.initiative_id = present.initiative_id and made.position = present.position)
        order by position`,
      this.#newest,
      end,
    );
    for (const { initiative_id, position } of extra)
      this.add({
        table: 'count_snapshots',
        position,
        detail: `counts of ${named(initiative_id)} are kept, but no event of it has this position`,
      });
  }
}

const named = (scope: string): string => (scope === '' ? 'all initiatives' : shown(scope));
