import { Refusal } from '../errors.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import type { Database } from '../store/schema.ts';
import type { Head, Store } from '../store/store.ts';
import { formatCheckpoint } from '../tlog/checkpoint.ts';
import { signNote } from '../tlog/note.ts';
import { formatVerifierKey, newSignerKey } from '../tlog/note-key.ts';
import type { PeriodKey, SignerDirectory, SignerState } from './signer-directory.ts';

export type CheckpointRow = Database['checkpoints'];

/** At most about one checkpoint a second is signed of itself. */
const signEveryMs = 1_000;

/**
 * Signs checkpoints of the log. Before one is published, its tree is shown to extend the one in the signer's
 * directory, which is then moved on, synced. A log that does not extend it was restored from an older copy, or
 * rewritten: then nothing is signed, and nothing recorded.
 */
export class Signer {
  readonly #store: Store;
  readonly #directory: SignerDirectory;
  readonly #clock: () => number;
  readonly #keys: PeriodKey[];
  readonly #failed: (error: unknown) => void;
  #state: SignerState | undefined;
  #forked: string | undefined;
  /** One checkpoint after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    store: Store,
    directory: SignerDirectory,
    keys: PeriodKey[],
    clock: () => number,
    failed: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#directory = directory;
    this.#keys = keys;
    this.#clock = clock;
    this.#failed = failed;
    this.#state = directory.state();
  }

  /** failed: told of a checkpoint that could not be signed of itself. */
  static async open(
    store: Store,
    directory: SignerDirectory,
    clock: () => number,
    failed: (error: unknown) => void,
  ): Promise<Signer> {
    const state = directory.state();
    if (state && state.origin !== store.origin) {
      throw new StoreUnavailable(
        `The directory of the signer is of the log ${state.origin}, and this log is ${store.origin}. Set SIGNER_DIR to a directory of its own.`,
      );
    }
    if (directory.keys().length === 0) {
      // The name of a log's key is the log's own: C2SP tlog-checkpoint, "Signatures".
      directory.keepKeys([{ key: newSignerKey(store.origin), signsFrom: clock() }]);
    }
    const signer = new Signer(store, directory, directory.keys(), clock, failed);
    await signer.#compare(await store.head());
    for (const { key, signsFrom, signsUntil } of signer.#keys) {
      const vkey = formatVerifierKey(key.verifierKey);
      await store.keepSigningKey({ vkey, signs_from: signsFrom, signs_until: signsUntil ?? null });
    }
    return signer;
  }

  /** Throws Refusal `history-fork` where the log does not extend what was signed. */
  check(): void {
    if (this.#forked !== undefined) throw new Refusal('history-fork', this.#forked);
  }

  /** Has the log signed soon. */
  schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.sign().catch(this.#failed);
    }, signEveryMs).unref();
  }

  /** A checkpoint of the log as it is now: a new one, or the newest where nothing came since. */
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
    const head = await this.#store.head();
    const present = await checkpointOf(this.#store, head.position);
    if (present) return present;
    await this.#compare(head);
    this.check();
    // A wait for a standby that was broken off leaves what a fail-over may lose, and what was signed is never to be lost.
    await this.#store.sync();
    const { origin } = this.#store;
    const rootHash = Buffer.from(head.rootHash).toString('hex');
    // A crash from here on leaves a state that this log extends.
    this.#state = { origin, size: head.position, rootHash };
    this.#directory.keepState(this.#state);
    const text = formatCheckpoint({ origin, size: BigInt(head.position), rootHash: head.rootHash });
    const row = {
      size: head.position,
      root_hash: head.rootHash,
      signed_at: this.#clock(),
      note: signNote(text, ...this.#signing()),
    };
    await this.#store.keepCheckpoint(row);
    return row;
  }

  #signing(): [PeriodKey['key'], ...PeriodKey['key'][]] {
    const now = this.#clock();
    const [first, ...others] = this.#keys
      .filter(({ signsFrom, signsUntil = Number.POSITIVE_INFINITY }) => signsFrom <= now && now < signsUntil)
      .map(({ key }) => key);
    if (!first) throw new Error('no key signs at this time');
    return [first, ...others];
  }

  async #compare(head: Head): Promise<void> {
    const fork = this.#state && (await forkOf(this.#store, head, this.#state));
    if (fork !== undefined) {
      const waysOut =
        'Restore newer data that has this checkpoint in it; if there is none, go on under a new name (the command `continue`).';
      this.#forked = `${fork} ${waysOut}`;
    }
  }
}

/** In what a log does not extend what was signed; undefined: it does. */
export async function forkOf(store: Store, head: Head, state: SignerState): Promise<string | undefined> {
  const ends = `The log ends at ${head.position}; a checkpoint of size ${state.size} with root ${state.rootHash} was signed.`;
  if (head.position < state.size) return ends;
  const root = Buffer.from(await store.rootAt(state.size)).toString('hex');
  return root === state.rootHash
    ? undefined
    : `The log has another history than the one that was signed. ${ends}`;
}

export async function newestCheckpoint({ db }: Store): Promise<CheckpointRow | undefined> {
  return db.selectFrom('checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();
}

export async function checkpointOf({ db }: Store, size: number): Promise<CheckpointRow | undefined> {
  return db.selectFrom('checkpoints').selectAll().where('size', '=', size).executeTakeFirst();
}
