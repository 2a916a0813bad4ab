import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { runCommand } from '../helpers/command.ts';
import { binaries, execute, startCluster } from '../helpers/postgres.ts';
import { readDocument, stepsIn, stepsOf } from '../helpers/steps.ts';

test('docs/postgres.md shows what its commands print', {
  skip: binaries === undefined && 'PostgreSQL is not on this machine',
}, async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.end());
  for (const name of ['ledger', 'moved']) await execute(cluster.url('postgres'), `create database ${name}`);
  const directory = t.testdir();
  const file = readFileSync(new URL('../../demo/shenzhen.ndjson', import.meta.url));
  const env = { DATABASE_URL: `file:${directory}/data/ledger.db`, SIGNER_DIR: '' };
  t.match(await runCommand(['import', '--initiative', 'sg-cn-shenzhen-sci', '-'], env, file), { code: 0 });

  const instead = { 'postgres://ledger@db.example.org/': cluster.url('') };
  const tryStep = stepsIn(t, { instead, directory, programs: binaries });
  const steps = stepsOf(readDocument('docs/postgres.md'));
  t.ok(steps.length >= 6, 'it has its steps');
  for (const step of steps) await tryStep(step);
});
