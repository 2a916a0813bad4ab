import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import './helpers/engines.ts';

/*
 * `npm test`: lint, types and tests, side by side. Ends with 1 where any of them fails. Arguments are for tap.
 */

const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

// What was compiled once is not compiled again, in tests and in the programs that they start.
process.env['NODE_COMPILE_CACHE'] ??= pathOf('node_modules/.cache/compiled');

// One more than there are cores, as tests wait for the disk and for programs.
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
