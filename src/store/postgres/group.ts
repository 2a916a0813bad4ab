import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Head } from '../../db/rows.ts';
import { type HeadRow, headOf } from '../../db/rows.ts';
import { type Asking, answered, ask } from '../../shapes/asking.ts';
import type { Edge } from '../../tlog/edge.ts';
import { turnIfDue } from '../../turns.ts';
import { type Clocks, requireSameClock } from '../clock.ts';
import { Damaged, WentBack } from '../damaged.ts';
import { factsIn } from '../facts.ts';
import type { Seen } from '../rehearsal.ts';
import type { Batch, GroupTransaction } from '../store.ts';
import { StoredTree } from '../tree.ts';
import { trialBatch } from '../trial.ts';
import { statementsOf } from '../write.ts';
import {
  type Connections,
  isFailure,
  isOutage,
  orRefusal,
  type TurningClient,
  throwRefusal,
} from './connection.ts';
import { edgeAt } from './edge.ts';
import { notify } from './listener.ts';
import { headColumns, postgres, type Run } from './run.ts';
import { type Ground, lookAtGround } from './soundness.ts';
import type { Written } from './written.ts';

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
  readonly #clocks: Clocks;
  readonly #failed: (error: unknown) => void;
  /** The tree as it was after the last group. */
  #edge: Edge | undefined;
  /** The furthest end of the log that was seen. Whoever was told of it relies on it: what comes next extends it. */
  #seen: Head;
  /** Set for good when the log was found not to. */
  #wentBack: WentBack | undefined;
  /** Whether the last group that wrote went through. While the database is gone, one attempt is enough. */
  #available = true;
  /** What the server is set to, so that it may lose what was acknowledged; as it was checked last. */
  weaknesses: readonly string[] = [];

  /** head: the end of the log at the start. failed: told of what was tried again, or given up. */
  constructor(
    connections: Connections,
    written: Written,
    clocks: Clocks,
    head: Head,
    failed: (error: unknown) => void,
  ) {
    this.#connections = connections;
    this.#written = written;
    this.#clocks = clocks;
    this.#seen = head;
    this.#failed = failed;
  }

  /** The end of the log was read. A standby may tell an earlier one. */
  saw(head: Head): void {
    if (head.position > this.#seen.position) this.#seen = head;
  }

  /**
   * Tries until it is known what became of the group. Throws Refusal `storage-unavailable` where the database fails: then nothing
   * was recorded, or, if the answer to COMMIT was lost, it is not known. Throws `history-fork` for good where the log went
   * back, and `clock-differs` while this clock is off.
   */
  async run<T>(work: (transaction: GroupTransaction) => Promise<T>): Promise<T> {
    if (this.#wentBack) throw this.#wentBack;
    const startMs = performance.now();
    const uncertain: { group?: Unknown<T> | undefined } = {};
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#onWriter((client) => this.#inTransaction(client, work, uncertain));
      } catch (error) {
        if (!isOutage(error)) throw await this.#givenUp(error);
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

  /** What is thrown where trying again is of no use. */
  async #givenUp(error: unknown): Promise<unknown> {
    if (error instanceof WentBack) this.#wentBack = error;
    if (isFailure(error) || error instanceof Damaged) {
      this.#failed(error);
      this.#available = false;
    }
    // What was asked for may be at fault, or what is there already.
    const damage = isConstraint(error) ? await this.#look().catch((damage: unknown) => damage) : undefined;
    if (!(damage instanceof Damaged)) return orRefusal(error);
    this.#available = false;
    this.#failed(damage);
    return Object.assign(damage, { cause: error });
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
      const [row] = await run<HeadRow>(`select ${headColumns} from head`);
      if (!row) throw noHead();
      await this.#written.look(run);
      const result = await work({ ...asking(run), head: headOf(row) });
      await run('commit');
      isSound = true;
      return result;
    } finally {
      client.release(!isSound);
    }
  }

  /** Resolves when all that was committed is as safe as the server is told to keep it. Throws Refusal `storage-unavailable`. */
  async sync(): Promise<void> {
    await this.durably(ask(touchHead));
  }

  /** Commits statements that wait for nothing but the disk, as a group is committed. Throws Refusal `storage-unavailable`. */
  async durably<T>(work: Asking<T>): Promise<T> {
    // A group may wait for it, which has the connection that writes.
    return this.#on(this.#connections.reader(), async (client) => {
      await client.query(begin);
      const done = await answered(work, async ({ text, values }) => (await client.query(text, values)).rows);
      await commit(client);
      return done;
    }).catch(throwRefusal);
  }

  /**
   * Throws where the next group would not go through: the log went back, this clock is off, a table or a privilege is missing, rows
   * are ahead of the head. Where the last group failed, one is tried, of which nothing stays.
   */
  async check(): Promise<void> {
    if (this.#wentBack) throw this.#wentBack;
    const seen = this.#seen;
    const askedMs = this.#clocks.own();
    const { head, serverMs, weaknesses } = await this.#look();
    this.weaknesses = weaknesses;
    if (head.position < seen.position || (head.position === seen.position && !isSame(head, seen))) {
      this.#wentBack = new WentBack(head, seen);
      throw this.#wentBack;
    }
    requireSameClock(this.#clocks, askedMs, serverMs);
    if (this.#available) return;
    await this.#onWriter((client) =>
      this.#inTransaction(
        client,
        async (transaction) => transaction.write(trialBatch(transaction)),
        {},
        true,
      ),
    ).catch(throwRefusal);
    await this.sync();
    this.#available = true;
  }

  #look(): Promise<Ground> {
    return this.#on(this.#connections.reader(), (client) =>
      lookAtGround(async (text, values) => (await client.query(text, values)).rows),
    ).catch(throwRefusal);
  }

  #onWriter<T>(work: (client: TurningClient & pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#on(this.#connections.writer(), work);
  }

  async #on<T>(
    connecting: ReturnType<Connections['writer']>,
    work: (client: TurningClient & pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await connecting;
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
    isTrial = false,
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
    const askedMs = this.#clocks.own();
    const [, [row], serverMs] = await Promise.all([
      run(begin),
      run<HeadRow>(`select ${headColumns} from head for update`, [], 'lock-head'),
      // A statement of its own, as it must see what was committed while the one before waited.
      this.#written.look(run),
    ]);
    if (!row) throw noHead();
    const { group: before } = uncertain;
    if (before) {
      // Whoever wrote it held the head, so by now it is there or never will be.
      if (await isLogged(before.batch, run)) {
        // Its own commit may wait for a standby still: one more that is answered says that it has it.
        await client.query(touchHead);
        await commit(client);
        this.#extended(before.batch);
        return before.result;
      }
      uncertain.group = undefined;
    }
    const head = headOf(row);
    const { answered } = asking(run);
    const edge = await answered(edgeAt(tree, head, this.#edge, this.#seen));
    this.#edge = edge;
    this.saw(head);
    requireSameClock(this.#clocks, askedMs, serverMs);
    let written: { batch: Batch; answered: Promise<unknown> } | undefined;
    try {
      const write = async (batch: Batch): Promise<void> => {
        written = { batch, answered: sent(batch, run) };
      };
      const result = await work({ ...asking(run), head, edge: edge.clone(), write });
      if (failure) throw failure.error;
      if (isTrial) {
        await written?.answered;
        await client.query('rollback');
      } else if (written) {
        uncertain.group = { batch: written.batch, result };
        // Sent behind what is written, without waiting for it: where that fails, COMMIT is answered with ROLLBACK.
        await Promise.all([written.answered, commit(client)]);
        uncertain.group = undefined;
        this.#extended(written.batch);
      } else {
        // Nothing hangs on the end of a transaction that wrote nothing.
        await client.query('rollback').catch(() => {});
      }
      return result;
    } catch (error) {
      throw failure?.error ?? error;
    }
  }

  /** A batch is in the log, and as safe as the server is told to keep it. */
  #extended({ edge, changes }: Batch): void {
    this.#edge = edge;
    this.#available = true;
    const last = changes.at(-1);
    if (last)
      this.saw({
        position: edge.size,
        recordedAt: Date.parse(last.event.recordedAt),
        rootHash: edge.root(),
      });
  }
}

const facts = factsIn(postgres);
const tree = new StoredTree(postgres);

/**
 * Sends what writes a batch, one statement behind the other without waiting in between: where one fails, so do those behind it,
 * and COMMIT. All are made before the first is sent: one that can't be made must not leave a part to be committed.
 */
function sent(batch: Batch, run: Run): Promise<unknown> {
  const statements = statementsOf(batch, postgres);
  if (batch.changes.length > 0) statements.push(notify(batch.edge.size));
  const answered = Promise.all(statements.map(({ text, values, name }) => run(text, values, name)));
  // It is awaited with COMMIT.
  answered.catch(() => {});
  return answered;
}

/** What a group may ask, and who answers. */
const asking = (run: Run): Pick<GroupTransaction, 'facts' | 'answered'> => ({
  facts,
  answered: (asking) => answered(asking, ({ text, values }) => run(text, values), turnIfDue),
});

const begin = 'begin isolation level read committed';

const noHead = (): Damaged => new Damaged('The row of the head is missing.');

const isSame = (one: Head, other: Head): boolean => Buffer.compare(one.rootHash, other.rootHash) === 0;

/** A commit that writes something waits for all that was committed before, too. */
const touchHead = 'update head set position = position';

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
const isConstraint = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^23/.test(String(error.code));
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
