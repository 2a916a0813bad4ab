import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { checkStore } from '../helpers/check-store.ts';
import { serveChild } from '../helpers/child.ts';
import { runCommand } from '../helpers/command.ts';
import { initiative } from '../helpers/decide.ts';
import { ndjson } from '../helpers/import.ts';

const header = 'No,type,occurredOn,data.title\n';

test('a list is previewed and synced, on a stopped ledger and through a service', async (t) => {
  const directory = t.testdir();
  const at = (name: string): string => join(directory, name);
  const env = { DATABASE_URL: `file:${at('ledger.db')}`, SIGNER_DIR: at('signer') };
  const sync = (name: string, ...args: string[]) =>
    runCommand(
      [
        'sync',
        at(name),
        '--initiative',
        'sci',
        '--key',
        'No',
        '--reason',
        'May',
        '--publisher',
        'P',
        ...args,
      ],
      env,
    );
  writeFileSync(at('first.csv'), `${header}1,MoUSigned,2023,A\n2,MoUSigned,2023,B\n`);
  writeFileSync(at('second.csv'), `${header}1,MoUSigned,2023,C\n3,MoUSigned,2023-99,D\n`);
  t.match(await runCommand(['import', '-', '--initiative', 'sci'], env, ndjson(initiative())), { code: 0 });

  const preview = await sync('first.csv');
  t.match(preview, { code: 0, out: /^new 1\nnew 2\n2 new, 0 changed, 0 gone, 0 unchanged, 0 refused\n/ });
  const [, hash = ''] = /--expect ([0-9a-f]{64})\n$/.exec(preview.out) ?? [];
  t.match(await sync('second.csv', '--expect', hash), { code: 1, out: /preview/ });
  t.match(await sync('first.csv', '--expect', hash), {
    code: 0,
    out: /\n2 events recorded, 0 already recorded; size 3/,
  });
  t.match(await sync('first.csv', '--expect', hash), {
    code: 0,
    out: /\n0 events recorded, 2 already recorded; size 3/,
  });
  t.match(await sync('first.csv'), { code: 0, out: /There is nothing to record/ });
  checkStore(at('ledger.db'));

  const { url } = await serveChild(t, at('ledger.db'), env);
  const through = await sync('second.csv', '--url', url, '--yes', '--missing', 'retract', '--json');
  t.equal(through.code, 1, 'a row was refused');
  t.match(JSON.parse(through.out), {
    changed: 1,
    gone: 1,
    refused: 1,
    recorded: 1,
    warnings: [{ code: 'nothing-retracted' }],
    errors: [{ line: 3, column: 'occurredOn', value: '2023-99' }],
  });
  const changed = await sync('first.csv', '--url', url);
  t.match(changed, { code: 0, out: /changed 1 \(mou-1\)\n {2}\/data\/title: "C" -> "A"\n/ });
  t.match(await sync('first.csv', '--url', url, '--expect', 'f'.repeat(64)), { code: 1, out: /preview/ });
  t.match(await sync('first.csv', '--source', '{'), { code: 2 });
  t.match(await runCommand(['sync', '-', '--initiative', 'sci', '--key', 'No', '--reason', 'May'], env), {
    code: 2,
  });
});
