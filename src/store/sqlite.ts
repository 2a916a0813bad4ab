import { randomBytes } from 'node:crypto';
import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { emptyRoot } from '../tlog/merkle.ts';
import { leafLinesOf } from './leaf-lines.ts';
import { lockFile } from './lock-file.ts';
import { migrate } from './migrate.ts';
import { newOrigin, requireOrigin } from './origin.ts';
import { openRehearsal } from './rehearsal.ts';
import { loggedEventOf } from './rows.ts';
import type { Database } from './schema.ts';
import { Checkpointer } from './sqlite-checkpointer.ts';
import { sqliteFacts } from './sqlite-facts.ts';
import { clearRebuiltSqlite, rebuildSqlite, writtenVersionsSqlite } from './sqlite-rebuild.ts';
import { compiledOnce, keepingStatements } from './sqlite-statements.ts';
import { sqliteTree } from './sqlite-tree.ts';
import { sqliteWrite } from './sqlite-write.ts';
import type { Batch, Head, OpenOptions, Store } from './store.ts';

/** 16 MiB: the operating system keeps pages too, so a larger one made nothing faster, and took memory as the ledger grew. */
const cacheSize = 'cache_size = -16384';

/**
 * A ledger in one SQLite file (and its -wal, -shm and -lock beside it). One process at a time; one handle writes,
 * synchronously, and one reads.
 */
export async function openSqlite(file: string, options: OpenOptions = {}): Promise<Store> {
  mkdirSync(dirname(file), { recursive: true });
  const lock = lockFile(`${file}-lock`, 'another process has the ledger open');
  const writer = new Sqlite(file);
  try {
    return await storeOn(file, writer, lock, options);
  } catch (error) {
    writer.close();
    lock.close();
    throw error;
  }
}

async function storeOn(
  file: string,
  writer: Sqlite.Database,
  lock: Sqlite.Database,
  options: OpenOptions,
): Promise<Store> {
  writer.pragma('journal_mode = WAL');
  writer.pragma('synchronous = FULL');
  // REPLACE deletes rows: with this, the triggers that refuse DELETE refuse it too.
  writer.pragma('recursive_triggers = ON');
  // What is deleted is overwritten with zeros, so that an erased name does not stay in a freed page.
  writer.pragma('secure_delete = ON');
  // Not cut off each time that it begins anew: with a -wal of some hundred megabytes that takes the disk a quarter of a second.
  writer.pragma('journal_size_limit = 536870912');
  writer.pragma(cacheSize);
  const builder = kyselyOn(writer);
  for (const name of await migrate(builder)) options.migrated?.(name);
  const { fingerprintKey, origin } = initialise(writer, options.origin);
  const wal = walOf(writer);
  // From here on a commit is in the -wal when it returns, and on disk when that was synced: see `synced`.
  writer.pragma('synchronous = NORMAL');
  const walFile = openSync(`${file}-wal`, 'r+');
  const checkpointer = new Checkpointer(file, writer, () => wal.clean());
  const committed = (): void => checkpointer.committed();

  const reader = new Sqlite(file, { readonly: true, fileMustExist: true });
  reader.pragma(cacheSize);
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: keepingStatements(reader) }) });
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
  /** The end of what was written, ahead of the head while that is being synced. */
  let written = head.position;
  let swaps = 0;
  let writtenVersions = writtenVersionsSqlite(writer);
  let edge = tree.edgeAt(head.position);
  let erasures = 0;
  const eventRange = writer.prepare<[number, number], Database['events']>(
    'select * from events where position between ? and ? order by position',
  );
  const lastEvent = reader
    .prepare<[string, number], number>(
      compiledOnce(
        'select position from events where initiative_id = ? and position <= ? order by position desc limit 1',
      ),
    )
    .pluck();
  const forgetAnswers = writer.prepare(
    `delete from idempotency_keys where id in
      (select id from idempotency_keys where recorded_at < ? order by id limit 5000)`,
  );
  const insertCheckpoint = writer.prepare(
    'insert into checkpoints values (?, ?, ?, ?) on conflict do nothing',
  );
  const upsertSigningKey = writer.prepare(
    'insert into signing_keys values (?, ?, ?) on conflict do update set signs_until = excluded.signs_until',
  );
  const insertSnapshot = writer.prepare(
    'insert into count_snapshots values (?, ?, ?, ?) on conflict do nothing',
  );

  const store: Store = {
    db,
    fingerprintKey,
    origin,
    head: () => head,
    headNow: () => head,
    erasures: () => erasures,
    async group(work) {
      const result = await work({
        head,
        edge: edge.clone(),
        facts,
        async write(batch: Batch, sync = true) {
          write(batch);
          written = batch.edge.size;
          if (sync) await synced(walFile);
          // On disk: from here on reads may see it, and nothing may fail any more.
          edge = batch.edge;
          const last = batch.changes.at(-1);
          if (last)
            head = {
              position: edge.size,
              recordedAt: Date.parse(last.event.recordedAt),
              rootHash: edge.root(),
            };
          if (batch.changes.some(({ event }) => event.erased)) {
            erasures += 1;
            wal.holdsErased();
          }
        },
      });
      wal.clean();
      committed();
      return result;
    },
    rehearsal: () => openRehearsal(store, (work) => work({ head, facts })),
    sync: () => synced(walFile),
    rootAt: (size) => (size === head.position ? head.rootHash : tree.rootAt(size, edge)),
    lastEventOf: (initiativeId, position) => lastEvent.get(initiativeId, position) ?? 0,
    leafLines: leafLinesOf(reader),
    eventsOf: (kept) => eventRange.all(kept.firstPosition, kept.lastPosition).map(loggedEventOf),
    forgetAnswers(beforeMs) {
      wal.clean();
      forgetAnswers.run(beforeMs);
    },
    tile: (level, index, width) => {
      const hashes = tree.tile(level, index, width, edge);
      return hashes && Buffer.concat(hashes);
    },
    async keepCheckpoint({ size, root_hash, signed_at, note }) {
      insertCheckpoint.run(size, root_hash, signed_at, note);
      await synced(walFile);
    },
    async keepSigningKey({ vkey, signs_from, signs_until }) {
      upsertSigningKey.run(vkey, signs_from, signs_until);
      await synced(walFile);
    },
    keepSnapshot: ({ initiative_id, position, since, tally }) =>
      void insertSnapshot.run(initiative_id, position, since, tally),
    // No other process has the file open.
    watch: () => {},
    writtenVersions: () => writtenVersions,
    async rebuild(options) {
      const swapped = (): void => {
        swaps += 1;
        writtenVersions = writtenVersionsSqlite(writer);
      };
      const rebuilt = await rebuildSqlite(file, writer, { head: () => written, committed, swapped }, options);
      await synced(walFile);
      return rebuilt;
    },
    clearRebuilt: (signal, alone) =>
      clearRebuiltSqlite(writer, { head: () => written, committed }, signal, alone),
    swaps: () => swaps,
    check: () => void reader.prepare('select 1 from head').get(),
    async close() {
      // Kysely closes a handle only if it ran a query on it. The writer's is the last, as it folds the -wal into the file.
      await db.destroy();
      reader.close();
      await builder.destroy();
      closeSync(walFile);
      await checkpointer.close();
      writer.close();
      lock.close();
    },
  };
  return store;
}

/**
 * Puts on disk what was committed: what `synchronous = FULL` does at each commit, but without keeping this thread from
 * all other requests meanwhile. A later sync holds for earlier commits too, as the -wal is written in order.
 */
function synced(walFile: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(walFile, (cause) => {
      if (!cause) return resolve();
      // As SQLite names it when it fails to do so.
      const code = 'SQLITE_IOERR_FSYNC';
      reject(Object.assign(new Error('the log could not be synced', { cause }), { code }));
    });
  });
}

/**
 * Empties the -wal where it may still hold what was erased: at the start, as a crash may have come between an erasure and
 * this, and after erasures. Where a reader of another process or an error is in the way, the next group tries again.
 */
function walOf(writer: Sqlite.Database): { holdsErased: () => void; clean: () => void } {
  let unclean = true;
  const clean = (): void => {
    if (!unclean) return;
    const timeoutMs = writer.pragma('busy_timeout', { simple: true });
    try {
      // Nobody waits for a foreign reader.
      writer.pragma('busy_timeout = 0');
      unclean = writer.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) !== 0;
    } catch {
      // The group is on disk, so this is no failure of its; an I/O error shows again with the next write.
    } finally {
      writer.pragma(`busy_timeout = ${timeoutMs}`);
    }
  };
  clean();
  return {
    holdsErased: () => {
      unclean = true;
    },
    clean,
  };
}

const kyselyOn = (handle: Sqlite.Database): Kysely<Database> =>
  new Kysely<Database>({ dialect: new SqliteDialect({ database: handle }) });

/** The rows that a new ledger begins with, and what they fix. */
function initialise(
  writer: Sqlite.Database,
  wanted: string | undefined,
): { fingerprintKey: Buffer; origin: string } {
  const fresh = wanted ?? newOrigin();
  writer.transaction(() => {
    writer.prepare('insert into ledger values (1, ?, ?) on conflict do nothing').run(randomBytes(32), fresh);
    writer.prepare('insert into head values (1, 0, 0, ?) on conflict do nothing').run(emptyRoot);
  })();
  const row = writer
    .prepare<[], { fingerprint_key: Buffer; origin: string }>('select fingerprint_key, origin from ledger')
    .get();
  if (!row) throw new Error('the ledger row is missing');
  const { fingerprint_key: fingerprintKey, origin } = row;
  requireOrigin(origin, wanted);
  return { fingerprintKey, origin };
}
