import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { emptyEngine } from './empty-store.ts';
import { fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { type Measured, measure } from './load.ts';
import type { Options } from './main.ts';
import { printProfiles } from './profile.ts';
import { initiative, initiativeId, postRequests } from './samples.ts';
import { post, type Server, startServer, temporaryDirectory } from './servers.ts';

const connectionCounts = [1, 16, 64];
const engines = ['sqlite', 'empty', 'bare'] as const;
type Engine = (typeof engines)[number];
/** Ratios to the other engines, by connections. */
const targets = {
  empty: new Map([[64, 0.5]]),
  bare: new Map([
    [1, 0.6],
    [64, 1.6],
  ]),
};

/** What does it cost that an event is on disk before the answer? */
export async function benchPost(options: Options): Promise<void> {
  console.log(`
Posting one MoUSigned a request: the application on SQLite (WAL, each group synced before its answers), against the same on an empty engine.
${emptyEngine}
And against a minimal route of Fastify on better-sqlite3, which checks nothing and commits the text of each body by itself, with synchronous=FULL.`);
  const directory = temporaryDirectory();
  const subjects = {
    sqlite: await subject('sqlite', directory),
    empty: await subject('empty', directory),
    bare: await subject('bare', directory),
  };
  for (const engine of engines) await subjects[engine].run(64, { ...options, seconds: 3 });
  if (!options.profile) await compare(subjects, directory, options);
  await profile(subjects, options);
  for (const engine of engines) await subjects[engine].check();
}

type Round = Measured & { serverBusy: number; cpuUs: number };

interface Subject {
  server: Server;
  run: (connections: number, options: Options) => Promise<Round>;
  /** Stops the server and compares what it acknowledged with what it holds. */
  check: () => Promise<void>;
}

async function subject(engine: Engine, directory: string): Promise<Subject> {
  const server = await startServer(engine, directory);
  await post(server.port, initiativeId, initiative);
  const requests = postRequests(server.port);
  let acknowledged = 1;
  return {
    server,
    async run(connections, { seconds }) {
      await server.ask('usage');
      const load = {
        port: server.port,
        connections,
        seconds,
        rampSeconds: 0.3,
        next: requests.next,
        status: 201,
      };
      const measured = await measure(load);
      const { busy: serverBusy = 0, cpuUs = 0 } = await server.ask('usage');
      acknowledged += measured.answered;
      return { ...measured, serverBusy, cpuUs: cpuUs / measured.answered };
    },
    async check() {
      const held = await heldBy(engine, server, directory);
      if (held.some((events) => events !== acknowledged))
        throw new Error(`${engine}: ${acknowledged} acknowledged, and it holds ${held.join(' and ')}`);
      console.log(`${engine}: ${whole(acknowledged)} events acknowledged with 201, and as many in the log.`);
    },
  };
}

/** Stops a server and tells how many events it holds: by its tree, and in its file. */
async function heldBy(engine: Engine, server: Server, directory: string): Promise<(number | undefined)[]> {
  const tree = engine === 'bare' ? [] : [(await dryRun(server.port)).basis.treeSize];
  await server.stop();
  if (engine === 'sqlite') return [...tree, rowsIn(join(directory, 'ledger.db'), 'events')];
  return engine === 'bare' ? [rowsIn(join(directory, 'bare.db'), 'leaves')] : tree;
}

async function dryRun(port: number): Promise<{ basis: { treeSize: number } }> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/initiatives/${initiativeId}/events?dryRun=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'MoUSigned', occurredOn: '2023' }),
  });
  if (response.status !== 200) throw new Error(`a dry run was answered with ${response.status}`);
  return (await response.json()) as { basis: { treeSize: number } };
}

function rowsIn(file: string, table: string): number | undefined {
  const database = new Sqlite(file, { readonly: true });
  const count = database.prepare<[], number>(`select count(*) from ${table}`).pluck().get();
  database.close();
  return count;
}

async function compare(
  subjects: Record<Engine, Subject>,
  directory: string,
  options: Options,
): Promise<void> {
  const rounds = new Map(
    connectionCounts.map((count) => [
      count,
      { sqlite: [] as Round[], empty: [] as Round[], bare: [] as Round[] },
    ]),
  );
  for (let round = 0; round < options.rounds; round++) {
    for (const [connections, measured] of rounds) {
      // Each goes first and last in every other round.
      for (const engine of round % 2 === 0 ? engines : engines.toReversed()) {
        measured[engine].push(await subjects[engine].run(connections, options));
      }
    }
  }
  printTable(
    ['connections', 'engine', 'req/s', 'p50 ms', 'p99 ms', 'busy', 'CPU µs/req', 'generator busy'],
    [...rounds].flatMap(([connections, measured]) =>
      engines.map((engine) => [
        `${connections}`,
        engine,
        whole(median(measured[engine].map(({ perSecond }) => perSecond))),
        fixed(median(measured[engine].map(({ p50Ms }) => p50Ms))),
        fixed(median(measured[engine].map(({ p99Ms }) => p99Ms))),
        percent(median(measured[engine].map(({ serverBusy }) => serverBusy))),
        whole(median(measured[engine].map(({ cpuUs }) => cpuUs))),
        percent(median(measured[engine].map(({ busy }) => busy))),
      ]),
    ),
    2,
  );
  printTable(
    ['connections', 'SQLite against', 'ratio', 'rounds', 'target'],
    [...rounds].flatMap(([connections, measured]) =>
      (['empty', 'bare'] as const).map((engine) => {
        const { ratio, range } = ratioOf(
          measured.sqlite.map(({ perSecond }) => perSecond),
          measured[engine].map(({ perSecond }) => perSecond),
        );
        const target = targets[engine].get(connections);
        return [
          `${connections}`,
          engine,
          fixed(ratio),
          range,
          target === undefined ? '' : verdict(ratio, target),
        ];
      }),
    ),
    2,
  );
  await printCeiling(directory, options);
}

/** The generator's own limit, with the same requests and answers. */
async function printCeiling(directory: string, { seconds }: Options): Promise<void> {
  const body = JSON.stringify({ recorded: ['x'.repeat(300)], warnings: [], basis: { treeSize: 1 } });
  const headers = `HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nx-filler: ${'x'.repeat(400)}`;
  const answer = `${headers}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const { bytes: requestBytes } = postRequests(10_000);
  writeFileSync(join(directory, 'responder.json'), JSON.stringify({ requestBytes, answer }));
  const server = await startServer('responder', directory);
  const { next, bytes } = postRequests(server.port);
  if (bytes !== requestBytes) throw new Error(`a request has ${bytes} bytes, not ${requestBytes}`);
  const load = { port: server.port, connections: 64, seconds, rampSeconds: 1, next, status: 201 };
  const { perSecond, busy } = await measure(load);
  await server.stop();
  console.log(
    `Generator alone: ${whole(perSecond)} req/s with 64 connections (${percent(busy)} busy), against a process that answers with constant bytes without looking at the request.`,
  );
}

async function profile(subjects: Record<Engine, Subject>, options: Options): Promise<void> {
  const profiles = [];
  for (const engine of ['sqlite', 'empty'] as const) {
    const { server, run } = subjects[engine];
    await server.ask('start-profile');
    const { answered, perSecond } = await run(64, { ...options, seconds: options.seconds * 2 });
    const { profile = '' } = await server.ask('stop-profile');
    profiles.push({ name: engine, file: profile, count: answered });
    console.log(`${engine}: ${whole(perSecond)} req/s with 64 connections while being sampled.`);
  }
  printProfiles(profiles, options.profile);
}
