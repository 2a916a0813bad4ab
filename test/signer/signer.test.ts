import { copyFileSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { openLedgerApp } from '../../src/app.ts';
import { rotateKey } from '../../src/cli/rotate-key.ts';
import { readConfig } from '../../src/config.ts';
import { openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../../src/tlog/merkle.ts';
import { formatVerifierKey, parseVerifierKey } from '../../src/tlog/note-key.ts';
import { runCommand } from '../helpers/command.ts';
import { decodeEntryBundle } from '../helpers/tiles.ts';
import { verifyTlogProof } from '../helpers/tlog-proof.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

interface Place {
  database: string;
  signer: string;
}
const place = (): Place => {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-signer-'));
  return { database: join(directory, 'ledger.db'), signer: join(directory, 'signer') };
};
const open = ({ database, signer }: Place, env = {}): Promise<App> =>
  openLedgerApp(readConfig({ DATABASE_URL: `file:${database}`, SIGNER_DIR: signer, ...env }), false);

async function start(t: Test, at: Place = place(), env = {}): Promise<App> {
  const app = await open(at, env);
  t.teardown(() => app.close());
  return app;
}

async function post(app: App, ...events: object[]) {
  const answer = await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload: { events } });
  return { status: answer.statusCode, body: answer.json() };
}
const register = { type: 'InitiativeRegistered', data: { name: 'SCI' } };
const mous = (repeat: number) => ({ type: 'MoUSigned', occurredOn: '2023', repeat });

async function keysOf(app: App) {
  const { origin, items } = (await app.inject('/v1/log/keys')).json() as {
    origin: string;
    items: { vkey: string }[];
  };
  return { origin, keys: items.map(({ vkey }) => parseVerifierKey(vkey)) };
}

test('a checkpoint is signed with the key of the log, kept as it was signed, and served to monitors', async (t) => {
  const at = place();
  const app = await start(t, at, { LOG_ORIGIN: 'log.example.org/milestones' });
  await post(app, register, mous(9));
  const { origin, keys } = await keysOf(app);
  t.equal(origin, 'log.example.org/milestones');
  const first = (await app.inject('/v1/log/checkpoint')).body;
  const { size, rootHash } = openCheckpoint(first, origin, keys);
  t.equal(size, 10n);
  const summary = (await app.inject('/v1/initiatives/sci/summary')).json();
  t.same(summary.basis, { treeSize: 10, rootHash: Buffer.from(rootHash).toString('hex') });
  t.equal((await app.inject('/checkpoint')).body, first);

  await post(app, mous(3));
  const { body: proof } = await app.inject(
    `/v1/events/${(await post(app, mous(1))).body.recorded[0].eventId}/proof`,
  );
  t.ok(proof, 'a proof of an event that no checkpoint covered has one signed');
  const newest = (await app.inject('/v1/log/checkpoint')).body;
  t.equal(openCheckpoint(newest, origin, keys).size, 14n);
  t.equal(
    (await app.inject('/v1/log/checkpoint?size=10')).body,
    first,
    'the earlier one is as it was signed',
  );
  t.equal((await app.inject('/v1/log/checkpoint?size=11')).json().code, 'checkpoint-not-found');
  t.equal(statSync(at.signer).mode & 0o777, 0o700);
  t.equal(statSync(join(at.signer, 'keys.json')).mode & 0o777, 0o600);
  t.match(JSON.parse(readFileSync(join(at.signer, 'state.json'), 'utf8')), { origin, size: 14 });
});

test('while events are recorded, checkpoints are signed without being asked for', async (t) => {
  const app = await start(t);
  await post(app, register);
  const { origin, keys } = await keysOf(app);
  for (;;) {
    const rows = (await app.inject('/v1/log/checkpoint?size=1')).body;
    if (rows.startsWith(origin)) return t.equal(openCheckpoint(rows, origin, keys).size, 1n);
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('an event is proved offline by its leaf, the proof file and the key alone', async (t) => {
  const app = await start(t);
  const { body } = await post(app, register, mous(300));
  const { origin, keys } = await keysOf(app);
  for (const { position, eventId } of [0, 1, 255, 256, 300].map((i) => body.recorded[i])) {
    const [item] = (await app.inject(`/v1/events?after=${position - 1}&limit=1`)).json().items;
    const leaf = Buffer.from(JSON.stringify(item.event));
    const proof = await app.inject(`/v1/events/${eventId}/proof`);
    t.equal(proof.headers['content-type'], 'text/plain; charset=utf-8');
    t.equal(verifyTlogProof(proof.body, leaf, origin, keys).index, BigInt(position - 1));
    const other = Buffer.from(leaf.toString().replace('"v":1', '"v":2'));
    t.throws(() => verifyTlogProof(proof.body, other, origin, keys), 'another leaf is not proved');
  }
});

test('proofs of inclusion and consistency are given for any size that the log has had', async (t) => {
  const app = await start(t);
  await post(app, register, mous(600));
  for (const [position, size] of [
    [1, 1],
    [1, 601],
    [256, 256],
    [257, 600],
    [300, 513],
    [601, 601],
  ] as const) {
    const proof = (await app.inject(`/v1/log/proofs/inclusion?position=${position}&size=${size}`)).json();
    verifyInclusion({
      leafIndex: BigInt(proof.leafIndex),
      treeSize: BigInt(proof.treeSize),
      leafHash: bytes(proof.leafHash),
      rootHash: bytes(proof.rootHash),
      proof: proof.hashes.map(bytes),
    });
    const then = (await app.inject(`/v1/summary?asOfPosition=${size}`)).json().basis;
    t.equal(
      proof.rootHash,
      then.rootHash,
      `${position} in ${size}: the root that answers had as their basis`,
    );
  }
  for (const [from, to] of [
    [1, 1],
    [1, 601],
    [255, 256],
    [256, 601],
    [300, 513],
  ] as const) {
    const proof = (await app.inject(`/v1/log/proofs/consistency?from=${from}&to=${to}`)).json();
    verifyConsistency({
      size1: BigInt(from),
      size2: BigInt(to),
      root1: bytes(proof.fromRoot),
      root2: bytes(proof.toRoot),
      proof: proof.hashes.map(bytes),
    });
    t.equal(
      proof.toRoot,
      (await app.inject(`/v1/summary?asOfPosition=${to}`)).json().basis.rootHash,
      `${from} to ${to}`,
    );
  }
});

test('tiles and bundles of entries are those of the leaves', async (t) => {
  const app = await start(t);
  await post(app, register, mous(300));
  const leaves = (await app.inject('/v1/export-not-there')).statusCode;
  t.equal(leaves, 404);
  const bundle = decodeEntryBundle((await app.inject('/tile/entries/000')).rawPayload, 256);
  const rest = decodeEntryBundle((await app.inject('/tile/entries/001.p/45')).rawPayload, 45);
  const full = await app.inject('/tile/0/000');
  t.equal(full.headers['content-type'], 'application/octet-stream');
  t.match(full.headers['cache-control'], 'immutable');
  t.same(full.rawPayload, Buffer.concat(bundle.map(leafHash)));
  t.same((await app.inject('/tile/0/001.p/45')).rawPayload, Buffer.concat(rest.map(leafHash)));
  t.equal((await app.inject('/tile/1/000.p/1')).rawPayload.length, 32);
  for (const path of [
    '0/001',
    '0/001.p/46',
    '1/000',
    '2/000.p/1',
    'entries/001',
    '0/1',
    '0/000.p/0',
    '0/000.p/256',
    'x',
    '-1/000',
    '0/../000',
    '64/000.p/1',
  ]) {
    const answer = await app.inject(`/tile/${path}`);
    t.equal(answer.statusCode, 404, path);
    t.equal(answer.headers['content-type'], 'application/problem+json');
  }
});

test('a proof that can not be is a problem with its parameter, never an error of the server', async (t) => {
  const app = await start(t);
  await post(app, register, mous(9));
  for (const query of [
    'inclusion',
    'inclusion?position=1',
    'inclusion?position=0&size=5',
    'inclusion?position=1&size=0',
    'inclusion?position=1&size=11',
    'inclusion?position=6&size=5',
    'inclusion?position=x&size=5',
    'inclusion?position=1.5&size=5',
    'inclusion?position=1e400&size=1e400',
    'consistency?from=0&to=5',
    'consistency?from=6&to=5',
    'consistency?from=1&to=11',
    'consistency?from=-1&to=5',
    'consistency?from=1&to=9007199254740993',
    'consistency?from=1',
  ]) {
    const answer = await app.inject(`/v1/log/proofs/${query}`);
    t.equal(answer.statusCode, 400, query);
    t.equal(answer.json().code, 'invalid-request', query);
  }
  t.equal(
    (await app.inject('/v1/events/0193ffff-0000-7000-8000-000000000000/proof')).json().code,
    'event-not-found',
  );
  t.equal((await app.inject('/v1/events/nope/proof')).statusCode, 404);
  t.equal((await app.inject('/v1/log/checkpoint?size=0')).statusCode, 400);
});

test('an instance without a directory does not sign, and says so', async (t) => {
  const app = await start(t, { ...place(), signer: '' });
  await post(app, register);
  t.equal((await app.inject('/v1/log/checkpoint')).json().code, 'checkpoint-not-found');
});

test('a restored older copy refuses to go on, keeps on reading, and goes on with newer data', async (t) => {
  const at = place();
  const older = `${at.database}.older`;
  let app = await open(at);
  await post(app, register, mous(5));
  await app.close();
  copyFileSync(at.database, older);
  app = await open(at);
  const { recorded } = (await post(app, mous(5))).body;
  // A proof of the last event has it signed, also where an earlier checkpoint is there already.
  await app.inject(`/v1/events/${recorded.at(-1).eventId}/proof`);
  await app.close();
  copyFileSync(at.database, `${at.database}.newer`);

  copyFileSync(older, at.database);
  app = await open(at);
  const refused = await post(app, mous(1));
  t.equal(refused.status, 503);
  t.equal(refused.body.code, 'history-fork');
  t.match(refused.body.detail, 'Restore newer data');
  t.equal((await app.inject('/readyz')).statusCode, 503);
  t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 5, 'reading goes on');
  await app.close();

  const unsigned = { ...at, signer: '' };
  app = await open(unsigned);
  t.equal((await post(app, mous(1))).body.code, 'history-fork', 'also when it is started without the signer');
  await app.close();
  const file = join(
    t.testdir({ 'mou.ndjson': JSON.stringify({ type: 'MoUSigned', occurredOn: '2023' }) }),
    'mou.ndjson',
  );
  const env = { DATABASE_URL: `file:${at.database}`, SIGNER_DIR: '' };
  t.match(
    await runCommand(['import', '--initiative', 'sci', file], env),
    { code: 2, err: /history-fork: The log ends at 6; a checkpoint of size 11 / },
    'and a command records nothing either',
  );

  copyFileSync(`${at.database}.newer`, at.database);
  app = await start(t, at);
  t.equal((await post(app, mous(1))).status, 201, 'the way out: newer data');
});

test('a log of the same length with another history is a fork too', async (t) => {
  const [one, two] = [place(), place()];
  const env = { LOG_ORIGIN: 'same.example.org' };
  let app = await open(one, env);
  await post(app, register, mous(5));
  await app.inject('/v1/log/checkpoint');
  await app.close();
  app = await open({ ...two, signer: '' }, env);
  await post(app, register, mous(6));
  await app.close();
  app = await start(t, { database: two.database, signer: one.signer }, env);
  const refused = await post(app, mous(1));
  t.equal(refused.body.code, 'history-fork');
  t.match(refused.body.detail, 'another history');
});

test('the directory is for one log and one process, and a damaged state is not passed over', async (t) => {
  const at = place();
  const app = await start(t, at);
  await post(app, register);
  await app.inject('/v1/log/checkpoint');
  await t.rejects(open({ ...place(), signer: at.signer }), { message: /another process/ }, 'it is in use');
  await app.close();
  await t.rejects(open({ ...place(), signer: at.signer }), { message: /SIGNER_DIR/ }, 'it is of another log');
  await t.rejects(open(at, { LOG_ORIGIN: 'another.example.org' }), { message: /for ever/ });
  t.ok(existsSync(join(at.signer, 'state.json')));
  writeFileSync(join(at.signer, 'state.json'), '{"origin":');
  await t.rejects(open(at), { message: /damaged/ });
});

test('after a rotation both keys sign until the overlap ends, and every key stays listed', async (t) => {
  const at = place();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const openAt = () =>
    openLedgerApp(
      readConfig({ DATABASE_URL: `file:${at.database}`, SIGNER_DIR: at.signer }),
      false,
      () => now,
    );
  let app = await openAt();
  await post(app, register);
  const { origin, keys: before } = await keysOf(app);
  await app.inject('/v1/log/checkpoint');
  t.throws(
    () => rotateKey(at.signer, 30, now, () => {}),
    { message: /Stop it first/ },
    'not while it is in use',
  );
  await app.close();

  now += 86_400_000;
  const said: string[] = [];
  rotateKey(at.signer, 30, now, (line) => said.push(line));
  app = await openAt();
  const { keys } = await keysOf(app);
  t.equal(keys.length, 2);
  t.ok(
    said.some((line) =>
      line.includes(formatVerifierKey(keys.find(({ id }) => id !== before[0]?.id) ?? fail())),
    ),
  );
  await post(app, mous(1));
  await app.inject(`/v1/events/${(await post(app, mous(1))).body.recorded[0].eventId}/proof`);
  const both = (await app.inject('/v1/log/checkpoint')).body;
  for (const key of keys) t.equal(openCheckpoint(both, origin, [key]).size, 3n, 'each key alone verifies it');

  now += 31 * 86_400_000;
  await app.inject(`/v1/events/${(await post(app, mous(1))).body.recorded[0].eventId}/proof`);
  const after = (await app.inject('/v1/log/checkpoint')).body;
  t.throws(() => openCheckpoint(after, origin, before), 'the old key signs no more');
  t.equal(openCheckpoint(after, origin, keys).size, 4n);
  const listed = (await app.inject('/v1/log/keys')).json().items;
  t.match(listed, [{ signsUntil: '2026-02-01T00:00:00.000Z' }, { signsFrom: '2026-01-02T00:00:00.000Z' }]);
  t.equal(openCheckpoint(both, origin, before).size, 3n, 'what it signed before still verifies');
  await app.close();
});

test('a key is not rotated where there is none', (t) => {
  t.throws(() => rotateKey('', 30, Date.now(), () => {}), { message: /does not sign/ });
  t.throws(() => rotateKey(place().signer, 30, Date.now(), () => {}), { message: /no key yet/ });
  t.end();
});

const fail = (): never => {
  throw new Error('there is no other key');
};
