import type { Kysely } from 'kysely';
import type { Head, SignedTree } from '../db/rows.ts';
import type { Database, KeyRow } from '../db/schema.ts';
import type { Facts, KeptAnswer, LoggedEvent } from '../ledger/facts.ts';
import type { Difference } from '../projections/differences.ts';
import type { Asking } from '../shapes/asking.ts';
import type { Change } from '../shapes/change.ts';
import type { Where } from '../shapes/posted.ts';
import type { Targets } from '../shapes/targets.ts';
import type { Edge, Tile } from '../tlog/edge.ts';

/** Kept answers that are forgotten in one go: some milliseconds of work. */
export const forgottenAtOnce = 200;

/** What one transaction adds to the ledger. */
export interface Batch {
  changes: Change[];
  answers: KeyRow[];
  tiles: Tile[];
  /** The tree with the changes. */
  edge: Edge;
  /** The name that the log has from these changes on; absent: the one that it has. */
  origin?: string;
  /** Of the ledger that this one becomes a copy of. */
  fingerprintKey?: Uint8Array;
}

/** A group's transaction: the end of the log can't move while it is open. */
export interface GroupTransaction {
  head: Head;
  /** A copy that may be appended to. */
  edge: Edge;
  facts: Facts;
  /** Does work that asks the database as it is in this transaction. */
  answered<T>(asking: Asking<T>): Promise<T>;
  /** sync false: until a later one or `Store.sync`, a power failure may take it. */
  write(batch: Batch, sync?: boolean): Promise<void>;
}

export interface OpenOptions {
  /** The name of the log in its checkpoints. It is fixed when the ledger is made; another one is refused. */
  origin?: string | undefined;
  /** Told of each migration that ran. */
  migrated?: (name: string) => void;
  /** Told of what was tried again, or given up, as the storage was out of reach; what: in words for the operator. */
  failed?: (error: unknown, what?: string) => void;
  /** Told when recording goes on after that. */
  recovered?: () => void;
  /** The clock that recordedAt is taken from, which a server's own is compared with; by default that of the machine. */
  clock?: () => number;
  /** What the clock of the server is taken to say, where it says this; for tests, whose time is their own. */
  serverClock?: (serverMs: number) => number;
}

/** What follows from the log, and can be made from it anew. */
export interface ReadModel {
  name: string;
  /** Of the code that writes it. */
  version: number;
  tables: readonly ('records' | 'record_numbers' | 'count_snapshots')[];
}

/** How far a rebuild is. */
export interface RebuildProgress {
  events: number;
  of: number;
}

export interface RebuildOptions {
  readModels: readonly ReadModel[];
  /** Told now and then how many of the events are done. */
  progress: (progress: RebuildProgress) => void;
  /** Ends it; the present tables stay as they are. */
  signal: AbortSignal;
}

export interface Rebuilt {
  view: string;
  /** Whether the tables are now the ones made anew; false: there was no reason to. */
  swapped: boolean;
  /** Rows that differed; undefined: not compared, as another version of the code wrote them. */
  differences?: number;
  /** The first that were found. */
  first: Omit<Difference, 'what'>[];
}

/** What finds the records that a `where` matches, as of the end of the log. */
export type FindTargets = (
  store: Pick<Store, 'db' | 'head'>,
  asked: { initiativeId: string; where: Where; standing: boolean },
) => Promise<Targets>;

/** What answers are computed from. */
export type ReadStore = Pick<Store, 'db' | 'origin' | 'head' | 'rootAt' | 'leafLines' | 'swaps'>;

/** For a group whose work takes no account of what it is given as foreseen. */
export function* foreseesNothing(): Asking<never> {
  yield [];
  return undefined as never;
}

/** An engine. All that is read through `db` was committed; reads are always as of a position, so they need no snapshot. */
export interface Store {
  readonly db: Kysely<Database>;
  readonly fingerprintKey: Buffer;
  /** The file that threads of this process may read by handles of their own; absent: they may not. */
  readonly file?: string;
  /** The name of the log in its checkpoints. */
  readonly origin: string;
  head(): Promise<Head>;
  /** The same where it is known without asking; undefined: other instances may have recorded since. */
  headNow(): Head | undefined;
  /** Goes up with each erasure of names, also through other instances: as of the head that was read last. */
  erasures(): number;
  /**
   * Runs one group; what it wrote is durable when this resolves, and nothing of it is there when it rejects. `work` is
   * done again, from the beginning, where the database was lost in between. foresee: asks for what `work` is sure to need, so that
   * it is there with the end of the log; `work` is given what comes of it.
   */
  group<T, A = void>(
    work: (transaction: GroupTransaction, foreseen: A) => Promise<T>,
    foresee?: (facts: Facts) => Asking<A>,
  ): Promise<T>;
  /**
   * A store that begins as this one, and whose groups see the log as it is, with what they recorded before; nobody else sees it,
   * and nothing is left of it when it is closed. Recording here goes on meanwhile.
   */
  rehearsal(): Promise<Store>;
  /** Puts on disk, and where standbys are waited for, on theirs, what was written without. */
  sync(): Promise<void>;
  /** Throws Refusal `storage-unavailable` where it is known that nothing can be recorded before a restart. */
  requireWritable(): void;
  /** Whether it is so: the files of the ledger's name may then be others than those that are open, and nobody should open them. */
  hasFailed(): boolean;
  /** The root of the tree over the first `size` leaves. */
  rootAt(size: number): Promise<Uint8Array>;
  /** The position of an initiative's last event at or before a position; 0: it has none. */
  lastEventOf(initiativeId: string, position: number): Promise<number>;
  /** The leaves after one position, up to and with another, one a line; undefined: one or more are missing. */
  leafLines(after: number, to: number): Promise<Uint8Array | undefined>;
  /** The events that a kept answer stands for, by position. */
  eventsOf(kept: KeptAnswer): Promise<LoggedEvent[]>;
  /** Forgets some of the answers to requests with an Idempotency-Key that were given before a time (milliseconds); gives how many. */
  forgetAnswers(beforeMs: number): Promise<number>;
  /** The first `width` hashes of a tile (C2SP tlog-tiles), 32 bytes each; undefined: it has not that many. */
  tile(level: number, index: number, width: number): Promise<Uint8Array | undefined>;
  /** It is on disk, and where standbys are waited for, on theirs, when this resolves. */
  keepCheckpoint(row: Database['checkpoints']): Promise<unknown>;
  /** The size from which on checkpoints may not be on disk yet, so that nobody may be shown them. */
  checkpointsBelow(): number;
  /** Keeps a key, or the end of the period in which it signs. */
  keepSigningKey(row: Database['signing_keys']): Promise<unknown>;
  /** Keeps what the log does not extend in its head, so that no process records in it; undefined: it extends all. */
  keepFork(forkedFrom: SignedTree | undefined): Promise<unknown>;
  /** Does work that changes what stands beside the log; it is on disk, as the log is, when this resolves. */
  durably<T>(work: Asking<T>): Promise<T>;
  /** Keeps the counts of a scope at a position; one that is there already stays. */
  keepSnapshot(row: Database['count_snapshots']): Promise<void>;
  /** The version of the code that wrote each read model, as of the head or the group that was read last. */
  writtenVersions(): ReadonlyMap<string, number>;
  /**
   * Makes read models anew from nothing but the leaves, beside reading and recording, and swaps in those that differ
   * or are of another version. Throws BrokenLeaf where a leaf can't be folded, and a Refusal where another instance rebuilds,
   * or this one may not. One at a time, after `clearRebuilt`.
   */
  rebuild(options: RebuildOptions): Promise<Rebuilt[]>;
  /**
   * Fills the search index up to the end of the log, and goes on while it grows, beside reading and recording. Gives how far it is once
   * nothing was recorded for a while, or where another instance fills it.
   */
  fillSearch(signal: AbortSignal): Promise<number>;
  /** Removes the tables that a rebuild leaves: those that were swapped out, or not swapped in. alone: nobody waits meanwhile. */
  clearRebuilt(signal: AbortSignal, alone: boolean): Promise<void>;
  /**
   * How often read models were swapped since the start, also through other instances: as of the head or the group that was
   * read last. What was computed from them before is void.
   */
  swaps(): number;
  /** Has it told how long each sync of the disk took. Absent where a server syncs. */
  watchSyncs?(synced: (tookMs: number) => void): void;
  /** The connections to a server, and how many wait for one. Absent where there are none. */
  connections?(): { open: number; idle: number; waiting: number };
  /** Has it told when the log may have grown through another instance; it may also be told without need. */
  watch(grown: () => void): void;
  /** Throws where the store can't be used, or where the next group would fail. */
  check(): Promise<void>;
  /** What the server is set to, as it was last seen, so that a power failure or a fail-over may take what was acknowledged. */
  weaknesses(): readonly string[];
  close(): Promise<void>;
}
