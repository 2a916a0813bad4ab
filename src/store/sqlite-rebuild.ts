import { on } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import { BrokenLeaf } from './restore-leaves.ts';
import { recordColumns } from './schema.ts';
import { type Comparison, RecordsComparison, SnapshotsComparison } from './sqlite-compare.ts';
import { LeafFold } from './sqlite-fold.ts';
import { type Chunk, chunkOf, FoldingThread, type Message } from './sqlite-rebuild-worker.ts';
import { makeShadow, rebuiltName, removeShadow, swapShadow } from './sqlite-shadow.ts';
import type { ReadModel, RebuildOptions, Rebuilt } from './store.ts';

/** Events that may be left for the last turn, which nothing is recorded in. */
const lastTurnEventsMax = 512;
const progressEveryMs = 200;

/**
 * Rebuilds beside the service: a thread folds the leaves, and this one writes what it made to tables of their own,
 * some milliseconds at a time, so that the writer's handle is never taken for long. `head` is the end of
 * the log; `swapped` is told in the turn of the swap.
 */
export async function rebuildSqlite(
  file: string,
  writer: Sqlite.Database,
  head: () => number,
  swapped: () => void,
  { readModels, progress, signal }: RebuildOptions,
): Promise<Rebuilt[]> {
  signal.throwIfAborted();
  makeShadow(writer);
  const shadow = new Shadow(writer, head(), readModels);
  const thread = new FoldingThread(file, head());
  let toldMs = -Infinity;
  try {
    for await (const [received] of on(thread.worker, 'message', { signal, close: ['exit'] })) {
      const message: Message = received;
      if ('broken' in message) throw new BrokenLeaf(message.broken.position, message.broken.fault);
      shadow.write(message);
      thread.took(shadow.position);
      if (shadow.complete) {
        // Nothing is recorded before the end of this turn.
        if (head() - shadow.position <= lastTurnEventsMax) break;
        thread.foldTo(head());
      }
      if (performance.now() - toldMs > progressEveryMs) {
        toldMs = performance.now();
        progress({ events: shadow.position, of: head() });
      }
      await turn();
    }
    if (!shadow.complete) throw new Error('the thread that folds the log ended too early');
    const rebuilt = shadow.finish(head());
    if (rebuilt.some((one) => one.swapped)) swapped();
    progress({ events: head(), of: head() });
    return rebuilt;
  } finally {
    await thread.worker.terminate();
  }
}

/** Removes what a rebuild leaves, in turns. */
export async function clearRebuiltSqlite(writer: Sqlite.Database, signal: AbortSignal): Promise<void> {
  const steps = removeShadow(writer);
  for (let done = false; !done && !signal.aborted; ) {
    // Names of persons are not in these tables, so nothing has to be overwritten.
    writer.pragma('secure_delete = OFF');
    try {
      done = unsynced(writer, () => steps.next().done === true);
    } finally {
      writer.pragma('secure_delete = ON');
    }
    await turn();
  }
}

/**
 * Commits that need not be on disk: what a power failure takes of them, the next start would remove. With small
 * checkpoints, as those of the service would hold the writer for a hundred milliseconds, and here they are due often.
 */
function unsynced<T>(writer: Sqlite.Database, work: () => T): T {
  const checkpointPages = writer.pragma('wal_autocheckpoint', { simple: true });
  writer.pragma('wal_autocheckpoint = 1000');
  try {
    return work();
  } finally {
    writer.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  }
}

/** The tables that are made anew, written and compared with the present ones. */
class Shadow {
  position = 0;
  /** The snapshots are all there. */
  complete = false;
  readonly #writer: Sqlite.Database;
  readonly #readModels: readonly ReadModel[];
  readonly #writtenVersions: Map<string, number>;
  readonly #records: RecordsComparison | undefined;
  readonly #snapshots: SnapshotsComparison | undefined;
  readonly #insertChunk: (chunk: Chunk) => void;

  constructor(writer: Sqlite.Database, begun: number, readModels: readonly ReadModel[]) {
    this.#writer = writer;
    this.#readModels = readModels;
    this.#writtenVersions = writtenVersionsSqlite(writer);
    // What other code wrote is swapped out in any case.
    const isCompared = (name: string): boolean =>
      readModels.some((one) => one.name === name && one.version === this.#writtenVersions.get(name));
    this.#records = isCompared('records') ? new RecordsComparison(writer) : undefined;
    this.#snapshots = isCompared('counts') ? new SnapshotsComparison(writer, begun) : undefined;
    this.#insertChunk = insertChunk(writer);
  }

  write(chunk: Chunk): void {
    unsynced(this.#writer, () => this.#writer.transaction(() => this.#add(chunk)).immediate());
  }

  #add(chunk: Chunk): void {
    this.#insertChunk(chunk);
    if (chunk.to > this.position) this.#records?.range(this.position + 1, chunk.to);
    for (const snapshot of chunk.snapshots) this.#snapshots?.one(snapshot);
    this.position = chunk.to;
    this.complete ||= chunk.complete;
  }

  /** Rebuilds what is left, and swaps, in one transaction. */
  finish(end: number): Rebuilt[] {
    return this.#writer
      .transaction(() => {
        const leaves = new LeafFold(this.#writer, rebuiltName('records'), this.position);
        while (leaves.position < end) {
          const folded = leaves.next(end, lastTurnEventsMax, this.position);
          this.#add(chunkOf(folded, leaves.position));
        }
        this.#records?.rest(end);
        this.#snapshots?.rest(end);
        return this.#readModels.map((readModel) => this.#swap(readModel));
      })
      .immediate();
  }

  #swap(readModel: ReadModel): Rebuilt {
    const { name, version } = readModel;
    const comparison: Comparison | undefined = name === 'records' ? this.#records : this.#snapshots;
    const swapped = comparison?.count !== 0;
    if (swapped) swapShadow(this.#writer, readModel);
    this.#writer
      .prepare('insert into view_versions values (?, ?) on conflict do update set version = excluded.version')
      .run(name, version);
    return {
      view: name,
      swapped,
      ...(comparison && { differences: comparison.count }),
      first: comparison?.first ?? [],
    };
  }
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
    'insert into count_snapshots_rebuilt values (?, ?, ?) on conflict do nothing',
  );
  const [position, before] = [recordColumns.indexOf('position'), recordColumns.indexOf('prev_position')];
  return ({ rows, numbers, snapshots }) => {
    for (const row of rows) {
      insertRecord.run(row);
      if (row[before] !== null) supersede.run(row[position], row[before]);
    }
    for (const { initiative_id, kind, last_number } of numbers)
      raiseNumber.run(initiative_id, kind, last_number);
    for (const { initiative_id, position, tally } of snapshots)
      insertSnapshot.run(initiative_id, position, tally);
  };
}
