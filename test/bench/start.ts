import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { atMost, fixed, median, printTable, whole } from './figures.ts';
import { copyOf } from './ledgers.ts';
import type { Options } from './main.ts';
import { pause } from './poster.ts';
import { initiative, initiativeId } from './samples.ts';
import { buildPackage, post, programs, startServer, temporaryDirectory } from './servers.ts';

const ratioMax = 1.3;
const serviceMsMax = 500;
const commandMsMax = 300;
const restMibMax = 150;
const restMs = 5_000;
/** A start is so short that whatever else the machine does shows in it: many are needed. */
const startsARound = 4;

type Program = keyof typeof programs;

/** How long do a service and a command take to start, and does a large ledger take longer? */
export async function benchStart({ rounds, sizes }: Options): Promise<void> {
  await benchPrograms(rounds * startsARound);
  await benchRest();
  await benchSizes(rounds, sizes);
}

interface Started {
  ms: number;
  /** All its threads; of a service on Linux only. */
  cpuMs: number;
}

async function benchPrograms(starts: number): Promise<void> {
  console.log(`
From the start of a process: of a service on an empty ledger, until /readyz answers 200; of a command, until it has ended. As the package is
installed, with what \`npm run build\` makes, and from the source of a checkout. What Node compiled is kept by the start before. ${starts} starts each.`);
  buildPackage();
  const env = {
    ...process.env,
    DATABASE_URL: `file:${join(temporaryDirectory(), 'ledger.db')}`,
    SIGNER_DIR: join(temporaryDirectory(), 'signer'),
    LOG_LEVEL: 'info',
    PORT: '0',
  };
  const other = await startServer('sqlite', temporaryDirectory());
  await post(other.port, initiativeId, initiative);
  const url = `http://127.0.0.1:${other.port}`;
  const commands = [
    ['show', initiativeId, '--url', url],
    ['post', '--help'],
    ['verify', '--help'],
    ['export'],
  ];
  const rows: string[][] = [];
  const add = async (
    program: Program,
    name: string,
    msMax: number,
    run: () => Promise<Started>,
  ): Promise<void> => {
    const all: Started[] = [];
    for (let start = 0; start <= starts; start++) {
      const started = await run();
      if (start > 0) all.push(started);
    }
    const [times, cpu] = [all.map(({ ms }) => ms), all.map(({ cpuMs }) => cpuMs)];
    rows.push([
      program,
      name,
      ...[Math.min(...times), median(times), Math.min(...cpu), median(cpu)].map(whole),
      program === 'package' ? atMost(median(times), msMax) : '',
    ]);
  };
  for (const program of Object.keys(programs) as Program[]) {
    await add(program, 'serve', serviceMsMax, () => startOfService(program, env));
    for (const words of commands)
      await add(program, words.slice(0, 2).join(' '), commandMsMax, () => runOf(program, words, env));
  }
  await other.stop();
  printTable(
    ['', '', 'least ms', 'median ms', 'least CPU ms', 'median CPU ms', 'target of the median'],
    rows,
    2,
  );
}

/** What does a service take that does nothing, with its thread that reads? */
async function benchRest(): Promise<void> {
  console.log(`
The resident set of the service of the package on an empty ledger, ${restMs / 1000} s after it was started, by threads that read.`);
  const rows: string[][] = [];
  for (const threads of ['0', '1', '2']) {
    const env = {
      ...process.env,
      DATABASE_URL: `file:${join(temporaryDirectory(), 'ledger.db')}`,
      SIGNER_DIR: join(temporaryDirectory(), 'signer'),
      LOG_LEVEL: 'warn',
      PORT: '0',
      READING_THREADS: threads,
    };
    const child = spawn(process.execPath, [programs.package, 'serve'], { env, stdio: 'inherit' });
    await pause(restMs);
    const status = process.platform === 'linux' ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : '';
    const mib = Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 1024;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
    rows.push([threads, fixed(mib, 0), threads === '1' ? atMost(mib, restMibMax) : '']);
  }
  printTable(['threads', 'MiB', 'target'], rows);
}

type Environment = Record<string, string | undefined>;

async function startOfService(program: Program, env: Environment): Promise<Started> {
  const start = performance.now();
  const child = spawn(process.execPath, [programs[program], 'serve'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
      if (url === undefined) continue;
      const { status } = await fetch(`${url}/readyz`);
      if (status !== 200) throw new Error(`/readyz answered ${status}`);
      return { ms: performance.now() - start, cpuMs: cpuMsOf(child.pid) };
    }
    throw new Error('the service ended before it listened');
  } finally {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }
}

/** In hundredths of a second, as Linux counts it. */
function cpuMsOf(pid: number | undefined): number {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** Has a process write to its fourth pipe, when it ends, what it took of the processor. */
const tellCpu = `data:text/javascript,import { writeSync } from 'node:fs';
  process.on('exit', () => { const { user, system } = process.cpuUsage(); writeSync(3, String(user + system)); });`;

async function runOf(program: Program, words: string[], env: Environment): Promise<Started> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', tellCpu, programs[program], ...words], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  // The fourth pipe is one to read from.
  const cpuUs = text(child.stdio[3] as Readable);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}`);
  return { ms: performance.now() - start, cpuMs: Number(await cpuUs) / 1_000 };
}

async function benchSizes(rounds: number, sizes: number[]): Promise<void> {
  console.log(`
From the start of a server's process until it listens, ready, with its ledger in the cache of the file system.`);
  const all = [0, ...sizes];
  const times = new Map(all.map((size) => [size, [] as number[]]));
  const directories = new Map<number, string>();
  for (const size of all)
    directories.set(size, size === 0 ? temporaryDirectory() : await copyOf('one', size));
  for (let round = 0; round <= rounds; round++) {
    for (const size of all) {
      const start = performance.now();
      const server = await startServer('sqlite', directories.get(size) ?? '');
      const response = await fetch(`http://127.0.0.1:${server.port}/readyz`);
      if (response.status !== 200) throw new Error(`/readyz answered ${response.status}`);
      // The first round makes the empty ledger and the signer's keys.
      if (round > 0) times.get(size)?.push(performance.now() - start);
      await server.stop();
    }
  }
  const empty = median(times.get(0) ?? []);
  printTable(
    ['events', 'ms', 'ratio', 'target'],
    all.map((size) => {
      const ms = median(times.get(size) ?? []);
      return [
        whole(size),
        whole(ms),
        ...(size === 0 ? ['', ''] : [fixed(ms / empty), atMost(ms / empty, ratioMax)]),
      ];
    }),
  );
}
