import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { makeBackup } from '../../src/backup/make-backup.ts';
import type { Finding, Status } from '../../src/cli/doctor/check.ts';
import { findingsOf } from '../../src/cli/doctor/disk.ts';
import { examine } from '../../src/cli/doctor/examine.ts';
import { findingOf } from '../../src/cli/doctor/tables.ts';
import { readConfig } from '../../src/config.ts';
import { openStore } from '../../src/store/open-store.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { runChild, serveChild } from '../helpers/child.ts';
import { runCommand } from '../helpers/command.ts';
import { directoryFor } from '../helpers/database.ts';
import { freePort } from '../helpers/free-port.ts';
import { identityProvider, settingsFor } from '../helpers/identity.ts';
import { isRoot, nobody } from '../helpers/places.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { until } from '../helpers/until.ts';

const now = Date.now();
const [minute, day] = [60_000, 86_400_000];

/** A stopped ledger with an administrator, made once; each test changes a copy. */
const template = directoryFor(t);
const placesIn = (directory: string) => ({
  DATABASE_URL: `file:${join(directory, 'data/ledger.db')}`,
  SIGNER_DIR: join(directory, 'signer'),
  BACKUP_DIR: join(directory, 'backups'),
});
t.before(async () => {
  const who = ['--label', 'Administrator', '--role', 'admin', '--initiative', '*', '--expires', '30d'];
  const { code, err } = await runCommand(['token', 'create', ...who], placesIn(template));
  if (code !== 0) throw new Error(err);
  const directory = join(template, 'backups');
  mkdirSync(directory, { mode: 0o700 });
  // As beside a service: it has the ledger open.
  await using store = await openStore(placesIn(template).DATABASE_URL);
  const { failure } = await makeBackup({
    file: join(template, 'data/ledger.db'),
    origin: store.origin,
    directory,
    keepDays: 30,
    nowMs: now,
    mayVerifyWhole: true,
  });
  if (failure !== undefined) throw new Error(failure);
});

interface Place {
  directory: string;
  file: string;
  env: ReturnType<typeof placesIn>;
}

function copy(t: Test): Place {
  const directory = directoryFor(t);
  for (const name of ['data', 'signer', 'backups']) {
    cpSync(join(template, name), join(directory, name), { recursive: true });
    chmodSync(join(directory, name), 0o700);
  }
  return { directory, file: join(directory, 'data/ledger.db'), env: placesIn(directory) };
}

async function examined(env: Record<string, string>, nowMs = Date.now()) {
  const findings: (Finding & { check: string })[] = [];
  for await (const finding of examine(env, nowMs)) findings.push(finding);
  return findings;
}

/** That a check finds something of this status, in these words, and no other check finds anything. */
async function finds(
  t: Test,
  { env, nowMs }: { env: Record<string, string>; nowMs?: number },
  check: string,
  status: Status,
  detail: RegExp,
): Promise<void> {
  const findings = await examined(env, nowMs);
  const bad = findings.filter((one) => one.status !== 'ok');
  t.ok(
    bad.some((one) => one.check === check && one.status === status && detail.test(one.detail)),
    `${check} is ${status}: ${detail}`,
    { bad },
  );
  t.same([...new Set(bad.map((one) => one.check))], [check], 'and nothing else is', { bad });
}

const inLedger = (file: string, statement: string): void => {
  const db = new Sqlite(file);
  db.exec(statement);
  db.close();
};

t.test('a service with an administrator is all well, beside it and when it has ended', async (t) => {
  const { env, file } = copy(t);
  const stopped = await runCommand(['doctor'], env);
  t.equal(stopped.code, 0, stopped.out + stopped.err);
  t.match(stopped.out, /^ok {6}program: milestone-ledger \d/m);
  t.match(stopped.out, /^ok {6}clock: \d+ \w+ ahead of the last event$/m);
  t.match(stopped.out, /^ok {6}service: none runs on this ledger now$/m);
  t.match(stopped.out, /\nAll is well\.\n$/);
  const metricsPort = String(await freePort());
  const { url } = await serveChild(t, file, { ...env, METRICS_PORT: metricsPort });
  await until(
    async () => (await fetch(`${url}/readyz`)).ok && readdirSync(join(file, '..')).includes('ledger.db-url'),
  );
  const served = await runCommand(['doctor', '--json'], { ...env, METRICS_PORT: metricsPort });
  t.equal(served.code, 0, served.out + served.err);
  const report = JSON.parse(served.out);
  t.match(report, { version: /^\d+\.\d+\.\d+$/, status: 'ok' });
  for (const finding of report.findings)
    t.same(Object.keys(finding), ['check', 'status', 'detail'], finding.check);
  t.match(
    report.findings.find(({ check }: { check: string }) => check === 'service'),
    { detail: `${url} is ready` },
  );
  const checks = report.findings.map(({ check }: { check: string }) => check);
  t.match(checks, ['program', 'configuration', 'data', 'signer directory']);
  t.ok(checks.includes('metrics'));
  const closed = await examined({ ...env, METRICS_PORT: String(await freePort()) });
  t.match(
    closed.find(({ check }) => check === 'metrics'),
    { status: 'wrong', detail: /does not answer\. Restart the service with this METRICS_PORT/ },
  );
  const away = { ...env, LEDGER_URL: `http://127.0.0.1:${await freePort()}` };
  t.match(await runCommand(['doctor'], away), { code: 1, out: /\n1 wrong, 0 warnings\.\n$/ });
});

t.test('it changes nothing', async (t) => {
  const { env, directory } = copy(t);
  const files = () =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'base64')])
      .sort();
  const before = files();
  await examined(env);
  t.same(files(), before);
});

t.test('wrong usage could not run', async (t) => {
  t.match(await runCommand(['doctor', '--hurry'], {}), { code: 2 });
});

t.test('each wrong setting has its line, without its value', async (t) => {
  const env = { PORT: 'secretly', DATABASE_URL: 'mysql://me:secretly@host/x', TLS_CERT: 'a.pem' };
  const { code, out } = await runCommand(['doctor'], env);
  t.equal(code, 1);
  t.match(out, /^wrong {3}configuration: PORT must be a whole number from 0 to 65535\.$/m);
  t.match(out, /^wrong {3}configuration: DATABASE_URL must be file:PATH/m);
  t.notMatch(out, 'secretly');
  const { env: good, directory } = copy(t);
  await finds(t, { env: { ...good, ALLOW_CLOCK_JUMP: 'true' } }, 'configuration', 'warning', /Unset it/);
  const grants = join(directory, 'grants.json');
  writeFileSync(grants, '[]');
  const oidc = { OIDC_ISSUER: 'http://127.0.0.1:1', OIDC_AUDIENCE: 'x', OIDC_GRANTS: grants };
  const found = await examined({ ...good, ...oidc });
  t.match(
    found.filter(({ status }) => status === 'wrong').map(({ check }) => check),
    ['configuration', 'identity provider'],
  );
});

t.test('no secret is shown, wherever it stands', async (t) => {
  const { env, file } = copy(t);
  const DATABASE_URL = 'postgres://somebody:s3cret%2Fword@127.0.0.1:1/absent?password=another-one';
  const { BACKUP_DIR: _, ...others } = env;
  const { code, out, err } = await runCommand(['doctor'], {
    ...others,
    DATABASE_URL,
    PORT: '1',
    LEDGER_TOKEN: 'mledger_something',
  });
  t.equal(code, 1);
  t.match(out, /^wrong {3}database: postgres:\/\/127\.0\.0\.1:1\/absent can't be used: .*ECONNREFUSED/m);
  t.notMatch(out + err, /s3cret|another-one|mledger_/);
  t.ok(statSync(file).isFile());
});

t.test('the place of the data', async (t) => {
  const { directory, file, env } = copy(t);
  const at = (path: string) => ({ env: { ...env, DATABASE_URL: `file:${path}` } });
  const nowhere = await examined(at(join(directory, 'data/other.db')).env);
  t.match(
    nowhere.find(({ check }) => check === 'data'),
    { status: 'warning', detail: /there is no ledger at/ },
  );
  t.notMatch(
    nowhere.map(({ check }) => check),
    ['access'],
    'and nothing in it is looked at',
  );
  mkdirSync(join(directory, 'data/below'));
  await finds(t, at(join(directory, 'data/below')), 'data', 'wrong', /it is a directory\. Name a file in it/);
  const data = join(directory, 'data');
  chmodSync(data, 0o755);
  await finds(t, { env }, 'data', 'warning', /can read .*with the names of persons.*chmod 700/);
  chmodSync(data, 0o777);
  await finds(t, { env }, 'data', 'wrong', /can replace .*chmod 700/);
  chmodSync(data, 0o700);
  linkSync(file, join(directory, 'second.db'));
  await finds(t, { env }, 'data', 'wrong', /has 2 names/);
  rmSync(join(directory, 'second.db'));
  if (!isRoot) return t.comment('not tried: only root can give files to another user');
  chownSync(file, nobody, nobody);
  const foreign = await examined(env);
  t.match(
    foreign.find(({ check }) => check === 'data'),
    { status: 'wrong', detail: /belongs to uid 65534/ },
  );
  t.same(foreign.at(-1)?.check !== 'access', true, 'and it is not opened');
});

t.test('the directory of the signer', async (t) => {
  const { directory, env } = copy(t);
  const signer = join(directory, 'signer');
  chmodSync(signer, 0o750);
  await finds(t, { env }, 'signer directory', 'warning', /other users may look into .*chmod 700/);
  chmodSync(signer, 0o702);
  await finds(t, { env }, 'signer directory', 'wrong', /every user may write in/);
  chmodSync(signer, 0o700);
  chmodSync(join(signer, 'keys.json'), 0o644);
  await finds(t, { env }, 'signer directory', 'wrong', /other users may use the private keys: chmod 600/);
  chmodSync(join(signer, 'keys.json'), 0o600);
  renameSync(signer, join(directory, 'data/signer'));
  const inside = { ...env, SIGNER_DIR: join(directory, 'data/signer') };
  await finds(t, { env: inside }, 'signer directory', 'warning', /lies in the directory of the data/);
  writeFileSync(join(directory, 'file'), '');
  const asFile = await examined({ ...env, SIGNER_DIR: join(directory, 'file') });
  t.match(
    asFile.find(({ check }) => check === 'signer directory'),
    { status: 'wrong', detail: /it is a file/ },
  );
});

t.test('a place for temporary files', async (t) => {
  const { env, directory } = copy(t);
  // Node asks the environment of the process itself.
  const { code, out } = await runChild(['doctor'], { ...env, TMPDIR: join(directory, 'nowhere') });
  t.equal(code, 1);
  t.match(out, /^wrong {3}temporary files: .*nowhere can't be written \(ENOENT\).*Set TMPDIR/m);
});

t.test('room on the disk', async (t) => {
  const enough = { type: 0xef53, bsize: 4096, bavail: 2 ** 20, files: 10_000, ffree: 5_000 };
  const place = { directory: '/data', needed: 0, isData: true };
  t.match(findingsOf(enough, place), [{ status: 'ok', detail: '4 GiB are free in /data' }]);
  t.match(findingsOf({ ...enough, bavail: 2 ** 17 }, place), [
    { status: 'warning', detail: /512 MiB.*Make room/ },
  ]);
  t.match(findingsOf(enough, { ...place, needed: 2 ** 34 }), [
    { status: 'warning', detail: /a backup or a rebuild/ },
  ]);
  t.match(findingsOf({ ...enough, ffree: 3 }, place), [{ status: 'wrong', detail: /inodes/ }]);
  t.match(findingsOf({ ...enough, files: 0, ffree: 0 }, place), [{ status: 'ok' }]);
  t.match(findingsOf({ ...enough, type: 0x6969 }, place), [
    { status: 'wrong', detail: /NFS.*use PostgreSQL/ },
  ]);
  // statfs gives some types with a sign.
  t.match(findingsOf({ ...enough, type: -11317950 }, place), [{ status: 'wrong', detail: /CIFS/ }]);
  t.match(findingsOf({ ...enough, type: 0x6969 }, { ...place, isData: false }), [{ status: 'ok' }]);
  const full = smallDisk(t, '8m');
  if (full === undefined) return;
  const { env } = copy(t);
  mkdirSync(join(full, 'data'), { mode: 0o700 });
  cpSync(env['DATABASE_URL']?.slice('file:'.length) ?? '', join(full, 'data/ledger.db'));
  const DATABASE_URL = `file:${join(full, 'data/ledger.db')}`;
  await finds(t, { env: { ...env, DATABASE_URL } }, 'disk', 'wrong', /MiB are free in .*Make room now/);
});

t.test('names and proxies', async (t) => {
  const { env } = copy(t);
  const given = (more: Record<string, string>) => ({ env: { ...env, ...more } });
  const check = 'names and proxy';
  await finds(t, given({ HOST: '0.0.0.0' }), check, 'warning', /to no name. Set PUBLIC_URL/);
  await finds(t, given({ TRUST_PROXY: '10.0.0.1' }), check, 'wrong', /Set PUBLIC_URL/);
  await finds(t, given({ PUBLIC_URL: 'http://ledger.example.org' }), check, 'wrong', /Use https/);
  const https = { PUBLIC_URL: 'https://ledger.example.org' };
  await finds(t, given(https), check, 'wrong', /neither TLS_CERT nor TRUST_PROXY/);
  t.same(
    (await examined({ ...env, ...https, TRUST_PROXY: '10.0.0.1' })).filter(({ status }) => status !== 'ok'),
    [],
  );
});

t.test('a certificate: its days, its key and its names', async (t) => {
  const { env, directory } = copy(t);
  await makeCertificate(directory);
  await makeCertificate(directory, 'other.pem', 'other-key.pem');
  const key = join(directory, 'key.pem');
  chmodSync(key, 0o600);
  const tls = {
    TLS_CERT: join(directory, 'cert.pem'),
    TLS_KEY: key,
    PUBLIC_URL: 'https://ledger.example.org',
  };
  const found = async (more: Record<string, string>, nowMs = Date.now()) =>
    (await examined({ ...env, ...tls, ...more }, nowMs)).filter(({ check }) => check === 'certificate');
  t.match(await found({}), [{ status: 'warning', detail: /^it ends in 1 day .*Renew it/ }]);
  t.match(await found({}, now + 3 * day), [{ status: 'wrong', detail: /^it ended .* ago .*Renew it/ }]);
  t.match(await found({}, now - day), [{ status: 'wrong', detail: /^it is good from .* on only/ }, {}]);
  t.match(await found({ TLS_KEY: join(directory, 'other-key.pem') }), [
    { status: 'wrong', detail: /TLS_KEY must be the key of the certificate/ },
  ]);
  t.match(await found({ PUBLIC_URL: 'https://other.example.org' }), [
    {},
    { status: 'wrong', detail: /not made out for other\.example\.org/ },
  ]);
  chmodSync(key, 0o644);
  t.match(await found({}), [{ status: 'wrong', detail: /chmod 600/ }, {}]);
});

t.test('services that do not answer, are no ledger, or are not ready', async (t) => {
  const { env, file } = copy(t);
  const at = (LEDGER_URL: string) => ({ env: { ...env, LEDGER_URL } });
  await finds(
    t,
    at(`http://127.0.0.1:${await freePort()}`),
    'service',
    'wrong',
    /none answers at .*ECONNREFUSED.*Start it/,
  );
  const other = createServer((_, answer) => answer.writeHead(404).end('no')).listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await new Promise((listening) => other.once('listening', listening));
  // Listening on a port, so its address is no path of a socket.
  const port = (address: unknown): number => (address as AddressInfo).port;
  await finds(
    t,
    at(`http://127.0.0.1:${port(other.address())}`),
    'service',
    'wrong',
    /answers with status 404, as no ledger does/,
  );

  await t.test('one whose clock is wrong', async (t) => {
    const { env: elsewhere } = copy(t);
    let offMs = 0;
    const app = await openLedgerApp(readConfig(elsewhere), false, () => Date.now() + offMs);
    t.teardown(() => app.close());
    await app.listen({ host: '127.0.0.1', port: 0 });
    offMs = -2 * day;
    const url = `http://127.0.0.1:${port(app.server.address())}`;
    await finds(t, at(url), 'service', 'wrong', /is not ready: The clock says .*posts are refused/);
    // The header is written by the clock of the machine, so here the doctor's is off.
    const found = await examined(at(url).env, Date.now() + minute);
    t.match(
      found.find(({ check }) => check === 'clock of the service'),
      {
        status: 'wrong',
        detail: /is 1 minute apart/,
      },
    );
    const named = await examined({
      ...elsewhere,
      PUBLIC_URL: 'https://ledger.example.org',
      TRUST_PROXY: '::1',
    });
    t.match(
      named.find(({ check, status }) => check === 'service' && status === 'warning'),
      {
        detail: /does not say where it answers/,
      },
    );
    writeFileSync(`${elsewhere.DATABASE_URL?.slice('file:'.length)}-url`, `${url}\n`);
    const again = await examined({
      ...elsewhere,
      PUBLIC_URL: 'https://ledger.example.org',
      TRUST_PROXY: '::1',
    });
    t.match(
      again
        .filter(({ check, status }) => check === 'service' && status === 'wrong')
        .map(({ detail }) => detail),
      [/is not ready/, /does not answer to ledger\.example\.org, the host of PUBLIC_URL/],
    );
  });

  await t.test('one that hangs', async (t) => {
    const store = await openStore(`file:${file}`);
    t.teardown(() => store.close());
    writeFileSync(`${file}-url`, 'http://127.0.0.1:1\n');
    await finds(t, { env }, 'service', 'wrong', /has the ledger open does not answer/);
  });
});

t.test('a clock that is behind the log, or far ahead', async (t) => {
  const { env } = copy(t);
  await finds(t, { env, nowMs: now - minute }, 'clock', 'wrong', /The clock says .*docs\/operate\.md/);
  const behind = await examined(env, now - 2 * day);
  t.match(
    behind.find(({ check }) => check === 'clock'),
    { detail: /more than a day before the last event/ },
  );
  const ahead = await examined(env, now + 500 * day);
  t.match(
    ahead.find(({ check }) => check === 'clock'),
    {
      status: 'wrong',
      detail: /more than a year after the last event/,
    },
  );
});

t.test('damage of the file, and what others left beside it', async (t) => {
  const { env, file } = copy(t);
  writeFileSync(`${file}-wal.aside`, '');
  await finds(t, { env }, 'data', 'wrong', /-wal\.aside is there/);
  rmSync(`${file}-wal.aside`);
  writeFileSync(`${file}-restored`, '');
  await finds(t, { env }, 'data', 'warning', /-restored is there: restore was broken off/);
  rmSync(`${file}-restored`);
  writeFileSync(`${file}-journal`, 'left');
  const left = await examined(env);
  t.match(
    left.find(({ check }) => check === 'data'),
    { status: 'wrong', detail: /-journal is there/ },
  );
  rmSync(`${file}-journal`);
  const handle = openSync(file, 'r+');
  // The page of some table: the header of its cells is overwritten.
  const { rootpage } = new Sqlite(file, { readonly: true })
    .prepare("select rootpage from sqlite_schema where name = 'openings'")
    .get() as { rootpage: number };
  writeSync(handle, Buffer.alloc(200, 0xff), 0, 200, (rootpage - 1) * 4096);
  closeSync(handle);
  const damaged = await examined(env);
  t.match(
    damaged.find(({ check }) => check === 'database'),
    {
      status: 'wrong',
      detail: new RegExp(`is damaged: .*page ${rootpage}\\b.*restore the newest backup`),
    },
  );
  writeFileSync(file, 'no database at all, and long enough to be taken for the header of one'.repeat(20));
  const none = await examined(env);
  t.match(
    none.filter(({ status }) => status === 'wrong'),
    [
      { check: 'database', detail: /it is no SQLite database, or it is damaged/ },
      { check: 'ledger', detail: /Until then nobody can look at: clock, tables/ },
    ],
  );
});

t.test('tables, read models and the search index of another form', async (t) => {
  const { env, file } = copy(t);
  inLedger(file, 'update view_versions set version = version - 1');
  await finds(
    t,
    { env },
    'read models',
    'warning',
    /earlier version. The next start of the service rebuilds/,
  );
  inLedger(file, 'update view_versions set version = version + 2');
  await finds(t, { env }, 'read models', 'wrong', /later version/);
  inLedger(file, 'update view_versions set version = version - 1');
  t.match(findingOf(50_000, true), { status: 'warning', detail: /so lists are slow/ });
  t.match(findingOf(50_000, false), { status: 'ok' });
  const { name } = new Sqlite(file, { readonly: true })
    .prepare("select name from sqlite_schema where type = 'trigger' and tbl_name = 'events'")
    .get() as { name: string };
  inLedger(file, `drop trigger ${name}`);
  await finds(t, { env }, 'tables', 'wrong', new RegExp(`changed them: .*${name} on events is missing`));
  inLedger(file, 'drop table search_index');
  const failed = await examined(env);
  t.match(
    failed.find(({ check }) => check === 'search index'),
    {
      status: 'wrong',
      detail: /can't be read: no such table/,
    },
  );
  t.match(failed.at(-1), { check: 'access', status: 'ok' }, 'and the others are looked at');
  inLedger(file, "delete from kysely_migration where name = '0019-search-index'");
  t.match((await examined(env)).at(-1), { check: 'ledger', detail: /start the service, or run migrate/ });
});

t.test('a signer that is not that of the log', async (t) => {
  const { env, directory } = copy(t);
  const [keys, state] = ['keys.json', 'state.json'].map((name) => join(directory, 'signer', name)) as [
    string,
    string,
  ];
  const kept = readFileSync(state, 'utf8');
  writeFileSync(state, kept.replace(/"size": \d+/, '"size": 999'));
  await finds(t, { env }, 'signer', 'wrong', /a checkpoint of size 999 .* was signed\. Restore newer data/);
  writeFileSync(
    state,
    kept.replace(/"rootHash": "../, '"rootHash": "zz').replace('zz', kept.includes('"00') ? '11' : '00'),
  );
  await finds(t, { env }, 'signer', 'wrong', /another history than the signed one/);
  writeFileSync(state, kept.replace(/"origin": "/, '"origin": "other.example.org/'));
  await finds(t, { env }, 'signer', 'wrong', /belongs to the log other\.example\.org/);
  writeFileSync(state, '{');
  await finds(t, { env }, 'signer', 'wrong', /can't be used \(they are damaged\).*A lost SIGNER_DIR/);
  rmSync(state);
  await finds(t, { env }, 'signer', 'wrong', /state\.json is missing/);
  rmSync(keys);
  await finds(t, { env }, 'signer', 'wrong', /there are no keys in it/);
  const elsewhere = directoryFor(t);
  await runCommand(
    ['token', 'create', '--label', 'x', '--role', 'reader', '--initiative', '*', '--expires', '1d'],
    {
      ...placesIn(elsewhere),
      LOG_ORIGIN: 'elsewhere',
    },
  );
  await finds(
    t,
    { env: { ...env, SIGNER_DIR: join(elsewhere, 'signer') } },
    'signer',
    'wrong',
    /the log elsewhere/,
  );
});

t.test('events that nobody signs', async (t) => {
  const { env, file } = copy(t);
  const later = Date.now() + 10 * minute;
  inLedger(file, 'drop trigger if exists checkpoints_no_delete');
  await withoutTriggers(file, 'delete from checkpoints');
  const unsigned = (more: Record<string, string> = {}) =>
    examined({ ...env, ...more }, later).then((all) => all.find(({ check }) => check === 'checkpoint'));
  t.match(await unsigned(), { status: 'ok', detail: /1 event after it, which the next start signs/ });
  t.match(await unsigned({ SIGNER_DIR: '' }), {
    status: 'warning',
    detail: /Start the instance that has SIGNER_DIR/,
  });
  const store = await openStore(`file:${file}`);
  t.teardown(() => store.close());
  t.match(await unsigned(), { status: 'wrong', detail: /the service does not sign them/ });
});

/** As somebody would who has the file. */
async function withoutTriggers(file: string, statement: string): Promise<void> {
  const db = new Sqlite(file);
  const triggers = db.prepare("select name, sql from sqlite_schema where type = 'trigger'").all() as {
    name: string;
    sql: string;
  }[];
  for (const { name } of triggers) db.exec(`drop trigger ${name}`);
  db.exec(statement);
  for (const { sql } of triggers) db.exec(sql);
  db.close();
}

t.test('the newest backup', async (t) => {
  const { env, directory, file } = copy(t);
  const backups = join(directory, 'backups');
  const state = join(backups, 'backups.json');
  const kept = JSON.parse(readFileSync(state, 'utf8'));
  const check = 'backup';
  const well = (await examined(env)).find((one) => one.check === check);
  t.match(well, {
    status: 'ok',
    detail: /^the newest, ledger-.*\.db, is .* old, has 1 event, and was verified whole$/,
  });
  const { BACKUP_DIR: _, ...without } = placesIn(directory);
  await finds(t, { env: without }, check, 'warning', /the service makes none\. Set BACKUP_DIR/);
  await finds(t, { env: { ...env, BACKUP_DIR: join(directory, 'x') } }, check, 'wrong', /mkdir -m 700/);
  await finds(t, { env: { ...env, BACKUP_DIR: file } }, check, 'wrong', /it is a file, not a directory/);
  chmodSync(backups, 0o755);
  await finds(t, { env }, check, 'warning', /every user of this machine can look into .*chmod 700/);
  chmodSync(backups, 0o700);
  writeFileSync(state, '{');
  await finds(t, { env }, check, 'wrong', /is damaged\. Delete it/);
  writeFileSync(
    state,
    JSON.stringify({ ...kept, failure: { at: '2026-12-01T00:00:00Z', what: 'The disk is full.' } }),
  );
  await finds(t, { env }, check, 'wrong', /made none \(2026-12-01T00:00:00Z\): The disk is full\./);
  writeFileSync(state, JSON.stringify({ ...kept, backups: [] }));
  await finds(t, { env }, check, 'warning', /none was made yet/);
  writeFileSync(state, JSON.stringify({ ...kept, wholeVerifiedAt: undefined }));
  const store = await openStore(`file:${file}`);
  t.teardown(() => store.close());
  const old = await examined(env, now + 3 * day);
  t.match(
    old.filter((one) => one.check === check),
    [
      { status: 'wrong', detail: /is 3 days old, and one is due every 1 hour/ },
      { status: 'warning', detail: /no backup was verified whole for 3 days\. Run verify/ },
    ],
  );
});

t.test('whether anybody can administer', async (t) => {
  const { env, file } = copy(t);
  await finds(
    t,
    { env, nowMs: now + 25 * day },
    'access',
    'warning',
    /the token .* of principal-1 ends in \d days/,
  );
  await finds(
    t,
    { env, nowMs: now + 31 * day },
    'access',
    'wrong',
    /no administrator can log in.*token create --principal principal-1/,
  );
  inLedger(file, 'update tokens set grants = \'{"reader":["*"]}\'');
  await finds(t, { env }, 'access', 'wrong', /no administrator can log in/);

  await t.test('an open ledger', async (t) => {
    const directory = directoryFor(t);
    const open = placesIn(directory);
    cpSync(join(template, 'backups'), join(directory, 'backups'), { recursive: true });
    chmodSync(join(directory, 'backups'), 0o700);
    await (await openLedgerApp(readConfig(open), false)).close();
    await finds(
      t,
      { env: open },
      'access',
      'warning',
      /the ledger is open.*token create --label Administrator/,
    );
  });

  await t.test('an identity provider', async (t) => {
    const provider = await identityProvider(t);
    const settings = { ...env, ...settingsFor(t, provider.issuer) };
    t.same(
      (await examined(settings)).filter(({ status }) => status !== 'ok'),
      [],
      'which knows administrators',
    );
    const { env: token } = copy(t);
    const none = settingsFor(t, provider.issuer, [
      { claim: 'groups', value: 'office', grants: [{ role: 'recorder', initiativeId: 'a' }] },
    ]);
    await finds(t, { env: { ...env, ...none } }, 'access', 'wrong', /no administrator/);
    await provider.away();
    await finds(
      t,
      {
        env: {
          ...token,
          ...settings,
          DATABASE_URL: token['DATABASE_URL'] ?? '',
          SIGNER_DIR: token['SIGNER_DIR'] ?? '',
        },
      },
      'identity provider',
      'wrong',
      /does not answer as an identity provider \(.+\)/,
    );
  });
});
