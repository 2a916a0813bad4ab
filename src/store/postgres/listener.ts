import type pg from 'pg';
import type { Query } from '../../shapes/asking.ts';
import type { Connections } from './connection.ts';

/** The channel on which instances tell each other that the log has grown. */
const channel = 'milestone_ledger';

export const notify = (size: number): Query => ({
  text: 'select pg_notify($1, $2)',
  values: [channel, String(size)],
});

const reconnectMs = 500;
const pingEveryMs = 2_000;
const ping: pg.QueryConfig & Pick<pg.ClientConfig, 'query_timeout'> = {
  text: 'select 1',
  query_timeout: 3_000,
};

type Client = Awaited<ReturnType<Connections['newClient']>>;

/**
 * Listens on a connection of its own for what other instances record. A notification may be lost with the connection, so
 * each new connection begins with looking at the log; and whoever is told reads the log, not the notification. It also
 * notices a host that went away without a word.
 */
export class Listener {
  readonly #connections: Connections;
  readonly #grown: () => void;
  readonly #failed: (error: unknown) => void;
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** The connection that is being made. */
  #connecting: Promise<void> = Promise.resolve();

  /** failed: told why it could not listen. It tries again. */
  constructor(connections: Connections, grown: () => void, failed: (error: unknown) => void) {
    this.#connections = connections;
    this.#grown = grown;
    this.#failed = failed;
    this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#connecting;
    await this.#client?.end();
  }

  #connect(): void {
    this.#connecting = this.#listen();
  }

  async #listen(): Promise<void> {
    let client: Client;
    try {
      client = await this.#connections.newClient();
    } catch (error) {
      if (!this.#closed) this.#failed(error);
      return this.#connectAgain();
    }
    this.#client = client;
    client.once('end', () => this.#lost(client));
    client.on('notification', () => this.#grown());
    const gone = (error: unknown): void => {
      if (this.#closed) return;
      this.#failed(error);
      this.#connections.leave(client);
      this.#lost(client);
      void client.end().catch(() => {});
    };
    try {
      // A standby refuses that.
      await client.query(`listen ${channel}`);
      const pinging = setInterval(() => client.query(ping).catch(gone), pingEveryMs).unref();
      client.once('end', () => clearInterval(pinging));
      this.#grown();
    } catch (error) {
      gone(error);
    }
  }

  #lost(client: Client): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    this.#connectAgain();
  }

  #connectAgain(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#connect(), reconnectMs).unref();
  }
}
