import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Cluster } from './postgres.ts';

/** A connection to the server, and what its answers are for: whoever has it, until then. */
interface Server {
  socket: Socket;
  /** What it said when it was ready for the first time, which each client is told. */
  greeting: Buffer;
  answered: (message: Buffer) => void;
}

/** Splits a stream into messages of the protocol (PostgreSQL, "Message Formats"); the first of a client has no type. */
function messagesOf(socket: Socket, taken: (message: Buffer) => void, begins = false): void {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = begins;
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const typeBytes = isFirst ? 0 : 1;
      if (rest.length < typeBytes + 4) return;
      const length = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < length) return;
      isFirst = false;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      taken(message);
    }
  });
}

const typeOf = (message: Buffer): string => String.fromCharCode(message[0] ?? 0);

/**
 * A pooler before a server, as PgBouncer is one: its clients have a connection to the server for a transaction each, or for as long
 * as they are there. first: whether the connection that was free last, or first, is taken next.
 */
export async function poolerTo(
  t: Test,
  { directory }: Cluster,
  mode: 'transaction' | 'session',
  { first = false, sizeMax = 20 } = {},
): Promise<{ url: (database: string) => string }> {
  const sockets = new Set<Socket>();
  const free: Server[] = [];
  const waiting: ((server: Server) => void)[] = [];
  let size = 0;

  const open = async (startup: Buffer): Promise<Server> => {
    const socket = connect(join(directory, '.s.PGSQL.5432'));
    sockets.add(socket);
    socket.on('error', () => {});
    const greeting: Buffer[] = [];
    return new Promise((resolve) => {
      const server: Server = {
        socket,
        greeting: Buffer.alloc(0),
        answered(message) {
          greeting.push(message);
          server.greeting = Buffer.concat(greeting);
          if (typeOf(message) === 'Z') resolve(server);
        },
      };
      messagesOf(socket, (message) => server.answered(message));
      socket.write(startup);
    });
  };
  const take = async (startup: Buffer): Promise<Server> => {
    const server = first ? free.shift() : free.pop();
    if (server) return server;
    if (size === sizeMax) return new Promise((resolve) => waiting.push(resolve));
    size += 1;
    return open(startup);
  };
  const give = (server: Server): void => {
    const next = waiting.shift();
    if (next) next(server);
    else free.push(server);
  };

  const listening = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    let startup: Buffer | undefined;
    let server: Server | undefined;
    let asked = 0;
    let turn = Promise.resolve();
    const serve = async (message: Buffer): Promise<void> => {
      if (!startup) {
        startup = message;
        const greeter = await take(startup);
        client.write(greeter.greeting);
        if (mode === 'session') server = greeter;
        else give(greeter);
        return;
      }
      if (typeOf(message) === 'X') return void client.end();
      server ??= await take(startup);
      const mine = server;
      if ('QS'.includes(typeOf(message))) asked += 1;
      mine.answered = (answer) => {
        client.write(answer);
        if (typeOf(answer) !== 'Z') return;
        asked -= 1;
        const isIdle = String.fromCharCode(answer[5] ?? 0) === 'I';
        if (mode === 'session' || asked > 0 || !isIdle) return;
        server = undefined;
        give(mine);
      };
      mine.socket.write(message);
    };
    messagesOf(
      client,
      (message) => {
        turn = turn.then(() => serve(message));
      },
      true,
    );
    client.on('close', () => server?.socket.destroy());
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listening.close(resolve));
  });
  return { url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}` };
}
