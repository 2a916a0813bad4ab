import { test } from 'tap';
import { closedLedger } from '../helpers/access.ts';
import { buildShell } from '../helpers/shell.ts';

const statusOf = async (
  t: { equal: (a: unknown, b: unknown, message: string) => void },
  app: Awaited<ReturnType<typeof closedLedger>>['app'],
  served: string[],
  refused: string[],
  others: { [name: string]: string } = {},
) => {
  const ask = async (host: string) => app.inject({ url: '/livez', headers: { host, ...others } });
  for (const host of served) t.equal((await ask(host)).statusCode, 200, host);
  for (const host of refused) t.equal((await ask(host)).json().code, 'host-not-allowed', host);
};
const ofThisMachine = ['localhost', 'LOCALHOST:3000', '127.0.0.1:3000', '[::1]'];
const never = ['evil.example', 'localhost.evil.example', '10.0.0.5.nip.io', 'localhost.', '10.0.0.5:x'];

test('a ledger with principals and without PUBLIC_URL answers to addresses, which no page elsewhere can take, and to no name', async (t) => {
  const { app } = await closedLedger(t, { HOST: '0.0.0.0' });
  const addresses = ['10.0.0.5', '10.0.0.5:3000', '[fd00::1]', '[fd00::1]:3000', '[::ffff:10.0.0.5]'];
  await statusOf(
    t,
    app,
    [...ofThisMachine, ...addresses],
    [...never, 'ledger', '10.0.0', '999.0.0.1', '[::g]', '::1'],
  );
});

test('with PUBLIC_URL it answers to its host and to this machine', async (t) => {
  const { app } = await closedLedger(t, { PUBLIC_URL: 'https://ledger.example.org' });
  await statusOf(
    t,
    app,
    [...ofThisMachine, 'ledger.example.org', 'Ledger.Example.ORG'],
    [...never, 'ledger.example.org:8443', 'ledger.example.org.', 'a.ledger.example.org', '10.0.0.5'],
  );
});

test('X-Forwarded headers are believed of a proxy of TRUST_PROXY alone', async (t) => {
  const settings = { PUBLIC_URL: 'https://ledger.example.org', TRUST_PROXY: '10.0.0.2,fd00::/8' };
  const { app } = await closedLedger(t, settings);
  const ask = async (remoteAddress: string, headers: { [name: string]: string }) =>
    (await app.inject({ url: '/livez', remoteAddress, headers })).statusCode;
  const behind = { host: '127.0.0.9', 'x-forwarded-host': 'ledger.example.org' };
  for (const address of ['10.0.0.2', '::ffff:10.0.0.2', 'fd00::7'])
    t.equal(await ask(address, behind), 200, address);
  for (const address of ['10.0.0.3', '127.0.0.1', '::1', '192.0.2.1'])
    t.equal(await ask(address, behind), 403, address);
  const spoofed = { host: 'ledger.example.org', 'x-forwarded-host': 'evil.example' };
  t.equal(await ask('192.0.2.1', spoofed), 200, 'a header of somebody else counts for nothing');
});

test('the address of a client is the last one that no proxy has', async (t) => {
  const { app, lines } = await buildShell(t, {
    trustProxy: ['10.0.0.0/8'],
    access: { callerBy: async () => undefined, isOpen: () => false },
  });
  const addressOf = async (remoteAddress: string, chain: string) => {
    lines.length = 0;
    await app.inject({ url: '/items/a', remoteAddress, headers: { 'x-forwarded-for': chain } });
    return (lines.at(-1)?.['req'] as { remoteAddress: string } | undefined)?.remoteAddress;
  };
  t.equal(await addressOf('10.0.0.2', '198.51.100.7'), '198.51.100.7');
  t.equal(
    await addressOf('10.0.0.2', '127.0.0.1, 198.51.100.7, 10.0.0.9'),
    '198.51.100.7',
    'the client made up the first',
  );
  t.equal(await addressOf('198.51.100.7', '127.0.0.1'), '198.51.100.7', 'no proxy of ours');
});
