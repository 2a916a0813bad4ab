import type { Kysely } from 'kysely';
import type { Change } from '../ledger/change.ts';
import type { Facts, KeptAnswer, LoggedEvent, MaybePromise } from '../ledger/facts.ts';
import type { Edge, Tile } from '../tlog/edge.ts';
import type { Database, KeyRow } from './schema.ts';

/** The end of the log. */
export interface Head {
  position: number;
  /** Milliseconds; 0 before the first event. */
  recordedAt: number;
  rootHash: Uint8Array;
}

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
  /** sync false: until a later one or `Store.sync`, a power failure may take it. */
  write(batch: Batch, sync?: boolean): MaybePromise<void>;
}

export interface OpenOptions {
  /** The name of the log in its checkpoints. It is fixed when the ledger is made; another one is refused. */
  origin?: string | undefined;
  /** Told of each migration that ran. */
  migrated?: (name: string) => void;
  /** Told of what was tried again, or given up, as the storage was out of reach. */
  failed?: (error: unknown) => void;
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

/** Where a read model was not what the log makes it. */
export interface Difference {
  table: string;
  position?: number;
  detail: string;
}

export interface Rebuilt {
  view: string;
  /** Whether the tables are now the ones made anew; false: there was no reason to. */
  swapped: boolean;
  /** Rows that differed; undefined: not compared, as another version of the code wrote them. */
  differences?: number;
  /** The first that were found. */
  first: Difference[];
}

/** An engine. All that is read through `db` was committed; reads are always as of a position, so they need no snapshot. */
export interface Store {
  readonly db: Kysely<Database>;
  readonly fingerprintKey: Buffer;
  /** The name of the log in its checkpoints. */
  readonly origin: string;
  head(): MaybePromise<Head>;
  /** The same where it is known without asking; undefined: other instances may have recorded since. */
  headNow(): Head | undefined;
  /** Goes up with each erasure of names, also through other instances: as of the head that was read last. */
  erasures(): number;
  /**
   * Runs one group; what it wrote is durable when this resolves, and nothing of it is there when it rejects. `work` is
   * done again, from the beginning, where the database was lost in between.
   */
  group<T>(work: (transaction: GroupTransaction) => Promise<T>): Promise<T>;
  /**
   * A store that begins as this one, and whose groups see the log as it is, with what they recorded before; nobody else sees it,
   * and nothing is left of it when it is closed. Recording here goes on meanwhile.
   */
  rehearsal(): Promise<Store>;
  /** Puts on disk, and where standbys are waited for, on theirs, what was written without. */
  sync(): MaybePromise<void>;
  /** The root of the tree over the first `size` leaves. */
  rootAt(size: number): MaybePromise<Uint8Array>;
  /** The position of an initiative's last event at or before a position; 0: it has none. */
  lastEventOf(initiativeId: string, position: number): MaybePromise<number>;
  /** The leaves after one position, up to and with another, one a line; undefined: one or more are missing. */
  leafLines(after: number, to: number): MaybePromise<Uint8Array | undefined>;
  /** The events that a kept answer stands for, by position. */
  eventsOf(kept: KeptAnswer): MaybePromise<LoggedEvent[]>;
  /** Forgets answers to requests with an Idempotency-Key that were given before a time (milliseconds). */
  forgetAnswers(beforeMs: number): MaybePromise<void>;
  /** The first `width` hashes of a tile (C2SP tlog-tiles), 32 bytes each; undefined: it has not that many. */
  tile(level: number, index: number, width: number): MaybePromise<Uint8Array | undefined>;
  keepCheckpoint(row: Database['checkpoints']): MaybePromise<void>;
  /** Keeps a key, or the end of the period in which it signs. */
  keepSigningKey(row: Database['signing_keys']): MaybePromise<void>;
  /** Keeps the counts of a scope at a position; one that is there already stays. */
  keepSnapshot(row: Database['count_snapshots']): MaybePromise<void>;
  /** The version of the code that wrote each read model, as of the head or the group that was read last. */
  writtenVersions(): ReadonlyMap<string, number>;
  /**
   * Makes read models anew from nothing but the leaves, beside reading and recording, and swaps in those that differ
   * or are of another version. Throws BrokenLeaf where a leaf can't be folded, and a Refusal where another instance rebuilds,
   * or this one may not. One at a time, after `clearRebuilt`.
   */
  rebuild(options: RebuildOptions): Promise<Rebuilt[]>;
  /** Removes the tables that a rebuild leaves: those that were swapped out, or not swapped in. alone: nobody waits meanwhile. */
  clearRebuilt(signal: AbortSignal, alone: boolean): Promise<void>;
  /**
   * How often read models were swapped since the start, also through other instances: as of the head or the group that was
   * read last. What was computed from them before is void.
   */
  swaps(): number;
  /** Has it told when the log may have grown through another instance; it may also be told without need. */
  watch(grown: () => void): void;
  /** Throws where the store can't be used. */
  check(): MaybePromise<void>;
  close(): MaybePromise<void>;
}
