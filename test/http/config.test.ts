import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { ConfigError, readConfig } from '../../src/config.ts';
import { serveChild } from '../helpers/child.ts';
import { runCommand } from '../helpers/command.ts';
import { onlyLong } from '../helpers/effort.ts';

const defaults = {
  HOST: '127.0.0.1',
  PORT: 3000,
  PUBLIC_READ: '',
  OIDC_TOKEN_TYPE: 'at+jwt',
  TRUST_PROXY: '',
  RATE_LIMIT: 6000,
  LONG_REQUESTS: 20,
  MAX_BODY: 1_048_576,
  MAX_BATCH: 1000,
  MAX_NESTING: 32,
  HEADERS_TIMEOUT: 10,
  REQUEST_TIMEOUT: 30,
  MAX_IMPORTS: 4,
  MAX_WAITING: 4096,
  MAX_EVENT_LOOP_DELAY: 1000,
  CORS_ORIGINS: '',
  DATABASE_URL: 'file:./data/ledger.db',
  SIGNER_DIR: './signer',
  BACKUP_EVERY: 60,
  BACKUP_KEEP: 30,
  LOG_LEVEL: 'info',
  LEDGER_TOKEN: '',
  READING_THREADS: 1,
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
    HOST: ['', 'a b', 'http://x', '/tmp/socket'],
    PUBLIC_URL: [
      ...[
        '',
        'ledger.example',
        'ftp://x',
        'https://x?y',
        'https://x/a#b',
        'https://u:secret@x',
        'https://x:99999',
      ],
      ...[
        'https://x/..',
        'https://x/a/../b',
        'https://x/./a',
        'https://x//a',
        'https://x/a%2fb',
        'https://x/a b',
      ],
    ],
    PUBLIC_READ: ['*', 'a,', 'A', 'a, b'],
    TRUST_PROXY: [
      ...[
        'true',
        'all',
        '*',
        'proxy',
        'loopback',
        '1',
        '10.0.0.1,',
        '10.0.0.1, 10.0.0.2',
        '10.0.0',
        '10.0.0.1:80',
      ],
      ...[
        '0.0.0.0/0',
        '::/0',
        '10.0.0.1,::/0',
        '0.0.0.0/1',
        '128.0.0.0/1',
        '10.0.0.0/7',
        '10.0.0.0/33',
        '::/1',
      ],
      ...[
        '::ffff:0.0.0.0/96',
        '0::ffff:0:0/96',
        '8000::/1',
        'fe80::1%eth0',
        '10.0.0.0/255.0.0.0',
        '10.0.0.0/',
        'abc',
      ],
    ],
    CORS_ORIGINS: [
      ...[
        '*',
        'null',
        'true',
        'app.example.org',
        'https://x.example/',
        'https://x.example/a',
        'https://X.example',
      ],
      ...[
        'https://x.example:443',
        'ftp://x.example',
        'file://',
        'https://x.example,',
        'https://x.example,*',
        ',',
      ],
      ...[
        'https://x.example, https://y.example',
        'https://*.example',
        'https://u:secret@x.example',
        'data:,x',
      ],
    ],
    PORT: ['x', '', '-1', '65536', '1.5'],
    METRICS_PORT: ['x', '', '-1', '65536', '1.5'],
    OTEL_EXPORTER_OTLP_ENDPOINT: [
      ...['', 'localhost:4318', 'ftp://x', 'http://u:secret@h', 'http://h?x=1', 'http://h:99999'],
    ],
    DATABASE_URL: [
      ...['mysql://user:secret@host/db', 'postgres://', '', 'file:', './data', 'FILE:x'],
      ...[
        'file:x.db ',
        'file:x.db\n',
        ' file:x.db',
        'file: x.db',
        'file:x\r\n.db',
        'postgres://u:secret@h/db\n',
      ],
      ...[
        'file://secret/a/b',
        'file://a.db',
        'file://',
        'file:///',
        'file:./data/',
        'file:~/x.db',
        'file::memory:',
      ],
      ...['file:a%20b.db', 'file:///a%2Fb', 'file:x.db?mode=ro', 'file:x.db#part'],
    ],
    SIGNER_DIR: ['./signer ', './signer\n', ' ./signer', '~/signer', 'a\nb'],
    LOG_ORIGIN: ['', 'two words', 'a+b', 'x'.repeat(201)],
    LOG_LEVEL: ['loud', '', 'INFO'],
    READING_THREADS: ['-1', '65', '1.5', 'two', ''],
    MAX_BODY: ['0', '16383', '67108865', '1 MiB'],
    MAX_BATCH: ['0', '1001', 'all'],
    MAX_NESTING: ['15', '101'],
    HEADERS_TIMEOUT: ['0', '601', '1.5'],
    REQUEST_TIMEOUT: ['0', '3601'],
    MAX_IMPORTS: ['0', '65'],
    MAX_WAITING: ['1', '100001'],
    MAX_EVENT_LOOP_DELAY: ['-1', '1.5', '60001', 'long'],
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

test('a proxy is an address or a network, and the address of the service may have a path', async (t) => {
  for (const TRUST_PROXY of ['10.0.0.2', '10.0.0.0/8,::1', 'fd00::/8', 'fc00::/7', '2001:db8::1/128', '::1'])
    t.equal(readConfig({ TRUST_PROXY }).TRUST_PROXY, TRUST_PROXY);
  for (const [given, url] of [
    ['https://x.example', 'https://x.example'],
    ['https://X.example:443/', 'https://x.example'],
    ['https://x.example/ledger', 'https://x.example/ledger'],
    ['https://x.example/a/b-c_d.e~f/', 'https://x.example/a/b-c_d.e~f'],
    ['http://[::1]:3000/.well', 'http://[::1]:3000/.well'],
  ] as const)
    t.equal(readConfig({ PUBLIC_URL: given }).PUBLIC_URL, url);
});

test('a path is taken in each form that names one file', async (t) => {
  const files: Record<string, string> = {
    'file:a b.db': 'file:a b.db',
    'file:./x.db': 'file:./x.db',
    'file:/a/b.db': 'file:/a/b.db',
    'file:///a/b.db': 'file:/a/b.db',
    'file://localhost/a/b.db': 'file:/a/b.db',
    'file:100%.db': 'file:100%.db',
    'file:a~/b.db': 'file:a~/b.db',
    'postgres://u:p%20w@h/db?sslmode=require': 'postgres://u:p%20w@h/db?sslmode=require',
  };
  for (const [given, url] of Object.entries(files))
    t.equal(readConfig({ DATABASE_URL: given }).DATABASE_URL, url);
});

test('all wrong values are named at once', async (t) => {
  try {
    readConfig({ PORT: 'x', LOG_LEVEL: 'y' });
    t.fail('was taken');
  } catch (error) {
    t.match((error as Error).message.split('\n'), [/^PORT must/, /^LOG_LEVEL must/]);
  }
});

test('headers have no longer to come than the whole of a request', async (t) => {
  t.throws(() => readConfig({ REQUEST_TIMEOUT: '9' }), {
    message: /HEADERS_TIMEOUT must not be longer than REQUEST_TIMEOUT/,
  });
  t.match(readConfig({ REQUEST_TIMEOUT: '9', HEADERS_TIMEOUT: '9' }), {
    REQUEST_TIMEOUT: 9,
    HEADERS_TIMEOUT: 9,
  });
});

test('serve --help lists each variable with its default', async (t) => {
  const { code, out } = await runCommand(['serve', '--help'], {});
  t.equal(code, 0);
  for (const [name, value] of Object.entries(defaults)) {
    t.match(out, new RegExp(`^ +${name} +.+\\(default: ${RegExp.escape(String(value))}\\)$`, 'm'));
  }
});

test('an open ledger is refused another address than of its own machine, with exit code 2', async (t) => {
  const directory = t.testdir();
  const { code, out, err } = await runCommand(['serve'], {
    ...{ HOST: '0.0.0.0', PORT: '0', LOG_LEVEL: 'silent' },
    ...{ DATABASE_URL: `file:${directory}/ledger.db`, SIGNER_DIR: `${directory}/signer` },
  });
  t.equal(code, 2);
  t.equal(out, '');
  t.match(err, /^milestone-ledger: HOST is 0\.0\.0\.0, and this ledger is open: [^\n]+\n$/);
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

test('a URL given to a command is held to the same', async (t) => {
  const good = `file:${t.testdir()}/some.db`;
  for (const [from, to] of [
    ['file:x.db ', good],
    [good, 'file:a%20b.db'],
    [good, 'mysql://x'],
  ] as const) {
    const { code, err } = await runCommand(['copy', '--from', from, '--to', to], {});
    t.equal(code, 2);
    t.match(err, /It must be file:PATH, or postgres:/);
  }
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

test(
  'a service whose log nobody reads any more goes on, and ends when it is told to',
  onlyLong,
  async (t) => {
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
  },
);
