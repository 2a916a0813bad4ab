import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../bench/figures.ts';

export interface Crowd {
  port: number;
  connections: number;
  seconds: number;
  /** Requests that a connection sends before it waits for the first answer. */
  pipelined: number;
  /** Each so-manieth connection takes its time to read what is answered. */
  lazy: number;
  next: () => string;
}

export interface Answered {
  /** By status, and by problem code where there is one. */
  counts: Map<string, number>;
  /** Of what was accepted. */
  p99Ms: number;
  acceptedPerSecond: number;
}

/** A crowd asks for so long, each connection again as soon as it was answered, and all that was sent is waited for. */
export async function crowd({ port, connections, seconds, pipelined, lazy, next }: Crowd): Promise<Answered> {
  const counts = new Map<string, number>();
  const latencies: number[] = [];
  const endMs = performance.now() + seconds * 1_000;
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

  const ask = (socket: Socket, isLazy: boolean): Promise<void> =>
    new Promise((resolve) => {
      const sent: number[] = [];
      let held: Buffer = Buffer.alloc(0);
      const send = (): void => {
        sent.push(performance.now());
        socket.write(next(), 'latin1');
      };
      socket.on('error', (error) => count(`connection: ${error.message}`));
      socket.on('close', () => {
        if (sent.length > 0) count('connection closed without an answer');
        resolve();
      });
      socket.on('data', (chunk: Buffer) => {
        held = Buffer.concat([held, chunk]);
        for (let answer = answerIn(held); answer; answer = answerIn(held)) {
          held = held.subarray(answer.bytes);
          const beganMs = sent.shift() ?? 0;
          const isAccepted = answer.status < 300;
          if (isAccepted) latencies.push(performance.now() - beganMs);
          count(`${answer.status}${answer.code}`);
          // Whoever is refused comes back, as Retry-After says.
          if (performance.now() >= endMs) continue;
          if (isAccepted) send();
          else void pause(1_000).then(() => performance.now() < endMs && send());
        }
        if (performance.now() >= endMs && sent.length === 0) socket.destroy();
        if (isLazy) {
          socket.pause();
          setTimeout(() => socket.resume(), 200);
        }
      });
      for (let i = 0; i < pipelined; i++) send();
      // Of those who were refused last.
      setTimeout(() => sent.length === 0 && socket.destroy(), seconds * 1_000 + 2_000).unref();
    });

  await Promise.all(
    Array.from({ length: connections }, (_, i) =>
      ask(connect({ port, host: '127.0.0.1', noDelay: true }), lazy > 0 && i % lazy === 0),
    ),
  );
  latencies.sort((a, b) => a - b);
  return { counts, p99Ms: quantile(latencies, 0.99), acceptedPerSecond: latencies.length / seconds };
}

/** undefined: it has not arrived as a whole. */
function answerIn(bytes: Buffer): { status: number; code: string; bytes: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = Number(/\r\ncontent-length: ([0-9]+)/i.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error(`an answer without Content-Length:\n${head}`);
  const size = headEnd + 4 + length;
  if (bytes.length < size) return undefined;
  const status = Number(head.slice(9, 12));
  const code = status < 400 ? '' : ` ${JSON.parse(bytes.toString('utf8', headEnd + 4, size)).code}`;
  return { status, code, bytes: size };
}
