import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import { type Measured, measure } from './load.ts';
import type { Options } from './main.ts';
import { poster } from './poster.ts';
import { getRequest, initiative, initiativeId, milestone } from './samples.ts';
import { post, type Server, startServer, temporaryDirectory } from './servers.ts';

const recordCount = 10_000;
const connections = 64;
const postsPauseMs = 10;
const target = 0.9;
const path = `/v1/initiatives/${initiativeId}`;

const sides = ['summary', 'constant', 'summary, posts', 'constant, posts'] as const;

/** What does it cost to compute the counts, where a constant text would do? */
export async function benchSummary({ rounds, seconds }: Options): Promise<void> {
  console.log(`
Reading the summary of an initiative with ${whole(recordCount)} records, ${connections} connections, against a route that returns the same text as a constant;
at rest, and while ${1_000 / postsPauseMs} posts/s to that initiative go to the same process. Both routes stand in the same application.`);
  const directory = temporaryDirectory();
  const ledger = await startServer('sqlite', directory);
  await post(ledger.port, initiativeId, initiative);
  await fill(ledger.port);
  const response = await fetch(`http://127.0.0.1:${ledger.port}${path}/summary`);
  if (response.status !== 200) throw new Error(`the summary was answered with ${response.status}`);
  const text = await response.text();
  const constant = await startConstant(text, response.headers.get('content-type'));
  const posts = {
    summary: poster(ledger.port, initiativeId, postsPauseMs),
    constant: poster(constant.port, initiativeId, postsPauseMs),
  };
  let acknowledged = 0;
  const measured = await inTurns(sides, rounds, async (side): Promise<Measured> => {
    const route = side.startsWith('summary') ? 'summary' : 'constant';
    const { port } = route === 'summary' ? ledger : constant;
    const request = getRequest(port, `${path}/${route}`);
    const load = { port, connections, seconds, rampSeconds: 0.3, next: () => request, status: 200 };
    const measuring = measure(load);
    if (side.endsWith('posts')) {
      const { length } = await posts[route].during(measuring);
      if (route === 'summary') acknowledged += length;
    }
    return measuring;
  });
  await check(ledger.port, recordCount + acknowledged);
  await ledger.stop();
  await constant.stop();
  print(measured, Buffer.byteLength(text));
}

async function fill(port: number): Promise<void> {
  const batch = 500;
  for (let first = 0; first < recordCount; first += batch)
    await post(port, initiativeId, { events: Array.from({ length: batch }, (_, i) => milestone(first + i)) });
}

async function startConstant(text: string, type: string | null): Promise<Server> {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'constant.json'), text);
  writeFileSync(join(directory, 'constant-headers.json'), JSON.stringify({ type }));
  const server = await startServer('constant', directory);
  await post(server.port, initiativeId, initiative);
  return server;
}

/** The summary must count what was acknowledged. */
async function check(port: number, expected: number): Promise<void> {
  const answer = await (await fetch(`http://127.0.0.1:${port}${path}/summary`)).json();
  const { counts } = answer as { counts: Record<'mous' | 'projects', { total: number }> };
  const counted = counts.mous.total + counts.projects.total;
  if (counted !== expected) throw new Error(`the summary counts ${counted} records, not ${expected}`);
}

function print(measured: Record<(typeof sides)[number], Measured[]>, bytes: number): void {
  const perSecond = (side: (typeof sides)[number]) => measured[side].map((round) => round.perSecond);
  const against = (side: (typeof sides)[number], other: (typeof sides)[number]): string[] => {
    const { ratio, range } = ratioOf(perSecond(side), perSecond(other));
    return [fixed(ratio), range, verdict(ratio, target)];
  };
  const row = (side: (typeof sides)[number], name: string, compared: string[]): string[] => [
    name,
    whole(bytes),
    whole(median(perSecond(side))),
    fixed(median(measured[side].map(({ p50Ms }) => p50Ms))),
    fixed(median(measured[side].map(({ p99Ms }) => p99Ms))),
    percent(median(measured[side].map(({ busy }) => busy))),
    ...compared,
  ];
  printTable(
    ['route', 'bytes', 'req/s', 'p50 ms', 'p99 ms', 'generator busy', 'ratio', 'rounds', 'target'],
    [
      row('constant', 'constant, at rest', []),
      row('summary', 'summary, at rest', against('summary', 'constant')),
      row('constant, posts', 'constant, under posts', []),
      row('summary, posts', 'summary, under posts', against('summary, posts', 'constant, posts')),
      row('summary, posts', '  against the constant at rest', against('summary, posts', 'constant')),
    ],
    1,
  );
}
