import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import './helpers/engines.ts';
import { binaries, makeTemplate } from './helpers/postgres.ts';

/*
 * `npm test`: lint, types and tests, side by side. Ends with 1 where any of them fails. Arguments are for tap.
 */

const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

// What was compiled once is not compiled again, in tests and in the programs that they start.
process.env['NODE_COMPILE_CACHE'] ??= pathOf('node_modules/.cache/compiled');

// Databases of tests live no longer than the tests, so they are in memory where there is room, and wait for no disk.
const memory = '/dev/shm';
const { bavail = 0, bsize = 0 } = existsSync(memory) ? statfsSync(memory) : {};
const directory = mkdtempSync(join(bavail * bsize >= 2 ** 30 ? memory : tmpdir(), 'ml-test-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
// PostgreSQL may run as another user.
chmodSync(directory, 0o711);
process.env['TMPDIR'] = directory;
if (binaries !== undefined) process.env['TEST_CLUSTER'] = (await makeTemplate()).directory;

// One more than there are cores, as tests wait for programs.
const tap = [pathOf('node_modules/tap/dist/esm/run.mjs'), `--jobs=${availableParallelism() + 1}`];
const tests = spawn(process.execPath, [...tap, '--disable-coverage', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
const tested = once(tests, 'exit');

async function check(script: string): Promise<boolean> {
  const child = spawn(`npm run -s ${script}`, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  process.stderr.write(out + err);
  // Nobody waits for the tests to learn that.
  if (code !== 0) tests.kill();
  return code === 0;
}

const [linted, typed, [code]] = await Promise.all([check('lint'), check('typecheck'), tested]);
process.exitCode = linted && typed && code === 0 ? 0 : 1;
