import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Sqlite from 'better-sqlite3';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { leafHash } from '../../src/tlog/merkle.ts';
import { atMost, fixed, median, printTable, ratioOf, verdict, whole } from './figures.ts';
import { copyOf, eventsOf, ledgerOf, shapes } from './ledgers.ts';
import type { Options } from './main.ts';
import type { Took } from './peak.ts';
import { printParts } from './profile.ts';
import { buildPackage, programs, startServer, temporaryDirectory } from './servers.ts';

/** undefined: shown beside the others. */
export const targets = {
  import: 0.3,
  rebuild: 0.25,
  'rebuild of another version': undefined,
  export: 0.6,
  'export to a file': undefined,
  'export over HTTP': 0.7,
  'export over HTTP as zstd': undefined,
  verify: 0.2,
};
const memoryMax = 1.5;
const base = 10_000;

type Work = keyof typeof targets;
interface Ran {
  seconds: number;
  /** What it sent. */
  bytes: number;
  /** Peak of the resident set. */
  peakBytes: number;
}

/** What do the commands for whole ledgers cost, and does their memory grow with the ledger? */
export async function benchBulk({ rounds, sizes, profile }: Options): Promise<void> {
  if (profile) return profileBulk(sizes.at(-1) ?? base);
  console.log(`
Commands of the package on a stopped ledger, each in a process of its own, its start included, against bare loops in this process:
import (NDJSON to all tables), against inserting the finished rows of the log with its own indexes, 1,000 a transaction;
rebuild (all read models), against reading the leaves and parsing each; export (to a reader in this process, by the command or by a
running server), against reading the leaves; verify, against reading and hashing them. Peak memory is the resident set, of the server too.`);
  for (const size of [...new Set([base, ...sizes])]) await benchSize(size, rounds);
}

/** Where the time of the commands goes that are short of their targets. */
async function profileBulk(size: number): Promise<void> {
  const directory = temporaryDirectory();
  const file = join(directory, 'events.ndjson');
  writeEvents(file, size);
  const ledger = join(await copyOf('one', size), 'ledger.db');
  const works = {
    import: () => sampled(join(directory, 'imported.db'), 'import', '--initiative', 'sci', file),
    rebuild: () => sampled(ledger, 'rebuild'),
    verify: () => sampled(ledger, 'verify'),
  };
  const profiles = [];
  for (const [name, work] of Object.entries(works)) {
    const { seconds, cpuSeconds, mainThread } = await work();
    profiles.push({ name, file: mainThread, count: size });
    const us = (spent: number): string => fixed((spent * 1e6) / size, 1);
    console.log(
      `${name} of ${whole(size)} events, while being sampled: ${us(seconds)} µs an event, and ${us(cpuSeconds)} µs of CPU in all threads.`,
    );
  }
  console.log('\nThe main thread of each, its start included:');
  printParts(profiles, 'µs/event');
}

async function sampled(
  ledger: string,
  ...words: string[]
): Promise<Took & { seconds: number; mainThread: string }> {
  const directory = temporaryDirectory();
  // Its parts are told by its files, which the package does not have.
  const took = await run(programs.checkout, fileUrl(ledger), words, [
    '--cpu-prof',
    `--cpu-prof-dir=${directory}`,
  ]);
  // CPU.date.time.process.thread.sequence; a thread that was ended leaves none.
  const mainThread = readdirSync(directory).find((name) => /\.0\.\d+\.cpuprofile$/.test(name)) ?? '';
  return { ...took, mainThread: join(directory, mainThread) };
}

const peaks = new Map<Work, number>();

async function benchSize(size: number, rounds: number): Promise<void> {
  const ledger = join(await ledgerOf('one', size), 'ledger.db');
  const directory = temporaryDirectory();
  const file = join(directory, 'events.ndjson');
  writeEvents(file, size);
  const perSecond = new Map<string, number[]>();
  const peakBytes = new Map<Work, number[]>();
  const note = (name: string, seconds: number): void =>
    void perSecond.set(name, [...(perSecond.get(name) ?? []), size / seconds]);
  // The large ones take minutes, and vary little.
  for (let round = 0; round < (size > 200_000 ? Math.min(rounds, 2) : rounds); round++) {
    const fresh = temporaryDirectory();
    const copy = join(fresh, 'copy.db');
    copyFileSync(ledger, copy);
    const exported = join(fresh, 'out.ndjson');
    const runs: Record<Work, () => Promise<Ran>> = {
      import: () => command(fileUrl(join(fresh, 'imported.db')), 'import', '--initiative', 'sci', file),
      rebuild: () => command(fileUrl(copy), 'rebuild'),
      'rebuild of another version': () => command(fileUrl(writtenByAnother(copy)), 'rebuild'),
      export: () => command(fileUrl(ledger), 'export'),
      'export to a file': () => command(fileUrl(ledger), 'export', '--out', exported),
      'export over HTTP': async () => overHttp(await copyOf('one', size), 'identity'),
      'export over HTTP as zstd': async () => overHttp(await copyOf('one', size), 'zstd'),
      verify: () => command(fileUrl(ledger), 'verify'),
    };
    const loops: Record<Work, () => number | Promise<number>> = {
      import: () => insertRows(ledger, join(fresh, 'bare.db')),
      rebuild: () => eachLeaf(ledger, (leaf) => void JSON.parse(leaf)),
      'rebuild of another version': () => eachLeaf(ledger, (leaf) => void JSON.parse(leaf)),
      export: () => eachLeaf(ledger, () => {}),
      'export to a file': () => eachLeaf(ledger, () => {}),
      'export over HTTP': () => eachLeaf(ledger, () => {}),
      'export over HTTP as zstd': () => eachLeaf(ledger, () => {}),
      verify: () => eachLeaf(ledger, (leaf) => void leafHash(Buffer.from(leaf))),
    };
    const sent = new Map<Work, number>();
    for (const name of Object.keys(runs) as Work[]) {
      note(`bare ${name}`, await loops[name]());
      const { seconds, peakBytes: peak, bytes } = await runs[name]();
      note(name, seconds);
      sent.set(name, bytes);
      peakBytes.set(name, [...(peakBytes.get(name) ?? []), peak]);
    }
    const { size: bytes } = statSync(exported);
    for (const name of ['export', 'export over HTTP'] as const)
      if (sent.get(name) !== bytes) throw new Error(`${name} sent ${sent.get(name)} bytes, not ${bytes}`);
    const imported = new Sqlite(join(fresh, 'imported.db'), { readonly: true });
    const count = imported.prepare<[], number>('select count(*) from events').pluck().get();
    imported.close();
    if (count !== size) throw new Error(`${count} events were imported, not ${size}`);
  }
  printTable(
    [
      `${whole(size)} events`,
      'events/s',
      'bare/s',
      'ratio',
      'rounds',
      'target',
      'peak MiB',
      'of the smallest',
      'target',
    ],
    (Object.keys(targets) as Work[]).map((name) => {
      const { ratio, range } = ratioOf(perSecond.get(name) ?? [], perSecond.get(`bare ${name}`) ?? []);
      const peak = median(peakBytes.get(name) ?? []);
      if (size === base) peaks.set(name, peak);
      const target = targets[name];
      const growth = peak / (peaks.get(name) ?? peak);
      return [
        name,
        whole(median(perSecond.get(name) ?? [])),
        whole(median(perSecond.get(`bare ${name}`) ?? [])),
        fixed(ratio),
        range,
        // Of few events, the start of the process is most of it.
        size === base || target === undefined ? '' : verdict(ratio, target),
        whole(peak / 2 ** 20),
        fixed(growth),
        size === base ? '' : atMost(growth, memoryMax),
      ];
    }),
    1,
  );
}

/** A file of events as they are posted, one a line. */
export function writeEvents(file: string, size: number): void {
  const handle = openSync(file, 'w');
  let lines = '';
  let count = 0;
  for (const { event } of eventsOf(shapes[0])) {
    lines += `${JSON.stringify(event)}\n`;
    count += 1;
    if (count % 1_000 === 0 || count === size) {
      writeSync(handle, lines);
      lines = '';
    }
    if (count === size) break;
  }
  closeSync(handle);
}

export const fileUrl = (file: string): string => `file:${file}`;

/** Runs a command of the package as an operator would. Throws unless it ends with 0. */
export function command(url: string, ...words: string[]): Promise<Ran & Took> {
  buildPackage();
  return run(programs.package, url, words, []);
}

async function run(
  program: string,
  url: string,
  words: string[],
  nodeOptions: string[],
): Promise<Ran & Took> {
  const peakFile = join(temporaryDirectory(), 'peak');
  const env = {
    ...process.env,
    DATABASE_URL: url,
    SIGNER_DIR: '',
    BENCH_PEAK_FILE: peakFile,
  };
  const start = performance.now();
  const peak = join(import.meta.dirname, 'peak.ts');
  const child = spawn(process.execPath, [...nodeOptions, '--import', peak, program, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [bytes, said, [code]] = await Promise.all([
    lengthOf(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${said}`);
  const seconds = (performance.now() - start) / 1000;
  // Written by peak.ts.
  return { seconds, bytes, ...(JSON.parse(readFileSync(peakFile, 'utf8')) as Took) };
}

async function lengthOf(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

/** Reads an export from a server that runs, as it comes over the wire. */
async function overHttp(directory: string, encoding: string): Promise<Ran> {
  const server = await startServer('sqlite', directory);
  // It runs: the thread that reads has been started.
  await (await fetch(`http://127.0.0.1:${server.port}/v1/records?limit=1`)).arrayBuffer();
  const start = performance.now();
  // The web streams of `fetch` take as long to hand on what they read as the server takes to send it.
  const request = get({
    port: server.port,
    path: '/v1/export',
    headers: { 'accept-encoding': encoding },
    agent: false,
  });
  const [response] = await once(request, 'response');
  const bytes = await lengthOf(response);
  const seconds = (performance.now() - start) / 1000;
  const { peakBytes = 0 } = await server.ask('usage');
  await server.stop();
  return { seconds, bytes, peakBytes };
}

/** A ledger whose read models are not compared, but written anew. */
function writtenByAnother(file: string): string {
  const handle = new Sqlite(file);
  handle.exec('update view_versions set version = version - 1');
  handle.close();
  return file;
}

/** Seconds that it takes to read the leaves in a bare loop. */
function eachLeaf(file: string, use: (leaf: string) => void): number {
  const handle = new Sqlite(file, { readonly: true });
  const leaves = handle.prepare<[], string>('select leaf from events order by position').pluck();
  const start = performance.now();
  for (const leaf of leaves.iterate()) use(leaf);
  const seconds = (performance.now() - start) / 1000;
  handle.close();
  return seconds;
}

/** Seconds that it takes to insert the rows of a log into another file, with the same durability. */
async function insertRows(from: string, to: string): Promise<number> {
  await (await openSqlite(to)).close();
  const source = new Sqlite(from, { readonly: true });
  const handle = new Sqlite(to);
  handle.pragma('journal_mode = WAL');
  handle.pragma('synchronous = FULL');
  handle.pragma('wal_autocheckpoint = 16000');
  handle.pragma('cache_size = -65536');
  const page = source.prepare('select * from events where position > ? order by position limit 1000').raw();
  const insert = handle.prepare(`insert into events values (${Array(14).fill('?').join()})`);
  const write = handle.transaction((rows: unknown[][]) => {
    for (const row of rows) insert.run(row);
  });
  let seconds = 0;
  for (let after = 0; ; after += 1_000) {
    const rows = page.all(after) as unknown[][];
    if (rows.length === 0) break;
    const start = performance.now();
    write.immediate(rows);
    seconds += (performance.now() - start) / 1000;
  }
  handle.close();
  source.close();
  return seconds;
}
