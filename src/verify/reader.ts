import type { MaybePromise } from '../ledger/facts.ts';

/** The ledger can't be read, or nothing can be said of it; the message says why, to the operator. */
export class CannotVerify extends Error {
  override name = 'CannotVerify';
}

/** A database that is only read, in either engine: it may be in use. What fails is CannotVerify. */
export interface Reader {
  /** For messages: without a password. */
  readonly name: string;
  /**
   * The rows of a statement that both engines know, as of one moment; its values are $1, $2 and so on. A list of them
   * stands in `= any ($1)`.
   */
  read<R extends object>(sql: string, values?: Value[]): MaybePromise<R[]>;
  /** Leaves one a line: costs less than rows. */
  leafLines(after: number, to: number): MaybePromise<Uint8Array | undefined>;
  tables(): MaybePromise<string[]>;
  /** All that is read meanwhile is as of one moment. */
  atOneMoment<T>(work: () => Promise<T>): Promise<T>;
  close(): MaybePromise<void>;
}

export type Value = string | number | string[] | number[];
