import type Sqlite from 'better-sqlite3';
import { aroundDifference, shown } from '../ledger/shown.ts';
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

  protected add(difference: () => Difference): void {
    this.count += 1;
    if (this.first.length < firstMax) this.first.push(difference());
  }
}

export class RecordsComparison extends Comparison {
  readonly #handle: Sqlite.Database;
  readonly #differing: Sqlite.Statement<[number, number, number], number>;
  readonly #superseded: Sqlite.Statement<[number, number], { position: number; is: number; must: number }>;
  readonly #present: Sqlite.Statement<[number], RecordRow>;
  readonly #made: Sqlite.Statement<[number], RecordRow>;

  constructor(handle: Sqlite.Database) {
    super();
    this.#handle = handle;
    // The present row may be superseded by an event that is not rebuilt yet: if the row of that event says so too, it is
    // compared when its turn comes.
    const awaited = `present.to_position > ? and
      (select prev_position from records where position = present.to_position) is present.position`;
    this.#differing = handle
      .prepare<[number, number, number], number>(
        `select made.position from records_rebuilt as made left join records as present using (position)
          where made.position between ? and ? and (${columnsOf('present')} is not ${columnsOf('made')}
            or present.to_position is not made.to_position and not (${awaited}))`,
      )
      .pluck();
    this.#superseded = handle.prepare(
      `select present.position, present.to_position as 'is', made.position as must
        from records_rebuilt as made join records as present on present.position = made.prev_position
        where made.position between ? and ? and present.position < made.position
          and present.to_position is not made.position`,
    );
    this.#present = handle.prepare('select * from records where position = ?');
    this.#made = handle.prepare('select * from records_rebuilt where position = ?');
  }

  /** The rows in a range, which were just made. */
  range(from: number, to: number): void {
    for (const position of this.#differing.all(from, to, to)) this.add(() => this.#differenceAt(position));
    for (const { position, is, must } of this.#superseded.all(from, to)) {
      // Superseded in the same range: told already.
      if (position >= from) continue;
      this.add(() => ({ table: 'records', position, detail: columnDetail('to_position', is, must) }));
    }
  }

  /** What belongs to no event, and all of record_numbers. */
  rest(end: number): void {
    const extra = this.#handle
      .prepare<[number], number>(
        'select position from records where position < 1 union all select position from records where position > ?',
      )
      .pluck();
    for (const position of extra.iterate(end))
      this.add(() => ({ table: 'records', position, detail: 'the row belongs to no event' }));
    const numbers = this.#handle.prepare<[], { key: string; is: number | null; must: number | null }>(
      `select initiative_id || '/' || kind as key, present.last_number as 'is', made.last_number as must
        from record_numbers as present full join record_numbers_rebuilt as made using (initiative_id, kind)
        where present.last_number is not made.last_number`,
    );
    for (const { key, is, must } of numbers.iterate())
      this.add(() => ({
        table: 'record_numbers',
        detail: `${key}: ${columnDetail('last_number', is, must)}`,
      }));
  }

  #differenceAt(position: number): Difference {
    const [present, made] = [this.#present.get(position), this.#made.get(position)];
    const columns = recordColumns.filter((column) => present?.[column] !== made?.[column]);
    const detail = present
      ? columns.map((column) => columnDetail(column, present[column], made?.[column])).join(', ')
      : 'the row is missing';
    return { table: 'records', position, detail };
  }
}

function columnDetail(column: string, is: unknown, must: unknown): string {
  const [isShown, mustShown] = aroundDifference(is, must);
  return `column ${column} is ${isShown}, the log makes it ${mustShown}`;
}

export class SnapshotsComparison extends Comparison {
  readonly #handle: Sqlite.Database;
  readonly #present: Sqlite.Statement<[string, number], Database['count_snapshots']>;
  /** The last one at the start. Later ones may be kept while this runs, and none is made to compare them with. */
  readonly #newest: number;

  /** begun: the end of the log at the start. */
  constructor(handle: Sqlite.Database, begun: number) {
    super();
    this.#handle = handle;
    this.#present = handle.prepare('select * from count_snapshots where initiative_id = ? and position = ?');
    this.#newest =
      handle
        .prepare<[number], number>('select max(position) from count_snapshots where position <= ?')
        .pluck()
        .get(begun) ?? 0;
  }

  /** A snapshot that was just made. That none is kept there is no difference: losing one costs time only. */
  one({ initiative_id, position, tally }: Database['count_snapshots']): void {
    const present = this.#present.get(initiative_id, position);
    if (!present || Buffer.compare(present.tally, tally) === 0) return;
    this.add(() => ({
      table: 'count_snapshots',
      position,
      detail: `the counts of ${named(initiative_id)} are not those that the events up to here come to`,
    }));
  }

  /** What is kept for a place where there is nothing to count. */
  rest(end: number): void {
    const extra = this.#handle.prepare<[number, number], { initiative_id: string; position: number }>(
      `select initiative_id, position from count_snapshots as present
        where (position < ? or position > ?) and not exists (select 1 from count_snapshots_rebuilt as made
          where made.initiative_id = present.initiative_id and made.position = present.position)
        order by position`,
    );
    for (const { initiative_id, position } of extra.iterate(this.#newest, end))
      this.add(() => ({
        table: 'count_snapshots',
        position,
        detail: `counts of ${named(initiative_id)} are kept, but no event of it has this position`,
      }));
  }
}

const named = (scope: string): string => (scope === '' ? 'all initiatives' : shown(scope));
