import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type Test, test } from 'tap';
import { ConfigError, readConfig } from '../../src/config.ts';
import { readCertificate, renewCertificate } from '../../src/http/certificate.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { start } from '../helpers/child.ts';
import { runCommand } from '../helpers/command.ts';
import { buildShell, listen } from '../helpers/shell.ts';
import { until } from '../helpers/until.ts';

async function served(t: Test) {
  const directory = t.testdir();
  const ca = await makeCertificate(directory);
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const shell = await buildShell(t, { certificate: files });
  return { ...shell, directory, ca, files, port: await listen(shell.app) };
}

async function ask(options: RequestOptions) {
  const request = get({ host: '127.0.0.1', path: '/livez', agent: false, ...options });
  const [response] = await once(request, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** All that comes until the connection ends. A reset after the answer is fine: what counts is the answer. */
function received(socket: Socket): Promise<string> {
  let all = '';
  socket.setEncoding('latin1').on('data', (part) => {
    all += part;
  });
  socket.on('error', () => {});
  return new Promise((resolve) => socket.on('close', () => resolve(all)));
}

test('with a certificate the service speaks https, and says so to browsers', async (t) => {
  const { app, ca, port } = await served(t);
  const { status, headers, body } = await ask({ port, ca });
  t.same([status, JSON.parse(body)], [200, { status: 'ok' }]);
  t.equal(headers['strict-transport-security'], 'max-age=31536000');
  t.equal(app.listeningOrigin, `https://127.0.0.1:${port}`);
  await t.rejects(ask({ port }), /self-signed certificate/);
  const { body: document } = await ask({ port, ca, path: '/openapi.json' });
  t.match(JSON.parse(document).servers, [{ url: `https://127.0.0.1:${port}` }]);

  const socket = connect(port, '127.0.0.1');
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  t.equal(await received(socket), '', 'http is not answered');
  const old = connectTls({ port, host: '127.0.0.1', ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
  await t.rejects(once(old, 'secureConnect'), 'an old TLS is refused');
  t.equal((await ask({ port, ca })).status, 200, 'and others are served as before');
});

test('limits of requests hold over https, too', async (t) => {
  const { ca, port } = await served(t);
  const socket = connectTls({ port, host: '127.0.0.1', ca });
  socket.write('nonsense\r\n\r\n');
  t.match(await received(socket), /^HTTP\/1\.1 400 .*"code":"invalid-request"/s);
  const long = connectTls({ port, host: '127.0.0.1', ca });
  long.write(`GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`);
  t.match(await received(long), /^HTTP\/1\.1 431 /);
});

test('a certificate that is renewed on the disk is taken up by new connections, and half of one is not', async (t) => {
  const { app, ca, directory, files, port, lines } = await served(t);
  const open: TLSSocket = connectTls({ port, host: '127.0.0.1', ca });
  await once(open, 'secureConnect');
  renewCertificate(app, files, await readCertificate(files), 5);
  const next = await makeCertificate(directory, 'next.pem', 'next-key.pem');
  renameSync(join(directory, 'next.pem'), files.cert);
  await until(() => lines.some(({ msg }) => msg === 'the certificate could not be renewed'));
  t.match(
    lines.find(({ msg }) => msg === 'the certificate could not be renewed'),
    { reason: 'TLS_KEY must be the key of the certificate in TLS_CERT.' },
  );
  t.equal((await ask({ port, ca })).status, 200, 'it goes on with what it has');
  copyFileSync(join(directory, 'next-key.pem'), files.key);
  await until(() => lines.some(({ msg }) => msg === 'the certificate was renewed'));
  t.equal((await ask({ port, ca: next })).status, 200);
  await t.rejects(ask({ port, ca }), 'the old one is no more');
  open.end('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  t.match(await received(open), /^HTTP\/1\.1 200 /, 'a connection that was open goes on');
});

test('files that can not be used are refused at the start, in one line that names the setting', async (t) => {
  const directory = t.testdir({ text: 'no certificate', empty: '' });
  const path = (name: string): string => join(directory, name);
  await makeCertificate(directory);
  await makeCertificate(directory, 'other.pem', 'other-key.pem');
  writeFileSync(
    path('locked.pem'),
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
  );
  for (const [cert, key, message] of [
    ['none', 'key.pem', 'TLS_CERT must be a file that can be read (ENOENT).'],
    ['', 'key.pem', 'TLS_CERT must be a file that can be read (EISDIR).'],
    ['cert.pem', 'none', 'TLS_KEY must be a file that can be read (ENOENT).'],
    ['text', 'key.pem', 'TLS_CERT must be a certificate in PEM.'],
    ['empty', 'key.pem', 'TLS_CERT must be a certificate in PEM.'],
    ['key.pem', 'key.pem', 'TLS_CERT must be a certificate in PEM.'],
    ['cert.pem', 'text', 'TLS_KEY must be a private key in PEM, without a passphrase.'],
    ['cert.pem', 'cert.pem', 'TLS_KEY must be a private key in PEM, without a passphrase.'],
    ['cert.pem', 'locked.pem', 'TLS_KEY must be a private key in PEM, without a passphrase.'],
    ['cert.pem', 'other-key.pem', 'TLS_KEY must be the key of the certificate in TLS_CERT.'],
  ] as const)
    await t.rejects(
      readCertificate({ cert: path(cert), key: path(key) }),
      new ConfigError(message),
      `${cert}, ${key}`,
    );
  t.throws(() => readConfig({ TLS_CERT: 'x' }), { message: 'TLS_CERT needs TLS_KEY, which is not set.' });
  t.throws(() => readConfig({ TLS_KEY: 'x' }), { message: 'TLS_KEY needs TLS_CERT, which is not set.' });
  const { code, err } = await runCommand(['serve'], {
    ...{ TLS_CERT: path('none'), TLS_KEY: path('key.pem'), PORT: '0', LOG_LEVEL: 'silent' },
    ...{ DATABASE_URL: `file:${directory}/ledger.db`, SIGNER_DIR: '' },
  });
  t.same([code, err], [2, 'milestone-ledger: TLS_CERT must be a file that can be read (ENOENT).\n']);
});

test('commands on the same machine ask a service that speaks https by the name of its certificate', async (t) => {
  const directory = t.testdir();
  await makeCertificate(directory);
  const file = join(directory, 'ledger.db');
  const PUBLIC_URL = 'https://ledger.example.org/office';
  const files = { TLS_CERT: join(directory, 'cert.pem'), TLS_KEY: join(directory, 'key.pem') };
  const child = start(file, { ...files, PUBLIC_URL });
  t.teardown(() => child.kill('SIGKILL'));
  child.stdout.resume();
  const noted = () => existsSync(`${file}-url`) && readFileSync(`${file}-url`, 'utf8');
  await until(() => Boolean(noted()) || child.exitCode !== null);
  t.equal(noted(), `${PUBLIC_URL}\n`);
  child.kill('SIGTERM');
  t.same(await once(child, 'exit'), [0, null]);
});
