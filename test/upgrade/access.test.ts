import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { type App, openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { isPostgres } from '../../src/store/open-store.ts';
import { runCommand } from '../helpers/command.ts';
import { checkDatabase, ledgerFile } from '../helpers/database.ts';
import { binaries, postgresDatabase } from '../helpers/postgres.ts';
import { earlierLedger, ready } from './earlier.ts';

const dayMs = 86_400_000;
const reason = { code: 'other', text: 'A test of access.' };

/** Commands and starts of this version on a ledger. */
function commandsOn({ database, signer }: { database: string; signer: string }) {
  // The ledger of version 0.1.0 is older than a year.
  const env = { DATABASE_URL: `file:${database}`, SIGNER_DIR: signer, ALLOW_CLOCK_JUMP: 'true' };
  const run = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await runCommand(args, env);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${out}${err}`);
    return out.trim();
  };
  /** Starts a service, and stops it when the work is done. */
  const serving = async <T>(
    work: (app: App) => Promise<T>,
    settings: { [name: string]: string } = {},
    clock = Date.now,
  ): Promise<T> => {
    const app = await openLedgerApp(readConfig({ ...env, ...settings }), false, clock);
    try {
      await ready(app);
      return await work(app);
    } finally {
      await app.close();
    }
  };
  return { env, run, serving };
}

const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

function leavesOf(database: string): string[] {
  const db = new Sqlite(database, { readonly: true });
  try {
    return db.prepare<[], string>('select leaf from events order by position').pluck().all();
  } finally {
    db.close();
  }
}

/** What proves the events of a log of this size. */
async function proofsOf(app: App, size: number, headers = {}): Promise<unknown[]> {
  const urls = [
    `/v1/log/checkpoint?size=${size}`,
    ...[1, 13, 255, 256, 257, size].flatMap((position) => [
      `/v1/log/proofs/inclusion?position=${position}&size=${size}`,
      `/v1/log/proofs/consistency?from=${position}&to=${size}`,
    ]),
  ];
  const answers = await Promise.all(urls.map((url) => app.inject({ url, headers })));
  return answers.map(({ statusCode, body }) => [statusCode, body]);
}

async function requireClosed(t: Test, app: App, when: string, token?: string): Promise<void> {
  for (const headers of token === undefined ? [{}] : [{}, bearing(token)])
    for (const url of ['/v1/me', '/v1/summary', '/v1/export'])
      t.equal((await app.inject({ url, headers })).statusCode, 401, `${when}: ${url}`);
  const payload = { type: 'InitiativeRegistered', data: { name: 'Nobody' } };
  const posted = await app.inject({ method: 'POST', url: '/v1/initiatives/nobody/events', payload });
  t.equal(posted.statusCode, 401, `${when}: a post`);
}

test('an open ledger of version 0.1.0 stays open, is closed by its first principal, and opens never again', async (t) => {
  const earlier = earlierLedger(t, '0.1.0');
  const { directory, database } = earlier;
  const { env, run, serving } = commandsOn(earlier);
  const before = leavesOf(database);
  const authors = new Set(before.map((leaf) => JSON.parse(leaf).recordedBy));
  t.same(
    [...authors].sort(),
    ['anonymous', 'operator'],
    'the operator said that the log goes on under another name',
  );

  const proofs = await serving(async (app) => {
    t.match((await app.inject('/v1/me')).json(), { principalId: 'anonymous', open: true });
    return proofsOf(app, before.length);
  });
  t.ok(proofs.every((answer) => (answer as [number])[0] === 200));
  t.same(leavesOf(database), before);

  const create = ['token', 'create', '--label', 'Administrator', '--expires', '30d'];
  const admin = await run(...create, '--role', 'admin', '--initiative', '*');
  const [added, ...others] = leavesOf(database).slice(before.length);
  t.same(leavesOf(database).slice(0, before.length), before, 'each leaf is as it was');
  t.same(others, []);
  t.match(JSON.parse(added ?? ''), { type: 'PrincipalAdded', recordedBy: 'operator' });

  await serving(async (app) => {
    await requireClosed(t, app, 'the first principal');
    const headers = bearing(admin);
    t.match((await app.inject({ url: '/v1/me', headers })).json(), {
      principalId: 'principal-1',
      open: false,
    });
    t.same(await proofsOf(app, before.length, headers), proofs, 'each proof is as it was');
    const { body } = await app.inject({ url: '/v1/export', headers });
    t.equal(body.split('\n').slice(0, before.length).join('\n'), before.join('\n'));
  });

  const inMonths = () => Date.now() + 40 * dayMs;
  await serving((app) => requireClosed(t, app, 'its token has expired', admin), {}, inMonths);

  const [tokenId = ''] = (await run('token', 'list')).split('\t');
  await run('token', 'revoke', tokenId);
  await serving((app) => requireClosed(t, app, 'its token is revoked', admin));

  const again = await run(...create, '--principal', 'principal-1');
  await serving(async (app) => {
    const url = '/v1/principals/principal-1/disable';
    const disabled = await app.inject({ method: 'POST', url, headers: bearing(again), payload: { reason } });
    t.equal(disabled.statusCode, 200);
    await requireClosed(t, app, 'the principal is disabled', again);
  });

  await run('rebuild');
  await serving((app) => requireClosed(t, app, 'its read models are rebuilt', again));

  const [backup, bundle, restored] = ['backup.db', 'bundle.db', 'restored.db'].map((name) =>
    join(directory, name),
  );
  if (!backup || !bundle || !restored) throw new Error('three files');
  await run('backup', '--out', backup);
  await serving((app) => requireClosed(t, app, 'a backup', again), { DATABASE_URL: `file:${backup}` });
  await run('export', '--bundle', bundle);
  await runCommand(['restore', '--bundle', bundle], { ...env, DATABASE_URL: `file:${restored}` });
  await serving((app) => requireClosed(t, app, 'a restored bundle', again), {
    DATABASE_URL: `file:${restored}`,
  });

  // The other engine, where that is on this machine.
  const other = binaries === undefined ? `file:${ledgerFile(t)}` : await postgresDatabase(t);
  await run('copy', '--from', `file:${database}`, '--to', other);
  await serving(
    (app) => requireClosed(t, app, isPostgres(other) ? 'a copy in PostgreSQL' : 'a copy', again),
    {
      DATABASE_URL: other,
      SIGNER_DIR: '',
    },
  );
  await checkDatabase(other);
});

test('a backup from before the first principal is open to its own machine, and records nothing', async (t) => {
  const directory = t.testdir();
  const [database, backup] = [join(directory, 'ledger.db'), join(directory, 'backup.db')];
  const { env, run, serving } = commandsOn({ database, signer: join(directory, 'signer') });
  const post = async (app: App) => {
    const payload = { type: 'InitiativeRegistered', data: { name: 'An initiative' } };
    const { statusCode, body } = await app.inject({
      method: 'POST',
      url: '/v1/initiatives/a/events',
      payload,
    });
    return [statusCode, JSON.parse(body).code];
  };
  await serving(post);
  await run('backup', '--out', backup);
  const create = ['token', 'create', '--label', 'Administrator', '--role', 'admin', '--initiative', '*'];
  await run(...create, '--expires', '30d');
  t.equal(leavesOf(database).length, 2);

  copyFileSync(backup, database);
  const app = await openLedgerApp(readConfig(env), false);
  t.match((await app.inject('/v1/me')).json(), { open: true });
  t.match((await app.inject('/v1/initiatives/a/events')).json().items, [{ position: 1 }], 'it is read');
  t.same(await post(app), [503, 'history-fork'], 'the first principal was signed as soon as it was recorded');
  await app.close();
  t.match(await runCommand(['serve'], { ...env, HOST: '0.0.0.0', PORT: '0', LOG_LEVEL: 'silent' }), {
    code: 2,
    err: /this ledger is open/,
  });
  t.match(await runCommand([...create, '--expires', '30d'], env), {
    code: 2,
    err: /^milestone-ledger: The log ends at 1; a checkpoint of size 2 /,
  });
  t.equal(leavesOf(database).length, 1, 'nothing was recorded');
});
