import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { until } from './until.ts';

/** Gives false when somebody listens. */
export async function listening(port: number, isOver: () => boolean): Promise<boolean> {
  await until(async () => {
    if (isOver()) return true;
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return isOpen;
  });
  return isOver();
}

/** A port that nobody had just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on a port, so its address is no path of a socket.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
