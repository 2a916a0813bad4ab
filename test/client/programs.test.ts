import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import { createClient } from '../../src/client/client.ts';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { signNote } from '../../src/tlog/note.ts';
import { formatVerifierKey, newSignerKey } from '../../src/tlog/note-key.ts';
import { closedLedger } from '../helpers/access.ts';
import { initiative, meeting, mou } from '../helpers/decide.ts';

/** Runs one of the programs to its end. */
async function run(program: string, args: string[], env: Record<string, string>) {
  const file = fileURLToPath(new URL(`programs/${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

async function served(t: Test) {
  const ledger = await closedLedger(t);
  const LEDGER_URL = await ledger.app.listen({ host: '127.0.0.1', port: 0 });
  await ledger.record('sci', initiative(), meeting(), mou());
  const { token } = await ledger.principal([
    { role: 'recorder', initiativeId: 'sci' },
    { role: 'auditor', initiativeId: '*' },
  ]);
  return {
    ...ledger,
    env: { LEDGER_URL, LEDGER_TOKEN: token },
    client: createClient({ url: LEDGER_URL, token }),
  };
}

const months = {
  january: ['1\t2023-12-14\tAI talent\tjic-4', '2\t2023-12\tSmart ports\t', '3\t2024\tData exchange\t'],
  // One is corrected, one is gone, one is new.
  february: [
    '1\t2023-12-14\tAI talent\tjic-4',
    '2\t2023-12-14\tSmart ports\tjic-4',
    '4\t2024-02\tE-invoices\t',
  ],
  // What was gone is back, with another title.
  march: ['1\t2023-12-14\tAI talent\tjic-4', '2\t2023-12-14\tSmart ports\t', '3\t2024\tData flows\t'],
};

test('a spreadsheet that changes every month is recorded after a preview, once, and taken back', async (t) => {
  const { client, env, record } = await served(t);
  const directory = t.testdir();
  const file = join(directory, 'list.tsv');
  const sync = (...more: string[]) => run('sync', ['sci', file, 'The list of the month.', ...more], env);
  const keep = (rows: string[]) =>
    writeFileSync(file, ['id\tdate\ttitle\tmeeting', ...rows, ''].join('\r\n'));
  const hashIn = ({ out }: { out: string }) =>
    /^To record this, repeat it with ([0-9a-f]{64})$/m.exec(out)?.[1] ?? '';
  const listed = async () => {
    const mous = client.list('/v1/initiatives/{initiativeId}/mous', { initiativeId: 'sci' });
    return (await Array.fromAsync(mous)).map(({ recordId, occurredOn, data }) => [
      recordId,
      occurredOn,
      Object(data).title,
      Object(data).meetingId,
    ]);
  };
  const rowsOf = (rows: string[]) =>
    rows
      .map((row) => row.split('\t'))
      .map(([id, date, title, meetingId]) => [`list-${id}`, date, title, meetingId || undefined]);
  const others = await listed();

  keep(months.january);
  const preview = await sync();
  t.match(preview, { code: 0, out: /^MoUSigned\tlist-1\nMoUSigned\tlist-2\nMoUSigned\tlist-3\n/ });
  t.same(await listed(), others, 'a preview records nothing');
  t.match(await sync(hashIn(preview)), { code: 0, out: /^Recorded 3 events; / });
  t.match(await sync(hashIn(preview)), { code: 0, out: /^Nothing to do/ });

  keep(months.february);
  const changes = await sync();
  t.match(changes.out, /^RecordCorrected\tlist-2\nMoUSigned\tlist-4\nRecordRetracted\tlist-3\n/);
  // An officer corrects one meanwhile.
  const { basis } = await record('sci', {
    type: 'RecordCorrected',
    recordId: 'list-2',
    changes: { data: { pillar: 'talent' } },
    reason: { code: 'late-information', text: 'Its pillar is known.' },
  });
  t.match(await sync(hashIn(changes)), { code: 1, out: '', err: /has changed since/ });
  t.equal((await client.get('/v1/summary')).basis.treeSize, basis.treeSize, 'nothing is recorded');
  t.match(await sync(hashIn(await sync())), { code: 0, out: /^Recorded 3 events; / });
  t.same(new Set(await listed()), new Set([...others, ...rowsOf(months.february)]));

  keep(months.march);
  t.match(await sync(hashIn(await sync())), { code: 0, out: /^Recorded 4 events; / });
  t.same(new Set(await listed()), new Set([...others, ...rowsOf(months.march)]));
  const third = { initiativeId: 'sci', recordId: 'list-3' };
  const { versions } = await client.get('/v1/initiatives/{initiativeId}/records/{recordId}/history', third);
  t.same(
    versions.map(({ type }) => type),
    ['MoUSigned', 'RecordRetracted', 'RecordReinstated', 'RecordCorrected'],
  );
});

test('every night the log must extend what is kept elsewhere', async (t) => {
  const { client, env, record } = await served(t);
  const key = (await client.get('/v1/log/keys')).items[0]?.vkey ?? '';
  const file = join(t.testdir(), 'checkpoints.txt');
  const check = () => run('nightly-check', [key, file], env);
  const { basis: first } = await client.get('/v1/summary');
  t.match(await check(), {
    code: 0,
    out: `The log of ${first.treeSize} events is kept; root ${first.rootHash}\n`,
    err: '',
  });
  t.match(await check(), { code: 0, out: `extends that of ${first.treeSize};` });
  const { basis: second } = await record('sci', mou(), mou());
  t.match(await check(), {
    code: 0,
    out: `The log of ${second.treeSize} events extends that of ${first.treeSize}; root ${second.rootHash}\n`,
  });
  const kept = readFileSync(file, 'utf8');
  t.equal(kept.match(/^— /gm)?.length, 2, 'two checkpoints are kept');

  const other = formatVerifierKey(newSignerKey('another.example').verifierKey);
  t.match(await run('nightly-check', [other, file], env), { code: 1, out: '', err: /^NOT PROVED: / });
  const away = await run('nightly-check', [key, file], { ...env, LEDGER_TOKEN: '' });
  t.match(away, { code: 1, err: /^NOT PROVED: .* 401 / });
  t.equal(readFileSync(file, 'utf8'), kept);
});

test('a log that was rewritten, or is shorter, is not proved though its key signed it', async (t) => {
  const signer = newSignerKey('log.example.org');
  const key = formatVerifierKey(signer.verifierKey);
  const noteOf = (size: bigint, byte: number): string =>
    signNote(
      formatCheckpoint({ origin: 'log.example.org', size, rootHash: new Uint8Array(32).fill(byte) }),
      signer,
    );
  let checkpoint = noteOf(4n, 1);
  const server = createServer(({ url = '' }, reply) => {
    const answer = url.startsWith('/v1/events')
      ? { items: [] }
      : url.includes('consistency') && { hashes: ['ab'.repeat(32)] };
    reply
      .writeHead(200, { 'content-type': answer ? 'application/json' : 'text/plain' })
      .end(answer ? JSON.stringify(answer) : checkpoint);
  });
  t.teardown(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const env = { LEDGER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const file = join(t.testdir(), 'checkpoints.txt');
  const check = () => run('nightly-check', [key, file], env);
  t.match(await check(), { code: 0, out: /^The log of 4 events is kept; root (01){32}\n$/ });
  checkpoint = noteOf(8n, 2);
  t.match(await check(), { code: 1, out: '', err: /^NOT PROVED: / }, 'another history');
  checkpoint = noteOf(4n, 2);
  t.match(await check(), { code: 1, out: '', err: /^NOT PROVED: / }, 'another history of the same length');
  checkpoint = noteOf(3n, 1);
  t.match(await check(), { code: 1, err: /^NOT PROVED: The log has 3 events, and had 4\.\n$/ });
  t.equal(readFileSync(file, 'utf8'), `${noteOf(4n, 1)}\n\n`);
});
