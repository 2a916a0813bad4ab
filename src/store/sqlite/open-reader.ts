import Sqlite from 'better-sqlite3';
import { Kysely } from 'kysely';
import type { Database, Db } from '../../db/schema.ts';
import { answeredAtOnce } from '../../shapes/asking.ts';
import { type LeafLines, leafLinesOf } from '../leaf-lines.ts';
import { StoredTree } from '../tree.ts';
import { TurnTakingDialect } from './dialect.ts';
import { openReadonly } from './readonly.ts';
import { answerOf, keepingStatements, sqlite } from './statements.ts';

/** KiB of pages that a reader keeps. The operating system keeps them too. */
const cacheKib = 8_192;
/** Only who opens or recovers the file can be in the way, and that is soon over. */
const waitMsMax = 1_000;

/** The file of a ledger that this process has open, as another thread of it reads it. */
export interface Reader {
  /** A way to ask it, until a signal is aborted. */
  dbUntil(signal?: AbortSignal): Db;
  rootAt(size: number): Uint8Array;
  leafLines: LeafLines;
}

export function openReader(file: string): Reader {
  const handle = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: waitMsMax });
  handle.pragma(`cache_size = -${cacheKib}`);
  const database = keepingStatements(handle);
  const tree = new StoredTree(sqlite);
  const answer = answerOf(handle);
  return {
    dbUntil: (signal) => new Kysely<Database>({ dialect: new TurnTakingDialect({ database }, signal) }),
    rootAt: (size) => answeredAtOnce(tree.rootAt(size), answer),
    leafLines: leafLinesOf(handle),
  };
}

/** The root of the tree over the first `size` leaves of a ledger that may be anywhere. */
export function rootIn(file: string, size: number): Uint8Array {
  const { handle, close } = openReadonly(file);
  try {
    return answeredAtOnce(new StoredTree(sqlite).rootAt(size), answerOf(handle));
  } finally {
    close();
  }
}
