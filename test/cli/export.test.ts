import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { isPostgres } from '../../src/store/open-store.ts';
import { runCommand } from '../helpers/command.ts';
import { beside } from '../helpers/database.ts';
import { mou, openLedger } from '../helpers/decide.ts';
import { changed } from '../verify/owned.ts';
import { sampleLedger } from '../verify/sample.ts';

const run = (url: string, ...args: string[]) => runCommand(['export', ...args], { DATABASE_URL: url });

async function leavesOf(url: string, after = 0): Promise<string> {
  const { rows, close } = await beside(url);
  const leaves = rows('events').slice(after);
  close();
  return leaves.map(({ leaf }) => `${leaf}\n`).join('');
}

test('the log is written as it is, to standard output or whole into a new file', async (t) => {
  const { url, file, end } = await sampleLedger(t, 1_200);
  const filesOf = (): string[] => (isPostgres(url) ? [] : readdirSync(dirname(file)));
  const files = filesOf();
  const directory = t.testdir();
  const out = join(directory, 'log.ndjson');

  const piped = await run(url);
  t.equal(piped.code, 0, piped.err);
  t.match(piped.err, /^100 %: (\d+) of \1 events\n\1 events up to position \1, root hash [0-9a-f]{64}$/m);
  const saved = await run(url, '--out', out, '--after', '700');
  t.equal(saved.code, 0, saved.err);
  t.match(saved, { err: '', out: new RegExp(`${end - 700} events up to position ${end}, root hash`) });
  t.same(filesOf(), files, 'no file was made');
  t.ok(piped.out === (await leavesOf(url)));
  t.ok(readFileSync(out, 'utf8') === (await leavesOf(url, 700)));
  t.same(readdirSync(directory), ['log.ndjson'], 'no part is left');

  t.match(await run(url, '--after', `${end}`), { code: 0, out: '' });
});

test('what can not be exported whole is not exported at all', async (t) => {
  const sample = await sampleLedger(t, 400);
  const directory = t.testdir();
  const broken = await changed(t, sample, (db) => db.run('delete from events where position = 300'));
  const there = join(directory, 'there');
  writeFileSync(there, 'something');
  const nothing = join(directory, 'nothing');
  const [missing, over, nowhere, beyond, wrong, both, absent, none] = await Promise.all([
    run(broken, '--out', nothing),
    run(sample.url, '--out', there),
    run(sample.url, '--out', join(directory, 'absent', 'log')),
    run(sample.url, '--after', '411'),
    run(sample.url, '--after', '-1'),
    run(sample.url, '--bundle', nothing, '--out', nothing),
    run(`file:${join(directory, 'absent.db')}`),
    run(`file:${there}`),
  ]);
  t.match(missing, { code: 2, err: /lacks one or more of the positions 1 to 410/ });
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
  const { url, post } = await openLedger(t);
  await post({ type: 'InitiativeRegistered', data: { name: 'X' } });
  let exporting = true;
  const exported = run(url).finally(() => {
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
      (await leavesOf(url))
        .split('\n')
        .slice(0, lines)
        .map((leaf) => `${leaf}\n`)
        .join(''),
    `${lines} leaves`,
  );
});
