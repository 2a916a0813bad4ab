import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { runCommand } from '../helpers/child.ts';
import { checkpointOf, sampleLedger, tampered, vkey } from './sample.ts';

const run = (file: string, ...args: string[]) =>
  runCommand(['verify', ...args], { DATABASE_URL: `file:${file}` });

t.test('the exit code says clean, something found or could not run', async (t) => {
  const sample = await sampleLedger(t, 400);
  const { note } = checkpointOf(sample.file);
  const directory = t.testdir();
  const kept = join(directory, 'checkpoint');
  writeFileSync(kept, note);
  const files = readdirSync(dirname(sample.file));
  const broken = tampered(t, sample, (db) =>
    db.exec("update events set leaf = replace(leaf, '\"Title', '\"Titel') where position = 40"),
  );

  const clean = await run(sample.file);
  t.equal(clean.code, 0, clean.err);
  const rootHash = checkpointOf(sample.file).rootHash.toString('hex');
  t.match(clean.out, /^100 %: 410 of 410 events$/m);
  t.ok(clean.out.endsWith(`410 events checked, size 410, root hash ${rootHash}: nothing wrong\n`), clean.out);
  t.same(readdirSync(dirname(sample.file)), files, 'no file was made');

  const [hashes, apart, changed, absent, keyOnly, noFile] = await Promise.all([
    run(sample.file, '--hashes-only'),
    run(sample.file, '--checkpoint', kept, '--key', vkey),
    run(broken),
    run(join(directory, 'absent.db')),
    run(sample.file, '--key', vkey),
    run(sample.file, '--checkpoint', join(directory, 'absent')),
  ]);
  t.match(hashes, { code: 0, out: /hashes of 410 events checked/ });
  t.match(apart, { code: 0, err: '' });
  t.match(changed, { code: 1, out: /^position 40: leaf-changed: /m });
  t.match(changed.out, /: 2 findings\n$/);
  t.match(absent, { code: 2, out: '', err: /There is no file/ });
  t.match(keyOnly, { code: 2, err: /--key/ });
  t.match(noFile, { code: 2, err: /ENOENT/ });

  const trusting = await run(sample.file, '--checkpoint', kept);
  t.match(trusting, { code: 1, out: /The keys that the database lists are trusted/ });
});
