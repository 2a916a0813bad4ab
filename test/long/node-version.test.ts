import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A Node of the system that can't run the program. */
const old = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((directory) => !directory.includes('node_modules'))
  .map((directory) => join(directory, 'node'))
  .find((node) => {
    const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    return status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) < 26;
  });
const options = { skip: old === undefined ? 'there is no Node before 26 on this machine' : false };

test('the scripts of a checkout start what checks the version of Node first', async (t) => {
  t.equal(packageJson.engines.node, '>=26');
  for (const name of ['start', 'ledger', 'demo', 'openapi'])
    t.match(packageJson.scripts[name], /^(exec )?node bin\/from-source\.js/, name);
});

test('an old Node starts the program under the one that came with the packages', options, (t) => {
  const { stdout, stderr, status } = spawnSync(`${old}`, [join(root, 'bin/from-source.js'), '--version'], {
    encoding: 'utf8',
  });
  t.same({ stdout, stderr, status }, { stdout: `${packageJson.version}\n`, stderr: '', status: 0 });
  const wrong = spawnSync(`${old}`, [join(root, 'bin/from-source.js'), 'nope'], { encoding: 'utf8' });
  t.equal(wrong.status, 2, 'with its exit code');
  t.end();
});

test('an old Node without that one says in a line which it needs, and how to get it', options, (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-node-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  // Nothing is installed here.
  for (const name of ['bin', 'package.json'])
    cpSync(join(root, name), join(directory, name), { recursive: true });
  if (isInstalledAbove(directory)) {
    t.comment('not tried: above the directory for temporary files a Node is installed');
    return t.end();
  }
  for (const program of ['from-source.js', 'milestone-ledger.js']) {
    const { stdout, stderr, status } = spawnSync(`${old}`, [join(directory, 'bin', program), 'serve'], {
      encoding: 'utf8',
    });
    t.equal(status, 2, program);
    t.equal(stdout, '');
    t.match(
      stderr,
      /^milestone-ledger: needs Node\.js 26 or later, and this is v\d+\.[^\n]* is not installed: run npm ci [^\n]*\n$/,
    );
  }
  t.end();
});

function isInstalledAbove(directory: string): boolean {
  try {
    createRequire(join(directory, 'bin/')).resolve(`node-${process.platform}-${process.arch}/bin/node`);
    return true;
  } catch {
    return false;
  }
}
