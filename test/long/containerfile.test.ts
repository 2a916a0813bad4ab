import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { build, imageOf, start } from '../helpers/containerfile.ts';
import { readDocument } from '../helpers/steps.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const missing = ['mmdebstrap', 'unshare', 'chroot'].find(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
);
const skip =
  process.getuid?.() !== 0
    ? 'only root can make a root file system'
    : missing === undefined
      ? false
      : `${missing} is not on this machine`;

/** Without what npm and tap have set for this checkout, as in ops/pack by hand. */
const bare = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|NODE_|TAP|TEST_)/i.test(name)),
  );

test('the steps of the Containerfile, done in a fresh Debian, serve a ledger as another user from a root that is only read', {
  skip,
  timeout: 600_000,
}, async (t) => {
  const image = imageOf(readDocument('ops/Containerfile'));
  // Some hundred megabytes, and what tests write elsewhere may be in memory.
  const directory = mkdtempSync('/var/tmp/milestone-ledger-image-');
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const context = join(directory, 'context');
  // tap would have each Node load what it watches tests with.
  const pack = ['-u', 'NODE_OPTIONS', join(root, 'ops/pack'), join(context, 'app')];
  const packed = spawnSync('env', pack, { env: bare(), encoding: 'utf8', timeout: 240_000 });
  t.equal(packed.status, 0, packed.stderr.slice(-2000));

  const [, suite = ''] = /^debian:([a-z]+)-slim$/.exec(image.from) ?? [];
  t.not(suite, '', image.from);
  const made = join(directory, 'root');
  // From where this machine takes its packages.
  const sources = globSync('/etc/apt/sources.list{,.d/debian.sources}');
  // What it mounts is mounted for it alone, and so is gone with it however it ends.
  const debootstrap = ['mmdebstrap', '--quiet', '--variant=minbase', suite, made, ...sources];
  execFileSync('unshare', ['-m', ...debootstrap], { stdio: 'inherit' });
  build(image, made, context);

  const env = { PORT: '0' };
  const command = async (...args: string[]) => {
    const child = start(t, image, made, args, env);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code, out, err };
  };
  const who = ['--label', 'Administrator', '--role', 'admin', '--initiative', '*', '--expires', '30d'];
  const refused = await command(...image.cmd);
  t.match(refused, { code: 2, err: /this ledger is open.*Make an administrator first/ });
  const token = await command('token', 'create', ...who);
  t.match(token, { code: 0, out: /^mledger_/ }, token.err);

  const service = start(t, image, made, image.cmd, env);
  const said = text(service.stderr);
  let port = '';
  for await (const line of createInterface({ input: service.stdout })) {
    port = /listening at http:\/\/\S+:(\d+)/.exec(line)?.[1] ?? '';
    if (port !== '') break;
  }
  t.not(port, '', `it listens: ${port === '' ? await said : ''}`);
  service.stdout.resume();
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  t.same([ready.status, await ready.json()], [200, { status: 'ok' }]);
  const me = await fetch(`http://127.0.0.1:${port}/v1/me`, {
    headers: { authorization: `Bearer ${token.out.trim()}` },
  });
  t.match(await me.json(), { principalId: 'principal-1' });
  const [health = '', ...args] = image.health;
  const check = start(t, image, made, args, { PORT: port }, [health]);
  t.same(await once(check, 'exit'), [0, null], 'HEALTHCHECK finds it ready');
  const absent = start(t, image, made, args, { PORT: '1' }, [health]);
  t.same(await once(absent, 'exit'), [1, null], 'and none where there is none');
  const process = readFileSync(`/proc/${service.pid}/status`, 'utf8');
  t.match(process, /^Uid:\t10001\t10001/m, 'it is the user of the image');
  const touched = start(t, image, made, ['-c', 'echo > /opt/x || echo > /etc/x'], {}, ['/bin/sh']);
  t.match(await text(touched.stderr), /Read-only file system/);
  const doctor = await command('doctor');
  t.equal(doctor.code, 1, 'what the image can not know is to be done');
  t.match(
    doctor.out,
    /^warning names and proxy: HOST is 0\.0\.0\.0 and PUBLIC_URL is not set.*\nwarning backup: .*\n0 wrong, 2 warnings\.\n$/ms,
  );
  t.comment(doctor.out);
  service.kill('SIGTERM');
  t.same(await once(service, 'exit'), [0, null]);
  t.ok(existsSync(join(made, 'var/lib/milestone-ledger/ledger.db')));
});
