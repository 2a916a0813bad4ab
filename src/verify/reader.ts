import type { Query } from '../shapes/asking.ts';
import type { Dialect } from '../store/facts.ts';
import type { Objects } from './schema.ts';

/** The ledger can't be read, or nothing can be said of it; the message says why, to the operator. */
export class CannotVerify extends Error {
  override name = 'CannotVerify';
}

/** A database that is only read, in either engine: it may be in use. What fails is CannotVerify. */
export interface Reader extends AsyncDisposable {
  /** For messages: without a password. */
  readonly name: string;
  readonly dialect: Dialect;
  /** The query for the names of its tables. */
  readonly tables: string;
  /** The names of the migrations that this version knows, in their order. */
  readonly migrations: string[];
  /** The rows of a query, as of one moment; those of several after `begin` too, up to `rollback`. */
  rows(query: Query): Promise<object[]>;
  /** What the database is made of, and what the migrations make. Nothing but the schema is read. */
  objects(): Promise<{ present: Objects; made: Objects }>;
  /** What the database itself finds wrong with a table, its indexes and constraints. */
  faultsOf(table: string): Promise<string[]>;
}

/** The rows of a query that both engines understand. Their type is what the query selects. */
export const read = async <R extends object>(
  { rows }: Reader,
  text: string,
  ...values: unknown[]
): Promise<R[]> => (await rows({ text, values })) as R[];
