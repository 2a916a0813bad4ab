import { on } from 'node:events';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import { answeredAtOnce } from './asking.ts';
import {
  type Chunk,
  lastTurnEventsMax,
  progressEveryMs,
  Rebuilding,
  type ShadowTables,
} from './rebuilding.ts';
import { BrokenLeaf } from './restore-leaves.ts';
import { recordColumns } from './schema.ts';
import { FoldingThread, type Message } from './sqlite-rebuild-worker.ts';
import { makeShadow, removeShadow, swapShadow } from './sqlite-shadow.ts';
import { answerOf } from './sqlite-statements.ts';
import type { RebuildOptions, Rebuilt } from './store.ts';

/** While others record, work is followed by a pause of so many times the time that it took. */
const pausesBeside = 3;

/** The service beside which a rebuild runs. */
interface Service {
  /** The end of what was written to the log. */
  head: () => number;
  /** Told of each commit. */
  committed: () => void;
  /** Told in the turn of the swap. */
  swapped: () => void;
}

/**
 * Rebuilds beside the service: a thread folds the leaves, and this one writes what it made to tables of their own,
 * some milliseconds at a time, so that the writer's handle is never taken for long.
 */
export async function rebuildSqlite(
  file: string,
  writer: Sqlite.Database,
  { head, committed, swapped }: Service,
  { readModels, progress, signal }: RebuildOptions,
): Promise<Rebuilt[]> {
  signal.throwIfAborted();
  makeShadow(writer);
  const rebuilding = new Rebuilding(shadowTables(writer), readModels, writtenVersionsSqlite(writer));
  const answer = answerOf(writer);
  answeredAtOnce(rebuilding.begin(head()), answer);
  const thread = new FoldingThread(file, head());
  const giveWay = givingWayTo(head);
  let toldMs = -Infinity;
  try {
    for await (const [received] of on(thread.worker, 'message', { signal, close: ['exit'] })) {
      const message: Message = received;
      if ('broken' in message) throw new BrokenLeaf(message.broken.position, message.broken.fault);
      const begunMs = performance.now();
      writer.transaction(() => answeredAtOnce(rebuilding.add(message), answer)).immediate();
      committed();
      thread.took(rebuilding.position);
      if (rebuilding.complete) {
        // Nothing is recorded before the end of this turn.
        if (head() - rebuilding.position <= lastTurnEventsMax) break;
        thread.foldTo(head());
      }
      if (performance.now() - toldMs > progressEveryMs) {
        toldMs = performance.now();
        progress({ events: rebuilding.position, of: head() });
      }
      await giveWay(begunMs);
    }
    if (!rebuilding.complete) throw new Error('the thread that folds the log ended too early');
    const rebuilt = writer.transaction(() => answeredAtOnce(rebuilding.finish(head()), answer)).immediate();
    if (rebuilt.some((one) => one.swapped)) swapped();
    progress({ events: head(), of: head() });
    return rebuilt;
  } finally {
    await thread.worker.terminate();
  }
}

/** Lets others have their turn after some work; while they record, for longer: their commits wait until the disk has it too. */
function givingWayTo(head: () => number): (begunMs: number) => Promise<void> {
  let recorded = head();
  return async (begunMs) => {
    const others = head() > recorded;
    recorded = head();
    await (others ? pause((performance.now() - begunMs) * pausesBeside) : turn());
  };
}

/** Removes what a rebuild leaves, in turns. */
export async function clearRebuiltSqlite(
  writer: Sqlite.Database,
  { head, committed }: Pick<Service, 'head' | 'committed'>,
  signal: AbortSignal,
  alone: boolean,
): Promise<void> {
  const steps = removeShadow(writer, alone);
  const giveWay = givingWayTo(head);
  for (let done = false; !done && !signal.aborted; ) {
    const begunMs = performance.now();
    // Names of persons are not in these tables, so nothing has to be overwritten.
    writer.pragma('secure_delete = OFF');
    try {
      done = steps.next().done === true;
    } finally {
      writer.pragma('secure_delete = ON');
    }
    committed();
    await giveWay(begunMs);
  }
}

function shadowTables(writer: Sqlite.Database): ShadowTables {
  const insert = insertChunk(writer);
  const noteVersion = writer.prepare(
    'insert into view_versions values (?, ?) on conflict do update set version = excluded.version',
  );
  return {
    // biome-ignore lint/correctness/useYield: a handle of SQLite writes at once
    *insert(chunk) {
      insert(chunk);
    },
    // biome-ignore lint/correctness/useYield: as above
    *swap(readModel) {
      swapShadow(writer, readModel);
      noteVersion.run(readModel.name, readModel.version);
    },
  };
}

export const writtenVersionsSqlite = (handle: Sqlite.Database): Map<string, number> =>
  new Map(handle.prepare<[], [string, number]>('select view, version from view_versions').raw().all());

function insertChunk(writer: Sqlite.Database): (chunk: Chunk) => void {
  const insertRecord = writer.prepare(
    `insert into records_rebuilt (${recordColumns.join()}) values (${recordColumns.map(() => '?').join()})`,
  );
  const supersede = writer.prepare('update records_rebuilt set to_position = ? where position = ?');
  const raiseNumber = writer.prepare(
    `insert into record_numbers_rebuilt values (?, ?, ?)
      on conflict do update set last_number = max(last_number, excluded.last_number)`,
  );
  const insertSnapshot = writer.prepare(
    'insert into count_snapshots_rebuilt values (?, ?, ?, ?) on conflict do nothing',
  );
  const [position, before] = [recordColumns.indexOf('position'), recordColumns.indexOf('prev_position')];
  return ({ rows, numbers, snapshots }) => {
    for (const row of rows) {
      insertRecord.run(row);
      if (row[before] !== null) supersede.run(row[position], row[before]);
    }
    for (const { initiative_id, kind, last_number } of numbers)
      raiseNumber.run(initiative_id, kind, last_number);
    for (const { initiative_id, position, since, tally } of snapshots)
      insertSnapshot.run(initiative_id, position, since, tally);
  };
}
