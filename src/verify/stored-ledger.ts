import { fileOf, isPostgres } from '../store/open-store.ts';
import { type Database, type EventRow, eventColumns, type RecordRow } from '../store/schema.ts';
import { openPostgresReader } from './postgres-reader.ts';
import { CannotVerify, type Reader, type Value } from './reader.ts';
import { openSqliteReader } from './sqlite-reader.ts';
import { type Start, startOf } from './start.ts';

/** The form of the tables that this version reads. */
const migrations = ['0001-ledger', '0002-view-versions'];

/** Rows that one statement reads: each is a read transaction of its own, so that no writer's log grows for long. */
const pageRows = 1_000;

/** Before every position, also one that no ledger has. */
const beforeAll = Number.MIN_SAFE_INTEGER;

export type LeafRow = Pick<EventRow, 'position' | 'leaf'>;
/** Nothing can be said of a fingerprint, and a blob costs more to read than all other columns. */
export type CheckedRow = Omit<EventRow, 'fingerprint'>;
export type PostedRow = Pick<EventRow, 'position' | 'leaf' | 'fingerprint'>;
const checkedColumns = eventColumns.filter((column) => column !== 'fingerprint');
/** A row of `records`; leaf: of its event, where that is its state. */
export type NearRow = RecordRow & { leaf: string | null };
/** A kept answer; of the events in its range, how many there are, of its initiative, and of its time. */
export type StandsFor = Database['idempotency_keys'] & {
  id: number;
  events: number;
  own: number;
  at_once: number;
};
/** Lets other work have its turn. */
export type Turn = () => Promise<void>;

/** Opens the database of a ledger to read it, and closes it after its use. Throws CannotVerify where it can't be read. */
export async function withStoredLedger<T>(
  url: string,
  use: (ledger: StoredLedger) => Promise<T>,
): Promise<T> {
  const reader = isPostgres(url) ? await openPostgresReader(url) : openSqliteReader(fileOf(url));
  try {
    await requireForm(reader);
    return await use(new StoredLedger(reader));
  } finally {
    await reader.close();
  }
}

async function requireForm({ name, tables, read }: Reader): Promise<void> {
  const present = await tables();
  if (!present.includes('kysely_migration') || !present.includes('events'))
    throw new CannotVerify(`${name} is not a ledger.`);
  const rows = await read<{ name: string }>('select name from kysely_migration order by name');
  const names = rows.map((row) => row.name);
  if (names.join() !== migrations.join())
    throw new CannotVerify(
      `${name} is of another version (${names.at(-1) ?? 'none'}); this one reads ${migrations.at(-1)}.`,
    );
}

/** A ledger as it is stored: nothing about its content is taken for granted but the tables and columns. */
export class StoredLedger {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  start(): Promise<Start> {
    return this.#reader.atOneMoment(() => startOf(this.#reader));
  }

  /** By position, a page after the other, from the first one above `after`; `to` is the last one that is asked for. */
  leaves(to: number, after?: number): AsyncGenerator<LeafRow[]> {
    return this.#pages('select position, leaf from events', to, after);
  }

  events(to: number): AsyncGenerator<CheckedRow[]> {
    return this.#pages(`select ${checkedColumns} from events`, to);
  }

  /** What of the events does not follow from those before. */
  postedEvents(to: number): AsyncGenerator<PostedRow[]> {
    return this.#pages('select position, leaf, fingerprint from events', to);
  }

  records(to: number, after?: number): AsyncGenerator<RecordRow[]> {
    return this.#pages('select * from records', to, after);
  }

  /** The rows that these supersede, and those that supersede them, by position. */
  async near(rows: RecordRow[]): Promise<Map<number, NearRow>> {
    // What is no position of any log is not there.
    const positions = rows
      .flatMap(({ prev_position, to_position }) => [prev_position ?? 0, to_position ?? 0])
      .filter((position) => position > 0 && Number.isSafeInteger(position));
    return this.recordsAt(positions);
  }

  async recordsAt(positions: number[]): Promise<Map<number, NearRow>> {
    if (positions.length === 0) return new Map();
    const rows = await this.#read<NearRow>(
      `select records.*, case when state is null then leaf end as leaf
        from records left join events on events.position = records.position where records.position = any ($1)`,
      [positions],
    );
    return new Map(rows.map((row) => [row.position, row]));
  }

  async leavesAt(positions: number[]): Promise<Map<number, string>> {
    const rows = await this.#read<LeafRow>('select position, leaf from events where position = any ($1)', [
      positions,
    ]);
    return new Map(rows.map(({ position, leaf }) => [position, leaf]));
  }

  /** Through the columns beside the leaf, so nothing is proved by it. */
  async positionOf(initiativeId: string, recordId: string, version: number): Promise<number | undefined> {
    const [row] = await this.#read<{ position: number }>(
      'select position from events where initiative_id = $1 and record_id = $2 and version = $3',
      [initiativeId, recordId, version],
    );
    return row?.position;
  }

  /** The first events of a record after a version, up to another. */
  eventsOf(initiativeId: string, recordId: string, after: number, to: number): Promise<LeafRow[]> {
    return this.#read(
      `select position, leaf from events
        where initiative_id = $1 and record_id = $2 and version > $3 and version <= $4
        order by version limit ${pageRows}`,
      [initiativeId, recordId, after, to],
    );
  }

  /** From a position to another, as far as they are there. */
  async leafRange(from: number, to: number): Promise<string[]> {
    const rows = await this.#read<Pick<EventRow, 'leaf'>>(
      'select leaf from events where position between $1 and $2 order by position',
      [from, to],
    );
    return rows.map(({ leaf }) => leaf);
  }

  /** The leaves after one position, up to and with another, one a line; undefined: one or more are missing. */
  async leafLines(after: number, to: number): Promise<Uint8Array | undefined> {
    return this.#reader.leafLines(after, to);
  }

  async tile(level: number, index: number): Promise<{ root: Uint8Array; hashes: Uint8Array } | undefined> {
    const [row] = await this.#read<{ root: Buffer; hashes: Buffer }>(
      'select root, hashes from tiles where level = $1 and tile_index = $2',
      [level, index],
    );
    return row;
  }

  async tileRoots(level: number, from: number, to: number): Promise<Uint8Array[]> {
    const rows = await this.#read<{ root: Buffer }>(
      'select root from tiles where level = $1 and tile_index between $2 and $3 order by tile_index',
      [level, from, to],
    );
    return rows.map(({ root }) => root);
  }

  /** The first ones with sizes after one, up to another. */
  checkpoints(after: number, to: number): Promise<Database['checkpoints'][]> {
    return this.#read(
      `select * from checkpoints where size > $1 and size <= $2 order by size limit ${pageRows}`,
      [after, to],
    );
  }

  openingsOf(commitments: string[]): Promise<Database['openings'][]> {
    return this.#read('select * from openings where commitment = any ($1)', [commitments]);
  }

  openings(after: string): Promise<Database['openings'][]> {
    return this.#read(`select * from openings where commitment > $1 order by commitment limit ${pageRows}`, [
      after,
    ]);
  }

  keptAnswers(after: number, to: number): Promise<StandsFor[]> {
    return this.#read(
      `select kept.*, count(events.position) as events,
          count(*) filter (where events.initiative_id = kept.initiative_id) as own,
          count(*) filter (where events.recorded_at = kept.recorded_at) as at_once
        from idempotency_keys as kept
        left join events on events.position between kept.first_position and kept.last_position
        where kept.id > $1 and kept.id <= $2 group by kept.id order by kept.id limit ${pageRows}`,
      [after, to],
    );
  }

  async snapshotAt(scope: string, position: number): Promise<Database['count_snapshots'] | undefined> {
    const [row] = await this.#read<Database['count_snapshots']>(
      'select * from count_snapshots where initiative_id = $1 and position = $2',
      [scope, position],
    );
    return row;
  }

  async *#pages<R extends { position: number }>(
    select: string,
    to: number,
    after = beforeAll,
  ): AsyncGenerator<R[]> {
    const page = `${select} where position > $1 and position <= $2 order by position limit ${pageRows}`;
    for (let last: number | undefined = after; last !== undefined; ) {
      const rows: R[] = await this.#read<R>(page, [last, to]);
      if (rows.length > 0) yield rows;
      last = rows.length < pageRows ? undefined : rows.at(-1)?.position;
    }
  }

  async #read<R extends object>(sql: string, values?: Value[]): Promise<R[]> {
    return this.#reader.read<R>(sql, values);
  }
}
