import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { serveChild } from '../helpers/child.ts';
import { runCommand } from '../helpers/command.ts';
import { onlyLong } from '../helpers/effort.ts';
import { until } from '../helpers/until.ts';

test(
  'hints, commands and the API document name the port that the service is really at',
  onlyLong,
  async (t) => {
    const directory = t.testdir({ 'a.ndjson': '{}\n' });
    const file = join(directory, 'ledger.db');
    const env = { DATABASE_URL: `file:${file}`, SIGNER_DIR: '' };
    const { child, url } = await serveChild(t, file, env);
    t.not(new URL(url).port, '3000');
    // It says where it listens before it notes it.
    await until(async () => existsSync(`${file}-url`));
    // PORT is not set for the commands.
    const [imported, rebuilt, demo] = await Promise.all([
      runCommand(['import', '--initiative', 'sci', join(directory, 'a.ndjson')], env),
      runCommand(['rebuild'], env),
      runCommand(['demo'], env),
    ]);
    t.match(imported, { code: 2 });
    t.match(imported.err, `--url ${url}, with LEDGER_TOKEN`);
    t.match(rebuilt, { code: 0 });
    t.match(demo, { code: 0, out: `at ${url}` });
    const { servers } = (await (await fetch(`${url}/openapi.json`)).json()) as { servers: object[] };
    t.match(servers, [{ url }]);
    child.kill('SIGTERM');
    await once(child, 'exit');
    t.notOk(existsSync(`${file}-url`), 'which is no longer said when it has ended');

    // What a service that was killed has left behind misleads nobody for long.
    writeFileSync(`${file}-url`, 'http://127.0.0.1:1\n');
    t.match(await runCommand(['rebuild'], env), { code: 0 });
  },
);

test('the start says which program has opened which ledger', async (t) => {
  const file = join(t.testdir(), 'ledger.db');
  const opened = async (SIGNER_DIR: string) => {
    const lines: { msg: string; vkeys?: string[] }[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const config = readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR, LOG_ORIGIN: 'log.example.org' });
    const app = await openLedgerApp(config, log);
    const payload = { type: 'InitiativeRegistered', data: { name: 'SCI' } };
    await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload });
    const keys = (await app.inject('/v1/log/keys')).json().items as { vkey: string }[];
    await app.close();
    return { said: lines[0], keys: keys.map(({ vkey }) => vkey) };
  };
  const { said, keys } = await opened(`${file}-signer`);
  t.match(said, {
    version: /^\d+\.\d+\.\d+$/,
    node: process.version,
    engine: 'SQLite',
    ledger: file,
    origin: 'log.example.org',
    position: 0,
    open: true,
    msg: /^milestone-ledger \d\S+: SQLite ledger .*ledger\.db, 0 events of log\.example\.org, signed here; open/,
  });
  t.same(said?.vkeys, keys);
  const again = await opened('');
  t.match(again.said, { position: 1, vkeys: [], msg: /1 events .* not signed here/ });
});
