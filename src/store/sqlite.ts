import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Edge, levelsOf, partialWidth, rootOfPartials, tileWidth } from '../tlog/edge.ts';
import { emptyRoot, hashBytes, leafHash } from '../tlog/merkle.ts';
import { migrate } from './migrate.ts';
import { loggedEventOf } from './rows.ts';
import type { Database } from './schema.ts';
import { sqliteFacts } from './sqlite-facts.ts';
import { sqliteWrite } from './sqlite-write.ts';
import type { Batch, Head, Store } from './store.ts';

/** The store can't be opened; the message says why, to the operator. */
export class StoreUnavailable extends Error {}

/**
 * A ledger in one SQLite file (and its -wal, -shm and -lock beside it). One process at a time; one handle writes,
 * synchronously, and one reads.
 */
export async function openSqlite(file: string, migrated: (name: string) => void = () => {}): Promise<Store> {
  mkdirSync(dirname(file), { recursive: true });
  const lock = lockFile(`${file}-lock`);
  const writer = new Sqlite(file);
  writer.pragma('journal_mode = WAL');
  writer.pragma('synchronous = FULL');
  // REPLACE deletes rows: with this, the triggers that refuse DELETE refuse it too.
  writer.pragma('recursive_triggers = ON');
  writer.pragma('wal_autocheckpoint = 16000');
  writer.pragma('journal_size_limit = 67108864');
  writer.pragma('cache_size = -65536');
  const builder = kyselyOn(writer);
  for (const name of await migrate(builder)) migrated(name);
  const fingerprintKey = initialise(writer);

  const reader = new Sqlite(file, { readonly: true, fileMustExist: true });
  reader.pragma('cache_size = -65536');
  const db = kyselyOn(reader);
  const facts = sqliteFacts(writer, builder);
  const write = sqliteWrite(writer, builder);
  const tree = sqliteTree(writer);
  const headRow = writer.prepare<[], { position: number; recorded_at: number; root_hash: Buffer }>(
    'select position, recorded_at, root_hash from head',
  );
  const readHead = (): Head => {
    const row = headRow.get();
    if (!row) throw new Error('the head row is missing');
    return { position: row.position, recordedAt: row.recorded_at, rootHash: row.root_hash };
  };
  let head = readHead();
  let edge = tree.edgeAt(head.position);
  const eventRange = writer.prepare<[number, number], Database['events']>(
    'select * from events where position between ? and ? order by position',
  );
  const lastEvent = reader
    .prepare<[string, number], number>(
      'select position from events where initiative_id = ? and position <= ? order by position desc limit 1',
    )
    .pluck();
  const forgetAnswers = writer.prepare(
    `delete from idempotency_keys where id in
      (select id from idempotency_keys where recorded_at < ? order by id limit 5000)`,
  );
  const insertSnapshot = writer.prepare(
    'insert into count_snapshots values (?, ?, ?, ?) on conflict do nothing',
  );

  return {
    db,
    fingerprintKey,
    head: () => head,
    async group(work) {
      const result = await work({
        head,
        edge: edge.clone(),
        facts,
        write(batch: Batch) {
          write(batch);
          // Committed: from here on reads may see it, and nothing may fail any more.
          edge = batch.edge;
          const recordedAt = Date.parse(batch.changes.at(-1)?.event.recordedAt ?? '');
          head = { position: edge.size, recordedAt, rootHash: edge.root() };
        },
      });
      return result;
    },
    rootAt: (size) => (size === head.position ? head.rootHash : tree.rootAt(size, edge)),
    lastEventOf: (initiativeId, position) => lastEvent.get(initiativeId, position) ?? 0,
    eventsOf: (kept) => eventRange.all(kept.firstPosition, kept.lastPosition).map(loggedEventOf),
    forgetAnswers: (beforeMs) => void forgetAnswers.run(beforeMs),
    keepSnapshot: (row) => void insertSnapshot.run(row.initiative_id, row.position, row.cells, row.tally),
    check: () => void reader.prepare('select 1 from head').get(),
    async close() {
      await db.destroy();
      await builder.destroy();
      lock.close();
    },
  };
}

const kyselyOn = (handle: Sqlite.Database): Kysely<Database> =>
  new Kysely<Database>({ dialect: new SqliteDialect({ database: handle }) });

/** Held as a lock of the operating system, so it is gone with the process however that ends. */
function lockFile(file: string): Sqlite.Database {
  const lock = new Sqlite(file, { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') {
      throw new StoreUnavailable(`another process has the ledger open (${file} is locked)`);
    }
    throw error;
  }
}

/** The rows that a new ledger begins with; gives the key of the fingerprints. */
function initialise(writer: Sqlite.Database): Buffer {
  writer.transaction(() => {
    writer.prepare('insert into ledger values (1, ?) on conflict do nothing').run(randomBytes(32));
    writer.prepare('insert into head values (1, 0, 0, ?) on conflict do nothing').run(emptyRoot);
  })();
  const row = writer.prepare<[], { fingerprint_key: Buffer }>('select fingerprint_key from ledger').get();
  if (!row) throw new Error('the ledger row is missing');
  return row.fingerprint_key;
}

/** Reads the tree of any size that the log has had: from full tiles, and from leaves where none is full yet. */
function sqliteTree(handle: Sqlite.Database) {
  const leaves = handle
    .prepare<[number, number], string>(
      'select leaf from events where position between ? and ? order by position',
    )
    .pluck();
  const roots = handle
    .prepare<[number, number, number], Buffer>(
      'select root from tiles where level = ? and tile_index between ? and ? order by tile_index',
    )
    .pluck();
  const tile = handle
    .prepare<[number, number], Buffer>('select hashes from tiles where level = ? and tile_index = ?')
    .pluck();

  /** The first `width` hashes of a tile that is full by now; undefined: it is not. */
  const ofFullTile = (level: number, index: number, width: number): Uint8Array[] | undefined => {
    const hashes = tile.get(level, index);
    return (
      hashes && Array.from({ length: width }, (_, i) => hashes.subarray(i * hashBytes, (i + 1) * hashBytes))
    );
  };
  const partialsOf = (
    size: number,
    read: (level: number, first: number, width: number) => readonly Uint8Array[],
  ) =>
    Array.from({ length: levelsOf(size) }, (_, level) => {
      const width = partialWidth(size, level);
      const first = Math.floor(size / tileWidth ** (level + 1)) * tileWidth;
      const hashes = width === 0 ? [] : read(level, first, width);
      if (hashes.length !== width) throw new Error(`the tree lacks hashes at level ${level} from ${first}`);
      return hashes;
    });

  return {
    edgeAt: (size: number): Edge =>
      new Edge(
        size,
        partialsOf(size, (level, first, width) =>
          level === 0
            ? leaves.all(first + 1, first + width).map((leaf) => leafHash(Buffer.from(leaf)))
            : roots.all(level - 1, first, first + width - 1),
        ),
      ),
    /** edge: the tree as it is now. */
    rootAt(size: number, edge: Edge): Uint8Array {
      const read = (level: number, first: number, width: number): readonly Uint8Array[] =>
        ofFullTile(level, first / tileWidth, width) ?? edge.partial(level).slice(0, width);
      return rootOfPartials(partialsOf(size, read));
    },
  };
}
