import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Test, test } from 'tap';
import { inChromium, openBrowser } from '../helpers/chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { devDependencies } = JSON.parse(
  readFileSync(join(root, 'test/client/generate/package.json'), 'utf8').replace(
    '"dependencies"',
    '"devDependencies"',
  ),
);

/** Without what npm and Node have set for this checkout: the commands that somebody types who has neither. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(npm_|NODE_|TAP|TEST_|CI$)/i.test(name) ||
        /^(npm_config_(registry|cache|userconfig)|NODE_EXTRA_CA_CERTS)$/i.test(name),
    ),
  ),
  PATH: (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => !directory.includes('node_modules'))
    .join(delimiter),
};

/** A command as somebody types it: tap would have each Node load what it watches tests with. */
const typed = (...words: string[]): ['env', string[]] => ['env', ['-u', 'NODE_OPTIONS', ...words]];
const run = (cwd: string, ...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(...typed(...words), { cwd, env, encoding: 'utf8' });
  return { status, said: stdout + stderr };
};
const mustRun = (cwd: string, ...words: string[]): string => {
  const { status, said } = run(cwd, ...words);
  if (status !== 0) throw new Error(`${words.join(' ')}: ${said}`);
  return said;
};

const isOffline = run(root, 'npm', 'ping').status !== 0;
const options = {
  skip: isOffline && process.env['CI'] !== 'true' ? "npm's registry can not be reached" : false,
  timeout: 300_000,
};

/** The package as it would be published, installed in an empty directory by the npm and Node of the system. */
let installed: string | undefined;
function install(): string {
  if (installed !== undefined) return installed;
  // It takes 300 MB, and what tests write elsewhere may be in memory.
  const directory = mkdtempSync('/var/tmp/milestone-ledger-pack-');
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  mustRun(root, 'npm', 'pack', '--pack-destination', directory);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const app = join(directory, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  const packages = [`../milestone-ledger-${version}.tgz`, `typescript@${devDependencies.typescript}`];
  mustRun(app, 'npm', 'install', ...packages);
  installed = app;
  return app;
}

/** `npx milestone-ledger serve`, and the address that it says. */
async function serve(t: Test, app: string): Promise<string> {
  const child = spawn(...typed('npx', '--no-install', 'milestone-ledger', 'serve'), {
    cwd: app,
    env: { ...env, PORT: '0', DATABASE_URL: `file:${app}/data/ledger.db`, SIGNER_DIR: `${app}/signer` },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, as npx starts it behind a shell.
    detached: true,
  });
  t.teardown(() => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, 'SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('it ended before it listened');
}

test(
  'the package, installed in an empty directory, serves pages under the Node of the system',
  options,
  async (t) => {
    const app = install();
    t.comment(`Node of the system: ${mustRun(app, 'node', '--version')}`);
    const url = await serve(t, app);
    const page = await fetch(`${url}/`);
    t.equal(page.status, 200);
    const text = await page.text();
    for (const [, path = ''] of text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g))
      t.equal((await fetch(url + path)).status, 200, path);
    t.match(text, '/assets/');
    t.equal((await fetch(`${url}/docs/static/swagger-ui.css`)).status, 200);
    const demo = run(app, 'npx', '--no-install', 'milestone-ledger', 'demo', '--url', url);
    t.match(demo.said, /^Recorded \d+ events in 10 requests\.$/m);
    t.equal((await fetch(`${url}/initiatives/sg-cn-shenzhen-sci`)).status, 200);

    await t.test('and its commands find the threads that they work with', async (t) => {
      const own = [`DATABASE_URL=file:${app}/other.db`, 'SIGNER_DIR='];
      const command = (...words: string[]): string =>
        mustRun(app, ...own, 'npx', 'milestone-ledger', ...words);
      writeFileSync(join(app, 'list.csv'), 'Title;Signed on\nA;2024-05-01\n');
      t.match(command('map', 'list.csv'), 'Signed on');
      const { type, data, sources } = JSON.parse(
        readFileSync(join(root, 'test/golden/InitiativeRegistered.json'), 'utf8'),
      );
      writeFileSync(join(app, 'events.ndjson'), `${JSON.stringify({ type, data, sources })}\n`);
      t.match(command('import', '--initiative', 'sci', 'events.ndjson'), '1 recorded');
      t.match(command('rebuild'), 'records: is what the log makes it');
      t.match(command('verify'), 'nothing wrong');
    });

    await t.test('and its client verifies in a browser what it serves', inChromium, async (t) => {
      const { outputFiles } = await build({
        stdin: { contents: "export * from 'milestone-ledger/client';", resolveDir: app },
        bundle: true,
        write: false,
        format: 'iife',
        globalName: 'ledger',
        platform: 'browser',
      });
      const page = await (await openBrowser(t)).newPage();
      await page.goto(url);
      const proved = await page.evaluate(`(async () => {
      ${outputFiles[0]?.text}
      const client = ledger.createClient({ url: location.origin });
      const { items: [{ vkey }] } = await client.get('/v1/log/keys');
      const { items: [{ event }] } = await client.get('/v1/events', { limit: 1 });
      const proof = await client.get('/v1/events/{eventId}/proof', { eventId: event.eventId });
      let fault;
      try {
        ledger.verifyEvent({ ...event, note: 'changed' }, proof, vkey);
      } catch (error) {
        fault = error.name;
      }
      for await (const { position } of client.events())
        return { fault, streamed: position, ...ledger.verifyEvent(event, proof, vkey) };
    })()`);
      t.match(proved, { fault: 'ProofError', streamed: 1, position: Number, treeSize: Number });
    });
  },
);

test('the types of its client are good under TypeScript 5 and 7', options, async (t) => {
  const app = install();
  cpSync(join(root, 'test/long/packed/program.ts'), join(app, 'program.ts'));
  const compilers = [join(app, 'node_modules/typescript'), join(root, 'node_modules/typescript')];
  for (const compiler of compilers) {
    const { version } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'));
    for (const module of ['nodenext', 'esnext']) {
      const compilerOptions = {
        ...{ module, moduleResolution: module === 'nodenext' ? module : 'bundler', target: 'es2024' },
        ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
        ...{ lib: ['es2024', 'dom', 'dom.asynciterable'], types: [] },
      };
      const config = { compilerOptions, files: ['program.ts'] };
      writeFileSync(join(app, 'tsconfig.json'), JSON.stringify(config));
      const { status, said } = run(app, process.execPath, join(compiler, 'bin/tsc'));
      t.equal(status, 0, `TypeScript ${version}, ${module}: ${said}`);
    }
  }
});
