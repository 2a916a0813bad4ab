import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { Refusal } from '../errors.ts';
import { type Asking, answered } from './asking.ts';
import { LeafFold } from './leaf-fold.ts';
import { isOwner, makeShadow, removeShadow, shadowTables } from './postgres-shadow.ts';
import type { Run } from './postgres-tree.ts';
import {
  type Chunk,
  chunkOf,
  lastTurnEventsMax,
  progressEveryMs,
  Rebuilding,
  rebuiltName,
  tables,
} from './rebuilding.ts';
import type { Database } from './schema.ts';
import { SnapshotFold } from './snapshot-fold.ts';
import type { RebuildOptions, Rebuilt } from './store.ts';

/** Events of one transaction. */
const chunkEvents = 512;
/** How long the tables are waited for at the swap, with all who read them queued behind; and how long it is tried again. */
const lockMs = 1_000;
const pauseMs = 500;
const triedMs = 60_000;

type Asked = Pick<RebuildOptions, 'readModels' | 'progress'>;

/**
 * Rebuilds over a connection that is for nothing else, and on which there are no time-outs. Throws BrokenLeaf, or Refusal
 * `rebuild-running` where another instance rebuilds and `rebuild-not-allowed` where another role owns the tables.
 */
export async function rebuildOver(client: pg.ClientBase, asked: Asked): Promise<Rebuilt[]> {
  const run: Run = async (text, values) => (await client.query(text, values)).rows;
  if (!(await isOwner(run)))
    throw new Refusal(
      'rebuild-not-allowed',
      'Read models are rebuilt by the role that owns their tables: run the command rebuild as this role.',
    );
  if (!(await holdsLock(run)))
    throw new Refusal('rebuild-running', 'Another instance rebuilds the read models.');
  // What a crash of the server takes would be removed anyway; later commits bring the swap to the disk before themselves.
  await run('set synchronous_commit = off');
  return new PostgresRebuild(run, asked).toEnd();
}

/** Removes what an interrupted rebuild left, unless one is running. */
export async function clearRebuiltOver(client: pg.ClientBase): Promise<void> {
  const run: Run = async (text, values) => (await client.query(text, values)).rows;
  if ((await isOwner(run)) && (await holdsLock(run))) await removeShadow(run);
}

/** Until the connection ends; one session of the database can. The number says nothing. */
async function holdsLock(run: Run): Promise<boolean> {
  const [row] = await run<{ held: boolean }>('select pg_try_advisory_lock(7083164511) as held');
  return row?.held === true;
}

class PostgresRebuild {
  readonly #run: Run;
  readonly #asked: Asked;
  readonly #leaves = new LeafFold(rebuiltName('records'));
  readonly #snapshots = new SnapshotFold(rebuiltName('records'));
  #toldMs = -Infinity;

  constructor(run: Run, asked: Asked) {
    this.#run = run;
    this.#asked = asked;
  }

  async toEnd(): Promise<Rebuilt[]> {
    const run = this.#run;
    await removeShadow(run);
    await inTransaction(run, () => makeShadow(run));
    const written = await run<Database['view_versions']>('select view, version from view_versions');
    const versions = new Map(written.map(({ view, version }) => [view, version]));
    const rebuilding = new Rebuilding(shadowTables, this.#asked.readModels, versions);
    await this.#done(rebuilding.begin(await this.#end()));
    await this.#foldTo(await this.#end(), rebuilding);
    const nothing = chunkOf([], rebuilding.position);
    for (const piece of this.#snapshots.rest(rebuilding.position))
      await this.#add({ ...nothing, snapshots: await this.#done(piece) }, rebuilding);
    await this.#add({ ...nothing, complete: true }, rebuilding);
    // What the planner knows of the tables comes with them.
    for (const table of tables) await run(`analyze ${rebuiltName(table)}`);
    const rebuilt = await this.#finish(rebuilding);
    this.#asked.progress({ events: rebuilding.position, of: rebuilding.position });
    await removeShadow(run);
    return rebuilt;
  }

  async #foldTo(to: number, rebuilding: Rebuilding): Promise<void> {
    while (this.#leaves.position < to) {
      await this.#add(await this.#done(this.#next(to, rebuilding)), rebuilding);
      if (performance.now() - this.#toldMs < progressEveryMs) continue;
      this.#toldMs = performance.now();
      this.#asked.progress({ events: rebuilding.position, of: to });
    }
  }

  *#next(to: number, rebuilding: Rebuilding): Asking<Chunk> {
    const folded = yield* this.#leaves.next(to, chunkEvents, rebuilding.position);
    const chunk = chunkOf(folded, this.#leaves.position);
    // Without them for what came after the last one was made.
    if (!rebuilding.complete)
      for (const one of folded) chunk.snapshots.push(...(yield* this.#snapshots.fold(one)));
    return chunk;
  }

  /** Under the lock of the head row, so nothing is recorded between what was rebuilt and what is recorded next. */
  async #finish(rebuilding: Rebuilding): Promise<Rebuilt[]> {
    const run = this.#run;
    const startMs = performance.now();
    for (;;) {
      for (let to = await this.#end(); to - rebuilding.position > lastTurnEventsMax; to = await this.#end())
        await this.#foldTo(to, rebuilding);
      let hasLocks = false;
      try {
        return await inTransaction(run, async () => {
          await run(`set local lock_timeout = ${lockMs}`);
          const [head] = await run<{ position: number }>('select position from head for update');
          const swapped = rebuilding.swapping().flatMap(({ tables }) => tables);
          if (swapped.length > 0) await run(`lock table ${swapped.join()} in access exclusive mode`);
          hasLocks = true;
          return this.#done(rebuilding.finish(head?.position ?? 0));
        });
      } catch (error) {
        if (hasLocks || !isLockTimeout(error) || performance.now() - startMs > triedMs) throw error;
        // Somebody reads them for longer. Those who wait behind go first.
        await wait(pauseMs);
      }
    }
  }

  #add(chunk: Chunk, rebuilding: Rebuilding): Promise<void> {
    return inTransaction(this.#run, () => this.#done(rebuilding.add(chunk)));
  }

  #done<T>(work: Asking<T>): Promise<T> {
    return answered(work, ({ text, values }) => this.#run(text, values));
  }

  async #end(): Promise<number> {
    const [head] = await this.#run<{ position: number }>('select position from head');
    return head?.position ?? 0;
  }
}

async function inTransaction<T>(run: Run, work: () => Promise<T>): Promise<T> {
  await run('begin');
  try {
    const result = await work();
    await run('commit');
    return result;
  } catch (error) {
    await run('rollback').catch(() => {});
    throw error;
  }
}

/** SQLSTATE. */
const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';
