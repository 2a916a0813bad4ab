import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { type Measured, measure } from './load.ts';
import type { Options } from './main.ts';
import { getRequest, initiative, initiativeId, milestone } from './samples.ts';
import { post, type Server, startServer, temporaryDirectory } from './servers.ts';

const recordCount = 10_000;
const connections = 64;
const target = 0.9;

/** What does it cost to compute the counts, where a constant text would do? */
export async function benchSummary(options: Options): Promise<void> {
  console.log(`
Reading the summary of an initiative with ${whole(recordCount)} records, at rest, against a route that returns the same text as a constant.
Both stand in the same shell (buildApp: hooks, headers, limits); only the constant one has no ledger behind it.`);
  const directory = temporaryDirectory();
  const ledger = await startServer('sqlite', directory);
  await fill(ledger.port);
  const path = `/v1/initiatives/${initiativeId}/summary`;
  const response = await fetch(`http://127.0.0.1:${ledger.port}${path}`);
  const text = await response.text();
  if (response.status === 200) {
    writeFileSync(join(directory, 'constant.json'), text);
    const headers = { type: response.headers.get('content-type') };
    writeFileSync(join(directory, 'constant-headers.json'), JSON.stringify(headers));
    const constant = await startServer('constant', directory);
    await compare(ledger, path, constant, Buffer.byteLength(text), options);
    await constant.stop();
  } else {
    console.log(`The summary is missing: ${path} answers ${response.status}. Nothing measured.`);
  }
  await ledger.stop();
}

async function fill(port: number): Promise<void> {
  await post(port, initiativeId, initiative);
  const batch = 500;
  for (let first = 1; first < recordCount; first += batch) {
    const length = Math.min(batch, recordCount - first);
    await post(port, initiativeId, { events: Array.from({ length }, (_, i) => milestone(first + i)) });
  }
}

async function compare(
  ledger: Server,
  path: string,
  constant: Server,
  bytes: number,
  { rounds, seconds }: Options,
): Promise<void> {
  const requests = {
    summary: { port: ledger.port, request: getRequest(ledger.port, path) },
    constant: {
      port: constant.port,
      request: getRequest(constant.port, path.replace(/summary$/, 'constant')),
    },
  };
  const run = (name: keyof typeof requests, measuredSeconds: number): Promise<Measured> => {
    const { port, request } = requests[name];
    const load = { port, connections, seconds: measuredSeconds, rampSeconds: 0.3, status: 200 };
    return measure({ ...load, next: () => request });
  };
  const measured: Record<keyof typeof requests, Measured[]> = { summary: [], constant: [] };
  const names = ['summary', 'constant'] as const;
  for (const name of names) await run(name, 2);
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed())
      measured[name].push(await run(name, seconds));
  }
  const perSecond = (name: keyof typeof requests) => measured[name].map((round) => round.perSecond);
  const { ratio, range } = ratioOf(perSecond('summary'), perSecond('constant'));
  printTable(
    ['route', 'bytes', 'req/s', 'p50 ms', 'p99 ms', 'generator busy', 'ratio', 'rounds', 'target'],
    names.map((name) => [
      name,
      whole(bytes),
      whole(median(perSecond(name))),
      fixed(median(measured[name].map(({ p50Ms }) => p50Ms))),
      fixed(median(measured[name].map(({ p99Ms }) => p99Ms))),
      percent(median(measured[name].map(({ busy }) => busy))),
      ...(name === 'summary' ? [fixed(ratio), range, verdict(ratio, target)] : ['', '', '']),
    ]),
    1,
  );
}
