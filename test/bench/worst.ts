import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atMost, fixed, printTable, quantile, whole } from './figures.ts';
import type { Options } from './main.ts';
import { pause, poster } from './poster.ts';
import { type Server, startServer } from './servers.ts';
import type { Ask, Told } from './worst-asker.ts';
import { worstLedger } from './worst-ledger.ts';
import { questions } from './worst-requests.ts';

const records = 200_000;
const pauseMs = 20;
const moreMsMax = 50;

/** Can one request keep everybody else waiting? */
export async function benchWorst({ seconds }: Options): Promise<void> {
  console.log(`
One post every ${pauseMs} ms to a ledger of ${whole(records)} records, at rest and beside the worst requests that are legal, each asked again and
again by another process. Milliseconds until a post was answered, from when it was due.`);
  const server = await startServer('sqlite', await worstLedger(records));
  await askEach(server, Object.keys(questions), seconds);
  await server.stop();
}

/** Posts beside each of some questions, and prints what came of it. mostMs: the target for the p99 above that at rest. */
export async function askEach(
  server: Server,
  asked: string[],
  seconds: number,
  mostMs = moreMsMax,
): Promise<void> {
  const size = await headOf(server.port);
  const asker = await startAsker(server.port, size);
  let lost = 0;
  const posts = poster(server.port, 'sci', pauseMs, () => {
    lost += 1;
  });
  await posts.during(pause(2_000));
  const rest = await measured(server, () => posts.during(pause(seconds * 5_000)));
  const restP99 = quantile(rest.latencies, 0.99);
  const rows = [[...cells('at rest', rest), '', '', '', '', '']];
  for (const question of asked) {
    const lostBefore = lost;
    let told: Told | undefined;
    const asking = await asker.ask({ question, forMs: seconds * 1_000 }, questions[question]?.holds === true);
    const beside = await measured(server, () =>
      posts.during(
        asking.told.then((all) => {
          told = all;
        }),
      ),
    );
    const isDone = (status: number): boolean => status >= 200 && status < 300;
    const statuses = told?.statuses ?? [];
    if (questions[question]?.cost !== 'refused' && !statuses.every(isDone)) {
      // What is refused costs nothing, so the figure would tell nothing.
      console.error(`${question}: answered with ${statuses.join(', ')}`);
      process.exitCode = 1;
    }
    const more = quantile(beside.latencies, 0.99) - restP99;
    rows.push([
      ...cells(question, beside),
      fixed(more, 0),
      questions[question]?.cost === 'large' ? 'printed only' : atMost(more, mostMs),
      whole(told?.answers ?? 0),
      [
        ...statuses,
        ...(told?.lost ? [`${told.lost} lost`] : []),
        ...(lost > lostBefore ? [`${lost - lostBefore} posts lost`] : []),
      ].join(', '),
      whole(told?.longestMs ?? 0),
    ]);
    await posts.during(pause(200));
  }
  asker.stop();
  printTable(
    [
      'beside',
      'posts',
      'p50 ms',
      'p99 ms',
      'largest',
      'longest turn, CPU ms',
      'p99 more',
      'target',
      'answers',
      'status',
      'longest ms',
    ],
    rows,
    1,
  );
}

interface Beside {
  /** Sorted. */
  latencies: number[];
  longestTurnMs: number;
}

async function measured(server: Server, post: () => Promise<number[]>): Promise<Beside> {
  await server.ask('turns');
  const latencies = await post();
  const { longestTurnMs = 0 } = await server.ask('turns');
  return { latencies, longestTurnMs };
}

const cells = (name: string, { latencies, longestTurnMs }: Beside): string[] => [
  name,
  whole(latencies.length),
  fixed(quantile(latencies, 0.5), 1),
  fixed(quantile(latencies, 0.99), 1),
  fixed(latencies.at(-1) ?? 0, 1),
  whole(longestTurnMs),
];

async function headOf(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/events?order=desc&limit=1`);
  const { items } = (await response.json()) as { items: { position: number }[] };
  return items[0]?.position ?? 0;
}

async function startAsker(port: number, size: number) {
  const child = fork(join(import.meta.dirname, 'worst-asker.ts'), [port, size].map(String));
  const ended = once(child, 'exit');
  const told = async (): Promise<unknown> => {
    const [message] = await Promise.race([once(child, 'message'), ended]);
    if (typeof message === 'number') throw new Error('the asker ended');
    return message;
  };
  await told();
  return {
    /** isHeld: resolves when all of its requests are open. */
    async ask(ask: Ask, isHeld: boolean): Promise<{ told: Promise<Told> }> {
      child.send(ask);
      if (isHeld) await told();
      // It sends nothing else.
      return { told: told() as Promise<Told> };
    },
    stop: () => child.disconnect(),
  };
}
