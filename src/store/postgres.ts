import { randomBytes } from 'node:crypto';
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import { Refusal } from '../errors.ts';
import { emptyRoot } from '../tlog/merkle.ts';
import { linesOf } from './leaf-lines.ts';
import { StoreUnavailable } from './lock-file.ts';
import { migrate, postgresMigrations } from './migrate.ts';
import { newOrigin, requireOrigin } from './origin.ts';
import {
  type Connections,
  connectionsTo,
  isOutage,
  nameOfDatabase,
  reasonOf,
  runOver,
} from './postgres-connection.ts';
import { PostgresGroups } from './postgres-group.ts';
import { Listener } from './postgres-listener.ts';
import { clearRebuiltOver } from './postgres-rebuild.ts';
import { rebuildPostgres } from './postgres-rebuild-worker.ts';
import { shadowNames } from './postgres-shadow.ts';
import { type HeadRow, headOf, type Run, rootAt, tileAt } from './postgres-tree.ts';
import { tablesInUse, Written, type WrittenRow, writtenColumns } from './postgres-written.ts';
import { openRehearsal } from './rehearsal.ts';
import { loggedEventOf } from './rows.ts';
import type { Database, EventRow } from './schema.ts';
import type { Head, OpenOptions, Store } from './store.ts';

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
    throw isOutage(cause) ? unavailable(url, cause) : error;
  }
}

const unavailable = (url: string, error: unknown) =>
  new StoreUnavailable(`${nameOfDatabase(url)} can't be used: ${reasonOf(error)}.`);

/** Brings the tables to this version. */
async function prepare(url: string, connections: Connections, { migrated }: OpenOptions): Promise<void> {
  try {
    (await connections.writer()).release();
  } catch (error) {
    throw unavailable(url, error);
  }
  const client = await connections.newClient('without time-outs');
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: poolOf(client) }) });
  try {
    const { rows } = await client.connect().then(() => client.query('show server_encoding'));
    const [{ server_encoding: encoding } = {}] = rows;
    if (encoding !== 'UTF8')
      throw new StoreUnavailable(`The database is encoded as ${encoding}; it must be UTF8.`);
    for (const name of await migrate(db, postgresMigrations)) migrated?.(name);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== insufficientPrivilege && code !== readOnly) throw error;
    throw new StoreUnavailable(
      `The tables could not be brought to this version (${(error as Error).message}). Run the command migrate as their owner, on a server that takes writes.`,
    );
  } finally {
    await db.destroy();
  }
}

/** SQLSTATE. */
const insufficientPrivilege = '42501';
const readOnly = '25006';

/** A client as a pool, which Kysely takes. */
const poolOf = (client: Awaited<ReturnType<Connections['newClient']>>) => ({
  options: {},
  connect: async () => Object.assign(client, { release: () => {} }),
  end: () => client.end(),
});

async function storeOn(url: string, connections: Connections, options: OpenOptions): Promise<Store> {
  const { failed = () => {} } = options;
  const read: Run = async (text, values) => (await runOver(connections, { text, values, isRead: true })).rows;
  const run: Run = async (text, values) => (await runOver(connections, { text, values, isRead: false })).rows;
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: readersOf(connections) }) });
  const { fingerprintKey, origin } = await initialise(run, options.origin);
  const written = new Written();
  await written.look(read);
  const groups = new PostgresGroups(connections, written, failed);
  let listener: Listener | undefined;
  let erasures = 0;

  const store: Store = {
    db,
    fingerprintKey,
    origin,
    headNow: () => undefined,
    async head(): Promise<Head> {
      const [row] = await read<HeadRow & WrittenRow & { erased: number | null }>(
        `select position, recorded_at, root_hash, ${writtenColumns},
          (select max(position) from events where type = 'PersonalDataErased') as erased from head`,
      );
      if (!row) throw new Error('the head row is missing');
      written.saw(row);
      // Answers may come in another order than the questions.
      erasures = Math.max(erasures, row.erased ?? 0);
      return headOf(row);
    },
    erasures: () => erasures,
    group: (work) => groups.run(work),
    sync: () => groups.sync(),
    rehearsal: () => openRehearsal(store, (work) => groups.see(work)),
    rootAt: (size) => rootAt(size, read),
    async lastEventOf(initiativeId, position) {
      const [row] = await read<{ position: number }>(
        `select position from events where initiative_id = $1 and position <= $2
          order by position desc limit 1`,
        [initiativeId, position],
      );
      return row?.position ?? 0;
    },
    async leafLines(after, to) {
      const rows = await read<{ leaf: string }>(
        'select leaf from events where position > $1 and position <= $2 order by position',
        [after, to],
      );
      return rows.length === to - after ? linesOf(rows.map(({ leaf }) => leaf)) : undefined;
    },
    async eventsOf({ firstPosition, lastPosition }) {
      const rows = await read<EventRow>(
        'select * from events where position between $1 and $2 order by position',
        [firstPosition, lastPosition],
      );
      return rows.map(loggedEventOf);
    },
    async forgetAnswers(beforeMs) {
      await run(
        `delete from idempotency_keys where id in
          (select id from idempotency_keys where recorded_at < $1 order by id limit 5000)`,
        [beforeMs],
      );
    },
    tile: (level, index, width) => tileAt(level, index, width, read),
    async keepCheckpoint({ size, root_hash, signed_at, note }) {
      await run('insert into checkpoints values ($1, $2, $3, $4) on conflict do nothing', [
        size,
        root_hash,
        signed_at,
        note,
      ]);
    },
    async keepSigningKey({ vkey, signs_from, signs_until }) {
      await run(
        `insert into signing_keys values ($1, $2, $3)
          on conflict (vkey) do update set signs_until = excluded.signs_until`,
        [vkey, signs_from, signs_until],
      );
    },
    async keepSnapshot({ initiative_id, position, since, tally }) {
      // Counts of a read model that was swapped out meanwhile are not those of the present one.
      await run(
        `insert into count_snapshots select $1, $2, $3, $4 where ${tablesInUse} = $5 on conflict do nothing`,
        [initiative_id, position, since, tally, written.tables],
      );
    },
    writtenVersions: () => written.versions,
    async rebuild(options) {
      const rebuilt = await rebuildPostgres(url, options);
      await written.look(read);
      return rebuilt;
    },
    async clearRebuilt() {
      const left = await read(
        'select 1 from pg_class where relname = any ($1) and pg_table_is_visible(oid)',
        [shadowNames],
      );
      if (left.length === 0) return;
      const client = await connections.newClient('without time-outs');
      try {
        await client.connect();
        await clearRebuiltOver(client);
      } finally {
        await client.end();
      }
    },
    swaps: () => written.swaps,
    watch(grown) {
      listener = new Listener(connections, grown, failed);
    },
    async check() {
      const [row] = await read<{ off: boolean }>(
        `select current_setting('transaction_read_only') = 'off' as off from head`,
      );
      if (!row?.off) throw new Error('the database takes no writes: it is a standby, or set to read only');
      await groups.check();
    },
    async close() {
      await listener?.close();
      await db.destroy();
      await connections.end();
    },
  };
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

/** The rows that a new ledger begins with, and what they fix. Several instances may begin at once. */
async function initialise(
  run: Run,
  wanted: string | undefined,
): Promise<{ fingerprintKey: Buffer; origin: string }> {
  const read = () =>
    run<{ fingerprint_key: Buffer; origin: string }>(
      'select fingerprint_key, origin from ledger, head where head.id = ledger.id',
    );
  let [row] = await read();
  if (!row) {
    await run('insert into ledger values (1, $1, $2) on conflict do nothing', [
      randomBytes(32),
      wanted ?? newOrigin(),
    ]);
    await run('insert into head values (1, 0, 0, $1) on conflict do nothing', [emptyRoot]);
    [row] = await read();
  }
  if (!row) throw new Error('the ledger row is missing');
  requireOrigin(row.origin, wanted);
  return { fingerprintKey: row.fingerprint_key, origin: row.origin };
}
