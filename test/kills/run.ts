import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Ending } from '../helpers/child.ts';
import { type Cluster, execute, postgresRows } from '../helpers/postgres.ts';
import { summariesAt } from './answers.ts';
import { type Check, checksOf } from './checks.ts';
import { Follower } from './follower.ts';
import { Instances } from './instances.ts';
import { Journal } from './journal.ts';
import { Officer } from './officer.ts';
import { Random } from './random.ts';
import { beginnings } from './requests.ts';

/** An instance or a process of PostgreSQL ends as by kill -9; or only one connection is ended by its server. */
export const kinds = ['instance', 'backend', 'connection'] as const;
export type Kind = (typeof kinds)[number];

export interface Options {
  instances: number;
  clients: number;
  readers: number;
  seed: string;
  /** What to kill next, as soon as it is time to; undefined: nothing more. */
  nextKill: (journal: Journal) => Promise<Kind | undefined>;
}

export interface Outcome {
  journal: Journal;
  kills: Record<Kind, number>;
  startsInVain: number;
  /** The longest time after a kill in which the server took no connection. */
  recoveryMs: number;
  events: number;
  /** Streams that were opened. */
  streams: number;
  checks: Check[];
}

/** How long anything may take that is waited for. */
const limitMs = 120_000;

/** Instances of one ledger in the cluster are killed while clients post to them and read their streams; then all is checked. */
export async function runKills(t: Ending, cluster: Cluster, options: Options): Promise<Outcome> {
  await execute(cluster.url('postgres'), 'create database killed');
  const databaseUrl = cluster.url('killed');
  const signerDirectory = mkdtempSync(join(tmpdir(), 'ml-signer-'));
  t.teardown(() => rmSync(signerDirectory, { recursive: true, maxRetries: 3 }));
  const instances = new Instances(t, databaseUrl, signerDirectory);
  await instances.start(options.instances);

  const random = (what: string) => new Random(`${options.seed} ${what}`);
  const journal = new Journal();
  const officers = Array.from(
    { length: options.clients },
    (_, i) => new Officer(instances, journal, random(`client ${i}`)),
  );
  for (const request of beginnings()) await officers[0]?.post(request);
  const followers = Array.from(
    { length: options.readers },
    (_, i) => new Follower(instances, random(`reader ${i}`)),
  );
  const reading = Promise.all(followers.map((follower) => follower.read()));
  let isOver = false;
  const working = Promise.all(officers.map((officer, i) => officer.work(`c${i}`, () => isOver)));

  const { kills, recoveryMs } = await killAll(cluster, instances, random('kills'), () =>
    within(options.nextKill(journal), 'nothing more was acknowledged'),
  );
  isOver = true;
  await within(working, 'not all requests were answered');
  for (const follower of followers) follower.endsAt(journal.position);
  await within(reading, 'not all readers came to the end of the log');
  await instances.settled();
  const counted = await Promise.all(instances.urls.map(summariesAt));
  await instances.stop();
  // What was given up may have been recorded until now.
  const rows = await postgresRows(databaseUrl);
  const checks = await checksOf({
    databaseUrl,
    signerDirectory,
    rows,
    journal,
    followers,
    counted,
    instances,
  });
  return {
    journal,
    kills,
    startsInVain: instances.startsInVain,
    recoveryMs,
    events: rows('events').length,
    streams: followers.reduce((sum, { connections }) => sum + connections, 0),
    checks,
  };
}

async function killAll(
  cluster: Cluster,
  instances: Instances,
  random: Random,
  next: () => Promise<Kind | undefined>,
): Promise<Pick<Outcome, 'kills' | 'recoveryMs'>> {
  const kills = { instance: 0, backend: 0, connection: 0 };
  const recoveries: Promise<number>[] = [];
  for (let kind = await next(); kind !== undefined; kind = await next()) {
    if (kind === 'instance') await instances.kill(random);
    else await killInServer(cluster, kind, random);
    if (kind === 'backend') recoveries.push(recovered(cluster));
    kills[kind] += 1;
  }
  return { kills, recoveryMs: Math.max(0, ...(await Promise.all(recoveries))) };
}

/** After kill -9 of any of its processes, the server ends all others and recovers from its log, as after a crash. */
async function killInServer(cluster: Cluster, kind: 'backend' | 'connection', random: Random): Promise<void> {
  const which = kind === 'backend' ? 'pid <> pg_backend_pid()' : `application_name = 'milestone-ledger'`;
  for (;;) {
    const found = await executeLater(cluster, `select pid from pg_stat_activity where ${which} order by pid`);
    const pids = found.map((row) => Number(Object.values(row)[0]));
    try {
      process.kill(random.pick(pids), kind === 'backend' ? 'SIGKILL' : 'SIGTERM');
      return;
    } catch {
      // There was none, or it has just ended.
      await pause(20);
    }
  }
}

/** How long it takes until the server takes connections again. */
async function recovered(cluster: Cluster): Promise<number> {
  const startMs = performance.now();
  await executeLater(cluster, 'select 1');
  return performance.now() - startMs;
}

/** As soon as the server takes connections. */
async function executeLater(cluster: Cluster, statement: string): Promise<object[]> {
  for (;;) {
    try {
      return await execute(cluster.url('postgres'), statement);
    } catch {
      await pause(20);
    }
  }
}

async function within<T>(work: Promise<T>, otherwise: string): Promise<T> {
  const limit = new AbortController();
  const late = pause(limitMs, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`${otherwise} within ${limitMs / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    limit.abort();
    late.catch(() => {});
  }
}
