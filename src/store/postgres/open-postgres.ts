import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { Head } from '../../db/rows.ts';
import { type HeadRow, headOf } from '../../db/rows.ts';
import type { Database } from '../../db/schema.ts';
import { Refusal } from '../../errors.ts';
import { type Asking, answered } from '../../shapes/asking.ts';
import { Damaged } from '../damaged.ts';
import { postgresLeafLines } from '../leaf-lines.ts';
import { StoreUnavailable } from '../lock-file.ts';
import { besideGroups, migrate, postgresMigrations } from '../migrate.ts';
import {
  erasing,
  eventsOf,
  forgetAnswers,
  initialise,
  insertCheckpoint,
  lastEventOf,
  updateFork,
  upsertSigningKey,
} from '../queries.ts';
import { leftInPostgres } from '../rebuild/postgres-shadow.ts';
import { fillInThread, rebuildInThread } from '../rebuild/thread.ts';
import { openRehearsal } from '../rehearsal.ts';
import { foreseesNothing, type OpenOptions, type Store } from '../store.ts';
import { StoredTree } from '../tree.ts';
import { type Connections, connectionsTo, isFailure, reasonOf, runOver } from './connection.ts';
import { PostgresGroups } from './group.ts';
import { Listener } from './listener.ts';
import { headColumns, postgres, type Run } from './run.ts';
import { ambiguous, haveOwnSessions } from './session.ts';
import { nameOfDatabase } from './url.ts';
import { tablesInUse, Written, type WrittenRow, writtenColumns } from './written.ts';

/**
 * A ledger in a PostgreSQL database, which any number of instances may have open. Throws StoreUnavailable, with the reason,
 * where the database can't be used.
 */
export async function openPostgres(url: string, options: OpenOptions = {}): Promise<Store> {
  const connections = connectionsTo(url);
  try {
    await prepare(url, connections, options);
    return await storeOn(url, connections, options);
  } catch (error) {
    await connections.end();
    // It may have been there at first.
    const cause = error instanceof Refusal ? error.cause : error;
    throw isFailure(cause) ? unavailable(url, cause) : error;
  }
}

const unavailable = (url: string, error: unknown) =>
  new StoreUnavailable(`${nameOfDatabase(url)} can't be used: ${reasonOf(error)}.`);

/** Brings the tables to this version, where the ledger can be served from the database at all. */
async function prepare(url: string, connections: Connections, { migrated }: OpenOptions): Promise<void> {
  await requireSessions(connections).catch((error: unknown) => {
    throw error instanceof StoreUnavailable ? error : unavailable(url, error);
  });
  const client = await connections.newClient('without time-outs');
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: poolOf(client) }) });
  try {
    const { rows } = await client.query(
      `select current_setting('server_encoding') as encoding, current_schema as schema, (${ambiguous}) as several`,
    );
    const [{ encoding, schema, several } = {}] = rows;
    if (encoding !== 'UTF8')
      throw new StoreUnavailable(`The database is encoded as ${encoding}; it must be UTF8.`);
    if (several !== null)
      throw new StoreUnavailable(
        `The database holds ledgers in the schemas ${several}. Say which one it is, as in ?options=-csearch_path%3DNAME behind the URL.`,
      );
    if (schema === null)
      throw new StoreUnavailable('The search_path of the role names no schema that there is.');
    for (const name of await migrate(db, besideGroups(postgresMigrations), schema)) migrated?.(name);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== insufficientPrivilege && code !== readOnly) throw error;
    throw new StoreUnavailable(
      `The tables could not be brought to this version (${(error as Error).message}). Run the command migrate as their owner, on a server that takes writes.`,
    );
  } finally {
    await db.destroy();
    // Kysely ends it only if it asked it anything.
    await client.end();
  }
}

/** Throws StoreUnavailable behind a pooler that gives connections no sessions of their own. */
async function requireSessions(connections: Connections): Promise<void> {
  const clients = [await connections.writer(), await connections.reader(), await connections.reader()];
  let areSound = false;
  try {
    if (!(await haveOwnSessions(clients)))
      throw new StoreUnavailable(
        'The database is behind a pooler that lets connections share sessions (pool_mode transaction or statement). Connect to PostgreSQL itself, or set it to pool_mode session.',
      );
    areSound = true;
  } finally {
    for (const client of clients) client.release(!areSound);
  }
}

/** SQLSTATE. */
const insufficientPrivilege = '42501';
const readOnly = '25006';

/** A client as a pool, which Kysely takes. */
const poolOf = (client: Awaited<ReturnType<Connections['newClient']>>) => ({
  options: {},
  connect: async () => Object.assign(client, { release: () => {} }),
  // Its owner does.
  end: async () => {},
});

async function storeOn(url: string, connections: Connections, options: OpenOptions): Promise<Store> {
  const { failed = () => {} } = options;
  const read: Run = async (text, values) => (await runOver(connections, { text, values, isRead: true })).rows;
  const run: Run = async (text, values) => (await runOver(connections, { text, values, isRead: false })).rows;
  const now = <T>(asking: Asking<T>, by = read): Promise<T> =>
    answered(asking, ({ text, values }) => by(text, values));
  const tree = new StoredTree(postgres);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: readersOf(connections) }) });
  const { fingerprintKey, origin } = await now(initialise(options.origin), run);
  const written = new Written();
  await written.look(read);
  const readHead = async () => {
    const [row] = await read<HeadRow & WrittenRow & { erased: number | null }>(
      `select ${headColumns}, ${writtenColumns},
        (select max(position) from events where type in (${erasing})) as erased from head`,
    );
    if (!row) throw new Damaged('The row of the head is missing.');
    return row;
  };
  const { clock: own = Date.now, serverClock: server = (serverMs) => serverMs } = options;
  const groups = new PostgresGroups(connections, written, { own, server }, headOf(await readHead()), failed);
  let listener: Listener | undefined;
  let erasures = 0;

  const store: Store = {
    db,
    fingerprintKey,
    origin,
    headNow: () => undefined,
    async head(): Promise<Head> {
      const row = await readHead();
      written.saw(row);
      // Answers may come in another order than the questions.
      erasures = Math.max(erasures, row.erased ?? 0);
      const head = headOf(row);
      groups.saw(head);
      return head;
    },
    erasures: () => erasures,
    group: (work, foresee = foreseesNothing) => groups.run({ work, foresee }),
    sync: () => groups.sync(),
    requireWritable: () => {},
    hasFailed: () => false,
    rehearsal: () => openRehearsal(store, (work) => groups.see(work)),
    rootAt: (size) => now(tree.rootAt(size)),
    lastEventOf: (initiativeId, position) => now(lastEventOf(initiativeId, position)),
    leafLines: (after, to) => now(postgresLeafLines(after, to)),
    eventsOf: (kept) => now(eventsOf(kept)),
    forgetAnswers: (beforeMs) => now(forgetAnswers(beforeMs), run),
    async tile(level, index, width) {
      const hashes = await now(tree.tile(level, index, width));
      return hashes && Buffer.concat(hashes);
    },
    // What is published is on disk, as what is acknowledged.
    keepCheckpoint: (row) => groups.durably(insertCheckpoint(row)),
    keepSigningKey: (row) => groups.durably(upsertSigningKey(row)),
    keepFork: (forkedFrom) =>
      groups.durably(updateFork(forkedFrom?.size ?? null, forkedFrom?.rootHash ?? null)),
    durably: (work) => groups.durably(work),
    // What is committed is on disk.
    checkpointsBelow: () => Number.MAX_SAFE_INTEGER,
    async keepSnapshot({ initiative_id, position, tally }) {
      // Counts of a read model that was swapped out meanwhile are not those of the present one.
      await run(
        `insert into count_snapshots (initiative_id, position, tally) select $1, $2, $3 where ${tablesInUse} = $4 on conflict do nothing`,
        [initiative_id, position, tally, written.tables],
      );
    },
    writtenVersions: () => written.versions,
    async rebuild({ readModels, progress, signal }) {
      const rebuilt = await rebuildInThread({ database: { url }, readModels }, { progress, signal });
      await written.look(read);
      return rebuilt;
    },
    fillSearch: (signal) => fillInThread({ url }, { signal }),
    async clearRebuilt(signal) {
      if ((await read(leftInPostgres)).length === 0 || signal.aborted) return;
      await rebuildInThread({ database: { url } }, { signal }).catch((error: unknown) => {
        // Whoever rebuilds does it, and whoever may.
        if (!(error instanceof Refusal && /^rebuild-/.test(error.code))) throw error;
      });
    },
    swaps: () => written.swaps,
    connections: () => connections.load(),
    watch(grown) {
      listener = new Listener(connections, grown, failed);
    },
    check: () => groups.check(),
    weaknesses: () => groups.weaknesses,
    async close() {
      await listener?.close();
      await db.destroy();
      await connections.end();
    },
  };
  // Where something is wrong, reads are served, and who asks whether it is ready is told.
  await groups.check().catch(failed);
  return store;
}

/** The connections that read, as a pool for Kysely; each query takes one by itself, as there are no transactions. */
const readersOf = (connections: Connections) => ({
  options: {},
  // The pool is ended with the store.
  end: async () => {},
  async connect() {
    const reader = {
      query: (text: string, values: readonly unknown[]) =>
        runOver(connections, { text, values, isRead: true }),
      release: () => {},
    };
    // Kysely asks for cursors only where a query is streamed, which none is.
    return reader as unknown as PostgresPoolClient;
  },
});
