import { atMost, fixed, median, printTable, whole } from './figures.ts';
import { ledgerOf, randomOf, type Shape, shapes } from './ledgers.ts';
import { measure } from './load.ts';
import type { Options } from './main.ts';
import { getRequest } from './samples.ts';
import { startServer } from './servers.ts';

const base = 10_000;
const connections = 4;
const ratioMax = 1.3;

/** What is asked, of a ledger of a size. Each request is another one, so that no answer is known already. */
const questions: Record<string, (size: number, random: () => number) => string> = {
  'summary as of': (size, random) => `/summary?asOfPosition=${late(size, random)}`,
  'summary until': (size, random) => `/summary?until=2022&asOfPosition=${late(size, random)}`,
  meeting: (size, random) =>
    `/meetings/meeting-${1 + Math.floor(random() * 100)}?asOfPosition=${late(size, random)}`,
  record: (size, random) => `/records/record-${Math.floor((random() * size) / 20)}`,
  history: (size, random) => `/records/record-${Math.floor((random() * size) / 20)}/history`,
  'event page': (size, random) => `/events?limit=100&after=${Math.floor(random() * size)}`,
  'list page': (size, random) => `/mous?limit=100&after=${Math.floor(random() * size)}`,
};

/** In the later half. */
const late = (size: number, random: () => number): number => size - Math.floor(random() * (size / 2));

/** Does a read cost the same in a large ledger as in a small one? */
export async function benchFlat({ rounds, seconds, sizes }: Options): Promise<void> {
  console.log(`
Reading from ledgers of different sizes, ${connections} connections, each request another one; microseconds a request.`);
  for (const shape of shapes) {
    const rows = new Map(Object.keys(questions).map((name) => [name, [] as number[]]));
    const all = [...new Set([base, ...sizes])];
    for (const size of all) {
      const server = await startServer('sqlite', await ledgerOf(shape, size));
      for (const [name, path] of Object.entries(questions)) {
        const random = randomOf(2);
        const run = async (seconds: number): Promise<number> => {
          const next = () =>
            getRequest(server.port, `/v1/initiatives/${initiativeOf(shape)}${path(size, random)}`);
          const load = { port: server.port, connections, rampSeconds: 0.2, status: 200 };
          return 1_000_000 / (await measure({ ...load, seconds, next })).perSecond;
        };
        await run(seconds / 2);
        const measured: number[] = [];
        for (let round = 0; round < rounds; round++) measured.push(await run(seconds / 2));
        rows.get(name)?.push(median(measured));
      }
      await server.stop();
    }
    printTable(
      [`${shape}`, ...all.map((size) => whole(size)), 'largest/smallest', 'target'],
      [...rows].map(([name, us]) => {
        const ratio = (us.at(-1) ?? 0) / (us[0] ?? 1);
        return [name, ...us.map(whole), fixed(ratio), atMost(ratio, ratioMax)];
      }),
      1,
    );
  }
}

const initiativeOf = (shape: Shape): string => (shape === 'many' ? 'initiative-1' : 'sci');
