import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { writeEvents } from './bulk.ts';
import { atMost, fixed, printTable, quantile, whole } from './figures.ts';
import { copyOf } from './ledgers.ts';
import type { Options } from './main.ts';
import { pause, poster } from './poster.ts';
import { startServer } from './servers.ts';
import { askEach } from './worst.ts';

const size = 100_000;
const pauseMs = 20;
const moreMsMax = 20;
/** An export alone is too soon over. */
const exports = 10;
/** Of the ledger that is read, and what is asked of it. */
const records = 200_000;
const reads = ['q: four searchers', 'table: records', 'records: counted'];

/** Do people who post notice an import, a rebuild, an export, or those who search and download? */
export async function benchInteractive({ seconds }: Options): Promise<void> {
  console.log(`
One post every ${pauseMs} ms to a ledger of ${whole(size)} events: at rest, while a file of ${whole(size)} events is imported over HTTP into another
initiative, while all read models are rebuilt, and while the log is exported ${exports} times, as it is and compressed. Milliseconds until the answer, from when the post was due.`);
  const directory = await copyOf('one', size);
  const file = join(directory, 'events.ndjson');
  writeEvents(file, size);
  // The disk is to be busy with what is measured only.
  execFileSync('sync');
  const server = await startServer('sqlite', directory);
  const posts = poster(server.port, 'sci', pauseMs);
  await posts.during(pause(1_000));
  const rest = await posts.during(pause(Math.max(seconds, 2) * 5_000));
  const sides = {
    'at rest': rest,
    import: await posts.during(
      asked(server.port, '/v1/initiatives/other/import', ...withFile('application/x-ndjson', file)),
    ),
    rebuild: await posts.during(asked(server.port, '/v1/rebuild', '-X', 'POST')),
    export: await posts.during(exported(server.port, 'identity')),
    'export as zstd': await posts.during(exported(server.port, 'zstd')),
    'export as gzip': await posts.during(exported(server.port, 'gzip')),
  };
  await server.stop();
  const restP99 = quantile(rest, 0.99);
  printTable(
    ['', 'posts', 'p50 ms', 'p99 ms', 'largest', 'p99 more', 'target'],
    Object.entries(sides).map(([name, latencies]) => {
      const more = quantile(latencies, 0.99) - restP99;
      return [
        name,
        whole(latencies.length),
        fixed(quantile(latencies, 0.5), 1),
        fixed(quantile(latencies, 0.99), 1),
        fixed(latencies.at(-1) ?? 0, 1),
        ...(name === 'at rest' ? ['', ''] : [fixed(more, 1), atMost(more, moreMsMax)]),
      ];
    }),
    1,
  );
  console.log(`
The same beside four who search ${whole(records)} records for words that are nowhere, one who downloads them as a table, and one who counts them.`);
  const read = await startServer('sqlite', await copyOf('one', records));
  await askEach(read, reads, Math.max(seconds, 2) * 2, moreMsMax);
  await read.stop();
}

async function exported(port: number, encoding: string): Promise<void> {
  for (let i = 0; i < exports; i++) await asked(port, '/v1/export', '-H', `accept-encoding: ${encoding}`);
}

const withFile = (type: string, file: string): string[] => [
  '-X',
  'POST',
  '-H',
  `content-type: ${type}`,
  '-T',
  file,
];

/** In a process of its own: the one that posts would wait for what it reads. */
async function asked(port: number, path: string, ...options: string[]): Promise<void> {
  const url = `http://127.0.0.1:${port}${path}`;
  const child = spawn('curl', ['-sS', '--fail', '-o', '/dev/null', ...options, url], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`curl ${path} ended with ${code}`);
}
