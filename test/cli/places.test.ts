import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { onlyLong } from '../helpers/effort.ts';
import { asOther, database, nobody, place, type Run, run, withMount } from '../helpers/places.ts';

/** One line, with exit code 2, that names the setting and the path, and says why. */
async function refused(t: Test, name: string, setting: string, path: string, reason: RegExp, how: Run) {
  const { code, err } = await run(how);
  t.equal(code, 2, name);
  t.match(err, /^milestone-ledger: [^\n]+\n$/, `${name}: in one line`);
  t.ok(err.startsWith(`milestone-ledger: ${setting}: ${path} can't be used: `), err);
  t.match(err, reason, name);
}

/** The same of a start in this process, which costs less. */
async function refusedHere(
  t: Test,
  name: string,
  setting: string,
  path: string,
  reason: RegExp,
  env: Run['env'],
) {
  const message = await openLedgerApp(readConfig({ SIGNER_DIR: '', ...env }), false).then(
    () => 'it started',
    (error: Error) => error.message,
  );
  t.ok(message.startsWith(`${setting}: ${path} can't be used: `), message);
  t.match(message, reason, name);
}

const onlyLongAs = ({ skip }: { skip: string | boolean }) => (skip ? { skip } : onlyLong);

const room = 'mount -t tmpfs -o size=64k tmpfs';

test('a database that can not be there is said in one line: the setting, the path, why and what to do', async (t) => {
  const directory = place(t);
  const at = (...names: string[]) => join(directory, ...names);
  writeFileSync(at('file'), 'something else, and long enough to be a header of a database'.repeat(20));
  mkdirSync(at('directory'));
  symlinkSync('itself', at('itself'));
  const long = at(...Array(20).fill('x'.repeat(240)), 'ledger.db');
  const cases: [name: string, path: string, reason: RegExp][] = [
    ['a directory', at('directory'), /it is a directory\. Name a file in it, such as .*ledger\.db/],
    ['below a file', at('file', 'ledger.db'), /file is a file, not a directory/],
    ['far below a file', at('file', 'x', 'y', 'ledger.db'), /file is a file, not a directory/],
    ['no database', at('file'), /no SQLite database, or it is damaged/],
    ['a path that is too long', long, /too long/],
    ['a name that is too long', at('x'.repeat(300)), /too long/],
  ];
  for (const [name, path, reason] of cases)
    await refusedHere(t, name, 'DATABASE_URL', path, reason, database(path));
  if (existsSync('/proc/self'))
    await refusedHere(t, 'where nothing can be made', 'DATABASE_URL', '/proc/x/l.db', /in \/proc/, {
      ...database('/proc/x/l.db'),
    });
  const how = { env: database(at('directory')) };
  await refused(t, 'as a program', 'DATABASE_URL', at('directory'), /it is a directory/, how);
  const other = new Sqlite(at('other.db'));
  other.exec('create table customers (name text)');
  const refusal = {
    message: /other\.db is the database of another program \(its first table is customers\)/,
  };
  await t.rejects(openSqlite(at('other.db')), refusal);
  t.equal(
    other.prepare('select count(*) from sqlite_schema').pluck().get(),
    1,
    'and nothing was put into it',
  );
  other.close();
  const { code, err } = await run({ env: database(at('itself')) });
  t.match(
    { code, err },
    { code: 2, err: /^milestone-ledger: [^\n]*itself is a symbolic link that leads to itself\.\n$/ },
  );
});

test('a directory of the signer that can not be there is said in the same way, and never waited for', async (t) => {
  const directory = place(t);
  const at = (...names: string[]) => join(directory, ...names);
  writeFileSync(at('file'), '');
  symlinkSync('nowhere', at('link'));
  const cases: [name: string, path: string, reason: RegExp][] = [
    ['a file', at('file'), /it is a file, not a directory/],
    ['below a file', at('file', 'signer'), /file is a file, not a directory/],
    ['a link to nowhere', at('link'), /leads nowhere/],
    ['a name that is too long', at('x'.repeat(300)), /too long/],
    ...(existsSync('/proc/self')
      ? [['where nothing can be made', '/proc/x/y/signer', /in \/proc\b/] as [string, string, RegExp]]
      : []),
  ];
  for (const [name, path, reason] of cases) {
    const env = { ...database(at('ledger.db')), SIGNER_DIR: path };
    await refusedHere(t, name, 'SIGNER_DIR', path, reason, env);
  }
});

test('what this user may not use is named with its owner', onlyLongAs(asOther), async (t) => {
  const directory = place(t);
  const at = (...names: string[]) => join(directory, ...names);
  for (const name of ['private', 'open']) mkdirSync(at(name));
  chmodSync(at('private'), 0o700);
  chownSync(at('open'), nobody, nobody);
  const store = await openSqlite(at('open', 'root.db'));
  await store.close();
  const cases: [name: string, path: string, reason: RegExp][] = [
    ['a directory of another user', at('ledger.db'), /uid 65534\) may not use [^ ]+, which belongs to uid 0/],
    ['directories below it', at('a', 'b', 'ledger.db'), /may not use [^ ]+, which belongs to uid 0/],
    [
      'where nothing may be seen',
      at('private', 'ledger.db'),
      /may not use [^ ]+private, which belongs to uid 0/,
    ],
    [
      'a file of another user',
      at('open', 'root.db'),
      /may not use [^ ]+root\.db[^ ]*, which belongs to uid 0/,
    ],
  ];
  const tried = cases.map(([name, path, reason]) =>
    refused(t, name, 'DATABASE_URL', path, reason, { env: database(path), other: true }),
  );
  await Promise.all(tried);
  mkdirSync(at('foreign'));
  for (const [name, path] of [
    ['a directory of another user', at('foreign')],
    ['below one that is private', at('private', 'signer')],
  ] as const)
    await refused(t, name, 'SIGNER_DIR', path, /may not use [^ ]+, which belongs to uid 0/, {
      env: { ...database(at('open', 'own.db')), SIGNER_DIR: path },
      other: true,
    });
});

test('a full disk, and one that can only be read, are named', onlyLongAs(withMount), async (t) => {
  const directory = place(t);
  const file = join(directory, 'ledger.db');
  const signer = join(directory, 'signer');
  const elsewhere = join(place(t), 'ledger.db');
  const full = `${room} ${directory} && { head -c 100000 /dev/zero > ${directory}/zeros; true; } 2>/dev/null`;
  const readOnly = `${room} ${directory} && mount -o remount,ro ${directory}`;
  await refused(t, 'full', 'DATABASE_URL', file, /the disk is full/, { env: database(file), before: full });
  await refused(t, 'nearly full', 'DATABASE_URL', file, /the disk is full/, {
    env: database(file),
    before: `${room} ${directory}`,
  });
  await refused(t, 'read only', 'DATABASE_URL', file, /can only be read/, {
    env: database(file),
    before: readOnly,
  });
  const env = { ...database(elsewhere), SIGNER_DIR: signer };
  await refused(t, 'full', 'SIGNER_DIR', signer, /the disk is full/, { env, before: full });
  await refused(t, 'read only', 'SIGNER_DIR', signer, /can only be read/, { env, before: readOnly });
  const there = await openSqlite(join(directory, 'there.db'));
  await there.close();
  await refused(t, 'a ledger on it', 'DATABASE_URL', join(directory, 'there.db'), /can only be read/, {
    env: database(join(directory, 'there.db')),
    before: `mount --bind ${directory} ${directory} && mount -o remount,bind,ro ${directory}`,
  });
});

test('a directory of the signer that is there stays as it is, and what others may do with it is said', async (t) => {
  const directory = place(t);
  const signer = join(directory, 'signer');
  mkdirSync(signer);
  chmodSync(signer, 0o755);
  const env = { ...database(join(directory, 'ledger.db')), SIGNER_DIR: signer };
  const said = async (): Promise<string[]> => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
    const app = await openLedgerApp(readConfig(env), log);
    await app.close();
    return lines;
  };
  const looked = /^SIGNER_DIR: other users may look into .*signer: chmod 700/;
  t.match(await said(), [looked]);
  t.equal(statSync(signer).mode & 0o777, 0o755);
  chmodSync(join(signer, 'keys.json'), 0o644);
  t.match(await said(), [
    looked,
    /^SIGNER_DIR: other users may use the private keys: chmod 600 .*keys\.json/,
  ]);
  chmodSync(signer, 0o700);
  chmodSync(join(signer, 'keys.json'), 0o600);
  t.same(await said(), []);

  chmodSync(signer, 0o777);
  const { code, err } = await run({ env });
  t.match({ code, err }, { code: 2, err: /every user may write in .*signer.*chmod o-w [^\n]*\n$/ });
  t.equal(statSync(signer).mode & 0o777, 0o777);
  t.ok(readdirSync(signer).includes('keys.json'));
});
