import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { ConfigError, readConfig } from '../../src/config.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const defaults = {
  HOST: '127.0.0.1',
  PORT: 3000,
  DATABASE_URL: 'file:./data/ledger.db',
  SIGNER_DIR: './signer',
  LOG_LEVEL: 'info',
  ALLOW_CLOCK_JUMP: false,
};

/** Runs the program to its end, with nothing in its environment but what is given. */
async function run(args: string[], env: Record<string, string> = {}) {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [main, ...args], { env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }; // what execFile rejects with
  }
}

test('without variables the defaults hold', async (t) => {
  t.same(readConfig({}), defaults);
});

test('variables are read in their types, and others are left alone', async (t) => {
  t.match(readConfig({ PORT: '0', ALLOW_CLOCK_JUMP: 'true', HOST: '::1', PATH: '/bin' }), {
    PORT: 0,
    ALLOW_CLOCK_JUMP: true,
    HOST: '::1',
  });
  t.notOk('PATH' in readConfig({ PATH: '/bin' }));
});

test('each wrong value is named, and never repeated', async (t) => {
  const wrong: Record<string, string[]> = {
    HOST: ['0.0.0.0', '', 'example.com', '192.168.0.1', '::'],
    PORT: ['x', '', '-1', '65536', '1.5'],
    DATABASE_URL: ['mysql://user:secret@host/db', 'postgres://', '', 'file:', './data', 'FILE:x'],
    LOG_ORIGIN: ['', 'two words', 'a+b', 'x'.repeat(201)],
    LOG_LEVEL: ['loud', '', 'INFO'],
    ALLOW_CLOCK_JUMP: ['maybe', '1', 'yes'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      try {
        readConfig({ [name]: value });
        t.fail(`${name}=${value} was taken`);
      } catch (error) {
        t.type(error, ConfigError);
        const { message } = error as ConfigError;
        t.match(message, new RegExp(`^${name} must be [^\n]+\\.$`), `${name}=${value}`);
        t.notMatch(message, 'secret');
      }
    }
  }
});

test('all wrong values are named at once', async (t) => {
  try {
    readConfig({ PORT: 'x', LOG_LEVEL: 'y' });
    t.fail('was taken');
  } catch (error) {
    t.match((error as Error).message.split('\n'), [/^PORT must/, /^LOG_LEVEL must/]);
  }
});

test('serve --help lists each variable with its default', async (t) => {
  const { code, stdout } = await run(['serve', '--help']);
  t.equal(code, 0);
  for (const [name, value] of Object.entries(defaults)) {
    t.match(stdout, new RegExp(`^ +${name} +.+\\(default: ${value}\\)$`, 'm'));
  }
});

test('another host than loopback is refused at start, with exit code 2', async (t) => {
  const { code, stdout, stderr } = await run(['serve'], { HOST: '0.0.0.0', PORT: '0' });
  t.equal(code, 2);
  t.equal(stdout, '');
  t.match(stderr, /^milestone-ledger: HOST must be [^\n]+\n$/);
});

test('wrong usage ends with 2 and the usage on stderr', async (t) => {
  for (const args of [['nope'], ['serve', '--nope'], []]) {
    const { code, stdout, stderr } = await run(args);
    t.equal(code, 2, args.join(' '));
    t.equal(stdout, '');
    t.match(stderr, 'Usage: milestone-ledger');
  }
});

test('the OpenAPI document is written without a server', async (t) => {
  const { code, stdout } = await run(['openapi']);
  t.equal(code, 0);
  t.equal(JSON.parse(stdout).info.title, 'Milestone Ledger');
});

/** Starts a server in a directory of its own, and waits until it listens. */
async function startServer(t: Test, port = '0'): Promise<{ child: ChildProcess; port: string }> {
  const directory = t.testdir();
  const env = { PORT: port, DATABASE_URL: `file:${directory}/ledger.db`, SIGNER_DIR: `${directory}/signer` };
  const child = spawn(process.execPath, [main, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(JSON.parse(line).msg);
    if (address?.[1]) return { child, port: address[1] };
  }
  throw new Error('the server ended before it listened');
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends the server with exit code 0`, async (t) => {
    const { child } = await startServer(t);
    child.kill(signal);
    t.same(await once(child, 'exit'), [0, null]);
  });
}

test('a port in use is said in one line, with exit code 2', async (t) => {
  const { port } = await startServer(t);
  const { code, stderr } = await run(['serve'], {
    PORT: port,
    DATABASE_URL: `file:${t.testdir()}/other.db`,
    SIGNER_DIR: '',
  });
  t.equal(code, 2);
  t.match(stderr, new RegExp(`^milestone-ledger: Port ${port} of 127.0.0.1 is in use[^\n]+\n$`));
});
