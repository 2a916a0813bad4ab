import { atMost, fixed, median, printTable, whole } from './figures.ts';
import { copyOf } from './ledgers.ts';
import type { Options } from './main.ts';
import { startServer, temporaryDirectory } from './servers.ts';

const ratioMax = 1.3;

/** Does a large ledger take longer to start? */
export async function benchStart({ rounds, sizes }: Options): Promise<void> {
  console.log(`
From the start of a server's process until it listens, ready, with its ledger in the cache of the file system.`);
  const all = [0, ...sizes];
  const times = new Map(all.map((size) => [size, [] as number[]]));
  const directories = new Map<number, string>();
  for (const size of all)
    directories.set(size, size === 0 ? temporaryDirectory() : await copyOf('one', size));
  for (let round = 0; round <= rounds; round++) {
    for (const size of all) {
      const start = performance.now();
      const server = await startServer('sqlite', directories.get(size) ?? '');
      const response = await fetch(`http://127.0.0.1:${server.port}/readyz`);
      if (response.status !== 200) throw new Error(`/readyz answered ${response.status}`);
      // The first round makes the empty ledger and the signer's keys.
      if (round > 0) times.get(size)?.push(performance.now() - start);
      await server.stop();
    }
  }
  const empty = median(times.get(0) ?? []);
  printTable(
    ['events', 'ms', 'ratio', 'target'],
    all.map((size) => {
      const ms = median(times.get(size) ?? []);
      return [
        whole(size),
        whole(ms),
        ...(size === 0 ? ['', ''] : [fixed(ms / empty), atMost(ms / empty, ratioMax)]),
      ];
    }),
  );
}
