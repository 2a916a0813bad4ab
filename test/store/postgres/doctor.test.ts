import '../../helpers/on-postgres.ts';
import { join } from 'node:path';
import { test } from 'tap';
import { examine } from '../../../src/cli/doctor/examine.ts';
import { runCommand } from '../../helpers/command.ts';
import { directoryFor, emptyDatabase } from '../../helpers/database.ts';
import { freePort } from '../../helpers/free-port.ts';
import { execute } from '../../helpers/postgres.ts';

test('doctor looks at the server, the role and the ledger in it', async (t) => {
  const DATABASE_URL = await emptyDatabase(t);
  const env = { DATABASE_URL, SIGNER_DIR: join(directoryFor(t), 'signer'), PORT: String(await freePort()) };
  const who = ['--label', 'Administrator', '--role', 'admin', '--initiative', '*', '--expires', '30d'];
  t.match(await runCommand(['token', 'create', ...who], env), { code: 0 });
  const examined = async (nowMs = Date.now(), url = DATABASE_URL) => {
    const findings = [];
    for await (const one of examine({ ...env, DATABASE_URL: url }, nowMs)) findings.push(one);
    return findings.filter(({ status }) => status !== 'ok');
  };
  // The servers of the tests are quick, and keep nothing when the power fails.
  const quick = [
    { check: 'database', status: 'warning', detail: /fsync is off on the database server/ },
    { check: 'database', status: 'warning', detail: /full_page_writes is off/ },
  ];
  const found = await examined();
  t.match(found, quick);
  t.equal(found.length, quick.length, 'nothing else is to be done', { found });
  const { code, out } = await runCommand(['doctor'], env);
  t.equal(code, 1);
  t.match(out, /^ok {6}service: none answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)$/m);

  t.match(await examined(Date.now() + 60_000), [
    ...quick,
    {
      check: 'database',
      status: 'wrong',
      detail: /^The clock of this instance says .*Set both clocks right/,
    },
  ]);
  const service = DATABASE_URL.replace('postgres@', 'milestone_ledger_service@');
  await execute(DATABASE_URL, 'grant select on all tables in schema public to milestone_ledger_service');
  t.match(await examined(Date.now(), service), [
    {
      check: 'database',
      status: 'wrong',
      detail: /the role of the service lacks privileges: insert on events/i,
    },
  ]);
  await execute(DATABASE_URL, 'revoke all on all tables in schema public from milestone_ledger_service');
  await execute(DATABASE_URL, 'update view_versions set version = version + 1');
  t.match((await examined()).slice(quick.length), [
    { check: 'read models', status: 'wrong' },
    { check: 'read models', status: 'wrong' },
  ]);
  await execute(DATABASE_URL, 'update view_versions set version = version - 1');
});
