import type { Head } from '../db/rows.ts';
import { Refusal } from '../errors.ts';
import { requireNotAhead } from '../store/clock.ts';
import { Damaged } from '../store/damaged.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import type { Store } from '../store/store.ts';
import { formatCheckpoint } from '../tlog/checkpoint.ts';
import { emptyRoot } from '../tlog/merkle.ts';
import { signNote } from '../tlog/note.ts';
import { formatVerifierKey, newSignerKey } from '../tlog/note-key.ts';
import { type CheckpointRow, checkpointOf, newestCheckpoint } from './checkpoints.ts';
import { forked, forkOf, signedTreeOf } from './fork.ts';
import { keyMissingIn, requireWhole } from './loss.ts';
import type { SignerDirectory } from './signer-directory.ts';
import type { PeriodKey, SignerState } from './signer-files.ts';

/** The pause between checkpoints that nobody asked for. */
const signEveryMs = 1_000;

/**
 * Signs checkpoints of the log. Before it publishes one, it proves that the tree extends the one in the signer's directory, and
 * then moves the directory on and syncs it. A log that does not extend it was restored from an older copy, or rewritten: then
 * nothing is signed, and nothing recorded.
 */
export class Signer {
  readonly #store: Store;
  readonly #directory: SignerDirectory;
  readonly #clock: () => number;
  readonly #startedMs: number;
  readonly #keys: PeriodKey[];
  readonly #failed: (error: unknown) => void;
  #state: SignerState | undefined;
  #forked: string | undefined;
  /** Whether another directory took the place of this one while this instance ran. */
  #isReplaced = false;
  /** Checkpoints are signed one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    store: Store,
    directory: SignerDirectory,
    clock: () => number,
    failed: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#directory = directory;
    this.#keys = directory.keys();
    this.#clock = clock;
    this.#startedMs = clock();
    this.#failed = failed;
    this.#state = directory.state();
  }

  /** failed: called with the error if a checkpoint that nobody asked for can't be signed. */
  static async open(
    store: Store,
    directory: SignerDirectory,
    clock: () => number,
    failed: (error: unknown) => void,
  ): Promise<Signer> {
    requireOwn(directory, store);
    // This group holds the end of the log, so of two instances with new directories only one makes a key.
    await store.group(async ({ head: { recordedAt } }) => {
      await requireWhole(store, directory, Math.max(clock(), recordedAt));
      if (directory.keys().length === 0) {
        // The state is written before the keys: a directory with keys and no state has lost its state.
        directory.keepState({ origin: store.origin, size: 0, rootHash: emptyRoot.toHex() });
        // The name of a log's key is the log's own: C2SP tlog-checkpoint, "Signatures".
        directory.keepKeys([{ key: newSignerKey(store.origin), signsFrom: clock() }]);
      }
      await listKeys(store, directory.keys());
    });
    const signer = new Signer(store, directory, clock, failed);
    await signer.#compare(await store.head());
    return signer;
  }

  /** Throws Refusal `history-fork` if the log does not extend what was signed. */
  check(): void {
    if (this.#forked !== undefined) throw forked(this.#forked);
  }

  /** The verifier keys that sign now. */
  vkeys(): string[] {
    return this.#keysAt(this.#clock()).map((key) => formatVerifierKey(key.verifierKey));
  }

  /** Signs the log within about a second. */
  schedule(): void {
    if (this.#isReplaced) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.sign().catch(this.#failed);
    }, signEveryMs).unref();
  }

  /** Gives a checkpoint of the log as it is now: a new one, or the newest if nothing was recorded since. */
  sign(): Promise<CheckpointRow> {
    const turn = this.#turn.then(() => this.#sign());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#turn;
    this.#directory.close();
  }

  async #sign(): Promise<CheckpointRow> {
    this.#checkNotReplaced();
    const head = await this.#store.head();
    const present = await checkpointOf(this.#store, head.position);
    if (present) return present;
    await this.#compare(head);
    this.check();
    // No later checkpoint may be dated before this one, so a wrong clock would date them all.
    await this.#store.check();
    requireNotAhead(this.#clock(), head.recordedAt, this.#startedMs);
    // The role that records could move the head, and a signature can't be taken back.
    if (Buffer.compare(await this.#store.rootAt(head.position), head.rootHash) !== 0)
      throw new Damaged(`The tree of ${head.position} events does not have the root that the head names.`);
    const before = await newestCheckpoint(this.#store);
    // The clock may have been set back. A checkpoint is dated no earlier than its last event and the checkpoint before it.
    const nowMs = Math.max(this.#clock(), head.recordedAt, before?.signed_at ?? 0);
    if ((await keyMissingIn(this.#keys, this.#store, nowMs)) !== undefined) {
      this.#isReplaced = true;
      this.#checkNotReplaced();
    }
    // A cancelled wait for a standby leaves events that a fail-over may lose. Nothing that was signed may be lost.
    await this.#store.sync();
    const { origin } = this.#store;
    const rootHash = Buffer.from(head.rootHash).toString('hex');
    // After a crash from here on, this log extends the state.
    this.#state = { origin, size: head.position, rootHash };
    this.#keepState(this.#state);
    const text = formatCheckpoint({ origin, size: BigInt(head.position), rootHash: head.rootHash });
    const row = {
      size: head.position,
      root_hash: head.rootHash,
      signed_at: nowMs,
      note: signNote(text, ...this.#keysAt(nowMs)),
      previous: before?.size ?? 0,
    };
    await this.#store.keepCheckpoint(row);
    return row;
  }

  #keepState(state: SignerState): void {
    try {
      this.#directory.keepState(state);
    } catch (error) {
      const refusal = new Refusal('storage-unavailable', "The directory of the signer can't be written.");
      throw Object.assign(refusal, { cause: error });
    }
  }

  #checkNotReplaced(): void {
    if (this.#isReplaced)
      throw new Refusal(
        'checkpoint-not-found',
        'This instance no longer signs: the command rotate-key --lost has given the log another key.',
      );
  }

  #keysAt(nowMs: number): PeriodKey['key'][] {
    return this.#keys
      .filter(({ signsFrom, signsUntil = Infinity }) => signsFrom <= nowMs && nowMs < signsUntil)
      .map(({ key }) => key);
  }

  /** Notes the fork in the ledger, so that no other instance and no later start without this directory records in it. */
  async #compare(head: Head): Promise<void> {
    const signed = this.#state && signedTreeOf(this.#state);
    const fork = signed && (await forkOf(this.#store, head, signed));
    if (fork === undefined) return;
    this.#forked = fork;
    if (!head.forkedFrom) await this.#store.keepFork(signed);
  }
}

/** Throws StoreUnavailable if the directory belongs to another log. */
export function requireOwn(directory: SignerDirectory, { origin }: Store): void {
  const [key] = directory.keys();
  const own = directory.state()?.origin ?? key?.key.verifierKey.name ?? origin;
  if (own === origin) return;
  throw new StoreUnavailable(
    `The directory of the signer belongs to the log ${own}, and this log is ${origin}. Set SIGNER_DIR to a directory of its own.`,
  );
}

/** Lists keys with their periods in the ledger. A key stays listed for ever. */
export async function listKeys(store: Store, keys: PeriodKey[]): Promise<void> {
  for (const { key, signsFrom, signsUntil } of keys) {
    const vkey = formatVerifierKey(key.verifierKey);
    await store.keepSigningKey({ vkey, signs_from: signsFrom, signs_until: signsUntil ?? null });
  }
}
