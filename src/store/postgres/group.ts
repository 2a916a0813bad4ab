import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Head } from '../../db/rows.ts';
import { type HeadRow, headOf } from '../../db/rows.ts';
import type { Facts } from '../../ledger/facts.ts';
import { type Asking, answered, answeredTogether, ask, type Query } from '../../shapes/asking.ts';
import { Edge } from '../../tlog/edge.ts';
import { turnIfDue } from '../../turns.ts';
import { type Clocks, requireSameClock } from '../clock.ts';
import { Damaged, WentBack } from '../damaged.ts';
import { factsIn } from '../facts.ts';
import type { Seen } from '../rehearsal.ts';
import { type Batch, foreseesNothing, type GroupTransaction } from '../store.ts';
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
import { edgeAt, hashesBehind, type LeafHash } from './edge.ts';
import { flush } from './flush.ts';
import { notify } from './listener.ts';
import { headColumns, postgres, type Run } from './run.ts';
import { type Ground, lookAtGround } from './soundness.ts';
import { lookAtWritten, type Written, type WrittenRow } from './written.ts';

/** How long a group tries while the database is out of reach, which bridges a restart of it. */
const triedMs = 5_000;
const pauseMs = 50;
const pauseMsMax = 1_000;
/** How long COMMIT, with what is written before it, may wait for the disk, or for a standby that may have gone. Others may take longer. */
const commitMs = 10_000;
/** How many ends of the log that were read are kept until a group has proved them. */
const seenMax = 64;

/** What a group does, and what it asks for together with the head, as it is known before. */
interface GroupWork<T, A> {
  work: (transaction: GroupTransaction, foreseen: A) => Promise<T>;
  foresee: (facts: Facts) => Asking<A>;
}

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
  #edge = new Edge(0, []);
  /**
   * The end of the log as it was last proved, and as it was read since, which may be of a copy that was put in its place. Whoever was
   * told of one relies on it: what comes next extends them all.
   */
  #seen: readonly [Head, ...Head[]];
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
    this.#seen = [head];
    this.#failed = failed;
  }

  /** The end of the log was read. A standby may tell an earlier one. */
  saw(head: Head): void {
    const [proved, ...read] = this.#seen;
    if (head.position <= this.#furthest.position) return;
    // Where no group comes for long, every second one is enough: what a copy lacks is mostly more than one of them.
    const kept = read.length < seenMax ? read : read.filter((_, place) => place % 2 === 1);
    this.#seen = [proved, ...kept, head];
  }

  get #furthest(): Head {
    return this.#seen.at(-1) ?? this.#seen[0];
  }

  /** The log ends there, and extends all that was seen of it, up to there. */
  #proved(head: Head): void {
    this.#seen = [head, ...this.#seen.filter(({ position }) => position > head.position)];
  }

  /**
   * Tries until it is known what became of the group. Throws Refusal `storage-unavailable` where the database fails: then nothing
   * was recorded, or, if the answer to COMMIT was lost, it is not known. Throws `history-fork` for good where the log went
   * back, and `clock-differs` while this clock is off.
   */
  async run<T, A>(group: GroupWork<T, A>): Promise<T> {
    if (this.#wentBack) throw this.#wentBack;
    const startMs = performance.now();
    const uncertain: { group?: Unknown<T> | undefined } = {};
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#onWriter((client) => this.#inTransaction(client, group, uncertain));
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
    const run: Run = async (text, values) => (await client.query(text, values).catch(throwRefusal)).rows;
    // Nothing stays prepared on the connections that read: a plan is made for each question.
    const send: Send = async (queries) => {
      const rows: object[][] = [];
      for (const { text, values } of queries) rows.push(await run(text, values));
      return rows;
    };
    try {
      await run('begin isolation level repeatable read read only');
      const [row] = await run<HeadRow>(`select ${headColumns} from head`);
      if (!row) throw noHead();
      await this.#written.look(run);
      const result = await work({ ...asking(send), head: headOf(row) });
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
      await client.query(begin.text);
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
    const seen = this.#furthest;
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
        { work: async (one) => one.write(trialBatch(one)), foresee: foreseesNothing },
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

  async #inTransaction<T, A>(
    client: TurningClient & pg.PoolClient,
    { work, foresee }: GroupWork<T, A>,
    uncertain: { group?: Unknown<T> | undefined },
    isTrial = false,
  ): Promise<T> {
    // The first failure; a decision may have kept it for its own.
    let failure: { error: unknown } | undefined;
    const send: Send = async (queries) => {
      try {
        return (await flush(client, queries)).map(({ rows }) => rows);
      } catch (error) {
        failure ??= { error };
        throw error;
      }
    };
    const askedMs = this.#clocks.own();
    const ahead = foresee(facts);
    const step = ahead.next([]);
    // Each statement sees what was committed while the one that locks the head waited.
    if (this.#furthest.position > 2 * client.plannedAt) await this.#planAnew(client);
    const [, [row], [written], behind, ...foreseen] = (await send([
      begin,
      lockHead,
      lookAtWritten,
      hashesBehind(this.#edge),
      ...(step.done ? [] : step.value),
      // What these select.
    ])) as [object[], HeadRow[], [WrittenRow & { now: number }], LeafHash[], ...object[][]];
    if (!row) throw noHead();
    this.#written.saw(written);
    const { group: before } = uncertain;
    if (before) {
      // Whoever wrote it held the head, so by now it is there or never will be.
      if (await isLogged(before.batch, send)) {
        // Its own commit may wait for a standby still: one more that is answered says that it has it.
        await commit(client, [{ text: touchHead, values: [] }]);
        this.#extended(before.batch);
        return before.result;
      }
      uncertain.group = undefined;
    }
    const head = headOf(row);
    const edge = await answers(edgeAt(tree, head, this.#edge, behind, this.#seen), send);
    this.#edge = edge;
    this.#proved(head);
    requireSameClock(this.#clocks, askedMs, written.now);
    let batch: Batch | undefined;
    try {
      const write = async (whole: Batch): Promise<void> => {
        batch = whole;
      };
      const known = step.done ? step.value : await answers(ahead, send, foreseen);
      const result = await work({ ...asking(send), head, edge: edge.clone(), write }, known);
      if (failure) throw failure.error;
      // All are made before the first is sent: one that can't be made must not leave a part to be committed.
      const statements = batch && writing(batch);
      if (!batch || !statements) {
        // Nothing hangs on the end of a transaction that wrote nothing.
        await client.query('rollback').catch(() => {});
      } else if (isTrial) {
        await send(statements);
        await client.query('rollback');
      } else {
        uncertain.group = { batch, result };
        // Where a statement fails, COMMIT is not executed.
        await commit(client, statements);
        uncertain.group = undefined;
        this.#extended(batch);
      }
      return result;
    } catch (error) {
      throw failure?.error ?? error;
    }
  }

  /** Plans that were made for smaller tables may read more of larger ones than they need. */
  async #planAnew(client: TurningClient): Promise<void> {
    client.plannedAt = this.#furthest.position;
    await flush(client, [{ text: 'discard plans', values: [] }]);
  }

  /** A batch is in the log, and as safe as the server is told to keep it. */
  #extended({ edge, changes }: Batch): void {
    this.#edge = edge;
    this.#available = true;
    const last = changes.at(-1);
    if (last)
      this.#proved({
        position: edge.size,
        recordedAt: Date.parse(last.event.recordedAt),
        rootHash: edge.root(),
      });
  }
}

const facts = factsIn(postgres);
const tree = new StoredTree(postgres);

/** Sends queries together; gives the rows of each. */
type Send = (queries: readonly Query[]) => Promise<object[][]>;

const writing = (batch: Batch): Query[] => {
  const statements = [...statementsOf(batch, postgres)];
  return batch.changes.length > 0 ? [...statements, notify(batch.edge.size)] : statements;
};

const answers = <T>(asking: Asking<T>, send: Send, rows?: object[][]): Promise<T> =>
  answeredTogether(asking, send, turnIfDue, rows);

/** What a group may ask, and who answers. */
const asking = (send: Send): Pick<GroupTransaction, 'facts' | 'answered'> => ({
  facts,
  answered: (asking) => answers(asking, send),
});

const begin: Query = { text: 'begin isolation level read committed', values: [] };
const lockHead: Query = { text: `select ${headColumns} from head for update`, values: [] };

const noHead = (): Damaged => new Damaged('The row of the head is missing.');

const isSame = (one: Head, other: Head): boolean => Buffer.compare(one.rootHash, other.rootHash) === 0;

/** A commit that writes something waits for all that was committed before, too. */
const touchHead = 'update head set position = position';

/**
 * Executes statements and COMMIT. Throws where the transaction is not committed, or not as safely as the server is told to. Where a
 * statement fails, the transaction has still to be rolled back.
 */
async function commit(client: TurningClient, statements: readonly Query[] = []): Promise<void> {
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
    const command = (await flush(client, [...statements, commitStatement], commitMs)).at(-1)?.command;
    if (command !== 'COMMIT') throw new Error(`the database answered COMMIT with ${command}`);
    // Such as: canceling wait for synchronous replication.
    if (warnings.length > 0) throw Object.assign(new Error(warnings.join('; ')), { code: resolutionUnknown });
  } finally {
    client.off('notice', warned);
  }
}

const commitStatement: Query = { text: 'commit', values: [] };

/** SQLSTATE. */
const resolutionUnknown = '08007';
const isConstraint = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^23/.test(String(error.code));
const isReadOnly = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '25006';

async function isLogged({ changes }: Batch, send: Send): Promise<boolean> {
  const last = changes.at(-1);
  const text = 'select 1 from events where position = $1 and event_id = $2';
  const [found = []] = await send([{ text, values: [last?.position, last?.event.eventId] }]);
  return found.length > 0;
}
