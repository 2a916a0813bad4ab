import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
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
    import: await posts.during(ask(server.port, '/v1/initiatives/other/import', file)),
    rebuild: await posts.during(ask(server.port, '/v1/rebuild')),
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

/** Sends a request, with a file as its body, and reads the whole answer. */
async function ask(port: number, path: string, file?: string): Promise<void> {
  const headers = file === undefined ? {} : { 'content-type': 'application/x-ndjson' };
  const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers });
  if (file === undefined) sent.end();
  else createReadStream(file).pipe(sent);
  await answered(sent, path);
}

async function exported(port: number, encoding: string): Promise<void> {
  const headers = { 'accept-encoding': encoding };
  for (let i = 0; i < exports; i++) {
    const sent = request({ host: '127.0.0.1', port, path: '/v1/export', headers });
    sent.end();
    await answered(sent, '/v1/export');
  }
}

/** Reads the whole answer. */
async function answered(sent: ClientRequest, path: string): Promise<void> {
  const status = await new Promise<number>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      finished(response).then(() => resolve(response.statusCode ?? 0), reject);
    });
  });
  if (status !== 200) throw new Error(`${path} was answered with ${status}`);
}
