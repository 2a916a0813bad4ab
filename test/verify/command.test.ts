import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { isPostgres } from '../../src/store/open-store.ts';
import { runCommand } from '../helpers/command.ts';
import { changed } from './owned.ts';
import { checkpointOf, sampleLedger, vkey } from './sample.ts';

const run = (url: string, ...args: string[]) => runCommand(['verify', ...args], { DATABASE_URL: url });

t.test('the exit code says clean, something found or could not run', async (t) => {
  const sample = await sampleLedger(t, 400);
  const { url, file } = sample;
  const { note, rootHash } = await checkpointOf(url);
  const directory = t.testdir();
  const kept = join(directory, 'checkpoint');
  writeFileSync(kept, note);
  const filesOf = (): string[] => (isPostgres(url) ? [] : readdirSync(dirname(file)));
  const files = filesOf();
  const broken = await changed(t, sample, (db) =>
    db.run("update events set leaf = replace(leaf, '\"Title', '\"Titel') where position = 40"),
  );

  const clean = await run(url);
  t.equal(clean.code, 0, clean.err);
  t.match(clean.out, /^100 %: 410 of 410 events$/m);
  const root = rootHash.toString('hex');
  t.ok(clean.out.endsWith(`410 events checked, size 410, root hash ${root}: nothing wrong\n`), clean.out);
  t.same(filesOf(), files, 'no file was made');

  const [hashes, apart, found, absent, away, keyOnly, noFile] = await Promise.all([
    run(url, '--hashes-only'),
    run(url, '--checkpoint', kept, '--key', vkey),
    run(broken),
    run(`file:${join(directory, 'absent.db')}`),
    run('postgres://somebody:secret@127.0.0.1:1/absent'),
    run(url, '--key', vkey),
    run(url, '--checkpoint', join(directory, 'absent')),
  ]);
  t.match(hashes, { code: 0, out: /hashes of 410 events checked/ });
  t.match(apart, { code: 0, err: '' });
  t.match(found, { code: 1, out: /^position 40: leaf-changed: /m });
  t.match(found.out, /: 2 findings\n$/);
  t.match(absent, { code: 2, out: '', err: /There is no file/ });
  t.match(away, {
    code: 2,
    out: '',
    err: /postgres:\/\/127.0.0.1:1\/absent can't be read: connect ECONNREFUSED/,
  });
  t.match(keyOnly, { code: 2, err: /--key/ });
  t.match(noFile, { code: 2, err: /ENOENT/ });

  const trusting = await run(url, '--checkpoint', kept);
  t.match(trusting, { code: 1, out: /No --key is given, so the keys in the database are trusted/ });
});
