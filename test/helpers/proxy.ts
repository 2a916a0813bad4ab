import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Cluster } from './postgres.ts';

type Cut = 'before' | 'within' | 'after';

/** A way to a server that can be cut. */
export interface Proxy {
  host: string;
  url(database: string): string;
  /**
   * Cuts a connection at the first message with this text from the client: before the server has it, when it has what comes before
   * the end of the text, or when it has answered, without passing the answer on. times: so many connections, by default one.
   */
  cutAt(text: string, when: Cut, times?: number): void;
  /** How often it was cut. */
  readonly cuts: number;
  /** From now on nothing passes, and nobody is told so. */
  silence(): void;
  /** Ends all connections and takes no more, until it opens again. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

export async function proxyTo(t: Test, { directory }: Cluster): Promise<Proxy> {
  let cut: { text: string; when: Cut; times: number } | undefined;
  let cuts = 0;
  let isSilent = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(join(directory, '.s.PGSQL.5432'));
    let silent = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', end);
    }
    client.on('data', (data) => {
      if (isSilent) return;
      if (cut && data.includes(cut.text)) {
        const { text, when } = cut;
        cut.times -= 1;
        if (cut.times === 0) cut = undefined;
        cuts += 1;
        if (when === 'before') return end();
        if (when === 'within') {
          client.destroy();
          upstream.end(Buffer.from(data).subarray(0, data.indexOf(text) + text.length - 1));
          return;
        }
        silent = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (silent) end();
      else if (!isSilent) client.write(data);
    });
  });
  const open = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await open(0);
  const { port } = server.address() as AddressInfo;
  const shut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  t.teardown(shut);
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: (database) => `postgres://postgres@${host}/${database}`,
    cutAt(text, when, times = 1) {
      cut = { text, when, times };
    },
    get cuts() {
      return cuts;
    },
    silence() {
      isSilent = true;
    },
    shut,
    open: () => open(port),
  };
}
