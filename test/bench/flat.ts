import { atMost, fixed, median, printTable, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import { copyOf, randomOf, type Shape, shapes } from './ledgers.ts';
import { measure } from './load.ts';
import type { Options } from './main.ts';
import { getRequest } from './samples.ts';
import { type Server, startServer } from './servers.ts';

const base = 10_000;
const connections = 4;
const ratioMax = 1.3;

type Random = () => number;

/** What is asked, of a ledger of a size. */
const questions: Record<string, (size: number, random: Random) => string> = {
  'summary as of': (size, random) => `summary?asOfPosition=${late(size, random)}`,
  'summary until': (size, random) => `summary?until=2022&asOfPosition=${late(size, random)}`,
  meeting: (size, random) =>
    `meetings/meeting-${1 + floor(random() * 100)}?asOfPosition=${late(size, random)}`,
  record: (size, random) => `records/${early(size, random)}`,
  'record as of': (size, random) => `records/${early(size, random)}?asOfPosition=${late(size, random)}`,
  history: (size, random) => `records/${early(size, random)}/history`,
  'event page': (size, random) => `events?limit=100&after=${floor(random() * size)}`,
  'list page': (size, random) => `mous?limit=100&after=${floor(random() * size)}`,
  changes: (size, random) => {
    const from = late(size, random);
    return `changes?limit=100&from=${from - 1_000}&to=${from}`;
  },
};

const floor = Math.floor;

/** A position in the later half. */
const late = (size: number, random: Random): number => size - floor(random() * (size / 2));

/** A record that is there by then, also in the largest of many initiatives. */
const early = (size: number, random: Random): string => `record-${floor((random() * size) / 50)}`;

/** Does a read cost the same in a large ledger as in a small one? */
export async function benchFlat({ rounds, seconds, sizes }: Options): Promise<void> {
  console.log(`
Reading from ledgers of different sizes, ${connections} connections, each request another one; microseconds a request. A thousand positions
lie between the two moments of "changes".`);
  const all = [...new Set([base, ...sizes])];
  for (const shape of shapes) {
    const servers = new Map<string, Server>();
    for (const size of all) servers.set(`${size}`, await startServer('sqlite', await copyOf(shape, size)));
    const rows: string[][] = [];
    for (const [name, path] of Object.entries(questions)) {
      const random = randomOf(2);
      const measured = await inTurns([...servers.keys()], Math.min(rounds, 3), async (size) => {
        const { port } = servers.get(size) ?? {};
        if (port === undefined) throw new Error('no server');
        const prefix = `/v1/initiatives/${initiativeOf(shape)}/`;
        const next = () => getRequest(port, prefix + respelt(path(Number(size), random), random));
        const load = { port, connections, rampSeconds: 0.2, status: 200 };
        return 1_000_000 / (await measure({ ...load, seconds: seconds / 2, next })).perSecond;
      });
      const us = all.map((size) => median(measured[`${size}`] ?? []));
      const ratio = (us.at(-1) ?? 0) / (us[0] ?? 1);
      rows.push([name, ...us.map(whole), fixed(ratio), atMost(ratio, ratioMax)]);
    }
    for (const server of servers.values()) await server.stop();
    printTable([shape, ...all.map(whole), 'largest/smallest', 'target'], rows, 1);
  }
}

const initiativeOf = (shape: Shape): string => (shape === 'many' ? 'initiative-1' : 'sci');

/**
 * The same address, spelt in one of many ways: answers are kept by their address as it was sent, and there are so few
 * different ones in a small ledger that most would be answered from memory.
 */
const respelt = (path: string, random: Random): string =>
  path.replace(/(?<=records\/|[?&])[a-zA-Z-]+/g, (name) =>
    name.replace(/./g, (letter) =>
      random() < 0.5 ? letter : `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  );
