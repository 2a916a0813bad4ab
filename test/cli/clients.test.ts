import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Test, test } from 'tap';
import { closedLedger } from '../helpers/access.ts';
import { startProgram } from '../helpers/child.ts';
import { runCommand } from '../helpers/command.ts';
import { initiative, meeting, mou } from '../helpers/decide.ts';
import { ndjson } from '../helpers/import.ts';

/** A service that has principals, and commands that have its address and a token. */
async function served(t: Test) {
  const ledger = await closedLedger(t, { SIGNER_DIR: '' });
  const url = await ledger.app.listen({ host: '127.0.0.1', port: 0 });
  const run = async (token: string, args: string[], input = '') => {
    // A file that is not there: the commands have the service alone.
    const env = { DATABASE_URL: `file:${t.testdirName}/none.db`, SIGNER_DIR: '', LEDGER_URL: url };
    const outcome = await runCommand(args, { ...env, ...(token && { LEDGER_TOKEN: token }) }, input);
    if (token !== '') t.notOk((outcome.out + outcome.err).includes(token), 'no token is ever told');
    return outcome;
  };
  const tokenFor = async (role: 'reader' | 'recorder' | 'admin', initiativeId: string) =>
    (await ledger.principal([{ role, initiativeId }])).token;
  return { ...ledger, url, run, tokenFor };
}

const noToken =
  /^milestone-ledger: The service at http:\S+ answers nobody without a token\. Set LEDGER_TOKEN\.\n$/;
const otherToken =
  /^milestone-ledger: The service at http:\S+ does not know the token in LEDGER_TOKEN, .*\n$/;
const garbage = `mledger_${'x'.repeat(43)}`;

test('import records through a service by the right of a token', async (t) => {
  const { admin, ask, record, run, tokenFor, url } = await served(t);
  const directory = t.testdir({
    'a.ndjson': ndjson(meeting(), mou()),
    'bad.ndjson': `${ndjson(mou())}x`,
    'a.csv': 'Kind,Day\nMoUSigned,2023\n',
    'mapping.json': JSON.stringify({ columns: { Kind: 'type', Day: 'occurredOn' } }),
    // More than connections hold, so that it is still sent when it is answered.
    'large.ndjson': ndjson(mou()).repeat(100_000),
  });
  await record('sci', initiative());
  const [recorder, reader] = [await tokenFor('recorder', 'sci'), await tokenFor('reader', 'sci')];
  const importing = (token: string, file: string, ...more: string[]) =>
    run(token, ['import', '--initiative', 'sci', join(directory, file), ...more]);

  t.match(await importing(recorder, 'a.ndjson', '--dry-run'), {
    code: 0,
    out: '2 lines: 2 would be recorded, 0 already recorded, 0 failed',
  });
  t.match(await importing(recorder, 'a.ndjson'), {
    code: 0,
    out: /^100 %: (\d+) of \1 bytes\n2 lines: 2 recorded, 0 already recorded, 0 failed; size \d+, root hash [0-9a-f]{64}\n$/,
    err: '',
  });
  t.match(
    await run(recorder, ['import', '--initiative', 'sci', '-', '--url', `${url}/`], ndjson(meeting())),
    {
      code: 0,
      out: '1 lines: 0 recorded, 1 already recorded',
    },
  );
  const { body } = await ask(admin, 'GET', '/v1/initiatives/sci/events?order=asc');
  t.match(
    body.items.map(({ event }: { event: object }) => event),
    [
      { type: 'InitiativeRegistered', recordedBy: 'principal-1' },
      { type: 'MeetingHeld', recordedBy: 'principal-2' },
      { type: 'MoUSigned', recordedBy: 'principal-2' },
    ],
  );
  t.equal(body.items.length, 3);

  t.match(await importing(recorder, 'a.csv', '--mapping', join(directory, 'mapping.json')), {
    code: 0,
    out: '1 lines: 1 recorded',
  });
  t.match(await importing(recorder, 'bad.ndjson', '--import-id', 'b'), {
    code: 1,
    out: /line 2: malformed-json: .*\n2 lines: 1 recorded, 0 already recorded, 1 failed/,
  });
  t.match(await importing(recorder, 'bad.ndjson', '--atomic'), {
    code: 1,
    out: /line 2: malformed-json: .*\n1 of 2 lines can not be recorded, so none was\.\n/,
  });

  t.match(await importing('', 'large.ndjson'), { code: 2, err: noToken });
  t.match(await importing(garbage, 'a.ndjson'), { code: 2, err: otherToken });
  t.match(await importing(reader, 'large.ndjson'), {
    code: 2,
    err: /^milestone-ledger: The right to record in sci is missing\. Set LEDGER_TOKEN to a token that gives it\.\n$/,
  });
  const other = await run(recorder, ['import', '--initiative', 'b', join(directory, 'a.ndjson')]);
  t.match(other, { code: 2, err: 'milestone-ledger: initiative-not-found: b is not registered.\n' });
  t.match(await importing(recorder, 'none.ndjson'), { code: 2, err: /ENOENT/ });
  const away = await importing(recorder, 'large.ndjson', '--url', 'http://127.0.0.1:1');
  t.match(away, {
    code: 2,
    err: /^milestone-ledger: No ledger answers at http:\/\/127\.0\.0\.1:1 \(.+\)\. .*\n$/,
  });
});

test('an import ends when the token does, and says so', async (t) => {
  const { app, admin, ask, record, tokenFor, url } = await served(t);
  await record('sci', initiative());
  const token = await tokenFor('recorder', 'sci');
  const arriving = once(app.server, 'request');
  const args = ['import', '--initiative', 'sci', '-', '--url', url];
  const child = startProgram(args, { LEDGER_TOKEN: token });
  t.teardown(() => child.kill('SIGKILL'));
  // Standard input goes on.
  child.stdin.write(ndjson(meeting()));
  const err = text(child.stderr);
  await arriving;
  const { items } = (await ask(admin, 'GET', '/v1/tokens')).body;
  const { tokenId } = items.find((one: { principalId: string }) => one.principalId === 'principal-2');
  const ended = once(child, 'exit');
  t.equal((await ask(admin, 'DELETE', `/v1/tokens/${tokenId}`)).status, 204);
  t.equal((await ended)[0], 2);
  t.match(
    await err,
    /^milestone-ledger: The service at http:\S+ broke off \(\w+\): it ended, or the right to this did\.\n$/,
  );
});

test('rebuild has a service rebuild, by the token of an administrator of all', async (t) => {
  const { admin, config, record, run, tokenFor } = await served(t);
  await record('sci', initiative());
  t.match(await run(admin, ['rebuild', 'records']), { code: 0, out: /^records: is what the log makes it$/m });
  t.match(await run('', ['rebuild']), { code: 2, err: noToken });
  t.match(await run(await tokenFor('admin', 'sci'), ['rebuild']), {
    code: 2,
    err: /^milestone-ledger: The right to administer in all initiatives is missing\. Set LEDGER_TOKEN .*\n$/,
  });
  // By the file the command finds the service itself.
  const { hostname, port } = new URL((await served(t)).url);
  const beside = { DATABASE_URL: config.DATABASE_URL, SIGNER_DIR: '', HOST: hostname, PORT: port };
  t.match(await runCommand(['rebuild'], { ...beside, LEDGER_TOKEN: admin }), { code: 2, err: otherToken });
});

test('the demo needs a token with the role admin, and says so', async (t) => {
  const { run, tokenFor } = await served(t);
  const id = 'sg-cn-shenzhen-sci';
  t.match(await run('', ['demo']), { code: 2, out: '', err: noToken });
  t.match(await run(garbage, ['demo']), { code: 2, out: '', err: otherToken });
  t.match(await run(await tokenFor('admin', 'other'), ['demo']), {
    code: 2,
    out: '',
    err: `milestone-ledger: The token in LEDGER_TOKEN gives no right in ${id}. The demo needs one with the role admin there.\n`,
  });
  t.match(await run(await tokenFor('recorder', id), ['demo']), {
    code: 2,
    out: '',
    err: `milestone-ledger: The right to administer in ${id} is missing. Set LEDGER_TOKEN to a token that gives it.\n`,
  });
  const done = await run(await tokenFor('admin', id), ['demo']);
  t.match(done, { code: 0, out: /^Recorded \d+ events in 10 requests\.$/m, err: '' });
});

test('a token goes to the host that was named, and nowhere else', async (t) => {
  const asked: (string | undefined)[] = [];
  const listening = async (status: number, location = '') => {
    const server = createServer(({ headers }, response) => {
      asked.push(headers.authorization);
      response.writeHead(status, { location }).end('{}');
    });
    t.teardown(() => void server.close());
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const other = await listening(200);
  const url = await listening(307, other);
  const file = join(t.testdir({ 'a.ndjson': ndjson(mou()) }), 'a.ndjson');
  const commands = [
    ['demo'],
    ['rebuild'],
    ['import', '--initiative', 'sci', file],
    ['token', 'list'],
    ['token', 'revoke', 'one'],
  ];
  for (const args of commands)
    t.match(await runCommand([...args, '--url', url], { LEDGER_TOKEN: garbage }), {
      code: 2,
      err: `milestone-ledger: ${url} leads to ${other}. Give the address of the service itself: --url.\n`,
    });
  t.same(asked, Array(commands.length).fill(`Bearer ${garbage}`), 'asked once each');
});

test('what is no token is not told', async (t) => {
  const { code, err } = await runCommand(['demo'], { LEDGER_TOKEN: 'mledger_a b' });
  t.same([code, err], [2, 'milestone-ledger: LEDGER_TOKEN must be a token, without blanks.\n']);
});
