import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

const env = (directory: string) => ({
  PATH: process.env['PATH'],
  PORT: '0',
  DATABASE_URL: `file:${directory}/ledger.db`,
  SIGNER_DIR: '',
});

const addressIn = (line: string): string | undefined =>
  /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];

test('a service that was started with nohup goes on after a hang-up', {
  skip: has('nohup') ? false : 'there is no nohup on this machine',
}, async (t) => {
  // nohup is replaced by what it starts, so the pid is that of the service.
  const child = spawn('nohup', [process.execPath, main, 'serve'], {
    env: env(t.testdir()),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    url = addressIn(line);
    if (url) break;
  }
  child.stdout.resume();
  child.stderr.resume();
  for (let i = 0; i < 3; i++) {
    child.kill('SIGHUP');
    t.equal((await fetch(`${url}/readyz`)).status, 200);
  }
  child.kill('SIGTERM');
  t.same(await once(child, 'exit'), [0, null]);
});

test('a service at a terminal ends in order when the terminal hangs up', {
  skip: has('script') ? false : 'there is no script (util-linux) on this machine',
}, async (t) => {
  const directory = t.testdir();
  const child = spawn('script', ['-qefc', `exec "${process.execPath}" "${main}" serve`, `${directory}/log`], {
    env: { ...env(directory), SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said += line;
    if (addressIn(line)) process.kill(JSON.parse(line).pid, 'SIGHUP');
  }
  if (child.exitCode === null) await once(child, 'exit');
  t.equal(child.exitCode, 0);
  t.match(said, /"signal":"SIGHUP","msg":"closing"/);
});
