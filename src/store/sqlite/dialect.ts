import { type Driver, SqliteAdapter, SqliteDialect, type SqliteDialectConfig } from 'kysely';
import { turnIfDue } from '../../turns.ts';

/**
 * For a handle that only reads. SQLite answers within the call, so whoever makes one query after the other would never let go
 * of the event loop: each query looks how long this turn took, and waits for the next one where that was too long.
 */
export class TurnTakingDialect extends SqliteDialect {
  readonly #signal: AbortSignal | undefined;

  /** signal: aborted, it has each further query refused. */
  constructor(config: SqliteDialectConfig, signal?: AbortSignal) {
    super(config);
    this.#signal = signal;
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    driver.acquireConnection = async (options) => {
      for (let due = turnIfDue(); due; due = turnIfDue()) await due;
      this.#signal?.throwIfAborted();
      return acquire(options);
    };
    return driver;
  }

  /** There are no transactions, so nobody needs the one connection to themselves while they wait for a turn. */
  override createAdapter(): SqliteAdapter {
    return new SharedConnection();
  }
}

class SharedConnection extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}
