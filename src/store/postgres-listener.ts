import type { Connections } from './postgres-connection.ts';
import { channel } from './postgres-write.ts';

const reconnectMs = 500;

/**
 * Listens on a connection of its own for what other instances record. A notification may be lost with the connection, so
 * each new connection begins with looking at the log; and whoever is told reads the log, not the notification.
 */
export class Listener {
  readonly #connections: Connections;
  readonly #grown: () => void;
  readonly #failed: (error: unknown) => void;
  #client: ReturnType<Connections['newClient']> | undefined;
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
    const client = this.#connections.newClient();
    client.once('end', () => this.#lost(client));
    client.on('notification', () => this.#grown());
    this.#client = client;
    this.#connecting = client
      .connect()
      .then(() => client.query(`listen ${channel}`))
      .then(() => this.#grown())
      .catch((error: unknown) => {
        this.#failed(error);
        this.#connections.leave(client);
        this.#lost(client);
        return client.end();
      })
      .catch(() => {});
  }

  #lost(client: ReturnType<Connections['newClient']>): void {
    if (this.#closed || client !== this.#client) return;
    this.#client = undefined;
    this.#timer = setTimeout(() => this.#connect(), reconnectMs).unref();
  }
}
