import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';

const program = new URL('../../bin/under-node-26.js', import.meta.url).href;

/** Where a program keeps what was compiled that was told of a directory; empty: nowhere. */
function keptIn(t: Test, directory: string): string {
  const asked = `
    const { keepCompiled } = await import('${program}');
    keepCompiled(${JSON.stringify(directory)});
    process.stdout.write((await import('node:module')).getCompileCacheDir() ?? '');`;
  const { NODE_OPTIONS, NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', asked], {
    env,
    encoding: 'utf8',
  });
  t.same({ stderr, status }, { stderr: '', status: 0 });
  return stdout;
}

test("what is compiled is kept in a directory that is made for it and is nobody else's", (t) => {
  const directory = join(t.testdir(), 'cache/milestone-ledger');
  t.match(keptIn(t, directory), directory);
  t.equal(statSync(directory).mode & 0o077, 0);
  t.match(keptIn(t, directory), directory, 'and is used again');
  t.end();
});

test('nothing is kept where others may write, or where there can be no directory', (t) => {
  const directory = t.testdir();
  const shared = join(directory, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o777);
  t.equal(keptIn(t, shared), '');
  const file = join(directory, 'file');
  writeFileSync(file, '');
  t.equal(keptIn(t, join(file, 'cache')), '');
  t.end();
});
