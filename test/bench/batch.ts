import { fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import { type Measured, measure } from './load.ts';
import type { Options } from './main.ts';
import { batchRequests, initiative, initiativeId, postRequests } from './samples.ts';
import { post, startServer, temporaryDirectory } from './servers.ts';

const batchEvents = 100;
const ratioMin = 8;

/** Connections of each side. The last pair is what each side is fastest with. */
const pairs = [
  { single: 1, batches: 1, target: ratioMin },
  { single: 8, batches: 8 },
  { single: 64, batches: 8 },
];

/** What does it save to post a hundred events in one request? */
export async function benchBatch({ rounds, seconds }: Options): Promise<void> {
  console.log(`
Posting MoUSigned to one server on SQLite: one event a request, against batches of ${batchEvents}, over so many connections each.
The last row: each over as many as it is fastest with.`);
  const server = await startServer('sqlite', temporaryDirectory());
  await post(server.port, initiativeId, initiative);
  const next = {
    single: postRequests(server.port).next,
    batches: batchRequests(server.port, batchEvents).next,
  };
  const rows: string[][] = [];
  for (const pair of pairs) {
    const measured = await inTurns(['single', 'batches'], rounds, async (side) => {
      const load = { port: server.port, connections: pair[side], next: next[side], status: 201 };
      await server.ask('usage');
      const one = await measure({ ...load, seconds, rampSeconds: 0.3 });
      const { cpuUs = 0 } = await server.ask('usage');
      return { ...one, cpuUs: cpuUs / one.answered };
    });
    rows.push(rowOf(pair, measured.single, measured.batches));
  }
  await server.stop();
  printTable(
    [
      ...['one by one', 'batches'].flatMap((side) => [
        side,
        'events/s',
        'CPU µs/event',
        'p99 ms',
        'generator busy',
      ]),
      'ratio',
      'rounds',
      'target',
    ],
    rows,
  );
}

/** cpuUs: of the server, all its threads together, a request. */
type Round = Measured & { cpuUs: number };

function rowOf(pair: (typeof pairs)[number], single: Round[], batches: Round[]): string[] {
  const [singly, inBatches] = [
    single.map(({ perSecond }) => perSecond),
    batches.map(({ perSecond }) => perSecond * batchEvents),
  ];
  const { ratio, range } = ratioOf(inBatches, singly);
  const cells = (connections: number, perSecond: number[], rounds: Round[], events: number) => [
    whole(connections),
    whole(median(perSecond)),
    fixed(median(rounds.map(({ cpuUs }) => cpuUs / events)), 1),
    fixed(median(rounds.map(({ p99Ms }) => p99Ms))),
    percent(median(rounds.map(({ busy }) => busy))),
  ];
  return [
    ...cells(pair.single, singly, single, 1),
    ...cells(pair.batches, inBatches, batches, batchEvents),
    fixed(ratio),
    range,
    pair.target === undefined ? '' : verdict(ratio, pair.target),
  ];
}
