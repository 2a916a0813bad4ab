import { createReadStream, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { atMost, fixed, printTable, quantile, whole } from './figures.ts';
import type { Options } from './main.ts';
import { pause, poster } from './poster.ts';
import { initiative, initiativeId, milestone } from './samples.ts';
import { post, startServer, temporaryDirectory } from './servers.ts';

const pauseMs = 20;
const moreMsMax = 50;
const secondsMax = 30;

/** How long does it take to bring records in step with a long list, and do people who post notice? */
export async function benchSync({ seconds, sizes }: Options): Promise<void> {
  const size = sizes.at(-1) ?? 100_000;
  console.log(`
A list of ${whole(size)} rows over HTTP, beside one post every ${pauseMs} ms: its preview and its sync when all of it is new; the same list
again; and with a row in fifty changed, one in fifty new and one in fifty gone. Milliseconds from when a post was due.`);
  const directory = temporaryDirectory();
  const server = await startServer('sqlite', directory);
  await post(server.port, initiativeId, initiative);
  await post(server.port, 'list', initiative);
  const [first, second] = [join(directory, 'first.ndjson'), join(directory, 'second.ndjson')];
  writeFileSync(first, listOf(size, false));
  writeFileSync(second, listOf(size, true));
  const posts = poster(server.port, initiativeId, pauseMs);
  await posts.during(pause(1_000));
  const rest = await posts.during(pause(Math.max(seconds, 2) * 5_000));
  const rows: string[][] = [];
  const idle = (await server.ask('usage')).peakBytes ?? 0;
  let hash: string | undefined;
  for (const [name, file, isSync] of [
    ['preview, all new', first, false],
    ['sync, all new', first, true],
    ['preview, all the same', first, false],
    ['preview, some changed', second, false],
    ['sync, some changed', second, true],
  ] as const) {
    const start = performance.now();
    let took = 0;
    const latencies = await posts.during(
      ask(server.port, file, isSync ? hash : undefined).then((report) => {
        took = (performance.now() - start) / 1_000;
        hash = report.hash;
      }),
    );
    const more = quantile(latencies, 0.99) - quantile(rest, 0.99);
    const { peakBytes = 0 } = await server.ask('usage');
    rows.push([
      name,
      fixed(took, 1),
      atMost(took, secondsMax),
      fixed(quantile(latencies, 0.99), 1),
      fixed(more, 1),
      atMost(more, moreMsMax),
      whole((peakBytes - idle) / 2 ** 20),
    ]);
  }
  await server.stop();
  printTable(['', 'seconds', 'target', 'p99 ms', 'p99 more', 'target', 'MiB more'], rows, 1);
}

/** The list, or a later version of it. */
function listOf(size: number, isLater: boolean): string {
  const lines: string[] = [];
  for (let i = 0; i < size; i++) {
    const [isChanged, isOther] = [isLater && i % 50 === 0, isLater && i % 50 === 1];
    const { sources: _, data, ...event } = milestone(i);
    const externalId = `${isOther ? 'new' : 'row'}-${i}`;
    const title = isChanged ? `${data.title} (amended)` : data.title;
    lines.push(`${JSON.stringify({ ...event, data: { ...data, title, externalId } })}\n`);
  }
  return lines.join('');
}

async function ask(port: number, file: string, expect: string | undefined): Promise<{ hash: string }> {
  const query = new URLSearchParams({
    key: 'externalId',
    reason: 'The list of May.',
    publisher: 'Ministry',
    missing: 'retract',
    ...(expect !== undefined && { expect }),
  });
  const sent = request({
    host: '127.0.0.1',
    port,
    path: `/v1/initiatives/list/sync?${query}`,
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const answered = new Promise<{ hash: string }>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      json(response).then((body) => {
        if (response.statusCode === 200) resolve(body as { hash: string });
        else reject(new Error(JSON.stringify(body)));
      }, reject);
    });
  });
  createReadStream(file).pipe(sent);
  return await answered;
}
