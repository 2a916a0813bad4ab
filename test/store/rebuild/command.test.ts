import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { checkStore } from '../../helpers/check-store.ts';
import { runCommand } from '../../helpers/command.ts';
import { buildLedger } from '../../helpers/ledger.ts';
import { sampleLedger, tampered } from '../../verify/sample.ts';

const sample = await sampleLedger(t, 400);

const run = (file: string, args: string[] = [], port = 9) =>
  runCommand(['rebuild', ...args], { DATABASE_URL: `file:${file}`, PORT: String(port) });

async function serve(t: Test, file: string): Promise<number> {
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '', ALLOW_CLOCK_JUMP: 'true' }),
    false,
  );
  t.teardown(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Listening on a port, so its address is no path of a socket.
  return (app.server.address() as AddressInfo).port;
}

const changed = (t: Test): string =>
  tampered(t, sample, (db) => db.exec('update records set named = 0 where position = 40'));

const clean = `100 %: 410 of 410 events
records: is what the log makes it
counts: is what the log makes it
`;
const repaired = `100 %: 410 of 410 events
position 40: records: column named is 0, the log makes it 1
records: 1 row differs; the rebuilt one is in use now
counts: is what the log makes it
`;
const lastTenth = (out: string): string => out.slice(out.indexOf('100 %'));

t.test('the command rebuilds a stopped ledger itself', async (t) => {
  const file = changed(t);
  const first = await run(file);
  t.match(first, { code: 0, err: '' });
  t.equal(lastTenth(first.out), repaired);
  t.equal(lastTenth((await run(file)).out), clean);
  const one = await run(file, ['counts']);
  t.equal(lastTenth(one.out), clean.replace(/records: .*\n/, ''));
  checkStore(file);
});

t.test('the command asks a running service, and no other one', async (t) => {
  const file = changed(t);
  const port = await serve(t, file);
  const first = await run(file, [], port);
  t.match(first, { code: 0, err: '' });
  t.equal(lastTenth(first.out), repaired);
  t.equal(lastTenth((await run(file, [], port)).out), clean);
  checkStore(file);

  t.match(await run(file), { code: 2, out: '', err: /no service answers at http:\/\/127\.0\.0\.1:9/ });
  const other = await serve(t, join(t.testdir(), 'other.db'));
  t.match(await run(file, [], other), { code: 2, out: '', err: /serves another log/ });
});

t.test(
  'an event that can not be folded is told with its position, here and there: exit code 1',
  async (t) => {
    const file = tampered(t, sample, (db) => db.exec("update events set leaf = 'x' where position = 7"));
    const told = /^position 7: the leaf at position 7 does not fit: .* The read models stay as they are\.$/m;
    t.match(await run(file), { code: 1, out: told, err: '' });
    const port = await serve(t, file);
    t.match(await run(file, [], port), { code: 1, out: told, err: '' });
  },
);

t.test('wrong usage: exit code 2', async (t) => {
  const file = join(t.testdir(), 'absent.db');
  t.match(await run(file), { code: 2, out: '', err: /There is no ledger at/ });
  t.match(await run(sample.file, ['rumours']), {
    code: 2,
    out: '',
    err: /There is no read model rumours\. There are: records, counts\./,
  });
  t.match(await run(sample.file, ['--hard']), { code: 2, err: /unknown option/ });
});

t.test('a ledger of today needs no rebuild to begin', async (t) => {
  const app = await buildLedger(t);
  t.equal((await app.inject('/readyz')).statusCode, 200);
});
