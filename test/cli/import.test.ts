import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { milestone } from '../bench/samples.ts';
import { checkStore } from '../helpers/check-store.ts';
import { startProgram } from '../helpers/child.ts';
import { runCommand } from '../helpers/command.ts';
import { initiative, meeting, mou } from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';
import { ndjson } from '../helpers/import.ts';

const officers = (name: string): string =>
  fileURLToPath(new URL(`../import/officers/${name}`, import.meta.url));

/** A place for a ledger and files, and the command `import` into the initiative `sci` there. */
function place(t: Test) {
  const directory = t.testdir();
  const database = join(directory, 'ledger.db');
  const env = { DATABASE_URL: `file:${database}`, SIGNER_DIR: join(directory, 'signer') };
  const command = (args: string[]): string[] => ['import', '--initiative', 'sci', ...args];
  return {
    directory,
    database,
    start: (...args: string[]) => startProgram(command(args), env),
    write(name: string, content: string | Buffer): string {
      const file = join(directory, name);
      writeFileSync(file, content);
      return file;
    },
    run: (args: string[], input = '') => runCommand(command(args), env, input),
    events(): number {
      const db = new Sqlite(database, { readonly: true });
      try {
        return db.prepare<[], number>('select count(*) from events').pluck().get() ?? 0;
      } finally {
        db.close();
      }
    },
  };
}

test('the command imports a file, says what came of it, and ends with its code', async (t) => {
  const { run, write, events, database } = place(t);
  const file = write('a.ndjson', ndjson(initiative(), mou()));
  t.match(await run([file, '--dry-run']), {
    code: 0,
    out: '2 lines: 2 would be recorded, 0 already recorded',
  });
  t.match(await run([file]), {
    code: 0,
    out: /^100 %: 2 of 2 lines\n2 lines: 2 recorded, .* size 2, root/,
  });
  t.match(await run(['-'], ndjson(initiative(), mou({ recordId: 'X' }))), {
    code: 1,
    out: /line 2: invalid-body: \/recordId .*\n2 lines: 0 recorded, 1 already recorded, 1 failed/,
  });
  t.match(await run([write('b.ndjson', `${ndjson(mou({ note: 'b' }))}x`), '--atomic']), {
    code: 1,
    out: /line 2: malformed-json: .*\n1 of 2 lines can not be recorded, so none was\.\n/,
  });
  t.equal(events(), 2);
  t.match(await run([file, '--import-id', 'again']), {
    code: 1,
    out: /line 1: record-exists.*\n.* 1 recorded/,
  });
  t.equal(events(), 3);
  checkStore(database);
});

test('a table as officers keep it is imported with a mapping', async (t) => {
  const { run, write, database } = place(t);
  await run([write('a.ndjson', ndjson(initiative(), meeting()))]);
  const args = ['--mapping', officers('mapping.json'), officers('milestones.csv')];
  t.match(await run(args), { code: 0, out: '5 lines: 5 recorded, 0 already recorded, 0 failed' });
  t.match(await run(args), { code: 0, out: '5 lines: 0 recorded, 5 already recorded, 0 failed' });
  const db = new Sqlite(database, { readonly: true });
  t.teardown(() => db.close());
  const leaves = db
    .prepare<[], string>('select leaf from events where position > 2 order by position')
    .pluck()
    .all();
  t.match(
    leaves.map((leaf) => JSON.parse(leaf)),
    [
      {
        type: 'MoUSigned',
        occurredOn: '2019-10-15',
        data: {
          title: 'Memorandum of Understanding on the "Smart City Initiative"',
          parties: [
            { name: 'Ministry of Communications and Information' },
            { name: "Shenzhen Municipal People's Government" },
          ],
        },
        sources: [{ publisher: 'xinjiapo.news', url: 'https://xinjiapo.news/news/289559/amp', lang: 'en' }],
      },
      { type: 'ProjectLaunched', data: { meetingId: 'jic-4', sector: 'robotics' } },
      { occurredOn: '2023-12', data: { title: 'Talent exchange,\nsecond phase' }, sources: undefined },
      { data: { title: undefined, meetingId: 'jic-4' } },
      { data: { title: undefined, meetingId: 'jic-4' } },
    ],
  );
});

test('wrong usage, and what can not be read, ends with 2', async (t) => {
  const { run, write, directory } = place(t);
  const file = write('a.ndjson', ndjson(mou()));
  const wrong: [args: string[], message: RegExp][] = [
    [[], /missing required argument 'file'/],
    [[file, '--initiative', 'Sci'], /lower-case/],
    [[directory], /is a directory/],
    [[file], /initiative-not-found: sci is not registered/],
    [[file, '--mapping', file, '--format', 'ndjson'], /--mapping is for tables/],
  ];
  for (const [args, message] of wrong) t.match(await run(args), { code: 2, err: message }, args.join(' '));
});

test('beside a running service the command says how to import through it', async (t) => {
  const { run, write, database } = place(t);
  const store = await openSqlite(database);
  t.teardown(() => store.close());
  const { code, err } = await run([write('a.csv', 'type\n')]);
  t.equal(code, 2);
  t.match(err, /import through it: --url http:\/\/127\.0\.0\.1:3000, with LEDGER_TOKEN/);
});

test('an import that is killed leaves what it had recorded, and goes on from there', onlyLong, async (t) => {
  const { run, start, write, events, database } = place(t);
  const lines = 10_000;
  const file = write(
    'a.ndjson',
    ndjson(initiative(), ...Array.from({ length: lines - 1 }, (_, i) => milestone(i % 1000))),
  );
  const child = start(file);
  let told = '';
  for await (const text of child.stdout) {
    told += text;
    if (/[2-9]0 %/.test(told)) break;
  }
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  checkStore(database);
  const toldLines = Number([...told.matchAll(/ (\d+) of/g)].at(-1)?.[1] ?? 0);
  t.ok(events() >= toldLines && toldLines > 0, `${events()} events, told of ${toldLines}`);
  t.ok(events() < lines, 'it was killed in the midst');
  const held = events();
  t.match(await run([file]), {
    code: 0,
    out: `${lines} lines: ${lines - held} recorded, ${held} already`,
  });
  t.equal(events(), lines);
  checkStore(database);
});
