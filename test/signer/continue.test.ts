import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { openLedgerApp } from '../../src/app.ts';
import { continueLog } from '../../src/cli/continue.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { exportBundle } from '../../src/copy/copy-ledger.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { parseVerifierKey } from '../../src/tlog/note-key.ts';
import { verifyBundle, verifyLedger } from '../../src/verify/verify.ts';
import { checkStore } from '../helpers/check-store.ts';

const [oldName, newName] = ['log.example.org/milestones', 'log.example.org/milestones-2'];

interface Lost {
  database: string;
  /** Of the service under the old name, and under the new one. */
  old: Config;
  renewed: Config;
  /** The last checkpoint that the restored copy still has in it, and the one that it has lost. */
  kept: string;
  lost: string;
  oldKey: string;
}

const register = { type: 'InitiativeRegistered', data: { name: 'SCI' } };
const mous = (repeat: number) => ({ type: 'MoUSigned', occurredOn: '2023', repeat });

async function post(app: App, ...events: object[]) {
  const answer = await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload: { events } });
  return { status: answer.statusCode, body: answer.json() };
}
const checkpoint = async (app: App): Promise<string> => (await app.inject('/v1/log/checkpoint')).body;
const keysOf = async (app: App): Promise<{ vkey: string; signsUntil?: string }[]> =>
  (await app.inject('/v1/log/keys')).json().items;

/** A ledger restored from a copy of 7 events, when a checkpoint of 13 had been signed. */
async function restored(): Promise<Lost> {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-continue-'));
  const database = join(directory, 'ledger.db');
  const config = (signer: string, origin: string) =>
    readConfig({
      DATABASE_URL: `file:${database}`,
      SIGNER_DIR: join(directory, signer),
      LOG_ORIGIN: origin,
    });
  const [old, renewed] = [config('signer', oldName), config('signer-2', newName)];
  let app = await openLedgerApp(old, false);
  await post(app, register, mous(5));
  const kept = await checkpoint(app);
  await post(app, mous(1));
  await app.close();
  copyFileSync(database, `${database}.older`);
  app = await openLedgerApp(old, false);
  const { body } = await post(app, mous(6));
  await app.inject(`/v1/events/${body.recorded[5].eventId}/proof`);
  const lost = await checkpoint(app);
  const [{ vkey } = { vkey: '' }] = await keysOf(app);
  await app.close();
  copyFileSync(`${database}.older`, database);
  return { database, old, renewed, kept, lost, oldKey: vkey };
}

const quiet = (): void => {};

test('a restored older copy goes on under a new name, and its first event says which checkpoint is lost', async (t) => {
  const { database, old, renewed, kept, lost, oldKey } = await restored();
  t.equal(openCheckpoint(lost, oldName, [parseVerifierKey(oldKey)]).size, 13n);
  let app = await openLedgerApp(old, false);
  t.equal((await post(app, mous(1))).body.code, 'history-fork', 'it refuses to go on as it is');
  await t.rejects(continueLog(old, newName, Date.now(), quiet), { message: /another process/ });
  await app.close();

  const said: string[] = [];
  await continueLog(old, newName, Date.now(), (line) => said.push(line));
  t.match(said.join('\n'), /goes on as log\.example\.org\/milestones-2 from position 8\./);
  await t.rejects(openLedgerApp(old, false), { message: /named log\.example\.org\/milestones-2/ });
  await t.rejects(
    openLedgerApp({ ...renewed, SIGNER_DIR: old.SIGNER_DIR }, false),
    { message: /Set SIGNER_DIR/ },
    'the old directory stays with the old name',
  );

  app = await openLedgerApp(renewed, false);
  const { recorded, basis } = (await post(app, mous(2))).body;
  t.equal(basis.treeSize, 10);
  const [event] = (await app.inject('/v1/events?type=LogContinued')).json().items;
  const { rootHash } = openCheckpoint(lost, oldName, [parseVerifierKey(oldKey)]);
  t.match(event, {
    position: 8,
    event: {
      data: { origin: newName, continues: { origin: oldName, size: 13, rootHash: rootHash.toHex() } },
      recordedBy: 'operator',
    },
  });
  t.equal(
    (await app.inject('/v1/records?standing=all&count=true')).json().total,
    9,
    'it is no fact of the register',
  );
  t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 8);
  // A proof of the last event has it signed.
  await app.inject(`/v1/events/${recorded[1].eventId}/proof`);
  const keys = await keysOf(app);
  t.match(keys, [{ vkey: oldKey, signsUntil: /^20/ }, { vkey: /^log\.example\.org\/milestones-2\+/ }]);
  const newKey = parseVerifierKey(keys[1]?.vkey ?? '');
  t.ok(openCheckpoint(await checkpoint(app), newName, [newKey]).size >= 10n);
  t.equal((await app.inject('/v1/log/checkpoint?size=6')).body, kept, 'earlier ones are as they were signed');
  await app.close();
  checkStore(database);

  t.same((await verifyLedger(`file:${database}`)).findings, []);
  const withApart = async (note: string) =>
    (await verifyLedger(`file:${database}`, { checkpoint: { note, vkey: oldKey } })).findings;
  t.same(await withApart(kept), [], 'the log still extends what was signed before the copy was made');
  t.match(await withApart(lost), [{ what: 'log-shorter', position: 8, detail: /only the first 7/ }]);
  await bundleVerifies(t, renewed, keys[1]?.vkey ?? '');
});

async function bundleVerifies(t: Test, { DATABASE_URL }: Config, signedBy: string): Promise<void> {
  const bundle = `${DATABASE_URL.slice('file:'.length)}.bundle`;
  const { checkpoints, origin } = await exportBundle(DATABASE_URL, bundle);
  t.equal(origin, newName);
  t.ok(checkpoints > 1, 'also those under the earlier name');
  t.same((await verifyBundle(bundle, { signedBy })).findings, []);
}

test('a log goes on under a new name only where something is lost', async (t) => {
  const { database, old, renewed } = await restored();
  const refused = (config: Config, name: string, message: RegExp) =>
    t.rejects(continueLog(config, name, Date.now(), quiet), { message });
  await refused({ ...old, SIGNER_DIR: '' }, newName, /SIGNER_DIR is empty/);
  await refused(renewed, newName, /nothing that was signed/);
  await refused(old, oldName, /named .* already/);
  await continueLog(old, newName, Date.now(), quiet);
  await refused(old, 'third.example.org', /SIGNER_DIR belongs to the log/);
  const app = await openLedgerApp(renewed, false);
  const { body } = await post(app, mous(1));
  await app.inject(`/v1/events/${body.recorded[0].eventId}/proof`);
  await app.close();
  await refused(renewed, 'third.example.org', /nothing is lost/);
  checkStore(database);
});

test('a log of another history goes on under a new name too, and a name that was tampered with is found', async (t) => {
  const { database, old } = await restored();
  const app = await openLedgerApp({ ...old, SIGNER_DIR: '' }, false);
  await post(app, mous(100));
  await app.close();
  await continueLog(old, newName, Date.now(), quiet);
  t.same((await verifyLedger(`file:${database}`)).findings, []);
  const store = await openSqlite(database);
  await store.group(async ({ head, edge, write }) => {
    if (head.position !== 108) throw new Error('the log has 107 events and LogContinued');
    await write({ changes: [], answers: [], tiles: [], edge, origin: oldName });
  });
  await store.close();
  t.match((await verifyLedger(`file:${database}`)).findings, [
    { what: 'head-differs', detail: /LogContinued says/ },
  ]);
});
