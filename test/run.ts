import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileDone } from './helpers/lane.ts';
import { binaries, makeTemplate, serverForAll } from './helpers/postgres.ts';

/*
 * `npm test`: lint and types, then the tests; with files or options of tap, these tests only. `npm run test:long`: the long tests.
 * Ends with 1 where any of them fails.
 */

const [isLong, ...asked] =
  process.argv[2] === '--long' ? [true, ...process.argv.slice(3)] : [false, ...process.argv.slice(2)];
const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

// So that nobody takes the tests for more than they are.
console.log(
  `engines: SQLite${binaries === undefined ? ' only, as PostgreSQL is not on this machine: its tests are left out' : `, and PostgreSQL of ${binaries}`}`,
);
if (binaries === undefined && process.env['CI'] === 'true') fail('a run that counts needs PostgreSQL');

// What was compiled once is not compiled again, in tests and in the programs that they start.
process.env['NODE_COMPILE_CACHE'] ??= pathOf('node_modules/.cache/compiled');

// A machine that tests keep busy is no reason for a service to refuse what they ask.
process.env['MAX_EVENT_LOOP_DELAY'] ??= '0';

if (!isLong)
  for (const script of ['lint', 'typecheck'])
    if (spawnSync('npm', ['run', '-s', script], { stdio: 'inherit' }).status !== 0) fail(`${script} failed`);

// Databases of tests live no longer than the tests, so they are in memory where there is room, and wait for no disk.
const memory = '/dev/shm';
const { bavail = 0, bsize = 0 } = existsSync(memory) ? statfsSync(memory) : {};
const directory = mkdtempSync(join(bavail * bsize >= 2 ** 30 ? memory : tmpdir(), 'ml-test-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
// PostgreSQL may run as another user.
chmodSync(directory, 0o711);
const lanesDirectory = join(directory, 'lanes');
process.env['TMPDIR'] = directory;
if (isLong) process.env['TEST_LONG'] = 'true';
if (binaries !== undefined) {
  process.env['TEST_CLUSTER'] = (await makeTemplate()).directory;
  process.env['TEST_SERVER'] = (await serverForAll()).directory;
}

const beganMs = performance.now();
const code = asked.length > 0 ? await runTap(asked) : await runLanes();
process.exitCode = code;

/** The runner of tap, for some files. */
async function runTap(options: string[]): Promise<number> {
  const tap = [pathOf('node_modules/tap/dist/esm/run.mjs'), '--disable-coverage', ...options];
  const [code] = await once(spawn(process.execPath, tap, { stdio: 'inherit' }), 'exit');
  return code ?? 1;
}

/** All files, in processes that take one after the other. What each says is kept, and told where it is a failure. */
async function runLanes(): Promise<number> {
  process.env['TAP_TIMEOUT'] = isLong ? '900' : '180';
  // tap removes the directory of a test before what the test has opened there is closed.
  process.env['TAP_SAVE_FIXTURE'] = '1';
  mkdirSync(lanesDirectory);
  const entries = lanes();
  const codes: number[] = [];
  const workOff = async (): Promise<void> => {
    for (let entry = entries.shift(); entry !== undefined; entry = entries.shift())
      codes.push(await runLane(entry));
  };
  await Promise.all(Array.from({ length: isLong ? availableParallelism() : entries.length }, workOff));
  removeDirectoriesOfTests();
  tellWhatWasDone();
  return Math.max(...codes);
}

async function runLane(entry: string): Promise<number> {
  const out = openSync(`${entry}.tap`, 'w');
  const child = spawn(process.execPath, [entry], { stdio: ['ignore', out, 'inherit'] });
  const [code] = await once(child, 'exit');
  for (const failure of failuresIn(readFileSync(`${entry}.tap`, 'utf8'))) console.log(`\n${failure}`);
  return code ?? 1;
}

/** Each assertion that failed, with what tap tells of it. */
function failuresIn(tap: string): string[] {
  return [
    ...tap.matchAll(/^( *)not ok (?!.*# (?:TODO|SKIP)).*\n(?:\1 {2}---\n[\s\S]*?^\1 {2}\.\.\.\n)?/gm),
  ].map(([text]) => text);
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}

/**
 * The programs that run the files. Each of those of `npm test` takes one file after the other; those on PostgreSQL are apart, as a
 * process loads a file once, and on one engine. A long test has a process of its own, since some run suites that others run too.
 */
function lanes(): string[] {
  const files = globSync('test/**/*.test.ts', { cwd: pathOf('.') })
    .filter((file) => file.startsWith('test/long/') === isLong)
    .map(pathOf)
    // What ends last should be short. This one takes longest, and is small.
    .sort((a, b) => Number(/mutations/.test(b)) - Number(/mutations/.test(a)) || sizeOf(b) - sizeOf(a));
  const isOnPostgres = (file: string): boolean => /helpers\/on-postgres/.test(readFileSync(file, 'utf8'));
  const [onPostgres, others] = [files.filter(isOnPostgres), files.filter((file) => !isOnPostgres(file))];
  const kinds = [others, ...(binaries === undefined ? [] : [onPostgres])];
  const each = isLong
    ? files.filter((file) => kinds.flat().includes(file)).map((file) => [file])
    : kinds.flatMap((files) => Array.from({ length: availableParallelism() }, () => files));
  return each.map((files, i) => {
    const entry = join(directory, `lane-${i}.mjs`);
    const [run, ...given] = [pathOf('test/helpers/lane.ts'), lanesDirectory, files].map((one) =>
      JSON.stringify(one),
    );
    writeFileSync(entry, `import { runLane } from ${run};\nawait runLane(${given.join(', ')});\n`);
    return entry;
  });
}

/** The bytes of a file, and of those whose tests it runs, too. */
function sizeOf(file: string): number {
  const others = readFileSync(file, 'utf8').matchAll(/^import '(\..*\.test\.ts)'/gm);
  return [...others].reduce(
    (sum, [, other = '']) => sum + sizeOf(join(dirname(file), other)),
    statSync(file).size,
  );
}

/** Those of this run: their names hold that of its directory. */
function removeDirectoriesOfTests(): void {
  const fixtures = pathOf('.tap/fixtures');
  for (const name of existsSync(fixtures) ? readdirSync(fixtures) : [])
    if (name.includes(basename(directory))) rmSync(join(fixtures, name), { recursive: true, force: true });
}

/** What each file did, those that took longest first, and the sums, in the form of TAP. */
function tellWhatWasDone(): void {
  const told = join(lanesDirectory, 'done.ndjson');
  if (!existsSync(told)) return;
  const files = readFileSync(told, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): FileDone => JSON.parse(line))
    .sort((a, b) => b.seconds - a.seconds);
  const sum = (of: (file: FileDone) => number): number => files.reduce((sum, file) => sum + of(file), 0);
  for (const [i, { file, asserts, failed, seconds, cpuSeconds }] of files.entries()) {
    const took = `time=${Math.round(seconds * 1_000)}ms, ${cpuSeconds.toFixed(1)} s of CPU`;
    console.log(`${failed > 0 ? 'not ok' : 'ok'} ${i + 1} - ${file}: ${asserts} assertions # ${took}`);
  }
  const [total, fail] = [sum(({ asserts }) => asserts), sum(({ failed }) => failed)];
  console.log(`1..${files.length}
# { total: ${total}, pass: ${total - fail}, fail: ${fail} }
# time=${Math.round(performance.now() - beganMs)}ms`);
}
