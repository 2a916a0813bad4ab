import { execFile } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binaries, type Cluster, execute, startCluster } from '../helpers/postgres.ts';
import { fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import { type Measured, measure } from './load.ts';
import type { Options } from './main.ts';
import { batchRequests, initiative, initiativeId, postRequests } from './samples.ts';
import { post, type Server, startProgram, startServer, temporaryDirectory } from './servers.ts';

const peers = ['emmett', 'message-db'] as const;
type Peer = (typeof peers)[number];
const ours = ['ledger on SQLite', 'ledger on PostgreSQL'] as const;
type Side = Peer | (typeof ours)[number];

/** The events of a request, the connections, and how many times the events a second of Emmett ours on SQLite should be. */
const loads = [
  { events: 1, connections: 64, target: 3 },
  { events: 100, connections: 8, target: 1.2 },
];
type Load = (typeof loads)[number];

/** How large a pool of a peer may be. */
const poolSizes = [4, 8, 16, 32, 64];

/** How do posts compare with event stores that others have written? */
export async function benchPeers({ rounds, seconds }: Options): Promise<void> {
  const installed = await install();
  if (binaries === undefined || installed === undefined) {
    const why = installed === undefined ? 'npm could not install them' : 'PostgreSQL is not on this machine';
    console.log(`\npeers: left out, as ${why}.`);
    return;
  }
  // As it comes, with every commit on disk.
  const cluster = await startCluster(['fsync=on', 'full_page_writes=on', 'shared_buffers=128MB']);
  try {
    for (const load of loads) await compare(cluster, installed, load, { rounds, seconds });
  } finally {
    await cluster.stop('fast');
  }
}

/** The folder with the peers; undefined: they can't be had. */
async function install(): Promise<string | undefined> {
  const directory = temporaryDirectory();
  cpSync(join(import.meta.dirname, 'peers'), directory, { recursive: true });
  try {
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: directory,
    });
    return directory;
  } catch {
    return undefined;
  }
}

async function compare(
  cluster: Cluster,
  installed: string,
  load: Load,
  { rounds, seconds }: Pick<Options, 'rounds' | 'seconds'>,
): Promise<void> {
  const start = (peer: Peer, url: string, pool: number): Promise<Server> =>
    startProgram(join(installed, 'server.js'), [peer, url, `${pool}`]);
  const pools = {} as Record<Peer, number>; // Filled here.
  for (const peer of peers) {
    const perSecond = new Map<number, number>();
    for (const pool of poolSizes.filter((size) => size <= load.connections)) {
      const server = await start(peer, await database(cluster), pool);
      await run(server, load, 0.5);
      perSecond.set(pool, (await run(server, load, 1)).perSecond);
      await server.stop();
    }
    pools[peer] = [...perSecond].sort(([, a], [, b]) => b - a)[0]?.[0] ?? load.connections;
  }
  const onPostgres = temporaryDirectory();
  writeFileSync(
    join(onPostgres, 'postgres.json'),
    JSON.stringify({ url: await database(cluster), signs: true }),
  );
  const servers: Record<Side, Server> = {
    'ledger on SQLite': await startServer('sqlite', temporaryDirectory()),
    'ledger on PostgreSQL': await startServer('postgres', onPostgres),
    emmett: await start('emmett', await database(cluster), pools.emmett),
    'message-db': await start('message-db', await database(cluster), pools['message-db']),
  };
  for (const side of ours) await post(servers[side].port, initiativeId, initiative);
  console.log(`
Posting ${load.events === 1 ? 'one event' : `a batch of ${load.events} events`} a request over ${load.connections} connections. Peers behind a minimal Fastify route, on PostgreSQL with fsync,
over the pool with which each is quickest: Emmett ${pools.emmett}, message-db ${pools['message-db']} connections.`);
  const sides: readonly Side[] = [...ours, ...peers];
  const measured = await inTurns(sides, rounds, (side) => run(servers[side], load, seconds));
  for (const server of Object.values(servers)) await server.stop();

  const eventsOf = (side: Side): number[] => measured[side].map(({ perSecond }) => perSecond * load.events);
  const against = (side: Side, peer: Peer, target?: number): string[] => {
    if (side === peer) return ['', '', ''];
    const { ratio, range } = ratioOf(eventsOf(side), eventsOf(peer));
    return [fixed(ratio), range, target === undefined ? '' : verdict(ratio, target)];
  };
  printTable(
    [
      ...['', 'events/s', 'p99 ms', 'server busy', 'generator busy'],
      ...['to Emmett', 'rounds', 'target', 'to message-db', 'rounds'],
    ],
    sides.map((side) => {
      const figure = (of: (round: Round) => number): number => median(measured[side].map(of));
      return [
        side,
        whole(median(eventsOf(side))),
        fixed(figure(({ p99Ms }) => p99Ms)),
        percent(figure(({ serverBusy }) => serverBusy)),
        percent(figure(({ busy }) => busy)),
        ...against(side, 'emmett', side === 'ledger on SQLite' ? load.target : undefined),
        ...against(side, 'message-db').slice(0, 2),
      ];
    }),
    1,
  );
}

type Round = Measured & { serverBusy: number };

async function run(server: Server, { events, connections }: Load, seconds: number): Promise<Round> {
  const { next } = events === 1 ? postRequests(server.port) : batchRequests(server.port, events);
  await server.ask('usage');
  const measured = await measure({
    port: server.port,
    connections,
    seconds,
    rampSeconds: 0.3,
    next,
    status: 201,
  });
  return { ...measured, serverBusy: (await server.ask('usage')).busy ?? 0 };
}

let databases = 0;

async function database(cluster: Cluster): Promise<string> {
  const name = `peers_${++databases}`;
  await execute(cluster.url('postgres'), `create database ${name}`);
  return cluster.url(name);
}
