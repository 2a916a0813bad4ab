import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { quantile } from './figures.ts';

export interface Load {
  port: number;
  connections: number;
  seconds: number;
  /** Before the clock starts. */
  rampSeconds: number;
  /** The next request, ASCII only. */
  next: () => string;
  /** The only status that an answer may have. */
  status: number;
}

export interface Measured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** All answers, also those outside the measured time. */
  answered: number;
  /** Share of the measured time in which this process was busy. At 1 the figures are the generator's. */
  busy: number;
}

/**
 * A closed loop of HTTP/1.1 over kept-alive connections: each sends its next request when it has the whole answer to
 * the one before. It knows no chunked answers. Every request sent is waited for; any other status ends the run.
 */
export async function measure({
  port,
  connections,
  seconds,
  rampSeconds,
  next,
  status,
}: Load): Promise<Measured> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  const latencies: number[] = [];
  let answered = 0;
  const beginning = performance.now() + rampSeconds * 1000;
  const end = beginning + seconds * 1000;
  let atBeginning: ReturnType<typeof performance.eventLoopUtilization> | undefined;
  let atEnd: typeof atBeginning;

  const loop = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let sentAt = 0;
      let held: Buffer | undefined;
      const send = (now: number): void => {
        sentAt = now;
        socket.write(next(), 'latin1');
      };
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      socket.on('data', (chunk: Buffer) => {
        const bytes = held ? Buffer.concat([held, chunk]) : chunk;
        const answer = parse(bytes);
        held = answer ? undefined : bytes;
        if (!answer) return;
        if (answer.status !== status) {
          reject(new Error(`answered ${answer.status} instead of ${status}: ${bytes.toString('utf8')}`));
          return;
        }
        const now = performance.now();
        answered += 1;
        if (now >= beginning && !atBeginning) atBeginning = performance.eventLoopUtilization();
        if (now >= end) {
          atEnd ??= performance.eventLoopUtilization(atBeginning);
          resolve();
          return;
        }
        if (now >= beginning) latencies.push(now - sentAt);
        send(now);
      });
      send(performance.now());
    });

  try {
    await Promise.all(sockets.map(loop));
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    answered,
    busy: atEnd?.utilization ?? 0,
  };
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** undefined: the answer is not complete yet. */
function parse(bytes: Buffer): { status: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: ([0-9]+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length:\n${head}`);
  const size = headEnd + 4 + Number(length);
  if (bytes.length > size) throw new Error('more came than was asked for');
  return bytes.length === size ? { status: Number(head.slice(9, 12)) } : undefined;
}
