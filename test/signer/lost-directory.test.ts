import { copyFileSync, cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import type { App } from '../../src/app.ts';
import { openLedgerApp } from '../../src/app.ts';
import { continueLog } from '../../src/cli/continue.ts';
import { replaceLost, rotateKey } from '../../src/cli/rotate-key.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { copyLedger } from '../../src/copy/copy-ledger.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { checkStore } from '../helpers/check-store.ts';
import { runCommand } from '../helpers/command.ts';

const origin = 'log.example.org/milestones';
const register = { type: 'InitiativeRegistered', data: { name: 'SCI' } };
const mous = (repeat: number) => ({ type: 'MoUSigned', occurredOn: '2023', repeat });
const quiet = (): void => {};

async function post(app: App, ...events: object[]): Promise<number> {
  const answer = await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload: { events } });
  if (answer.statusCode === 201) {
    // A proof of the last event has it signed.
    const { recorded } = answer.json();
    await app.inject(`/v1/events/${recorded.at(-1).eventId}/proof`);
  }
  return answer.statusCode;
}
const checkpoint = async (app: App): Promise<string> => (await app.inject('/v1/log/checkpoint')).body;
const keysOf = async (app: App): Promise<{ vkey: string; signsFrom: string; signsUntil?: string }[]> =>
  (await app.inject('/v1/log/keys')).json().items;

/** A ledger of 7 events that were signed, and a place for directories beside it. */
async function signed() {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-lost-'));
  const file = join(directory, 'ledger.db');
  const config = (signer: string, database = file): Config =>
    readConfig({
      DATABASE_URL: `file:${database}`,
      SIGNER_DIR: signer && join(directory, signer),
      LOG_ORIGIN: origin,
    });
  /** Opens the ledger, uses it, closes it. */
  const using = async <T>(own: Config, use: (app: App) => Promise<T>): Promise<T> => {
    const app = await openLedgerApp(own, false);
    return use(app).finally(() => app.close());
  };
  await using(config('signer'), (app) => post(app, register, mous(6)));
  return { directory, file, config, using };
}

const refusal = { message: /does not hold log\.example\.org\/milestones\+[0-9a-f]{8}, the key that signs/ };

test('a restored older copy does not start with a new directory of the signer, nor with another one', async (t) => {
  const { directory, file, config, using } = await signed();
  copyFileSync(file, `${file}.older`);
  await using(config('signer'), (app) => post(app, mous(5)));
  copyFileSync(`${file}.older`, file);
  await t.rejects(openLedgerApp(config('new'), false), refusal);
  await t.rejects(openLedgerApp(config('new'), false), refusal, 'nor at the second start');
  await using(config(''), async (app) => t.equal((await keysOf(app)).length, 1, 'and it is given no key'));
  await using(config('signer'), async (app) => t.equal(await post(app, mous(1)), 503, 'the fork is known'));

  const other = join(directory, 'other.db');
  await using({ ...config('other', other), LOG_ORIGIN: 'other.example.org' }, (app) => post(app, register));
  await t.rejects(openLedgerApp(config('other'), false), { message: /Set SIGNER_DIR to a/ });
  const { code, out, err } = await runCommand(['serve'], {
    DATABASE_URL: `file:${file}`,
    SIGNER_DIR: join(directory, 'new'),
    PORT: '0',
  });
  t.equal(code, 2);
  t.notMatch(out, 'listening');
  t.match(err, /^milestone-ledger: SIGNER_DIR \(.*new\) .*rotate-key --lost; .*continue --origin NAME .*\n$/);
});

test('a copy of a ledger that is known to have forked has forked, too', async (t) => {
  const { file, config, using } = await signed();
  copyFileSync(file, `${file}.older`);
  await using(config('signer'), (app) => post(app, mous(5)));
  copyFileSync(`${file}.older`, file);
  await using(config('signer'), async (app) => t.equal(await post(app, mous(1)), 503));
  await copyLedger(`file:${file}`, `file:${file}.copy`);
  await using(config('', `${file}.copy`), async (app) => t.equal(await post(app, mous(1)), 503));
});

test('a directory that has lost its state, or is older than a rotation, is not taken for the whole one', async (t) => {
  const { directory, config, using } = await signed();
  cpSync(join(directory, 'signer'), join(directory, 'before'), { recursive: true });
  cpSync(join(directory, 'signer'), join(directory, 'keys'), { recursive: true });
  rmSync(join(directory, 'keys', 'state.json'));
  await t.rejects(openLedgerApp(config('keys'), false), { message: /its state\.json is missing/ });
  rotateKey(config('signer').SIGNER_DIR, 30, Date.now(), quiet);
  await using(config('signer'), (app) => post(app, mous(1)));
  await t.rejects(openLedgerApp(config('before'), false), refusal);
  await using(config('signer'), async (app) => t.equal(await post(app, mous(1)), 201));
});

test('what was not signed yet gets its key, also in a directory of an earlier version', async (t) => {
  const { config, using } = await signed();
  const file = join(mkdtempSync(join(tmpdir(), 'milestone-ledger-lost-')), 'ledger.db');
  await using(config('', file), (app) => post(app, register, mous(3)));
  await using(config('fresh', file), quietly);
  // Earlier versions wrote no state before something was signed.
  rmSync(join(config('fresh').SIGNER_DIR, 'state.json'));
  await using(config('fresh', file), async (app) => t.equal(await post(app, mous(1)), 201));
});
const quietly = async (): Promise<void> => {};

test('rotate-key --lost gives a whole ledger another directory, and the periods of the keys tell', async (t) => {
  const { directory, file, config, using } = await signed();
  cpSync(join(directory, 'signer'), join(directory, 'older'), { recursive: true });
  await using(config('signer'), (app) => post(app, mous(2)));
  await t.rejects(replaceLost(config('signer'), Date.now(), quiet), { message: /Nothing is lost/ });
  await t.rejects(replaceLost(config(''), Date.now(), quiet), { message: /SIGNER_DIR is empty/ });

  const { code, out } = await runCommand(['rotate-key', '--lost'], {
    DATABASE_URL: `file:${file}`,
    SIGNER_DIR: join(directory, 'new'),
  });
  t.equal(code, 0);
  t.match(out, /^new key: log\.example.*\nended: log\.example.*\nThe log goes on as .* with its 9 events/);
  await using(config('new'), async (app) => {
    const [lost, added] = await keysOf(app);
    t.equal(lost?.signsUntil, added?.signsFrom, 'the lost key ended as the new one began');
    t.notOk(added?.signsUntil);
    t.equal(await post(app, mous(1)), 201);
  });
  await t.rejects(openLedgerApp(config('signer'), false), refusal, 'the lost directory, found again');
  t.same((await verifyLedger(`file:${file}`)).findings, []);
  checkStore(file);

  // An older copy of the lost directory does as well as none.
  const [ended] = await using(config('new'), keysOf);
  await replaceLost(config('older'), Date.now(), quiet);
  await using(config('older'), async (app) => {
    t.equal(await post(app, mous(1)), 201);
    t.same((await keysOf(app))[0], ended, 'the end of its first key stays as it was told');
  });
  await t.rejects(openLedgerApp(config('new'), false), refusal);
  const signerDirectory = config('older').SIGNER_DIR;
  t.same((await verifyLedger(`file:${file}`, { signerDirectory })).findings, []);
});

test('a ledger to which an earlier version gave two current keys goes on after rotate-key --lost', async (t) => {
  const { directory, file, config, using } = await signed();
  const other = join(directory, 'other.db');
  // A key of the same name, as an empty directory was given one.
  await using(config('second-key', other), (app) => post(app, register));
  const db = new Sqlite(file);
  db.exec(`attach '${other}' as other; insert into signing_keys select * from other.signing_keys`);
  db.close();
  await t.rejects(openLedgerApp(config('signer'), false), refusal);
  await t.rejects(replaceLost(config('signer'), Date.now() + 400 * 86_400_000, quiet), {
    message: /more than a year after the last event/,
  });
  await replaceLost(config('signer'), Date.now(), quiet);
  await using(config('signer'), async (app) => t.equal(await post(app, mous(1)), 201));
  const { findings } = await verifyLedger(`file:${file}`, { signerDirectory: config('signer').SIGNER_DIR });
  t.same(
    findings.map(({ what }) => what),
    [],
  );
});

test('rotate-key --lost can be repeated after a crash, and refuses a ledger that lost what was signed', async (t) => {
  const { file, config, using } = await signed();
  const again = `${file}.before`;
  copyFileSync(file, again);
  await replaceLost(config('new'), Date.now(), quiet);
  // Of all that it wrote only the directory is left.
  copyFileSync(again, file);
  await t.rejects(openLedgerApp(config('new'), false), refusal);
  await replaceLost(config('new'), Date.now(), quiet);
  await using(config('new'), async (app) => t.equal(await post(app, mous(4)), 201));

  copyFileSync(again, file);
  rmSync(join(config('new').SIGNER_DIR, 'keys.json'));
  await t.rejects(replaceLost(config('new'), Date.now(), quiet), {
    message: /ends at 7; a checkpoint of size 11 .*see continue/,
  });
});

test('with ledger and directory lost, an older copy goes on under a new name with a checkpoint kept apart', async (t) => {
  const { directory, file, config, using } = await signed();
  copyFileSync(file, `${file}.older`);
  const lost = await using(config('signer'), async (app) => {
    await post(app, mous(5));
    return checkpoint(app);
  });
  copyFileSync(`${file}.older`, file);
  const renamed = `${origin}-2`;
  const refused = (note: string | undefined, message: RegExp) =>
    t.rejects(continueLog(config('none'), renamed, Date.now(), quiet, note), { message });
  await refused(undefined, /give the newest checkpoint that somebody kept/);
  await refused('nonsense', /checkpoint can't be used/);
  await refused(lost.replace('\n12\n', '\n13\n'), /checkpoint can't be used/);
  const kept = join(directory, 'kept');
  writeFileSync(kept, lost);
  const { code, out } = await runCommand(['continue', '--origin', renamed, '--checkpoint', kept], {
    DATABASE_URL: `file:${file}`,
    SIGNER_DIR: join(directory, 'new'),
  });
  t.equal(code, 0);
  t.match(out, /goes on as log\.example\.org\/milestones-2 from position 8\./);
  await using({ ...config('new'), LOG_ORIGIN: renamed }, async (app) => {
    t.equal(await post(app, mous(1)), 201);
    t.match(await keysOf(app), [{ signsUntil: /^20/ }, { vkey: /^log\.example\.org\/milestones-2\+/ }]);
    const [event] = (await app.inject('/v1/events?type=LogContinued')).json().items;
    t.match(event.event.data, { origin: renamed, continues: { origin, size: 12 } });
  });
  t.same((await verifyLedger(`file:${file}`)).findings, []);
});

test('a copy is signed with the directory of its original only', async (t) => {
  const { directory, file, config, using } = await signed();
  const copy = join(directory, 'copy.db');
  await copyLedger(`file:${file}`, `file:${copy}`);
  await t.rejects(openLedgerApp(config('new', copy), false), refusal);
  await using(config('signer', copy), async (app) => t.equal(await post(app, mous(1)), 201));
});

test('a directory that goes away under the running service is told to who asks for a proof, and is no bug', async (t) => {
  const { directory, config } = await signed();
  const app = await openLedgerApp(config('signer'), false);
  t.teardown(() => app.close());
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/initiatives/sci/events',
    payload: { type: 'MoUSigned', occurredOn: '2023' },
  });
  renameSync(join(directory, 'signer'), join(directory, 'elsewhere'));
  const proof = `/v1/events/${answer.json().recorded[0].eventId}/proof`;
  t.match((await app.inject(proof)).json(), { status: 503, code: 'storage-unavailable' });
  renameSync(join(directory, 'elsewhere'), join(directory, 'signer'));
  t.equal((await app.inject(proof)).statusCode, 200, 'and goes on by itself');
});
