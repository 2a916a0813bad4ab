import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { continueLog } from '../../src/cli/continue.ts';
import { readConfig } from '../../src/config.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { backupSqlite } from '../../src/store/sqlite/backup.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { initiative, mou, now, openLedger } from '../helpers/decide.ts';

const dayMs = 86_400_000;

test('a clock that jumps ahead while the ledger is open stamps nothing', async (t) => {
  let clock = now;
  const ledger = await openLedger(t, () => clock);
  clock = now + 366 * dayMs;
  await ledger.refused(initiative(), 'clock-ahead', undefined);
  clock = now;
  await ledger.post(initiative());
  clock = now + 364 * dayMs;
  await ledger.post(mou());
  clock = now + 3 * 365 * dayMs;
  const refusal = await ledger.refused(mou(), 'clock-ahead', undefined);
  t.equal(refusal.status, 503);
  await ledger.refused(mou(), 'clock-ahead', undefined, { dryRun: true });
  const { recorder, close } = await ledger.recorder.rehearsal();
  t.match(await recorder.recordEach([]), []);
  await close();
  clock = now + 365 * dayMs;
  const { recorded } = await ledger.post(mou());
  t.equal(recorded[0]?.recordedAt, new Date(clock).toISOString());
});

test('a time that was right at the start is right, however long nothing was recorded', async (t) => {
  let clock = now;
  const ledger = await openLedger(t, () => clock);
  await ledger.post(initiative());
  clock = now + 900 * dayMs;
  const later = new Recorder(ledger.store, () => clock);
  const item = { index: 0, pointer: '', event: mou(), fingerprint: Buffer.alloc(32) };
  const posting = {
    initiativeId: 'sci',
    ...{ principal: 'p', authority: 'operator' as const },
    ...{ dryRun: false, items: [item] },
  };
  t.match(await later.record(posting as Parameters<typeof later.record>[0]), { recorded: [{ position: 2 }] });
  await ledger.refresh();
});

test('what was stamped far ahead is left by a restored backup that goes on under a new name', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-clock-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'ledger.db');
  const config = (signer: string, more: Record<string, string> = {}) =>
    readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: join(directory, signer), ...more });
  const allowed = { ALLOW_CLOCK_JUMP: 'true' };
  const wrong = now + 60 * 365 * dayMs;
  const open = (config: ReturnType<typeof readConfig>, clock: number) =>
    openLedgerApp(config, false, () => clock);
  const post = async (app: Awaited<ReturnType<typeof open>>, payload: object) => {
    const answer = await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload });
    return { status: answer.statusCode, ...answer.json() };
  };

  let app = await open(config('signer'), now);
  await post(app, { events: [initiative(), mou()] });
  await app.inject('/v1/log/checkpoint');
  await app.close();
  await backupSqlite(file, `${file}.backup`, () => {});

  await t.rejects(open(config('signer'), wrong), { message: /more than a year after/ });
  app = await open(config('signer', allowed), wrong);
  const mistaken = mou({ eventId: '0190163d-8694-739b-aea5-966c26f8ad91' });
  t.match(await post(app, mistaken), { status: 201 });
  await app.inject('/v1/events/0190163d-8694-739b-aea5-966c26f8ad91/proof');
  await app.close();

  await t.rejects(open(config('signer'), now), { message: /more than a day before/ });
  app = await open(config('signer', allowed), now);
  t.match(await post(app, mou()), { status: 503, code: 'clock-behind' }, 'and so for sixty years');
  await app.close();

  rmSync(file);
  renameSync(`${file}.backup`, file);
  app = await open(config('signer'), now);
  t.match(await post(app, mistaken), { status: 503, code: 'history-fork' });
  await app.close();
  await t.rejects(
    continueLog(config('signer'), 'log.example.org/again', wrong, () => {}),
    {
      message: /more than a year after/,
    },
  );
  await continueLog(config('signer'), 'log.example.org/again', now, () => {});
  app = await open(config('signer-2'), now + 1_000);
  t.match(await post(app, mistaken), {
    status: 201,
    recorded: [{ position: 4, recordedAt: new Date(now + 1_000).toISOString() }],
  });
  await app.inject('/v1/log/checkpoint');
  await app.close();
  t.same((await verifyLedger(`file:${file}`)).findings, []);
});

test('while the clock may not stamp the log, the ledger is not ready, and no kept answer is taken for an old one', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-clock-'));
  let clock = now;
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: `file:${join(directory, 'ledger.db')}`, SIGNER_DIR: '' }),
    false,
    () => clock,
  );
  t.teardown(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });
  const post = async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/events',
      headers: { 'idempotency-key': 'k' },
      payload: { events: [initiative(), mou()] },
    });
    return { status: answer.statusCode, ...answer.json() };
  };
  const ready = async () => (await app.inject('/readyz')).json();
  t.match(await post(), { status: 201 });
  for (const [off, code] of [
    [3 * 365 * dayMs, 'clock-ahead'],
    [-60_000, 'clock-behind'],
  ] as const) {
    clock = now + off;
    t.match(await ready(), { status: 503, code });
    mock.timers.tick(60_000);
    for (let i = 0; i < 20; i++) await turn();
  }
  clock = now + 1_000;
  t.match(await ready(), { status: 'ok' });
  t.match(await post(), { status: 201, recorded: [{ position: 1 }, { position: 2 }] }, 'a repeat is known');
});

test('a clock that jumps ahead dates no checkpoint', async (t) => {
  // So that nothing is signed of itself.
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-clock-'));
  const file = join(directory, 'ledger.db');
  let clock = now;
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: join(directory, 'signer') }),
    false,
    () => clock,
  );
  t.teardown(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });
  const payload = { events: [initiative()] };
  const answer = await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload });
  const proof = `/v1/events/${answer.json().recorded[0].eventId}/proof`;
  clock = now + 3 * 365 * dayMs;
  t.equal((await app.inject(proof)).json().code, 'clock-ahead');
  clock = now - 3_600_000;
  t.equal((await app.inject(proof)).statusCode, 200, 'one that is behind makes no difference');
  const { findings } = await verifyLedger(`file:${file}`, { signerDirectory: join(directory, 'signer') });
  t.same(findings, []);
});
