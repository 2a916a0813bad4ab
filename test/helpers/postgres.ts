import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Test } from 'tap';

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
  /** immediate: as if it crashed. */
  stop(how: 'fast' | 'immediate'): Promise<void>;
}

/** PostgreSQL refuses to run as root, so then it runs as the user that Debian's package makes. */
function postgresUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string): number => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Makes a server that lasts as long as this process, and starts it. Its orders are those of a language, not of bytes. */
export async function startCluster(settings: string[] = []): Promise<Cluster> {
  if (binaries === undefined) throw new Error('PostgreSQL is not on this machine');
  const directory = mkdtempSync(join(tmpdir(), 'ml-pg-'));
  const user = postgresUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const options = { ...user, cwd: directory, stdio: 'ignore' } as const;
  const [initdb, server] = [join(binaries, 'initdb'), join(binaries, 'postgres')];
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
  execFileSync(initdb, ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', ...locale], options);

  const quick = [
    'fsync=off',
    'full_page_writes=off',
    'shared_buffers=32MB',
    'listen_addresses=',
    ...settings,
  ];
  const args = ['-D', data, '-k', directory, ...quick.flatMap((setting) => ['-c', setting])];
  let running: { child: ReturnType<typeof spawn>; ended: Promise<unknown> } | undefined;
  const url = (database: string) => `postgres://postgres@${encodeURIComponent(directory)}/${database}`;
  const start = async (): Promise<void> => {
    // Ends the server when this process ends, however it does: its end closes the shell's input.
    const script = `"$@" & server=$!
      while read -r signal; do kill -s "$signal" $server; wait $server; exit; done
      kill -s QUIT $server; wait $server; rm -rf "${directory}"`;
    const child = spawn('/bin/sh', ['-c', script, 'sh', server, ...args], {
      ...options,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    running = { child, ended: once(child, 'exit') };
    child.unref();
    (child.stdin as unknown as { unref?: () => void }).unref?.();
    await accepting(url('postgres'));
  };
  const stop: Cluster['stop'] = async (how) => {
    running?.child.stdin?.write(`${how === 'fast' ? 'INT' : 'QUIT'}\n`);
    await running?.ended;
  };
  await start();
  return { directory, url, start, stop };
}

async function accepting(url: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (tries === 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The server that the tests of this process share. */
let shared: Promise<Cluster> | undefined;
let databases = 0;

export const sharedCluster = (): Promise<Cluster> => (shared ??= startCluster());

/** The URL of an empty database, which goes after what was torn down before it. */
export async function postgresDatabase(t: Test): Promise<string> {
  const cluster = await sharedCluster();
  const name = `test_${process.pid}_${++databases}`;
  await execute(cluster.url('postgres'), `create database ${name}`);
  t.teardown(() => execute(cluster.url('postgres'), `drop database ${name} with (force)`));
  return cluster.url(name);
}

/** Runs statements as somebody who has the database would. */
export async function execute(url: string, statements: string, values?: unknown[]): Promise<object[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statements, values)).rows;
  } finally {
    await client.end();
  }
}
