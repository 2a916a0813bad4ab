import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { writeEvents } from './bulk.ts';
import { atMost, fixed, printTable, quantile, whole } from './figures.ts';
import { copyOf } from './ledgers.ts';
import type { Options } from './main.ts';
import { pause, poster } from './poster.ts';
import { startServer } from './servers.ts';

const size = 100_000;
const pauseMs = 20;
const moreMsMax = 50;

/** Do people who post notice an import or a rebuild? */
export async function benchInteractive({ seconds }: Options): Promise<void> {
  console.log(`
One post every ${pauseMs} ms to a ledger of ${whole(size)} events: at rest, while a file of ${whole(size)} events is imported over HTTP into another
initiative, and while all read models are rebuilt. Milliseconds until the answer, from when the post was due.`);
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
}

/** Sends a request, with a file as its body, and reads the whole answer. */
async function ask(port: number, path: string, file?: string): Promise<void> {
  const headers = file === undefined ? {} : { 'content-type': 'application/x-ndjson' };
  const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers });
  const answered = new Promise<number>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      finished(response).then(() => resolve(response.statusCode ?? 0), reject);
    });
  });
  if (file === undefined) sent.end();
  else createReadStream(file).pipe(sent);
  const status = await answered;
  if (status !== 200) throw new Error(`${path} was answered with ${status}`);
}
