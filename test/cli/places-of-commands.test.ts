import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { runCommand } from '../helpers/command.ts';
import { database, place } from '../helpers/places.ts';

test('no other command ends with a stack where its places can not be used', async (t) => {
  const directory = place(t);
  const at = (...names: string[]) => join(directory, ...names);
  const store = await openSqlite(at('ledger.db'));
  await store.close();
  mkdirSync(at('directory'));
  writeFileSync(at('file'), 'no ledger');
  const bad = { env: database(at('directory')) };
  const good = database(at('ledger.db'));
  const cases: [args: string[], env: Record<string, string>, reason: RegExp][] = [
    [['migrate'], bad.env, /DATABASE_URL: .* it is a directory/],
    [['import', '--initiative', 'x', at('file')], bad.env, /DATABASE_URL: .* it is a directory/],
    [['import', '--initiative', 'x', at('directory')], good, /directory/],
    [['import', '--initiative', 'x', at('nothing')], good, /nothing/],
    [['rebuild'], bad.env, /DATABASE_URL: .* it is a directory/],
    [['verify'], bad.env, /it is a directory|is a directory/],
    [['verify'], database(at('file')), /can't be read: it is no SQLite database/],
    [['verify'], database(at('file', 'below')), /There is no file/],
    [['verify', '--bundle', at('directory'), '--key', 'x'], {}, /./],
    [['export'], bad.env, /is a directory/],
    [['export', '--out', at('nowhere', 'x')], good, /can't be written/],
    [['export', '--bundle', at('nowhere', 'x')], good, /can't be written/],
    [
      ['export', '--bundle', at('bundle')],
      { ...good, SIGNER_DIR: at('file') },
      /SIGNER_DIR: .* it is a file/,
    ],
    [['backup', '--out', at('backup')], bad.env, /is a directory/],
    [['backup', '--out', at('nowhere', 'x')], good, /can't be written/],
    [
      ['copy', '--from', `file:${at('ledger.db')}`, '--to', `file:${at('directory')}`],
      {},
      /--to: .* it is a dir/,
    ],
    [['copy', '--from', `file:${at('directory')}`, '--to', `file:${at('copy')}`], {}, /is a directory/],
    [['restore', '--bundle', at('directory')], good, /./],
    [['rotate-key'], { SIGNER_DIR: at('file') }, /SIGNER_DIR: .* it is a file/],
    [['rotate-key', '--lost'], { ...bad.env, SIGNER_DIR: at('lost') }, /DATABASE_URL: .* it is a directory/],
    [['continue', '--origin', 'x'], { ...good, SIGNER_DIR: at('file') }, /SIGNER_DIR: .* it is a file/],
    [['openapi', '--out', at('nowhere', 'x')], {}, /nowhere/],
  ];
  const tried = async ([args, env, reason]: (typeof cases)[number]): Promise<void> => {
    const { code, err } = await runCommand(args, { SIGNER_DIR: '', ...env });
    t.equal(code, 2, args.join(' '));
    t.match(err, reason, args.join(' '));
    t.notMatch(err, /\n\s+at /, `${args.join(' ')}: no stack`);
  };
  for (const one of cases) await tried(one);
});
