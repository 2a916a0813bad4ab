import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { runCommand } from '../helpers/child.ts';
import { mou, openLedger } from '../helpers/decide.ts';
import { sampleLedger, tampered } from '../verify/sample.ts';

const run = (file: string, ...args: string[]) =>
  runCommand(['export', ...args], { DATABASE_URL: `file:${file}` });

function leavesOf(file: string, after = 0): string {
  const db = new Sqlite(file, { readonly: true });
  const leaves = db
    .prepare<[number], string>('select leaf from events where position > ? order by position')
    .pluck();
  const text = leaves
    .all(after)
    .map((leaf) => `${leaf}\n`)
    .join('');
  db.close();
  return text;
}

test('the log is written as it is, to standard output or whole into a new file', async (t) => {
  const { file, end } = await sampleLedger(t, 1_200);
  const files = readdirSync(dirname(file));
  const directory = t.testdir();
  const out = join(directory, 'log.ndjson');

  const piped = await run(file);
  t.equal(piped.code, 0, piped.err);
  t.match(piped.err, /^100 %: (\d+) of \1 events\n\1 events up to position \1, root hash [0-9a-f]{64}$/m);
  const saved = await run(file, '--out', out, '--after', '700');
  t.equal(saved.code, 0, saved.err);
  t.match(saved, { err: '', out: new RegExp(`${end - 700} events up to position ${end}, root hash`) });
  t.same(readdirSync(dirname(file)), files, 'no file was made');
  t.ok(piped.out === leavesOf(file));
  t.ok(readFileSync(out, 'utf8') === leavesOf(file, 700));
  t.same(readdirSync(directory), ['log.ndjson'], 'no part is left');

  t.match(await run(file, '--after', `${end}`), { code: 0, out: '' });
});

test('what can not be exported whole is not exported at all', async (t) => {
  const sample = await sampleLedger(t, 400);
  const directory = t.testdir();
  const broken = tampered(t, sample, (db) => db.exec('delete from events where position = 300'));
  const there = join(directory, 'there');
  writeFileSync(there, 'something');
  const nothing = join(directory, 'nothing');
  const [missing, over, nowhere, beyond, wrong, both, absent, none] = await Promise.all([
    run(broken, '--out', nothing),
    run(sample.file, '--out', there),
    run(sample.file, '--out', join(directory, 'absent', 'log')),
    run(sample.file, '--after', '411'),
    run(sample.file, '--after', '-1'),
    run(sample.file, '--bundle', nothing, '--out', nothing),
    run(join(directory, 'absent.db')),
    run(there),
  ]);
  t.match(missing, { code: 2, err: /lacks position 300/ });
  t.match(over, { code: 2, err: /exists already/ });
  t.match(nowhere, { code: 2, err: /can't be written: ENOENT/ });
  t.match(beyond, { code: 2, err: /after the end of the log, which is 410/ });
  t.match(wrong, { code: 2, err: /must be a position/ });
  t.match(both, { code: 2, err: /cannot be used with/ });
  t.match(absent, { code: 2, err: /There is no file/ });
  t.match(none, { code: 2, err: /can't be read/ });
  t.equal(readFileSync(there, 'utf8'), 'something');
  t.notOk(existsSync(nothing));
  t.notOk(existsSync(`${nothing}.part`));
});

test('a running service is neither disturbed nor waited for', async (t) => {
  const { file, post } = await openLedger(t);
  await post({ type: 'InitiativeRegistered', data: { name: 'X' } });
  let exporting = true;
  const exported = run(file).finally(() => {
    exporting = false;
  });
  let posts = 0;
  for (; exporting; posts++) await post(mou());
  const { code, out, err } = await exported;
  t.equal(code, 0, err);
  t.ok(posts > 0);
  const lines = out.split('\n').length - 1;
  t.ok(
    out ===
      leavesOf(file)
        .split('\n')
        .slice(0, lines)
        .map((leaf) => `${leaf}\n`)
        .join(''),
    `${lines} leaves`,
  );
});
