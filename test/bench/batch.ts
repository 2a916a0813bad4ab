import { fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { type Measured, measure } from './load.ts';
import type { Options } from './main.ts';
import { batchRequests, initiative, initiativeId, postRequests } from './samples.ts';
import { post, startServer, temporaryDirectory } from './servers.ts';

const batchEvents = 100;
const ratioMin = 8;

/** What does it save to post a hundred events in one request? */
export async function benchBatch({ rounds, seconds }: Options): Promise<void> {
  console.log(`
Posting MoUSigned to one server on SQLite: batches of ${batchEvents} over 8 connections, against one event a request over 64.`);
  const server = await startServer('sqlite', temporaryDirectory());
  await post(server.port, initiativeId, initiative);
  const single = postRequests(server.port);
  const batches = batchRequests(server.port, batchEvents);
  const sides = {
    'one by one': { events: 1, connections: 64, next: single.next },
    batches: { events: batchEvents, connections: 8, next: batches.next },
  };
  const names = ['one by one', 'batches'] as const;
  const run = async (name: keyof typeof sides, seconds: number): Promise<Measured> => {
    const { connections, next } = sides[name];
    return measure({ port: server.port, connections, seconds, rampSeconds: 0.3, next, status: 201 });
  };
  const measured: Record<keyof typeof sides, Measured[]> = { 'one by one': [], batches: [] };
  for (const name of names) await run(name, 2);
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed())
      measured[name].push(await run(name, seconds));
  await server.stop();
  const perSecond = (name: keyof typeof sides) =>
    measured[name].map((round) => round.perSecond * sides[name].events);
  const { ratio, range } = ratioOf(perSecond('batches'), perSecond('one by one'));
  printTable(
    ['', 'events/s', 'p50 ms', 'p99 ms', 'generator busy', 'ratio', 'rounds', 'target'],
    names.map((name) => [
      name,
      whole(median(perSecond(name))),
      fixed(median(measured[name].map(({ p50Ms }) => p50Ms))),
      fixed(median(measured[name].map(({ p99Ms }) => p99Ms))),
      percent(median(measured[name].map(({ busy }) => busy))),
      ...(name === 'batches' ? [fixed(ratio), range, verdict(ratio, ratioMin)] : ['', '', '']),
    ]),
    1,
  );
}
