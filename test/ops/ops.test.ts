import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { readConfig } from '../../src/config.ts';
import { imageOf } from '../helpers/containerfile.ts';
import { readDocument } from '../helpers/steps.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const unit = readDocument('ops/milestone-ledger.service');
const installed = '/opt/milestone-ledger/node_modules/milestone-ledger/';

/** The values of a setting of the unit. */
const valuesOf = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

/** Whether the package has a file. */
const isPacked = (path: string): boolean =>
  packageJson.files.some((one: string) => path === one || path.startsWith(`${one}/`));

test('what ops/ names is in the package', (t) => {
  t.ok(isPacked('ops/milestone-ledger.service'), 'and ops/ itself');
  for (const file of ['milestone-ledger.service', 'milestone-ledger', 'Containerfile']) {
    const named = [...readDocument(`ops/${file}`).matchAll(/node_modules\/milestone-ledger\/([\w./-]+)/g)];
    if (file === 'milestone-ledger')
      named.push(...readDocument(`ops/${file}`).matchAll(/\$program\/milestone-ledger\/([\w./-]+)/g));
    t.ok(named.length > 0, `${file} names files of the package`);
    for (const [, path = ''] of named) {
      t.ok(isPacked(path), `${path} is packed`);
      t.doesNotThrow(() => accessSync(join(root, path)), `${path} is there`);
    }
  }
  // npm links the Node.js that comes with the packages there.
  t.doesNotThrow(() => accessSync(join(root, 'node_modules/.bin/node'), constants.X_OK));
  for (const program of ['pack', 'milestone-ledger']) {
    t.doesNotThrow(() => accessSync(join(root, 'ops', program), constants.X_OK), `${program} can be run`);
    t.equal(spawnSync('sh', ['-n', join(root, 'ops', program)]).status, 0, `${program} is a script`);
  }
  t.end();
});

test('the unit lets the service do what it must, and no more', (t) => {
  const [start = ''] = valuesOf('ExecStart');
  t.equal(start.replace(/ .*/, ''), '/opt/milestone-ledger/node_modules/.bin/node');
  t.match(start, new RegExp(` ${RegExp.escape(installed)}bin/milestone-ledger\\.js serve$`));
  t.notOk(/^MemoryDenyWriteExecute/m.test(unit), 'V8 compiles code in memory');
  // The grace period of the service is 10 s.
  t.ok(Number(valuesOf('TimeoutStopSec')[0]) > 10);
  t.same(valuesOf('ProtectSystem'), ['strict']);
  const states = (valuesOf('StateDirectory')[0] ?? '').split(' ').map((name) => `/var/lib/${name}`);
  const settings = Object.fromEntries(
    readDocument('ops/environment')
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => line.split('=', 2)),
  );
  const { DATABASE_URL, SIGNER_DIR } = readConfig(settings);
  const writes = (path: string): boolean =>
    states.some((state) => path === state || path.startsWith(`${state}/`));
  t.ok(writes(DATABASE_URL.slice('file:'.length)), DATABASE_URL);
  t.ok(writes(SIGNER_DIR), SIGNER_DIR);
  t.ok(writes(valuesOf('WorkingDirectory')[0] ?? ''));
  t.end();
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const skip = hasSystemd ? false : 'systemd-analyze is not on this machine';

test('systemd takes the unit', { skip }, (t) => {
  const directory = t.testdir();
  // It looks for the program where the unit says that it is.
  const at = (path: string): string => join(directory, path);
  mkdirSync(at('opt/milestone-ledger/node_modules/.bin'), { recursive: true });
  writeFileSync(at('opt/milestone-ledger/node_modules/.bin/node'), '', { mode: 0o755 });
  mkdirSync(at('etc/systemd/system'), { recursive: true });
  const file = at('etc/systemd/system/milestone-ledger.service');
  writeFileSync(file, unit);
  const program = at('opt/milestone-ledger/node_modules/.bin/node');
  writeFileSync(
    file,
    unit.replace('ExecStart=/opt/milestone-ledger/node_modules/.bin/node', `ExecStart=${program}`),
  );
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
    encoding: 'utf8',
  });
  const said = (stdout + stderr).split('\n').filter((line) => line.includes('milestone-ledger'));
  t.same(said, []);
  t.equal(status, 0, stdout + stderr);
  const security = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', file], {
    encoding: 'utf8',
  });
  const [, exposure = '10'] = /Overall exposure level for \S+: ([0-9.]+)/.exec(security.stdout) ?? [];
  t.comment(`exposure: ${exposure}`);
  t.ok(Number(exposure) < 2, security.stdout);
  t.end();
});

test('the Containerfile makes an image of a user of its own, whose settings are those of a service', (t) => {
  const image = imageOf(readDocument('ops/Containerfile'));
  t.not(image.user, 'root');
  t.same(image.cmd, ['serve']);
  const { DATABASE_URL, SIGNER_DIR, HOST } = readConfig(image.env);
  t.equal(HOST, '0.0.0.0');
  for (const path of [DATABASE_URL.slice('file:'.length), SIGNER_DIR])
    t.ok(
      image.volumes.some((volume) => path === volume || path.startsWith(`${volume}/`)),
      path,
    );
  t.throws(() => imageOf('FROM x\nADD a b\n'), /not known here/, 'no instruction is left out');
  t.end();
});

test('the examples of proxies are those of the document', (t) => {
  const document = readDocument('docs/proxy.md');
  const blocks = [...document.matchAll(/^```(nginx|caddy)\n(.*?)^```$/gms)];
  t.same(
    blocks.map(([, language, block]) => [language, block]),
    [
      ['nginx', readDocument('ops/nginx.conf')],
      ['caddy', readDocument('ops/Caddyfile')],
    ],
  );
  t.end();
});
