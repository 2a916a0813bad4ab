import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Test } from 'tap';
import type { Database } from '../../src/db/schema.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { orders, type Row, type Rows } from './check-store.ts';

/** Where the programs of the newest PostgreSQL on this machine are; undefined: there is none. */
export const binaries: string | undefined = globSync('/usr/{lib,local}/{postgresql,pgsql}/{*/,}bin/initdb')
  .map((file) => file.slice(0, -'/initdb'.length))
  .sort((a, b) => versionIn(a) - versionIn(b))
  .at(-1);

function versionIn(directory: string): number {
  return Number(/\d+/.exec(directory)?.[0] ?? 0);
}

/** A server of its own in a temporary directory, on a socket there. */
export interface Cluster {
  directory: string;
  /** The URL of one of its databases. */
  url(database: string): string;
  start(): Promise<void>;
  /** immediate: as if it crashed; killed: all its processes at once, none of which has a word to say. */
  stop(how: 'fast' | 'immediate' | 'killed'): Promise<void>;
  /** Stops it for ever. */
  end(): Promise<void>;
}

/** PostgreSQL refuses to run as root, so then it runs as the user that Debian's package makes. */
function postgresUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string): number => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A directory of the user that runs the server. */
function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ml-pg-'));
  const { uid, gid } = postgresUser();
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid);
  return directory;
}

const dataIn = (directory: string): string => join(directory, 'data');

function programIn(directory: string, name: string) {
  if (binaries === undefined) throw new Error('PostgreSQL is not on this machine');
  return { file: join(binaries, name), options: { ...postgresUser(), cwd: directory } };
}

/** Runs one of the programs of PostgreSQL on the data in a directory. */
export async function runIn(directory: string, name: string, ...args: string[]): Promise<void> {
  const { file, options } = programIn(directory, name);
  await promisify(execFile)(file, ['-D', dataIn(directory), ...args], options);
}

/** Where a server is that was made for all tests; undefined: none was. */
const template = process.env['TEST_CLUSTER'];

/** Makes a server that lasts as long as this process, and starts it. Its orders are those of a language, not of bytes. */
export async function startCluster(settings: string[] = []): Promise<Cluster> {
  const directory = newDirectory();
  if (template === undefined) await initialise(directory);
  else await promisify(execFile)('cp', ['-R', dataIn(template), directory], postgresUser());
  return started(directory, ['full_page_writes=off', ...settings]);
}

async function initialise(directory: string): Promise<void> {
  const made = [
    '--no-sync',
    '--data-checksums',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=icu',
    '--icu-locale=en-US',
  ];
  await runIn(directory, 'initdb', '-A', 'trust', '-U', 'postgres', ...made);
}

/** Makes a standby of a server, from a copy that is taken beside its work, and starts it. */
export async function startStandby(primary: Cluster, settings: string[] = []): Promise<Cluster> {
  const directory = newDirectory();
  const from = ['-h', primary.directory, '-U', 'postgres', '--no-sync', '--checkpoint=fast'];
  await runIn(directory, 'pg_basebackup', ...from, '--write-recovery-conf');
  return started(directory, settings);
}

async function started(directory: string, settings: string[]): Promise<Cluster> {
  const cluster = clusterIn(directory, settings);
  await cluster.start();
  return cluster;
}

/** The server on the data in a directory. What it wrote survives the end of its processes, not that of the machine. */
function clusterIn(directory: string, settings: string[]): Cluster {
  const { file, options } = programIn(directory, 'postgres');
  const quick = ['fsync=off', 'shared_buffers=32MB', 'listen_addresses=', ...settings];
  const args = ['-D', dataIn(directory), '-k', directory, ...quick.flatMap((setting) => ['-c', setting])];
  let running: { child: ReturnType<typeof spawn>; ended: Promise<unknown> } | undefined;
  const url = (database: string) => `postgres://postgres@${encodeURIComponent(directory)}/${database}`;
  const start = async (): Promise<void> => {
    // Ends the server when this process ends, however it does: its end closes the shell's input.
    const script = `"$@" & server=$!
      while read -r signal; do kill -s "$signal" $server; wait $server; exit; done
      kill -s QUIT $server; wait $server; rm -rf "${directory}"`;
    const child = spawn('/bin/sh', ['-c', script, 'sh', file, ...args], {
      ...options,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    running = { child, ended: once(child, 'exit') };
    child.unref();
    (child.stdin as unknown as { unref?: () => void }).unref?.();
    await accepting(url('postgres'));
  };
  const stop: Cluster['stop'] = async (how) => {
    if (!running) return;
    const { child, ended } = running;
    running = undefined;
    if (how === 'killed') await killAll(directory, url('postgres'));
    child.ref();
    child.stdin?.write(`${how === 'fast' ? 'INT' : 'QUIT'}\n`);
    const kill = setTimeout(() => killFirst(directory), waitMsMax);
    await ended;
    clearTimeout(kill);
  };
  const end = async (): Promise<void> => {
    await stop('immediate');
    rmSync(directory, { recursive: true });
  };
  return { directory, url, start, stop, end };
}

/** The first one starts the others, so none comes after it. */
async function killAll(directory: string, url: string): Promise<void> {
  const others = await execute(url, 'select pid from pg_stat_activity');
  killFirst(directory);
  for (const row of others) kill((row as { pid: number }).pid);
}

/** Kills the process that started the others; they end themselves when it is gone. */
function killFirst(directory: string): void {
  kill(Number.parseInt(readFileSync(join(dataIn(directory), 'postmaster.pid'), 'utf8'), 10));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended since.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** How long a server may take to start or to end, and a statement of a test; what takes longer hangs, and is an error. */
const waitMsMax = 30_000;

async function accepting(url: string): Promise<void> {
  for (const begunMs = performance.now(); ; ) {
    // A server that ends while it is asked may never answer.
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (performance.now() - begunMs > waitMsMax) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The server that tests share, and a database of its with the tables of a ledger. Nobody stops it. */
let shared: Promise<Cluster> | undefined;
let databases = 0;

export const sharedCluster = (): Promise<Cluster> => (shared ??= clusterWithTables());

async function clusterWithTables(): Promise<Cluster> {
  const directory = process.env['TEST_SERVER'];
  if (directory !== undefined) return clusterIn(directory, []);
  return serverForAll();
}

/** Starts a server that processes of tests share: TEST_SERVER names its directory to them. */
export async function serverForAll(): Promise<Cluster> {
  const cluster = await startCluster(['max_connections=400']);
  if (template === undefined) await makeTables(cluster);
  return cluster;
}

async function makeTables(cluster: Cluster): Promise<void> {
  await execute(cluster.url('postgres'), 'create database template_ledger');
  // Roles are of the whole server, and two tests that make one at once disturb each other.
  await execute(cluster.url('postgres'), 'create role milestone_ledger_service login');
  await (await openPostgres(cluster.url('template_ledger'))).close();
  // Each ledger begins with rows of its own.
  await execute(cluster.url('template_ledger'), 'delete from ledger; delete from head');
}

/** Makes a server for all tests, of which each file of tests has a copy: TEST_CLUSTER names its directory to them. */
export async function makeTemplate(): Promise<Cluster> {
  const cluster = await startCluster();
  await makeTables(cluster);
  await cluster.stop('fast');
  return cluster;
}

/** Databases that tests are done with. Emptying one is much quicker than making one. */
const free: string[] = [];

/** The URL of an empty ledger, which goes after what was torn down before it. */
export async function postgresDatabase(t: Test): Promise<string> {
  const cluster = await sharedCluster();
  const name = free.pop() ?? (await anotherDatabase(cluster));
  const url = cluster.url(name);
  const made = await shapeOf(url);
  t.teardown(async () => {
    await execute(url, emptied);
    // What a test made and left would be found in the next one.
    if ((await shapeOf(url)) === made) free.push(name);
  });
  return url;
}

/** How many tables and indexes, columns, constraints, triggers and functions a database has. */
async function shapeOf(url: string): Promise<string> {
  const rows = await execute(
    url,
    `with own as (select oid from pg_class where relnamespace = 'public'::regnamespace)
      select (select count(*) from own) as classes,
        (select count(*) from pg_attribute where attrelid in (select oid from own) and not attisdropped) as columns,
        (select count(*) from pg_constraint where connamespace = 'public'::regnamespace) as constraints,
        (select count(*) from pg_trigger where tgrelid in (select oid from own)) as triggers,
        (select count(*) from pg_proc where pronamespace = 'public'::regnamespace) as functions`,
  );
  return JSON.stringify(rows);
}

async function anotherDatabase(cluster: Cluster): Promise<string> {
  const name = newName();
  await execute(cluster.url('postgres'), `create database ${name} template template_ledger`);
  return name;
}

/** A name for a database that no other test has, in this process or beside it. */
export const newName = (): string => `ledger_${process.pid}_${++databases}`;

/** Of tables that no copy takes along. */
const otherOrders = {
  sessions: 'hash',
  search_texts: 'position',
  search_segments: 'last',
  search_postings: 'last, token',
};

/** Ends the connections of others. Triggers don't fire for a replica, so rows can be deleted. */
const emptied = `
  select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid();
  set session_replication_role = replica;
  ${[
    ...Object.keys(orders).filter((table) => table !== 'view_versions'),
    'ledger',
    'checkpoints',
    'signing_keys',
    'count_snapshots',
    'principals',
    'tokens',
    ...Object.keys(otherOrders),
  ]
    .map((table) => `delete from ${table};`)
    .join(' ')}
  update search_index set version = 0, generation = 0`;

/** Runs statements as somebody who has the database would. */
export async function execute(url: string, statements: string, values?: unknown[]): Promise<object[]> {
  return withClient(url, async (client) => (await client.query(statements, values)).rows);
}

/** All rows of the tables of a ledger, as of one moment. */
export async function postgresRows(url: string): Promise<Rows> {
  const tables = await withClient(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const rows = new Map<string, object[]>();
    for (const [table, order] of Object.entries({ ...orders, ...otherOrders }))
      rows.set(table, (await client.query(`select * from ${table} order by ${order}`)).rows);
    return rows;
  });
  // The tables of the database are those of its type.
  return <T extends keyof Database>(table: T) => (tables.get(table) ?? []) as Row<T>[];
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    types: { getTypeParser: numbers },
    connectionTimeoutMillis: waitMsMax,
    query_timeout: waitMsMax,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const int8 = 20;
export const numbers = (oid: number, format?: 'text' | 'binary') =>
  oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text');
