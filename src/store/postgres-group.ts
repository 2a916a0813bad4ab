import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Edge } from '../tlog/edge.ts';
import {
  type Connections,
  isOutage,
  orRefusal,
  type TurningClient,
  throwRefusal,
} from './postgres-connection.ts';
import { postgresFacts } from './postgres-facts.ts';
import { edgeAt, type HeadRow, headOf, type Run } from './postgres-tree.ts';
import { postgresWrite } from './postgres-write.ts';
import type { Written } from './postgres-written.ts';
import type { Seen } from './rehearsal.ts';
import type { Batch, GroupTransaction } from './store.ts';

/** How long a group tries while the database is out of reach, which bridges a restart of it. */
const triedMs = 5_000;
const pauseMs = 50;
const pauseMsMax = 1_000;
/** How long COMMIT may wait for the disk, or for a standby that may have gone. Statements may take longer. */
const commitMs = 10_000;

/** A group whose COMMIT was not answered: it may be in the log. */
interface Unknown<T> {
  batch: Batch;
  result: T;
}

/** Runs the groups of an instance, each in one transaction that holds the head, and so the end of the log. */
export class PostgresGroups {
  readonly #connections: Connections;
  readonly #written: Written;
  readonly #failed: (error: unknown) => void;
  /** The tree as it was after the last group. */
  #edge: Edge | undefined;
  /** Whether the last group found the database. While it is gone, one attempt is enough. */
  #available = true;

  /** failed: told of what was tried again, or given up. */
  constructor(connections: Connections, written: Written, failed: (error: unknown) => void) {
    this.#connections = connections;
    this.#written = written;
    this.#failed = failed;
  }

  /**
   * Tries until it is known what became of the group. Throws Refusal `storage-unavailable` where the database stays out of
   * reach: then nothing was recorded, or, if the answer to COMMIT was lost, it is not known.
   */
  async run<T>(work: (transaction: GroupTransaction) => Promise<T>): Promise<T> {
    const startMs = performance.now();
    const uncertain: { group?: Unknown<T> | undefined } = {};
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await this.#onWriter((client) => this.#inTransaction(client, work, uncertain));
        this.#available = true;
        return result;
      } catch (error) {
        if (!isOutage(error)) throw error;
        this.#failed(error);
        const pause = Math.min(pauseMs * 2 ** attempt, pauseMsMax) * (0.5 + Math.random());
        if (!this.#available || performance.now() - startMs + pause > triedMs) {
          this.#available = false;
          throw orRefusal(error);
        }
        await wait(pause);
      }
    }
  }

  /** Shows the end of the log as of one moment, which others may move meanwhile. */
  async see<T>(work: (seen: Seen) => Promise<T>): Promise<T> {
    const client = await this.#connections.reader().catch(throwRefusal);
    let isSound = false;
    let last: Promise<unknown> = Promise.resolve();
    // One after the other, as these connections have no pipeline.
    const run: Run = (text, values) => {
      const answered = last.then(() => client.query(text, values)).catch(throwRefusal);
      last = answered.catch(() => {});
      return answered.then(({ rows }) => rows);
    };
    try {
      await run('begin isolation level repeatable read read only');
      const [row] = await run<HeadRow>('select position, recorded_at, root_hash from head');
      if (!row) throw new Error('the head row is missing');
      await this.#written.look(run);
      const result = await work({ head: headOf(row), facts: postgresFacts(run) });
      await run('commit');
      isSound = true;
      return result;
    } finally {
      client.release(!isSound);
    }
  }

  /** Resolves when all that was committed is as safe as the server is told to keep it. Throws Refusal `storage-unavailable`. */
  async sync(): Promise<void> {
    await this.#onWriter(async (client) => {
      await client.query('begin');
      await touchHead(client);
      await commit(client);
    }).catch(throwRefusal);
    this.#available = true;
  }

  /** Throws where the last group failed, and one would still. */
  async check(): Promise<void> {
    if (!this.#available) await this.sync();
  }

  async #onWriter<T>(work: (client: TurningClient & pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connections.writer();
    let isSound = false;
    try {
      const result = await work(client);
      isSound = true;
      return result;
    } catch (error) {
      if (isReadOnly(error)) this.#connections.leave(client);
      // What the database has refused can be rolled back; where the connection is in doubt, the server does it.
      isSound =
        !isOutage(error) &&
        (await client.query('rollback').then(
          () => true,
          () => false,
        ));
      throw error;
    } finally {
      client.release(!isSound);
    }
  }

  async #inTransaction<T>(
    client: TurningClient & pg.PoolClient,
    work: (transaction: GroupTransaction) => Promise<T>,
    uncertain: { group?: Unknown<T> | undefined },
  ): Promise<T> {
    // The first failure; whatever comes behind it fails because of it, and a decision may have kept it for its own.
    let failure: { error: unknown } | undefined;
    const run: Run = async (text, values, name) => {
      try {
        return (await client.query({ text, ...(values && { values }), ...(name && { name }) })).rows;
      } catch (error) {
        failure ??= { error };
        throw error;
      }
    };
    const [, [row]] = await Promise.all([
      run('begin isolation level read committed'),
      run<HeadRow>('select position, recorded_at, root_hash from head for update', [], 'lock-head'),
      // A statement of its own, as it must see what was committed while the one before waited.
      this.#written.look(run),
    ]);
    if (!row) throw new Error('the head row is missing');
    const { group: before } = uncertain;
    if (before) {
      // Whoever wrote it held the head, so by now it is there or never will be.
      if (await isLogged(before.batch, run)) {
        // Its own commit may wait for a standby still: one more that is answered says that it has it.
        await touchHead(client);
        await commit(client);
        this.#edge = before.batch.edge;
        return before.result;
      }
      uncertain.group = undefined;
    }
    const head = headOf(row);
    const edge = await edgeAt(head, this.#edge, run);
    let written: { batch: Batch; answered: Promise<unknown> } | undefined;
    try {
      const write = async (batch: Batch): Promise<void> => {
        written = { batch, ...(await postgresWrite(batch, run)) };
      };
      const result = await work({ head, edge: edge.clone(), facts: postgresFacts(run), write });
      if (failure) throw failure.error;
      if (written) {
        uncertain.group = { batch: written.batch, result };
        // Sent behind what is written, without waiting for it: where that fails, COMMIT is answered with ROLLBACK.
        await Promise.all([written.answered, commit(client)]);
        uncertain.group = undefined;
        this.#edge = written.batch.edge;
      } else {
        // Nothing hangs on the end of a transaction that wrote nothing.
        await client.query('rollback').catch(() => {});
        this.#edge = edge;
      }
      return result;
    } catch (error) {
      throw failure?.error ?? error;
    }
  }
}

/** A commit that writes something waits for all that was committed before, too. */
const touchHead = (client: pg.ClientBase): Promise<unknown> =>
  client.query('update head set position = position');

/** Throws where the transaction is not committed, or not as safely as the server is told to. */
async function commit(client: pg.ClientBase): Promise<void> {
  const warnings: string[] = [];
  const warned = ({
    severity,
    message,
  }: {
    severity?: string | undefined;
    message?: string | undefined;
  }): void => {
    if (severity === 'WARNING') warnings.push(message ?? '');
  };
  client.on('notice', warned);
  try {
    const { command } = await client.query(commitStatement);
    if (command !== 'COMMIT') throw new Error(`the database answered COMMIT with ${command}`);
  } finally {
    client.off('notice', warned);
  }
  // Such as: canceling wait for synchronous replication.
  if (warnings.length > 0) throw Object.assign(new Error(warnings.join('; ')), { code: resolutionUnknown });
}

const commitStatement: pg.QueryConfig & Pick<pg.ClientConfig, 'query_timeout'> = {
  text: 'commit',
  query_timeout: commitMs,
};

/** SQLSTATE. */
const resolutionUnknown = '08007';
const isReadOnly = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '25006';

async function isLogged({ changes }: Batch, run: Run): Promise<boolean> {
  const last = changes.at(-1);
  const found = await run('select 1 from events where position = $1 and event_id = $2', [
    last?.position,
    last?.event.eventId,
  ]);
  return found.length > 0;
}
