import { atMost, fixed, median, printTable, quantile, whole } from './figures.ts';
import type { Options } from './main.ts';
import { pause, poster } from './poster.ts';
import { initiative, initiativeId } from './samples.ts';
import { post, startServer, temporaryDirectory } from './servers.ts';

const pauseMs = 20;
const moreMsMax = 50;
const batch = 1_000;

/** How long do counts by any property take over many records, and do people who post notice? */
export async function benchCounts({ rounds, sizes }: Options): Promise<void> {
  const size = sizes.at(-1) ?? 100_000;
  console.log(`
Answers that read each of ${whole(size)} MoUs, ${rounds} times each as of as many positions, beside one post every ${pauseMs} ms.`);
  const server = await startServer('sqlite', temporaryDirectory());
  await post(server.port, initiativeId, initiative);
  await post(server.port, 'list', initiative);
  for (let from = 0; from < size; from += batch)
    await post(server.port, 'list', { events: Array.from({ length: batch }, (_, i) => signed(from + i)) });
  const posts = poster(server.port, initiativeId, pauseMs);
  await posts.during(pause(1_000));
  const rest = await posts.during(pause(8_000));
  const rows: string[][] = [];
  for (const path of [
    '/v1/initiatives/list/counts?by=party&top=10',
    '/v1/initiatives/list/counts?by=party,year',
    '/v1/counts?by=sector',
    '/v1/initiatives/list/parties?limit=1000',
  ]) {
    const took: number[] = [];
    const askEach = async (): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        const start = performance.now();
        const answer = await fetch(`http://127.0.0.1:${server.port}${path}&asOfPosition=${size - round}`);
        if (answer.status !== 200) throw new Error(`${path}: ${await answer.text()}`);
        await answer.arrayBuffer();
        took.push(performance.now() - start);
      }
    };
    const latencies = await posts.during(askEach());
    const more = quantile(latencies, 0.99) - quantile(rest, 0.99);
    rows.push([path, whole(median(took)), fixed(more, 1), atMost(more, moreMsMax)]);
  }
  await server.stop();
  printTable(['', 'ms', 'p99 of posts more', 'target'], rows, 1);
}

const signed = (i: number) => ({
  type: 'MoUSigned',
  occurredOn: `${2010 + (i % 15)}-0${1 + (i % 9)}-14`,
  data: {
    title: `Agreement ${i}`,
    sector: `Sector ${i % 20}`,
    parties: [{ name: `Party ${i % 700}` }, { name: `Partner ${i % 90}` }],
  },
  sources: [{ publisher: 'Ministry' }],
});
