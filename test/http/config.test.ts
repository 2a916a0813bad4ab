import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { ConfigError, readConfig } from '../../src/config.ts';
import { runCommand, serveChild } from '../helpers/child.ts';

const defaults = {
  HOST: '127.0.0.1',
  PORT: 3000,
  DATABASE_URL: 'file:./data/ledger.db',
  SIGNER_DIR: './signer',
  LOG_LEVEL: 'info',
  ALLOW_CLOCK_JUMP: false,
};

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
  const { code, out } = await runCommand(['serve', '--help'], {});
  t.equal(code, 0);
  for (const [name, value] of Object.entries(defaults)) {
    t.match(out, new RegExp(`^ +${name} +.+\\(default: ${value}\\)$`, 'm'));
  }
});

test('another host than loopback is refused at start, with exit code 2', async (t) => {
  const { code, out, err } = await runCommand(['serve'], { HOST: '0.0.0.0', PORT: '0' });
  t.equal(code, 2);
  t.equal(out, '');
  t.match(err, /^milestone-ledger: HOST must be [^\n]+\n$/);
});

test('wrong usage ends with 2 and the usage on stderr', async (t) => {
  await Promise.all(
    [['nope'], ['serve', '--nope'], []].map(async (args) => {
      const { code, out, err } = await runCommand(args, {});
      t.equal(code, 2, args.join(' '));
      t.equal(out, '');
      t.match(err, 'Usage: milestone-ledger');
    }),
  );
});

test('the OpenAPI document is written without a server', async (t) => {
  const { code, out } = await runCommand(['openapi'], {});
  t.equal(code, 0);
  t.equal(JSON.parse(out).info.title, 'Milestone Ledger');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends the server with exit code 0`, async (t) => {
    const { child } = await serveChild(t, `${t.testdir()}/ledger.db`);
    child.kill(signal);
    t.same(await once(child, 'exit'), [0, null]);
  });
}

test('a port in use is said in one line, with exit code 2', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  // Listening on a port, so its address is no path of a socket.
  const { port } = server.address() as AddressInfo;
  const { code, err } = await runCommand(['serve'], {
    PORT: `${port}`,
    DATABASE_URL: `file:${t.testdir()}/other.db`,
    SIGNER_DIR: '',
  });
  t.equal(code, 2);
  t.match(err, new RegExp(`^milestone-ledger: Port ${port} of 127.0.0.1 is in use[^\n]+\n$`));
});

test('a service whose log nobody reads any more goes on, and ends when it is told to', async (t) => {
  const directory = t.testdir();
  const ends = Array.from({ length: 4 }, async (_, i) => {
    const { child, url } = await serveChild(t, join(directory, `${i}.db`));
    child.stdout?.destroy();
    t.equal((await fetch(`${url}/v1/nothing`)).status, 404);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    t.equal(code, 0);
  });
  await Promise.all(ends);
});
