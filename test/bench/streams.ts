import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atMost, fixed, median, printTable, quantile, ratioOf, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import { measure } from './load.ts';
import type { Options } from './main.ts';
import { pause, poster } from './poster.ts';
import { initiative, initiativeId, postRequests } from './samples.ts';
import { post, startServer, temporaryDirectory } from './servers.ts';

const streams = 1_000;
const pauseMs = 50;
const moreMsMax = 50;
const sides = ['none', 'open'] as const;

interface Round {
  latencies: number[];
  perSecond: number;
  p99Ms: number;
}

/** What do open event streams cost those who post? */
export async function benchStreams({ rounds, seconds }: Options): Promise<void> {
  console.log(`
Posting one MoUSigned a request, with no stream open and with ${whole(streams)}, which are sent every event and read it in one process; at a steady
pace of one post every ${pauseMs} ms, and as fast as one connection can. Afterwards each stream must have had every event, in order.`);
  const server = await startServer('sqlite', temporaryDirectory());
  await post(server.port, initiativeId, initiative);
  const posts = poster(server.port, initiativeId, pauseMs);
  const { next } = postRequests(server.port);
  const load = { port: server.port, connections: 1, seconds, rampSeconds: 0.3, next, status: 201 };
  let sent = 0;
  const measured = await inTurns(sides, rounds, async (side): Promise<Round> => {
    const begin = await headOf(server.port);
    const readers = side === 'open' ? await openReaders(server.port, begin) : undefined;
    const latencies = await posts.during(pause(seconds * 1_000));
    const round = { latencies, ...(await measure(load)) };
    const end = await headOf(server.port);
    await readers?.reach(end);
    if (readers) sent += (end - begin) * streams;
    return round;
  });
  await server.stop();
  print(measured);
  console.log(`${whole(sent)} events were sent to the streams: to each all of them, in order.`);
}

async function headOf(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/events?order=desc&limit=1`);
  const { items } = (await response.json()) as { items: { position: number }[] };
  return items[0]?.position ?? 0;
}

/** Open streams that have everything up to a position. */
async function openReaders(port: number, after: number) {
  const file = join(import.meta.dirname, 'stream-readers.ts');
  const child = fork(file, [port, streams, after].map(String));
  const ended = once(child, 'exit');
  const told = async (): Promise<void> => {
    const [message] = await Promise.race([once(child, 'message'), ended]);
    if (typeof message !== 'object' || message === null) throw new Error('the streams broke');
  };
  await told();
  return {
    /** Resolves when each has everything up to a position, and closes them. */
    async reach(position: number): Promise<void> {
      child.send(position);
      await told();
      child.disconnect();
      await ended;
    },
  };
}

function print(measured: Record<(typeof sides)[number], Round[]>): void {
  const steady = (side: (typeof sides)[number]): number[] =>
    measured[side].flatMap(({ latencies }) => latencies).sort((a, b) => a - b);
  const perSecond = (side: (typeof sides)[number]) => measured[side].map((round) => round.perSecond);
  const [none, open] = [steady('none'), steady('open')];
  const more = quantile(open, 0.99) - quantile(none, 0.99);
  const { ratio, range } = ratioOf(perSecond('open'), perSecond('none'));
  const row = (name: string, side: (typeof sides)[number], compared: string[][]): string[] => [
    name,
    fixed(quantile(steady(side), 0.5), 1),
    fixed(quantile(steady(side), 0.99), 1),
    ...(compared[0] ?? ['', '']),
    whole(median(perSecond(side))),
    fixed(median(measured[side].map(({ p99Ms }) => p99Ms)), 1),
    ...(compared[1] ?? []),
  ];
  printTable(
    [
      'streams',
      'steady: p50 ms',
      'p99 ms',
      'p99 more',
      'target',
      'one connection: posts/s',
      'p99 ms',
      'ratio',
      'rounds',
    ],
    [
      row('0', 'none', []),
      row(whole(streams), 'open', [
        [fixed(more, 1), atMost(more, moreMsMax)],
        [fixed(ratio), range],
      ]),
    ],
    0,
  );
}
