import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { serveChild } from '../helpers/child.ts';
import { onlyLong } from '../helpers/effort.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { recordReal, shenzhen } from '../helpers/real-data.ts';
import {
  differences,
  hasCurl,
  patternOf,
  readDocument,
  serveForSteps,
  stepsIn,
  stepsOf,
} from '../helpers/steps.ts';
import { until } from '../helpers/until.ts';

const run = promisify(execFile);

test('the tour answers what it shows, and then each question of the auditor, as JSON and as a table', async (t) => {
  if (!(await hasCurl(t))) return;
  // The period of the questions holds this day.
  const app = await buildLedger(t, () => Date.parse('2026-07-01T12:00:00.000Z'));
  const tryStep = await serveForSteps(t, app);
  const tour = stepsOf(readDocument('docs/tour.md'));
  t.ok(tour.length >= 10, 'the tour has its steps');
  for (const step of tour) await tryStep(step);
  const steps = stepsOf(readDocument('docs/audit.md'));
  t.ok(steps.length >= 12, 'the questions are there');
  for (const step of steps) {
    await tryStep(step);
    const [, path] = /'http:\/\/127\.0\.0\.1:3000([^']+)'/.exec(step.command) ?? [];
    if (path === undefined || path.includes('format=csv')) continue;
    const answer = (await app.inject(path)).json();
    t.equal(answer.basis.treeSize, 24, `${step.title}: with its basis`);
    const items: object[] = answer.items ?? answer.versions ?? answer.changes;
    if (path.includes('count=true') && !path.includes('limit='))
      t.equal(answer.total, items.length, `${step.title}: complete`);
    const table = await app.inject(`${path}&format=csv`);
    t.equal(table.statusCode, 200, `${step.title}: as a table`);
    t.equal(table.headers['basis-tree-size'], '24');
    t.equal(table.headers['basis-root-hash'], answer.basis.rootHash);
    t.equal(table.headers['total-count'], answer.total === undefined ? undefined : String(answer.total));
    // No text of this ledger has a line break in it.
    t.equal(table.body.trimEnd().split('\r\n').length, items.length + 1, `${step.title}: as many rows`);
  }
});

test('docs/correct.md answers what it shows', async (t) => {
  if (!(await hasCurl(t))) return;
  const tryStep = await serveForSteps(t, await buildLedger(t));
  const steps = stepsOf(readDocument('docs/correct.md'));
  t.ok(steps.length >= 5, 'the steps are there');
  for (const step of steps) await tryStep(step);
});

for (const { page, begun, least } of [
  { page: 'commands', begun: true, least: 5 },
  { page: 'import', begun: false, least: 5 },
  { page: 'operate', begun: true, least: 8 },
  { page: 'prove', begun: true, least: 7 },
])
  test(`docs/${page}.md shows what its commands print`, onlyLong, async (t) => {
    if (!(await hasCurl(t))) return;
    const steps = stepsOf(readDocument(`docs/${page}.md`));
    t.ok(steps.length >= least, 'it has its steps');
    const { tryStep, stop, start } = await serveFromDirectory(t, begun);
    for (const step of steps) {
      if (needsStop.test(step.command)) await stop();
      else if (step.command.includes('http://127.0.0.1:3000')) await start();
      await tryStep(step);
    }
  });

test('docs/access.md shows what its commands print', onlyLong, async (t) => {
  if (!(await hasCurl(t))) return;
  const steps = stepsOf(readDocument('docs/access.md'));
  t.ok(steps.length >= 7, 'it has its steps');
  const [first, ...others] = steps;
  const { tryStep, stop, start } = await serveFromDirectory(t, false);
  await stop();
  if (first) await tryStep(first);
  await start();
  for (const step of others) await tryStep(step);
});

test('docs/client.md shows what its programs print', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const blocks = [...readDocument('docs/client.md').matchAll(/^```ts\n(.*?)^```\n\n```text\n(.*?)^```/gms)];
  t.equal(blocks.length, 4);
  const client = new URL('../../src/client/client.ts', import.meta.url).href;
  const directory = t.testdir();
  for (const [i, [, program = '', shown = '']] of blocks.entries()) {
    const file = join(directory, `${i}.ts`);
    writeFileSync(
      file,
      program.replace("'milestone-ledger/client'", `'${client}'`).replace('http://127.0.0.1:3000', url),
    );
    const { stdout } = await run(process.execPath, [file], { env: {} });
    t.match(stdout, patternOf(shown), `program ${i + 1}`);
  }
});

/** Commands that are refused while a service has the ledger. */
const needsStop = /ledger -- (import|restore|rotate-key|continue)/;

/** A service as `npm start` starts it in a directory, with the events of the demo or none. */
async function serveFromDirectory(t: Test, begun: boolean) {
  const directory = t.testdir();
  const env = { SIGNER_DIR: join(directory, 'signer') };
  let { child, url } = await serveChild(t, join(directory, 'data/ledger.db'), env);
  if (begun) await importDemo(url);
  const instead = { 'http://127.0.0.1:3000': url };
  const tryStep = stepsIn(t, { instead, directory });
  /** Again, on another port, where it was stopped. */
  const start = async (): Promise<void> => {
    if (child.exitCode === null) return;
    ({ child, url } = await serveChild(t, join(directory, 'data/ledger.db'), env));
    instead['http://127.0.0.1:3000'] = url;
  };
  return { tryStep, stop: () => stopped(child), start };
}

async function importDemo(url: string): Promise<void> {
  const body = readFileSync(new URL('../../demo/shenzhen.ndjson', import.meta.url));
  const headers = { 'content-type': 'application/x-ndjson' };
  await fetch(`${url}/v1/initiatives/sg-cn-shenzhen-sci/import`, { method: 'POST', headers, body });
  // The signer signs about once a second.
  await until(async () => (await (await fetch(`${url}/v1/log/checkpoint`)).text()).includes('\n117\n'));
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

test('what is shown is compared with what is answered', (t) => {
  t.same(differences('{ "a": [1, …], "b": "x…", … }', '{"a":[1,2],"b":"xyz","c":3}'), []);
  t.same(differences('{ "a": 1 }\n{ "a": 2 }', '{"a":1}\n{"a":2}'), []);
  t.same(differences('{ "a": 1 }', '{"a":1,"b":2}'), ['/0/b is not shown']);
  t.same(differences('{ "a": 1, … }', '{"b":2}'), ['/0/a: 1 is shown, nothing answered']);
  t.same(differences('{ "a": [1, 2] }', '{"a":[1,3,4]}'), [
    '/0/a/1: 2 is shown, 3 answered',
    '/0/a/2 is not shown',
  ]);
  t.match('first\nsecond, third\nlast\n', patternOf('first\n…\nl…'));
  t.notMatch('first\nsecond\n', patternOf('first'));
  t.end();
});
