import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Cluster } from './postgres.ts';

/** A way to a server that can be cut. */
export interface Proxy {
  url(database: string): string;
  /**
   * Cuts a connection at the first message with this text from the client: before the server has it, or when the server has
   * answered it, without passing the answer on. times: so many connections, by default one.
   */
  cutAt(text: string, when: 'before' | 'after', times?: number): void;
  /** How often it was cut. */
  readonly cuts: number;
}

export async function proxyTo(t: Test, { directory }: Cluster): Promise<Proxy> {
  let cut: { text: string; when: 'before' | 'after'; times: number } | undefined;
  let cuts = 0;
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
      if (cut && data.includes(cut.text)) {
        const { when } = cut;
        cut.times -= 1;
        if (cut.times === 0) cut = undefined;
        cuts += 1;
        if (when === 'before') return end();
        silent = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (silent) end();
      else client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
    cutAt(text, when, times = 1) {
      cut = { text, when, times };
    },
    get cuts() {
      return cuts;
    },
  };
}
