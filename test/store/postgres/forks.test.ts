import { join } from 'node:path';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { continueLog } from '../../../src/cli/continue.ts';
import { readConfig } from '../../../src/config.ts';
import { initiative, mou } from '../../helpers/decide.ts';
import { poster } from '../../helpers/ledger.ts';
import '../../helpers/on-postgres.ts';
import { execute, sharedCluster } from '../../helpers/postgres.ts';

const quiet = (): void => {};

/** A server, and databases in it that are copied and put in each other's place as an operator does. */
async function databases(t: Test) {
  const cluster = await sharedCluster();
  const admin = cluster.url('postgres');
  const prefix = `fork_${t.name.length}_${process.pid}`;
  const made = new Set<string>();
  const nameOf = (name: string): string => `${prefix}_${name}`;
  const ending = (name: string): Promise<object[]> =>
    execute(admin, 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      nameOf(name),
    ]);
  t.teardown(async () => {
    for (const name of made) await execute(admin, `drop database if exists ${name} with (force)`);
  });
  return {
    url: (name: string): string => cluster.url(nameOf(name)),
    async make(name: string, from?: string) {
      made.add(nameOf(name));
      await execute(
        admin,
        `create database ${nameOf(name)} template ${from === undefined ? 'template_ledger' : nameOf(from)}`,
      );
    },
    /** Puts one in the place of another, under whoever has it open. */
    async swap(name: string, by: string) {
      made.add(nameOf(`${name}_gone`));
      for (;;) {
        await ending(name);
        try {
          await execute(admin, `alter database ${nameOf(name)} rename to ${nameOf(`${name}_gone`)}`);
          break;
        } catch (error) {
          // Somebody has connected again meanwhile.
          if ((error as { code?: string }).code !== '55006') throw error;
        }
      }
      await execute(admin, `alter database ${nameOf(by)} rename to ${nameOf(name)}`);
    },
  };
}

async function serve(t: Test, url: string, signer = '') {
  const app = await openLedgerApp(readConfig({ DATABASE_URL: url, SIGNER_DIR: signer }), false);
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) await app.close();
    isClosed = true;
  };
  t.teardown(close);
  const post = poster(app);
  const isReady = async (): Promise<boolean> => (await app.inject('/readyz')).statusCode === 200;
  const reads = async (): Promise<number> =>
    (await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total;
  /** Has the last event signed. */
  const sign = async (eventId: string): Promise<void> =>
    void (await app.inject(`/v1/events/${eventId}/proof`));
  return { app, post, isReady, reads, sign, close };
}

/** A log of two events that were signed, a copy `older` of it, and two more events in it that were signed, too. */
async function givenOlder(t: Test, signer: string) {
  const { url, make, swap } = await databases(t);
  await make('ledger');
  let first = await serve(t, url('ledger'), signer);
  let { body } = await first.post(initiative(), mou());
  await first.sign(body.recorded[1].eventId);
  await first.close();
  await make('older', 'ledger');
  first = await serve(t, url('ledger'), signer);
  ({ body } = await first.post(mou(), mou()));
  await first.sign(body.recorded[1].eventId);
  await first.close();
  return { url, make, swap };
}

const fork = { status: 503, body: { code: 'history-fork' } };

test('on a restored older copy nobody records, with or without the directory of the signer, until the log goes on under a new name', async (t) => {
  const signer = join(t.testdir(), 'signer');
  const { url } = await givenOlder(t, signer);
  const before = await serve(t, url('older'));
  t.equal(await before.isReady(), true, 'nobody can know of it yet');
  const signing = await serve(t, url('older'), signer);
  const after = await serve(t, url('older'));
  for (const { post, isReady, reads } of [before, signing, after]) {
    t.match(await post(mou()), { ...fork, body: { detail: /ends at 2; a checkpoint of size 4 / } });
    t.equal(await isReady(), false);
    t.equal(await reads(), 1, 'reads go on');
  }
  for (const { close } of [before, signing, after]) await close();
  const again = await serve(t, url('older'));
  t.match(await again.post(mou()), fork, 'also when the one that signs is gone');
  await again.close();

  const config = readConfig({ DATABASE_URL: url('older'), SIGNER_DIR: signer });
  await continueLog(config, 'log.example.org/milestones-2', Date.now(), quiet);
  const renewed = await serve(t, url('older'));
  t.equal((await renewed.post(mou())).status, 201);
  t.equal(await renewed.isReady(), true);
});

test('a fork that was kept is gone with the restored newer data', async (t) => {
  const signer = join(t.testdir(), 'signer');
  const { url } = await givenOlder(t, signer);
  await execute(
    url('ledger'),
    `update head set forked_size = 3, forked_root = (select root_hash from checkpoints where size = 4)`,
  );
  const forked = await serve(t, url('ledger'));
  t.match(await forked.post(mou()), fork);
  await forked.close();
  await execute(url('ledger'), 'update head set forked_size = 4');
  const restored = await serve(t, url('ledger'));
  t.equal((await restored.post(mou())).status, 201, 'it has what was signed');
});

test('a database whose checkpoints are ahead of its head, or of another tree, is a fork to everybody', async (t) => {
  const signer = join(t.testdir(), 'signer');
  const { url, make } = await givenOlder(t, signer);
  for (const [name, statement] of [
    ['ahead', 'update checkpoints set size = 5 where size = 4'],
    ['other', `update checkpoints set root_hash = sha256('x') where size = 4`],
  ] as const) {
    await make(name, 'ledger');
    await execute(url(name), `set session_replication_role = replica; ${statement}`);
    const { post, isReady, reads } = await serve(t, url(name));
    t.match(await post(mou()), fork, name);
    t.equal(await isReady(), false);
    t.equal(await reads(), 3);
  }
});

test('where the database is replaced under running instances by an older one, they record nothing until they are restarted', async (t) => {
  const signer = join(t.testdir(), 'signer');
  const { url, swap } = await givenOlder(t, signer);
  const [posting, reading, late] = [
    await serve(t, url('ledger')),
    await serve(t, url('ledger')),
    await serve(t, url('ledger')),
  ];
  t.equal((await posting.post(mou())).status, 201);
  await swap('ledger', 'older');
  t.equal(await posting.isReady(), false);
  for (const { post, isReady } of [posting, reading]) {
    t.match(await post(mou()), { ...fork, body: { detail: /ends at 2; this instance has seen/ } });
    t.equal(await isReady(), false);
  }
  t.equal(await posting.reads(), 1, 'reads go on');
  const restarted = await serve(t, url('ledger'));
  t.equal(
    (await restarted.post(mou({ repeat: 5 }))).status,
    201,
    'nothing in the database says that more was signed',
  );
  t.equal(await late.reads(), 6, 'it is longer by now than this one has seen the log');
  t.match(await late.post(mou()), fork, 'and another history');
  t.match(await posting.post(mou()), fork, 'for good');
  t.equal((await restarted.post(mou())).status, 201);
});

test('an instance that has long read what others recorded goes on from it', async (t) => {
  const { url, make } = await databases(t);
  await make('ledger');
  const posting = await serve(t, url('ledger'));
  await posting.post(initiative());
  const reading = await serve(t, url('ledger'));
  for (let total = 1; total <= 140; total++) {
    await posting.post(mou());
    if ((await reading.reads()) !== total) t.fail('it reads what there is');
  }
  t.equal((await reading.post(mou())).status, 201);
  t.equal((await posting.post(mou())).status, 201);
});
