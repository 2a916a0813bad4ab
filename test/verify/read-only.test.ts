import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { verifyLedger } from '../../src/verify/verify.ts';
import { runCommand } from '../helpers/command.ts';
import { given, mou } from '../helpers/decide.ts';
import { remount, smallDisk } from '../helpers/small-disk.ts';

test('a ledger on a medium that can only be read is verified, exported, copied and backed up', async (t) => {
  const directory = smallDisk(t, '8m');
  if (directory === undefined) return;
  const ledger = await given(t, mou({ repeat: 300 }));
  const { position } = await ledger.store.head();
  // As kill -9 leaves it, and closed in order.
  for (const suffix of ['', '-wal'])
    copyFileSync(ledger.file + suffix, join(directory, `killed.db${suffix}`));
  await ledger.close();
  for (const name of ['ledger.db', 'what?is #this 100%25.db'])
    copyFileSync(ledger.file, join(directory, name));
  remount(directory, 'ro');

  const urlOf = (name: string): string => `file:${join(directory, name)}`;
  t.match(await verifyLedger(urlOf('what?is #this 100%25.db')), { findings: [], events: position });
  t.notOk(existsSync(join(directory, 'what?is #this 100%25.db-wal')));
  await t.rejects(verifyLedger(urlOf('killed.db')), {
    message: /was not closed in order: its newest events are in .*killed\.db-wal/,
  });
  await t.rejects(verifyLedger(urlOf('missing.db')), { message: /There is no file/ });

  const [DATABASE_URL, out] = [urlOf('ledger.db'), t.testdir()];
  const ran = [
    await runCommand(['verify'], { DATABASE_URL }),
    await runCommand(['export', '--out', join(out, 'log.ndjson')], { DATABASE_URL }),
    await runCommand(['backup', '--out', join(out, 'backup.db')], { DATABASE_URL }),
    await runCommand(['copy', '--from', DATABASE_URL, '--to', `file:${join(out, 'copy.db')}`], {}),
    await runCommand(['verify'], { DATABASE_URL: urlOf('killed.db') }),
  ];
  t.match(ran, [
    { code: 0, out: /nothing wrong/ },
    { code: 0, out: /301 events up to position 301/ },
    { code: 0, out: /301 events/ },
    { code: 0, out: /copied/ },
    { code: 2, err: /^milestone-ledger: [^\n]+ was not closed in order[^\n]+\n$/ },
  ]);
  for (const copy of ['backup.db', 'copy.db'])
    t.match(await verifyLedger(`file:${join(out, copy)}`), { findings: [], events: position }, copy);
});
