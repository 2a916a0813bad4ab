import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import type { Head } from '../../db/rows.ts';
import { type HeadRow, headOf } from '../../db/rows.ts';
import type { Database } from '../../db/schema.ts';
import { type Asking, answered, answeredAtOnce } from '../../shapes/asking.ts';
import { turnIfDue } from '../../turns.ts';
import { factsIn } from '../facts.ts';
import { leafLinesOf } from '../leaf-lines.ts';
import { lockLedger, StoreUnavailable } from '../lock-file.ts';
import { migrate } from '../migrate.ts';
import { makeDirectory } from '../place.ts';
import {
  eventsOf,
  forgetAnswers,
  initialise,
  insertCheckpoint,
  lastEventOf,
  updateFork,
  upsertSigningKey,
} from '../queries.ts';
import { leftInSqlite } from '../rebuild/sqlite-shadow.ts';
import { fillInThread, rebuildInThread, type Told, type Work } from '../rebuild/thread.ts';
import { openRehearsal } from '../rehearsal.ts';
import { type Batch, foreseesNothing, type OpenOptions, type Rebuilt, type Store } from '../store.ts';
import { StoredTree } from '../tree.ts';
import { Checkpointer } from './checkpointer.ts';
import { TurnTakingDialect } from './dialect.ts';
import { Disk } from './disk.ts';
import { faultOf } from './faults.ts';
import { putInPlace } from './put-in-place.ts';
import { answerOf, keepingStatements, sqlite } from './statements.ts';
import { sqliteWrite } from './write.ts';

/** Changes nothing, and tells whether anything could be changed. */
const touchHead = 'update head set position = position';

/** 16 MiB: the operating system keeps pages too, so a larger one made nothing faster, and took memory as the ledger grew. */
const cacheSize = 'cache_size = -16384';

/**
 * A ledger in one SQLite file (and its -wal, -shm and -lock beside it). One process at a time; one handle writes,
 * synchronously, and one reads.
 */
export async function openSqlite(file: string, options: OpenOptions = {}): Promise<Store> {
  // It holds names of persons. A directory that is there stays as it is.
  makeDirectory(dirname(file), 0o700);
  requireOneName(file);
  const lock = lockLedger(file);
  const writer = openWriter(file, lock);
  const opened: Opened = { writer, lock, disk: undefined };
  try {
    requireNoOther(file, writer);
    return await storeOn(file, opened, options);
  } catch (error) {
    opened.disk?.close();
    writer.close();
    lock.close();
    if (faultOf(error)?.kind !== 'locked') throw error;
    throw new StoreUnavailable(`Another program has ${file} locked. Stop it, then start again.`);
  }
}

/** What a restore that was broken off had decided is done first. */
function openWriter(file: string, lock: Sqlite.Database): Sqlite.Database {
  try {
    putInPlace(file);
    return new Sqlite(file);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Tables of ours would stand among those of another program. Those of a ledger begin with the list of its migrations. */
function requireNoOther(file: string, writer: Sqlite.Database): void {
  const tables = writer
    .prepare<[], string>(
      "select name from sqlite_schema where type = 'table' and substr(name, 1, 7) <> 'sqlite_'",
    )
    .pluck()
    .all();
  if (tables.length === 0 || tables.includes('kysely_migration')) return;
  throw new StoreUnavailable(
    `${file} is the database of another program (its first table is ${tables[0]}). Name another file.`,
  );
}

/** Under each of its names a file would have another -wal, and be two ledgers with one beginning. */
function requireOneName(file: string): void {
  const there = statSync(file, { throwIfNoEntry: false });
  const names = there?.nlink ?? 1;
  // A directory has a name in each of those in it.
  if (names === 1 || !there?.isFile()) return;
  throw new StoreUnavailable(
    `${file} has ${names} names (hard links), and under each of them a service could record for itself. Remove the others, or put a copy in its place: cp -p ${file} ${file}.copy && mv ${file}.copy ${file}`,
  );
}

/** What is to be closed where the ledger can't be opened after all. */
interface Opened {
  writer: Sqlite.Database;
  lock: Sqlite.Database;
  disk: Disk | undefined;
}

async function storeOn(file: string, opened: Opened, options: OpenOptions): Promise<Store> {
  const { writer, lock } = opened;
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
  const answer = answerOf(writer);
  const begin = writer.transaction(() => {
    const begun = answeredAtOnce(initialise(options.origin), answer);
    // A file that this user may only read is refused here, and not when the first event comes.
    writer.exec(touchHead);
    return begun;
  });
  const { fingerprintKey, origin } = begin.immediate();
  const disk = new Disk(file, options, () => writer.pragma('wal_checkpoint(PASSIVE)'));
  opened.disk = disk;
  const wal = walOf(writer, disk);
  // From here on a commit is in the -wal when it returns, and on disk when that was synced: see `Disk`.
  writer.pragma('synchronous = NORMAL');
  // This thread waits for nobody; what another program has locked is tried again in a later turn.
  writer.pragma('busy_timeout = 0');
  const checkpointer = new Checkpointer(file, writer, disk, () => wal.clean());
  const committed = (): void => checkpointer.committed();

  const reader = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 0 });
  reader.pragma(cacheSize);
  const db = new Kysely<Database>({
    dialect: new TurnTakingDialect({ database: keepingStatements(reader) }),
  });
  const transaction = {
    facts: factsIn(sqlite),
    answered: <T>(asking: Asking<T>): Promise<T> => answered(asking, answer, turnIfDue),
  };
  const write = sqliteWrite(writer, () => requireOwnEnd());
  const tree = new StoredTree(sqlite);
  const headRow = writer.prepare<[], HeadRow>('select * from head');
  const readHead = (): Head => {
    const row = headRow.get();
    if (!row) throw new Error('the head row is missing');
    return headOf(row);
  };
  let head = readHead();
  const end = writer.prepare<[], [number, Buffer]>('select position, root_hash from head').raw();
  /** In the transaction of each write: what this process has in memory is what the file holds, also after writes that failed. */
  const requireOwnEnd = (): void => {
    const [position, rootHash] = end.get() ?? [];
    if (position === head.position && rootHash?.equals(head.rootHash)) return;
    throw disk.end(
      'Somebody else has written to the ledger.',
      `The log ends at ${position}, and this process left it at ${head.position}: another program has written to it.`,
    );
  };
  /** The end of what was written, ahead of the head while that is being synced. */
  let writtenTo = head.position;
  let swaps = 0;
  let written = writtenIn(writer);
  let edge = answeredAtOnce(tree.edgeAt(head.position), answer);
  let erasures = 0;
  const leafLines = leafLinesOf(reader);
  const answerRead = answerOf(reader);
  const touch = writer.prepare(touchHead);
  /** Checkpoints of this size and above are not shown, as the one of this size may not be on disk. */
  let unsyncedCheckpoint = Number.MAX_SAFE_INTEGER;
  // Counts of a read model that was swapped out meanwhile are not those of the present one.
  const insertSnapshot = writer.prepare(
    `insert into count_snapshots select ?, ?, ? where (${tablesInUse}) = ? on conflict do nothing`,
  );

  const inThread = (work: Omit<Work, 'database'>, told: Told): Promise<Rebuilt[]> =>
    rebuildInThread({ database: { file }, ...work }, { ...told, committed }).catch((error: unknown) => {
      throw disk.saw(error);
    });

  const writeGroup = async (batch: Batch, sync = true): Promise<void> => {
    await disk.write(() => {
      write(batch);
      writtenTo = batch.edge.size;
    });
    const synced = sync ? disk.sync() : undefined;
    // While the disk syncs, this thread has nothing else to do.
    committed();
    await synced;
    // On disk: from here on reads may see it, and nothing may fail any more.
    edge = batch.edge;
    const last = batch.changes.at(-1);
    if (last)
      head = {
        position: edge.size,
        recordedAt: Date.parse(last.event.recordedAt),
        rootHash: edge.root(),
        // Under a new name a log has forked from nothing.
        ...(head.forkedFrom && batch.origin === undefined && { forkedFrom: head.forkedFrom }),
      };
    if (batch.changes.some(({ event }) => event.erased)) {
      erasures += 1;
      wal.holdsErased();
    }
  };

  const store: Store = {
    db,
    file,
    fingerprintKey,
    origin,
    head: async () => head,
    headNow: () => head,
    erasures: () => erasures,
    async group(work, foresee = foreseesNothing) {
      try {
        const foreseen = await transaction.answered(foresee(transaction.facts));
        return await work({ ...transaction, head, edge: edge.clone(), write: writeGroup }, foreseen);
      } catch (error) {
        committed();
        throw disk.saw(error);
      } finally {
        wal.clean();
      }
    },
    rehearsal: () =>
      openRehearsal(store, async (work) => {
        // What is written and not on disk yet is nothing that anybody may be told of.
        if (writtenTo !== head.position) await disk.sync();
        return work({ ...transaction, head });
      }),
    sync: () => disk.sync(),
    requireWritable: () => disk.check(),
    hasFailed: () => disk.hasFailed,
    rootAt: async (size) =>
      size === head.position ? head.rootHash : answeredAtOnce(tree.rootAt(size, edge), answer),
    lastEventOf: (initiativeId, position) => answered(lastEventOf(initiativeId, position), answerRead),
    leafLines: async (after, to) => leafLines(after, to),
    eventsOf: (kept) => answered(eventsOf(kept), answer),
    async forgetAnswers(beforeMs) {
      wal.clean();
      return disk.write(() => answeredAtOnce(forgetAnswers(beforeMs), answer));
    },
    async tile(level, index, width) {
      const hashes = answeredAtOnce(tree.tile(level, index, width, edge), answer);
      return hashes && Buffer.concat(hashes);
    },
    async keepCheckpoint(row) {
      unsyncedCheckpoint = Math.min(unsyncedCheckpoint, row.size);
      await disk.write(() => answeredAtOnce(insertCheckpoint(row), answer));
      await disk.sync();
      unsyncedCheckpoint = Number.MAX_SAFE_INTEGER;
    },
    checkpointsBelow: () => unsyncedCheckpoint,
    async keepSigningKey(row) {
      await disk.write(() => answeredAtOnce(upsertSigningKey(row), answer));
      await disk.sync();
    },
    async durably(work) {
      const done = await disk.write(() => answeredAtOnce(work, answer));
      await disk.sync();
      return done;
    },
    async keepSnapshot({ initiative_id, position, tally }) {
      await disk.write(() => insertSnapshot.run(initiative_id, position, tally, written.tables));
    },
    async keepFork(forkedFrom) {
      const fork = updateFork(forkedFrom?.size ?? null, forkedFrom?.rootHash ?? null);
      await disk.write(() => answeredAtOnce(fork, answer));
      await disk.sync();
      const { forkedFrom: _, ...rest } = head;
      head = { ...rest, ...(forkedFrom && { forkedFrom }) };
    },
    watchSyncs: (synced) => disk.watchSyncs(synced),
    // No other process has the file open.
    watch: () => {},
    writtenVersions: () => written.versions,
    async rebuild({ readModels, progress, signal }) {
      const rebuilt = await inThread({ readModels }, { progress, signal });
      if (rebuilt.some(({ swapped }) => swapped)) swaps += 1;
      written = writtenIn(writer);
      await disk.sync();
      return rebuilt;
    },
    fillSearch: (signal) =>
      fillInThread({ file }, { signal, committed }).catch((error: unknown) => {
        throw disk.saw(error);
      }),
    async clearRebuilt(signal, alone) {
      if (writer.prepare(leftInSqlite).get() && !signal.aborted) await inThread({ alone }, { signal });
    },
    swaps: () => swaps,
    async check() {
      disk.check();
      reader.prepare('select 1 from head').get();
      if (!disk.isAwaited) return;
      disk.checkRoom();
      // Nobody may post while the ledger is not ready, and only a write tells whether one goes through again.
      try {
        await disk.write(() => touch.run());
      } finally {
        committed();
      }
    },
    weaknesses: () => [],
    async close() {
      const putBack = disk.stop();
      // Kysely closes a handle only if it ran a query on it. The writer's is the last, as it folds the -wal into the file.
      await db.destroy();
      reader.close();
      await builder.destroy();
      await checkpointer.close();
      disk.close();
      writer.close();
      putBack();
      lock.close();
    },
  };
  return store;
}

/** A query of a thread that reads takes some milliseconds. */
const ownReadersMs = 200;

/**
 * Empties the -wal where it may still hold what was erased: at the start, as a crash may have come between an erasure and
 * this, and after erasures. Where a reader of another process or an error is in the way, the next group tries again. It waits once for
 * the queries that threads of this process have begun.
 */
function walOf(writer: Sqlite.Database, disk: Disk): { holdsErased: () => void; clean: () => void } {
  let unclean = true;
  let patienceMs = 0;
  const clean = (): void => {
    if (!unclean) return;
    const timeoutMs = writer.pragma('busy_timeout', { simple: true });
    try {
      writer.pragma(`busy_timeout = ${patienceMs}`);
      // Nobody waits for a foreign reader.
      patienceMs = 0;
      unclean = writer.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) !== 0;
    } catch (error) {
      // The group is on disk, so this is no failure of its. A full disk is told by the next write.
      if (faultOf(error)?.kind === 'failed') disk.saw(error);
    } finally {
      writer.pragma(`busy_timeout = ${timeoutMs}`);
    }
  };
  clean();
  return {
    holdsErased: () => {
      unclean = true;
      patienceMs = ownReadersMs;
    },
    clean,
  };
}

const kyselyOn = (handle: Sqlite.Database): Kysely<Database> =>
  new Kysely<Database>({ dialect: new MigratingDialect({ database: handle }) });

/** Migrations run in one transaction with the list of those that ran. Kysely has none on SQLite, and a crash would leave half of one. */
class MigratingDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Which tables the read models are: after a swap it is another text. */
const tablesInUse = `select string_agg(rootpage, ' ') from sqlite_schema
  where name in ('records', 'record_numbers', 'count_snapshots')`;

/** Which tables the read models are, and what versions of the code wrote them. */
const writtenIn = (writer: Sqlite.Database) => ({
  tables: writer.prepare(tablesInUse).pluck().get(),
  versions: new Map(
    writer.prepare<[], [string, number]>('select view, version from view_versions').raw().all(),
  ),
});
