import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import type { EventRow } from '../../src/db/schema.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { binaries, type Cluster, execute, startCluster } from '../helpers/postgres.ts';
import { bareTable } from './bare.ts';
import { command, fileUrl, targets, writeEvents } from './bulk.ts';
import { fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import { ledgerOf } from './ledgers.ts';
import { type Measured, measure } from './load.ts';
import type { Options } from './main.ts';
import { initiative, initiativeId, postRequests } from './samples.ts';
import type { OnPostgres } from './server.ts';
import { post, type Server, startServer, temporaryDirectory } from './servers.ts';

const connectionsMost = 64;
/** How large a pool may be. */
const poolSizes = [8, 16, 32, 64];
const base = 10_000;

/** What does PostgreSQL cost, what does another instance bring, and are large ledgers made as quickly? */
export async function benchPostgres(options: Options): Promise<void> {
  if (binaries === undefined) {
    console.log('\npostgres: left out, as PostgreSQL is not on this machine.');
    return;
  }
  // As it comes, with every commit on disk.
  const cluster = await startCluster(['fsync=on', 'full_page_writes=on', 'shared_buffers=128MB']);
  try {
    await benchPosts(cluster, options);
    for (const size of [...new Set([base, ...options.sizes])]) await benchBulk(cluster, size, options);
  } finally {
    await cluster.stop('fast');
  }
}

let databases = 0;

async function database(cluster: Cluster): Promise<string> {
  const name = `bench_${++databases}`;
  await execute(cluster.url('postgres'), `create database ${name}`);
  return cluster.url(name);
}

const sides = ['two instances', 'one instance', 'bare INSERT'] as const;
type Side = (typeof sides)[number];
/** What is compared, with so many connections. */
const cases = [
  { connections: connectionsMost, side: 'one instance', against: 'bare INSERT', target: 1 },
  { connections: connectionsMost, side: 'two instances', against: 'one instance', target: 1 },
  { connections: 1, side: 'one instance', against: 'bare INSERT', target: 0.5 },
] as const;
type Round = Measured & { serverBusy: number; cpuUs: number };

async function start(engine: 'postgres' | 'barePostgres', told: Partial<OnPostgres>): Promise<Server> {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'postgres.json'), JSON.stringify(told));
  return startServer(engine, directory);
}

async function benchPosts(cluster: Cluster, { rounds, seconds }: Options): Promise<void> {
  const ledger = await database(cluster);
  const bare = await database(cluster);
  await execute(bare, bareTable);
  const one = await start('postgres', { url: ledger, signs: true });
  const two = await start('postgres', { url: ledger, signs: false });
  await post(one.port, initiativeId, initiative);
  const { connectionsMax, answered: triedBefore } = await bestPool(bare);
  const inserting = await start('barePostgres', { url: bare, connectionsMax });
  console.log(`
Posting one MoUSigned a request on one PostgreSQL server with fsync, against a minimal route of Fastify that checks nothing and makes one bare
INSERT a request over a pool of ${connectionsMax} connections, the best of ${poolSizes.join(', ')}; and over two instances, half of the connections each.`);

  const servers = { 'two instances': [one, two], 'one instance': [one], 'bare INSERT': [inserting] };
  // The titles of one series are all different.
  const { next } = postRequests(one.port);
  const acknowledged = { 'two instances': 0, 'one instance': 0, 'bare INSERT': 0 };
  const measure = (connections: number) => async (side: Side) => {
    const round = await load(servers[side], { connections, next, seconds });
    acknowledged[side] += round.answered;
    return round;
  };
  const measured = new Map([
    [connectionsMost, await inTurns(sides, rounds, measure(connectionsMost))],
    [1, await inTurns(sides.slice(1), rounds, measure(1))],
  ]);
  for (const server of [one, two, inserting]) await server.stop();
  const events = 1 + acknowledged['one instance'] + acknowledged['two instances'];
  await requireRows(ledger, 'events', events);
  await requireRows(bare, 'bare_leaves', acknowledged['bare INSERT'] + triedBefore);
  console.log(`${whole(events)} events acknowledged with 201, and as many in the log.`);

  printTable(
    ['connections', '', 'posts/s', 'p50 ms', 'p99 ms', 'server busy', 'CPU µs/post', 'generator busy'],
    [...measured].flatMap(([connections, of]) =>
      sides.flatMap((side) => {
        const figure = (of: (round: Round) => number) => median(all.map(of));
        const all = of[side] ?? [];
        if (all.length === 0) return [];
        return [
          [
            `${connections}`,
            side,
            whole(figure((round) => round.perSecond)),
            fixed(figure(({ p50Ms }) => p50Ms)),
            fixed(figure(({ p99Ms }) => p99Ms)),
            percent(figure(({ serverBusy }) => serverBusy)),
            whole(figure(({ cpuUs }) => cpuUs)),
            percent(figure(({ busy }) => busy)),
          ],
        ];
      }),
    ),
    2,
  );
  printTable(
    ['connections', '', 'against', 'ratio', 'rounds', 'target'],
    cases.map(({ connections, side, against, target }) => {
      const perSecond = (of: Side) => (measured.get(connections)?.[of] ?? []).map((round) => round.perSecond);
      const { ratio, range } = ratioOf(perSecond(side), perSecond(against));
      return [`${connections}`, side, against, fixed(ratio), range, verdict(ratio, target)];
    }),
    3,
  );
}

/** The same connections, shared out among the servers. */
async function load(
  servers: Server[],
  { connections, next, seconds }: { connections: number; next: () => string; seconds: number },
): Promise<Round> {
  for (const server of servers) await server.ask('usage');
  const loads = await Promise.all(
    servers.map(({ port }) =>
      measure({
        port,
        connections: connections / servers.length,
        seconds,
        rampSeconds: 0.3,
        next,
        status: 201,
      }),
    ),
  );
  const busy = await Promise.all(servers.map((server) => server.ask('usage')));
  const sum = (of: (load: Measured) => number): number => loads.reduce((all, load) => all + of(load), 0);
  const answered = sum(({ answered }) => answered);
  return {
    perSecond: sum(({ perSecond }) => perSecond),
    answered,
    cpuUs: busy.reduce((all, { cpuUs = 0 }) => all + cpuUs, 0) / answered,
    p50Ms: Math.max(...loads.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...loads.map(({ p99Ms }) => p99Ms)),
    busy: Math.max(...loads.map((load) => load.busy)),
    serverBusy: Math.max(...busy.map((reply) => reply.busy ?? 0)),
  };
}

/** The pool with which the bare route is quickest, and how many posts were answered to find it. */
async function bestPool(url: string): Promise<{ connectionsMax: number; answered: number }> {
  let best = { connectionsMax: 0, perSecond: 0 };
  let answered = 0;
  for (const connectionsMax of poolSizes) {
    const server = await start('barePostgres', { url, connectionsMax });
    const { next } = postRequests(server.port);
    const warm = await load([server], { connections: connectionsMost, next, seconds: 0.5 });
    const round = await load([server], { connections: connectionsMost, next, seconds: 1 });
    answered += warm.answered + round.answered;
    if (round.perSecond > best.perSecond) best = { connectionsMax, perSecond: round.perSecond };
    await server.stop();
  }
  return { connectionsMax: best.connectionsMax, answered };
}

async function requireRows(url: string, table: string, count: number): Promise<void> {
  const [row] = await execute(url, `select from ${table} having count(*) = ${count}`);
  if (!row) throw new Error(`${table} has not the ${count} rows that it should have`);
}

const works = ['import', 'rebuild'] as const;
type Work = (typeof works)[number];
const engines = ['PostgreSQL', 'SQLite', 'bare'] as const;

async function benchBulk(cluster: Cluster, size: number, { rounds }: Options): Promise<void> {
  const rows = join(await ledgerOf('one', size), 'ledger.db');
  const file = join(temporaryDirectory(), 'events.ndjson');
  writeEvents(file, size);
  const perSecond = new Map<string, number[]>();
  // The large ones take minutes, and vary little.
  for (let round = 0; round < (size > 200_000 ? Math.min(rounds, 2) : rounds); round++) {
    const [there, bare] = [await database(cluster), await database(cluster)];
    const here = fileUrl(join(temporaryDirectory(), 'ledger.db'));
    const run = async (url: string, ...words: string[]): Promise<number> =>
      (await command(url, ...words)).seconds;
    const steps: [Work, (typeof engines)[number], () => Promise<number>][] = [
      ['import', 'bare', () => insertRows(rows, bare)],
      ['import', 'PostgreSQL', () => run(there, 'import', '--initiative', 'sci', file)],
      ['import', 'SQLite', () => run(here, 'import', '--initiative', 'sci', file)],
      ['rebuild', 'bare', () => parseLeaves(there, size)],
      ['rebuild', 'PostgreSQL', () => run(there, 'rebuild')],
      ['rebuild', 'SQLite', () => run(here, 'rebuild')],
    ];
    for (const [work, engine, seconds] of steps) {
      const key = `${work} ${engine}`;
      perSecond.set(key, [...(perSecond.get(key) ?? []), size / (await seconds())]);
    }
    await requireRows(there, 'events', size);
    await requireRows(bare, 'events', size);
    for (const url of [there, bare])
      await execute(cluster.url('postgres'), `drop database ${url.slice(url.lastIndexOf('/') + 1)}`);
  }
  const of = (work: Work, engine: (typeof engines)[number]): number[] =>
    perSecond.get(`${work} ${engine}`) ?? [];
  printTable(
    [
      `${whole(size)} events`,
      ...engines.map((engine) => `${engine}/s`),
      'to bare',
      'rounds',
      'target',
      'to SQLite',
      'rounds',
    ],
    works.map((work) => {
      const toBare = ratioOf(of(work, 'PostgreSQL'), of(work, 'bare'));
      const toSqlite = ratioOf(of(work, 'PostgreSQL'), of(work, 'SQLite'));
      return [
        work,
        ...engines.map((engine) => whole(median(of(work, engine)))),
        fixed(toBare.ratio),
        toBare.range,
        // Of few events, the start of the process is most of it.
        size === base ? '' : verdict(toBare.ratio, targets[work]),
        fixed(toSqlite.ratio),
        toSqlite.range,
      ];
    }),
    1,
  );
}

/** Seconds that it takes to insert the rows of a log into another database, 1,000 a transaction. */
async function insertRows(from: string, to: string): Promise<number> {
  await (await openPostgres(to)).close();
  const source = new Sqlite(from, { readonly: true });
  const page = source.prepare<[number], EventRow>(
    'select * from events where position > ? order by position limit 1000',
  );
  const client = new pg.Client(to);
  await client.connect();
  let seconds = 0;
  for (let after = 0; ; after += 1_000) {
    const rows = page.all(after);
    if (rows.length === 0) break;
    // As PostgreSQL reads bytes from text.
    const hex = (bytes: Uint8Array | null): string | null => bytes && `\\x${bytes.toHex()}`;
    const json = JSON.stringify(rows.map((row) => ({ ...row, fingerprint: hex(row.fingerprint) })));
    const start = performance.now();
    await client.query('insert into events select * from json_populate_recordset(null::events, $1)', [json]);
    seconds += (performance.now() - start) / 1000;
  }
  await client.end();
  source.close();
  return seconds;
}

/** Seconds that it takes to read the leaves, 1,000 a query, and to parse each. */
async function parseLeaves(url: string, size: number): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  const start = performance.now();
  for (let after = 0; after < size; after += 1_000) {
    const { rows } = await client.query<{ leaf: string }>(
      'select leaf from events where position > $1 and position <= $2 order by position',
      [after, after + 1_000],
    );
    for (const { leaf } of rows) JSON.parse(leaf);
  }
  const seconds = (performance.now() - start) / 1000;
  await client.end();
  return seconds;
}
