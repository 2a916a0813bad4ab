import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { formatVerifierKey, newSignerKey } from '../../src/tlog/note-key.ts';
import { runCommand } from '../helpers/command.ts';

test('the proof of an event verifies offline, with the event as the service answers it or exports it', async (t) => {
  const directory = t.testdir();
  const at = (name: string): string => join(directory, name);
  const env = { DATABASE_URL: `file:${at('ledger.db')}`, SIGNER_DIR: at('signer') };
  const app = await openLedgerApp(readConfig(env), false);
  const payload = {
    events: [
      { type: 'InitiativeRegistered', data: { name: 'SCI' } },
      { type: 'MoUSigned', occurredOn: '2023', repeat: 4, data: { title: 'Übung' } },
    ],
  };
  const posted = await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload });
  const { eventId } = posted.json().recorded[2];
  const write = async (name: string, path: string): Promise<void> =>
    writeFileSync(at(name), (await app.inject(path)).rawPayload);
  await write('proof', `/v1/events/${eventId}/proof`);
  await write('event', `/v1/events/${eventId}`);
  await write('log', '/v1/export');
  const [{ vkey }] = (await app.inject('/v1/log/keys')).json().items;
  const { rootHash } = (await app.inject('/v1/summary')).json().basis;
  const { origin } = (await app.inject('/v1/log/keys')).json();
  await app.close();

  const [, , leaf = ''] = readFileSync(at('log'), 'utf8').split('\n');
  writeFileSync(at('leaf'), `${leaf}\n`);
  writeFileSync(at('pretty'), JSON.stringify(JSON.parse(leaf), null, 2));
  writeFileSync(at('other'), leaf.replace('Übung', 'Übung!'));
  const proof = readFileSync(at('proof'), 'utf8');
  writeFileSync(at('moved'), proof.replace(/^index 2$/m, 'index 1'));
  writeFileSync(at('hash'), proof.replace(/^(index .*\n).{4}/m, '$1AAAA'));
  writeFileSync(at('signature'), proof.replace(/.{10}\n$/, 'AAAAAAAA==\n'));
  writeFileSync(at('truncated'), proof.slice(0, 60));
  const verify = (...args: string[]) => runCommand(['verify', ...args], {});
  const ofProof = (file: string, ...args: string[]) =>
    verify('--proof', at(file), '--key', vkey, ...args.flatMap((event) => ['--event', at(event)]));

  const log = `the log of 5 events, ${origin}, root hash ${rootHash}`;
  for (const events of [['event'], ['leaf'], ['pretty'], ['log'], ['other', 'leaf']])
    t.match(
      await ofProof('proof', ...events),
      {
        code: 0,
        out: `the event is at position 3 of ${log}, which the key signed: nothing wrong\n`,
        err: '',
      },
      events.join(),
    );
  t.match(await ofProof('proof'), { code: 0, out: `the key signed ${log}; --event FILE verifies` });

  const wrong: [string, string, RegExp][] = [
    ['proof', 'other', /it does not prove that the event given is at position 3/],
    ['proof', 'proof', /it does not prove that the event given is at position 3/],
    ['moved', 'event', /it does not prove that the event given is at position 2/],
    ['hash', 'event', /it does not prove that the event given is at position 3/],
    ['signature', 'event', /./],
    ['truncated', 'event', /./],
    ['event', 'event', /a proof/],
  ];
  for (const [file, event, message] of wrong) {
    const { code, out, err } = await ofProof(file, event);
    t.match({ code, err }, { code: 1, err: '' }, `${file} with ${event}`);
    t.match(out, /^the proof proves nothing: [^\n]+\.\n$/);
    t.match(out, message);
  }
  const other = formatVerifierKey(newSignerKey(origin).verifierKey);
  t.match(await verify('--proof', at('proof'), '--key', other, '--event', at('event')), {
    code: 1,
    out: /the proof proves nothing: /,
  });

  t.match(await ofProof('absent', 'event'), { code: 2, out: '', err: /can't be read: ENOENT/ });
  t.match(await ofProof('proof', 'absent'), { code: 2, out: '', err: /can't be read: ENOENT/ });
  t.match(await ofProof('signer', 'event'), { code: 2, out: '', err: /can't be read: EISDIR/ });
  t.match(await verify('--proof', at('proof'), '--key', 'x'), { code: 2, err: /The key is none/ });
  t.match(await verify('--proof', at('proof')), { code: 2, err: /--proof needs --key/ });
  t.match(await verify('--event', at('event')), { code: 2, err: /--event is for --proof/ });
});
