import { existsSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { type Database, type EventRow, eventColumns, type RecordRow } from '../store/schema.ts';

/** The ledger can't be read, or nothing can be said of it; the message says why, to the operator. */
export class CannotVerify extends Error {
  override name = 'CannotVerify';
}

/** The form of the tables that this version reads. */
const migrations = ['0001-ledger', '0002-view-versions'];

/** Rows that one statement reads: each is a read transaction of its own, so that no writer's log grows for long. */
const pageRows = 1_000;

export type LeafRow = Pick<EventRow, 'position' | 'leaf'>;
/** Nothing can be said of a fingerprint, and a blob costs more to read than all other columns. */
export type CheckedRow = Omit<EventRow, 'fingerprint'>;
const checkedColumns = eventColumns.filter((column) => column !== 'fingerprint');
export type KeptAnswerRow = Database['idempotency_keys'] & { id: number };
/** Lets other work have its turn. */
export type Turn = () => Promise<void>;
export type LedgerFile = ReturnType<typeof openLedgerFile>;
export type Start = ReturnType<LedgerFile['start']>;

/** Opens a ledger's database file, and closes it after its use. Throws CannotVerify where it can't be read. */
export async function withLedgerFile<T>(path: string, use: (file: LedgerFile) => Promise<T>): Promise<T> {
  let file: LedgerFile | undefined;
  try {
    file = openLedgerFile(path);
    return await use(file);
  } catch (error) {
    if (error instanceof Sqlite.SqliteError)
      throw new CannotVerify(`${path} can't be read: ${error.message}.`);
    throw error;
  } finally {
    file?.close();
  }
}

/**
 * The database file of a ledger, only read: it may be in use, and nothing about its content is taken for granted but
 * the tables and columns. Throws CannotVerify.
 */
function openLedgerFile(file: string) {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new CannotVerify(`There is no file ${file}.`);
  const stopped = !existsSync(`${file}-wal`);
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    requireForm(db, file);
    return { ...reading(db), close };
  } catch (error) {
    close();
    throw error;
  }

  function close(): void {
    db.close();
    if (stopped) tidy(file);
  }
}

/** A handle that only reads leaves its -wal and -shm behind. SQLite removes them with the last that may write. */
function tidy(file: string): void {
  try {
    const last = new Sqlite(file, { fileMustExist: true });
    last.prepare('select 1 from sqlite_schema').get();
    last.close();
  } catch {
    // They are empty, and the next start removes them.
  }
}

function requireForm(db: Sqlite.Database, file: string): void {
  const tables = db.prepare<[], string>("select name from sqlite_schema where type = 'table'").pluck().all();
  if (!tables.includes('kysely_migration') || !tables.includes('events'))
    throw new CannotVerify(`${file} is not a ledger.`);
  const present = db.prepare<[], string>('select name from kysely_migration order by name').pluck().all();
  if (present.join() !== migrations.join())
    throw new CannotVerify(
      `${file} is of another version (${present.at(-1) ?? 'none'}); this one reads ${migrations.at(-1)}.`,
    );
}

function reading(db: Sqlite.Database) {
  const prepare = <P extends unknown[], R>(sql: string) => db.prepare<P, R>(sql);
  const leaves = pages<LeafRow>('select position, leaf from events');
  const events = pages<CheckedRow>(`select ${checkedColumns} from events`);
  const records = pages<RecordRow>('select * from records');
  const recordAt = prepare<[number], RecordRow>('select * from records where position = ?');
  const leafAt = prepare<[number], string>('select leaf from events where position = ?').pluck();
  const positionOf = prepare<[string, string, number], number>(
    'select position from events where initiative_id = ? and record_id = ? and version = ?',
  ).pluck();
  const eventsOf = prepare<[string, string, number], LeafRow>(
    `select position, leaf from events where initiative_id = ? and record_id = ? and version <= ?
      order by version`,
  );
  const tile = prepare<[number, number], { root: Buffer; hashes: Buffer }>(
    'select root, hashes from tiles where level = ? and tile_index = ?',
  );
  const tileRoots = prepare<[number, number, number], Buffer>(
    'select root from tiles where level = ? and tile_index between ? and ? order by tile_index',
  ).pluck();
  const leafRange = prepare<[number, number], string>(
    'select leaf from events where position between ? and ? order by position',
  ).pluck();
  const checkpoints = prepare<[number, number], Database['checkpoints']>(
    'select * from checkpoints where size > ? and size <= ? order by size limit 1000',
  );
  const openings = prepare<[string], Database['openings']>(
    `select * from openings where commitment > ? order by commitment limit ${pageRows}`,
  );
  const keptAnswers = prepare<[number, number], KeptAnswerRow>(
    `select * from idempotency_keys where id > ? and id <= ? order by id limit ${pageRows}`,
  );
  const snapshotAt = prepare<[string, number], Database['count_snapshots']>(
    'select * from count_snapshots where initiative_id = ? and position = ?',
  );
  const rangeOf = prepare<[string, number, number, number], { events: number; own: number; at_once: number }>(
    `select count(*) as events, coalesce(sum(initiative_id = ?), 0) as own, coalesce(sum(recorded_at = ?), 0) as at_once
      from events where position between ? and ?`,
  );

  /** By position, a page after the other, from the first one above `from`; `to` is the last one that is asked for. */
  function pages<R extends { position: number }>(select: string) {
    const page = prepare<[number, number], R>(
      `${select} where position > ? and position <= ? order by position limit ${pageRows}`,
    );
    return function* (to: number, from = Number.MIN_SAFE_INTEGER): Generator<R> {
      for (let after = from; ; ) {
        const rows = page.all(after, to);
        yield* rows;
        const last = rows.at(-1);
        if (!last || rows.length < pageRows) return;
        after = last.position;
      }
    };
  }

  return {
    leaves,
    events,
    records,
    recordAt: (position: number) => recordAt.get(position),
    leafAt: (position: number) => leafAt.get(position),
    /** Through the columns beside the leaf, so nothing is proved by it. */
    positionOf: (initiativeId: string, recordId: string, version: number) =>
      positionOf.get(initiativeId, recordId, version),
    eventsOf: (initiativeId: string, recordId: string, version: number) =>
      eventsOf.iterate(initiativeId, recordId, version),
    leafRange: (from: number, to: number) => leafRange.all(from, to),
    tile: (level: number, index: number) => tile.get(level, index),
    tileRoots: (level: number, from: number, to: number) => tileRoots.all(level, from, to),
    checkpoints: (after: number, to: number) => checkpoints.all(after, to),
    openings: (after: string) => openings.all(after),
    keptAnswers: (after: number, to: number) => keptAnswers.all(after, to),
    snapshotAt: (scope: string, position: number) => snapshotAt.get(scope, position),
    rangeOf: (initiativeId: string, recordedAt: number, from: number, to: number) =>
      rangeOf.get(initiativeId, recordedAt, from, to),
    /** What is fixed at the start, from one moment: what is recorded later is left to the next verification. */
    start: db.transaction(() => startOf(db)),
  };
}

function startOf(db: Sqlite.Database) {
  const number = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
  const origin = db.prepare<[], string>('select origin from ledger').pluck().get();
  if (origin === undefined) throw new CannotVerify('The row that names the log is missing.');
  return {
    origin,
    /** Where the log was renamed. The leaves are verified like any other. */
    continuations: db
      .prepare<[], LeafRow>("select position, leaf from events where kind = 'log' order by position")
      .all(),
    head: db
      .prepare<[], { position: number; recorded_at: number; root_hash: Buffer }>('select * from head')
      .get(),
    lastEvent: number('select max(position) from events'),
    lastRecord: number('select max(position) from records'),
    lastCheckpoint: number('select max(size) from checkpoints'),
    lastKeptAnswer: number('select max(id) from idempotency_keys'),
    viewVersions: db.prepare<[], Database['view_versions']>('select * from view_versions').all(),
    tiles: db
      .prepare<[], { level: number; first: number; last: number }>(
        'select level, min(tile_index) as first, max(tile_index) as last from tiles group by level',
      )
      .all(),
    keys: db.prepare<[], Database['signing_keys']>('select * from signing_keys').all(),
    numbers: db.prepare<[], Database['record_numbers']>('select * from record_numbers').all(),
    snapshots: db
      .prepare<[], { initiative_id: string; position: number }>(
        'select initiative_id, position from count_snapshots order by position',
      )
      .all(),
  };
}
