import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Refusal } from '../../errors.ts';
import { Refused } from '../damaged.ts';
import type { Column, PreparingClient } from './flush.ts';
import { Hosts } from './hosts.ts';
import { sessionOf } from './session.ts';

/** Connections that only read, at most; one more writes, and one listens. */
const readersMax = 10;

/** A client that knows when its host was chosen, and when it was made. */
export interface TurningClient extends PreparingClient {
  readonly turn: number;
  readonly madeMs: number;
  /** What its session in the server was given to be known by. */
  readonly session: string;
  /** The end of the log for which its plans were made. */
  plannedAt: number;
}

export interface Connections {
  /**
   * A connection to read with, or the one to write with: on it the groups of an instance wait for each other, rather than
   * in the database. Throws what isOutage() knows where no host answers.
   */
  reader(): Promise<TurningClient & pg.PoolClient>;
  writer(): Promise<TurningClient & pg.PoolClient>;
  /** Connected; of no pool. Without time-outs there are none, whatever the server is set to. */
  newClient(timeouts?: 'without time-outs'): Promise<TurningClient & pg.Client>;
  /** Those of the pools, and how many wait for one. */
  load(): { open: number; idle: number; waiting: number };
  /** Its host is of no use, so it is chosen anew, if the URL names several. */
  leave(client: TurningClient): void;
  end(): Promise<void>;
}

/** Opens nothing yet. Throws StoreUnavailable where the URL can't be read. */
export function connectionsTo(url: string): Connections {
  const open = new Set<pg.Client>();
  const hosts = new Hosts(url, () => {
    // What still waits for the host before may wait long, and what it reads there may be old.
    for (const { connection } of open) connection.stream.destroy();
  });
  class Client extends pg.Client implements TurningClient {
    readonly turn = hosts.turn;
    readonly madeMs = performance.now();
    readonly session = randomUUID();
    readonly prepared = new Map<string, Column[]>();
    plannedAt = 0;
    constructor(settings?: pg.ClientConfig) {
      super({ ...settings, ...hosts.settings });
      // A lost connection fails the query that runs on it.
      this.on('error', () => {});
      open.add(this);
      this.on('end', () => open.delete(this));
    }
  }
  const settings: pg.PoolConfig = {
    application_name: 'milestone-ledger',
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    // A server that went away without a word is noticed by the last of these.
    lock_timeout: 10_000,
    statement_timeout: 30_000,
    query_timeout: 35_000,
    // Frees the end of the log from an instance that was paused in the middle of a group.
    idle_in_transaction_session_timeout: 5_000,
    types: { getTypeParser: parserOf },
    // The pool makes it with its settings, which its types leave out.
    Client: Client as unknown as new () => pg.ClientBase,
  };
  // A client of a pool is one as the pool is told to make them. It waits for the promise.
  const begin = async (client: pg.ClientBase): Promise<void> =>
    void (await client.query(sessionOf(client as TurningClient)));
  const writers = new pg.Pool({
    ...settings,
    max: 1,
    async onConnect(client) {
      await begin(client);
      // What stays prepared on it is planned once, not for the values of each question.
      await client.query('set plan_cache_mode = force_generic_plan');
    },
  });
  const readers = new pg.Pool({ ...settings, max: readersMax, onConnect: begin });
  // A connection that was idle when it was lost is replaced.
  for (const pool of [writers, readers]) pool.on('error', () => {});

  const connect = async (pool: pg.Pool): Promise<TurningClient & pg.PoolClient> => {
    for (;;) {
      await hosts.choose();
      const { turn } = hosts;
      try {
        // As the pool is told to make them.
        const client = (await pool.connect()) as TurningClient & pg.PoolClient;
        if (client.turn === hosts.turn) return client;
        client.release(true);
      } catch (error) {
        if (isExhausted(error)) throw error;
        hosts.leave(turn);
        await hosts.choose();
        if (turn === hosts.turn) throw error;
      }
    }
  };
  return {
    reader: () => connect(readers),
    writer: () => connect(writers),
    async newClient(timeouts) {
      await hosts.choose();
      const client = new Client(timeouts ? { ...settings, query_timeout: 0 } : settings);
      try {
        await client.connect();
        await client.query(sessionOf(client, timeouts === undefined));
        return client;
      } catch (error) {
        hosts.leave(client.turn);
        void client.end().catch(() => {});
        throw error;
      }
    },
    load: () => ({
      open: readers.totalCount + writers.totalCount,
      idle: readers.idleCount + writers.idleCount,
      waiting: readers.waitingCount + writers.waitingCount,
    }),
    leave: ({ turn }) => hosts.leave(turn),
    async end() {
      await Promise.all([writers.end(), readers.end()]);
    },
  };
}

/** All connections of the pool were in use for too long, which says nothing of the host. */
const isExhausted = (error: unknown): boolean =>
  error instanceof Error && error.message === 'timeout exceeded when trying to connect';

/** Why the database can't be used. Of several addresses each says its own; none has the password. */
export function reasonOf(error: unknown): string {
  const { message, code, errors = [] } = error as { message?: string; code?: string; errors?: Error[] };
  return message || errors.map((one) => one.message).join('; ') || `${code}`;
}

const int8 = 20;

/** Positions, counts and milliseconds are numbers. */
function parserOf(oid: number, format?: 'text' | 'binary') {
  // pg's types have one signature a format.
  return oid === int8 ? Number : (pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown);
}

/** Classes and codes of SQLSTATE (PostgreSQL, appendix A): of connections, sessions, locks, resources and the system. */
const outage = /^(08|25006|25P03|28|3D|40|53|55P03|57|58|XX)/;

/** Whether the database or the way to it failed, not the statement: later the same may work. */
export function isOutage(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  // What Node says of sockets, such as EPIPE. No class of SQLSTATE begins with this letter.
  if (/^E[A-Z_]+$/.test(code)) return true;
  if (/^[0-9A-Z]{5}$/.test(code)) return outage.test(code);
  // What pg says of its connections, and Kysely of one whose transaction it could not roll back.
  return /^(Connection |Client (has encountered|was closed)|Query read timeout|timeout e|The server does not support SSL|Postgres connection has been discarded)/.test(
    error.message,
  );
}

/** Whether the connection was lost, so that the same may work at once over another one. */
const isLostConnection = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && /^(08|57P0[12]|ECONNRESET|EPIPE)/.test(String(error.code))) ||
    /^Connection terminated/.test(error.message));

/**
 * Runs a statement on one of the connections that read. A read whose connection is lost is tried once more, on one that was made
 * since: rows are given all together, so nobody has seen any. Throws what isOutage() knows as a refusal.
 */
export async function runOver(
  connections: Connections,
  { text, values = [], isRead }: { text: string; values?: readonly unknown[] | undefined; isRead: boolean },
): Promise<pg.QueryResult> {
  let lostMs = -Infinity;
  for (;;) {
    const client = await readerMadeAfter(lostMs, connections).catch(throwRefusal);
    let isSound = true;
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      isSound = !isOutage(error);
      if (!isRead || lostMs > 0 || !isLostConnection(error)) throw orRefusal(error);
      lostMs = performance.now();
    } finally {
      client.release(!isSound);
    }
  }
}

/** Those that idle since before may be lost as well. */
async function readerMadeAfter(ms: number, connections: Connections): ReturnType<Connections['reader']> {
  for (;;) {
    const client = await connections.reader();
    if (client.madeMs >= ms) return client;
    client.release(true);
  }
}

/** Of a request's own data, and of our own statements. */
const ownFault = /^(22|23|54|42601)/;

/** Whether the database failed, for now or until somebody repairs it, and not what was asked of it. */
export const isFailure = (error: unknown): error is Error =>
  isOutage(error) || (error instanceof pg.DatabaseError && !ownFault.test(error.code ?? ''));

/** What is answered while the database fails. Its own words stay in the log: they may tell of its host and user. */
export function orRefusal(error: unknown): unknown {
  if (!isFailure(error)) return error;
  if (!isOutage(error)) return new Refused(error);
  return Object.assign(new Refusal('storage-unavailable', 'The database is not available at the moment.'), {
    cause: error,
  });
}

export function throwRefusal(error: unknown): never {
  throw orRefusal(error);
}
