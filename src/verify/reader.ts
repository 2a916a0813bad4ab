import type { Query } from '../shapes/asking.ts';
import type { Dialect } from '../store/facts.ts';
import type { Objects } from './schema.ts';

/** The ledger can't be read, or nothing can be said of it; the message says why, to the operator. */
export class CannotVerify extends Error {
  override name = 'CannotVerify';
}

/** A URL of PostgreSQL; or a file of SQLite, which may be a copy of the one that messages name. */
export type Place = { url: string } | { file: string; name: string };

/** Tables that are only read, in either engine: they may be in use. What fails is CannotVerify. */
export interface TableReader extends AsyncDisposable {
  /** The rows of a query, as of one moment; those of several after `begin` too, up to `rollback`. */
  rows(query: Query): Promise<object[]>;
  /** What the database itself finds wrong with a table, its indexes and constraints. */
  faultsOf(table: string): Promise<string[]>;
}

/** A whole database. */
export interface Reader extends TableReader {
  /** For messages: without a password. */
  readonly name: string;
  /** What another thread opens to read the same. */
  readonly place: Place;
  readonly dialect: Dialect;
  /** The query for the names of its tables. */
  readonly tables: string;
  /** The names of the migrations that this version knows, in their order. */
  readonly migrations: string[];
  /** The leaves after one position, up to and with another, one a line; undefined: one or more are missing. */
  leafLines(after: number, to: number): Promise<Uint8Array | undefined>;
  /** What the database is made of, and what the migrations make. Nothing but the schema is read. */
  objects(): Promise<{ present: Objects; made: Objects }>;
}

/** The rows of a query that both engines understand. Their type is what the query selects. */
export const read = async <R extends object>(
  { rows }: TableReader,
  text: string,
  ...values: unknown[]
): Promise<R[]> => (await rows({ text, values })) as R[];
