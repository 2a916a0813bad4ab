import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';

import { openStore } from '../../../src/store/open-store.ts';
import { Upkeep } from '../../../src/store/rebuild/upkeep.ts';
import { Disk } from '../../../src/store/sqlite/disk.ts';
import { readModels } from '../../../src/views/read-models.ts';
import { start } from '../../helpers/child.ts';
import { ledgerFile } from '../../helpers/database.ts';
import { given, initiative, mou, now, openLedger } from '../../helpers/decide.ts';
import { buildLedger } from '../../helpers/ledger.ts';
import { remount, smallDisk } from '../../helpers/small-disk.ts';
import { turnUntil } from '../../helpers/streaming.ts';
import { syncingBy } from '../../helpers/syncs.ts';

type Ledger = Awaited<ReturnType<typeof given>>;
const url = '/v1/initiatives/sci/events';

test('a sync that fails anywhere ends recording until a restart', async (t) => {
  const row = { size: 1, root_hash: Buffer.alloc(32), signed_at: now, note: 'a note', previous: 0 };
  const syncs = {
    'of a checkpoint': ({ store }: Ledger) => store.keepCheckpoint(row),
    'of a signing key': ({ store }: Ledger) =>
      store.keepSigningKey({ vkey: 'v', signs_from: 0, signs_until: null }),
    'of a rebuild': ({ store }: Ledger) =>
      store.rebuild({ readModels: [], progress: () => {}, signal: new AbortController().signal }),
    'of a file that is imported alone': ({ store }: Ledger) => store.sync(),
  };
  for (const [name, sync] of Object.entries(syncs)) {
    await t.test(name, async (t) => {
      const ledger = await given(t);
      let isBroken = true;
      syncingBy(t, async () => {
        if (isBroken) throw new Error('EIO: i/o error, fdatasync');
      });
      await t.rejects(Promise.resolve(sync(ledger)), { code: 'storage-unavailable' });
      isBroken = false;
      await ledger.refused(mou(), 'storage-unavailable', undefined);
      t.throws(() => ledger.recorder.check(), { code: 'storage-unavailable' });
      await t.rejects(Promise.resolve(ledger.store.check()), { code: 'storage-unavailable' });
      // What it left is nothing that the check at the end should find.
      if (name === 'of a rebuild') await dropRebuilt(ledger);
    });
  }
});

const isOpen = { message: /^another process has the ledger open/ };
const dropRebuilt = (ledger: Ledger): Promise<void> =>
  ledger.run(
    'drop table records_rebuilt; drop table record_numbers_rebuilt; drop table count_snapshots_rebuilt',
  );

test('syncs come one after the other, and one that comes meanwhile is told of the failure before it', async (t) => {
  const file = join(t.testdir(), 'some.db');
  for (const suffix of ['', '-wal', '-shm']) writeFileSync(`${file}${suffix}`, '');
  const disk = new Disk(file, {}, () => {});
  t.teardown(() => disk.close());
  let [running, most, syncs] = [0, 0, 0];
  const results = [undefined, undefined, new Error('EIO'), undefined];
  syncingBy(t, async () => {
    running += 1;
    most = Math.max(most, running);
    await pause(5);
    running -= 1;
    const result = results[syncs++];
    if (result) throw result;
  });
  await Promise.all([disk.sync(), disk.sync(), disk.sync()]);
  t.same([most, syncs], [1, 2], 'those that wait share one');
  const outcomes = await Promise.allSettled([disk.sync(), disk.sync(), disk.sync()]);
  t.same(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  t.equal(syncs, 3, 'nothing is synced after it');
});

test('a checkpoint that is not on disk yet is shown to nobody', async (t) => {
  const app = await buildLedger(t);
  await app.inject({ method: 'POST', url, payload: initiative() });
  await app.inject('/v1/log/checkpoint');
  const size = async () => (await app.inject('/v1/log/checkpoint')).body.split('\n')[1];
  t.equal(await size(), '1');
  const [begun, synced] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const [{ eventId }] = (await app.inject({ method: 'POST', url, payload: mou() })).json().recorded;
  let syncs = 0;
  syncingBy(t, () => {
    syncs += 1;
    if (syncs === 1) return Promise.resolve();
    begun.resolve();
    return synced.promise;
  });
  // Light-my-request sends when somebody waits for it.
  const proof = app.inject(`/v1/events/${eventId}/proof`).then((answer) => answer);
  await begun.promise;
  t.equal(await size(), '1');
  t.equal((await app.inject('/v1/log/checkpoint?size=2')).statusCode, 404);
  synced.resolve();
  t.equal((await proof).statusCode, 200);
  t.equal(await size(), '2');
});

test('a tile or a bundle is served when its leaves are on disk and not before', async (t) => {
  const app = await buildLedger(t);
  await app.inject({ method: 'POST', url, payload: { events: [initiative(), mou({ repeat: 254 })] } });
  const [begun, synced] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  syncingBy(t, () => {
    begun.resolve();
    return synced.promise;
  });
  const posted = app.inject({ method: 'POST', url, payload: mou({ repeat: 2 }) }).then((answer) => answer);
  await begun.promise;
  const paths = ['/tile/0/000', '/tile/1/000.p/1', '/tile/entries/000', '/tile/0/001.p/1'];
  for (const path of paths) t.equal((await app.inject(path)).statusCode, 404, path);
  t.equal((await app.inject('/tile/0/000.p/255')).statusCode, 200);
  synced.resolve();
  t.equal((await posted).statusCode, 201);
  for (const path of paths) t.equal((await app.inject(path)).statusCode, 200, path);
});

/** A ledger, and what its operator is told. */
async function toldOf(t: Test) {
  const file = ledgerFile(t);
  const said: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => said.push(JSON.parse(line).msg) });
  const app = await openLedgerApp(readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '' }), log);
  t.teardown(() => app.close());
  const post = (payload: object) => app.inject({ method: 'POST', url, payload });
  t.equal((await post(initiative())).statusCode, 201);
  return { file, app, post, told: () => said.filter((what) => what.includes(file)) };
}

test('where the -wal is deleted nothing more is recorded, and what was acknowledged is put into the file', async (t) => {
  const { file, app, post, told } = await toldOf(t);
  unlinkSync(`${file}-wal`);
  const refused = await post(mou());
  t.match([refused.statusCode, refused.json().code], [503, 'storage-unavailable']);
  t.match(told(), [/-wal was deleted while the ledger is open\. Stop the service in order/]);
  t.equal((await app.inject('/readyz')).statusCode, 503);
  t.equal((await app.inject('/v1/initiatives/sci')).statusCode, 200, 'it can still be read');
  // As kill -9 would leave it.
  const copy = join(t.testdir(), 'copy.db');
  copyFileSync(file, copy);
  const left = new Sqlite(copy);
  t.equal(left.prepare('select position from head').pluck().get(), 2);
  left.close();
  await app.close();
  const again = await openLedger(t, () => Date.now(), `file:${file}`);
  t.equal(again.end(), 2, 'and what was written with it');
  await again.close();
});

test('where the -shm is deleted, or another -wal put in place, nothing more is recorded, and a stop in order keeps all', async (t) => {
  const harm = {
    deleted: (file: string) => unlinkSync(`${file}-shm`),
    replaced: (file: string) => {
      writeFileSync(`${file}-wal.new`, '');
      renameSync(`${file}-wal.new`, `${file}-wal`);
    },
  };
  for (const [what, harmed] of Object.entries(harm))
    await t.test(what, async (t) => {
      const { file, app, post, told } = await toldOf(t);
      harmed(file);
      t.equal((await post(mou())).json().code, 'storage-unavailable');
      t.match(told(), [new RegExp(`${what} while the ledger is open\\. Stop the service in order`)]);
      await app.close();
      const again = await openLedger(t, () => Date.now(), `file:${file}`);
      t.equal(again.end(), 2);
      await again.close();
    });
});

for (const what of ['deleted', 'replaced'] as const)
  test(`where the file is ${what} the operator is told within a second, and nothing more is recorded`, async (t) => {
    const { file, app, post, told } = await toldOf(t);
    renameSync(file, `${file}-away`);
    if (what === 'replaced') copyFileSync(`${file}-away`, file);
    await turnUntil(() => told().length > 0);
    t.match(told(), [new RegExp(`ledger\\.db was ${what} while the ledger is open\\. Before you stop`)]);
    t.equal((await post(mou())).json().code, 'storage-unavailable');
    t.match((await app.inject('/v1/export')).body, 'InitiativeRegistered');
    renameSync(`${file}-away`, file);
    await app.close();
  });

test('a ledger that was put in place under the service keeps its -wal when the service ends', async (t) => {
  const other = await given(t, mou({ repeat: 5 }));
  const { file, app, told } = await toldOf(t);
  const away = t.testdir();
  for (const suffix of ['', '-wal', '-shm']) {
    copyFileSync(`${file}${suffix}`, join(away, `ledger.db${suffix}`));
    // A file of its own, as a new one of the same name would be.
    copyFileSync(`${other.file}${suffix}`, `${file}${suffix}.new`);
    renameSync(`${file}${suffix}.new`, `${file}${suffix}`);
  }
  await turnUntil(() => told().length > 0);
  await app.close();
  rmSync(`${file}-shm`, { force: true });
  const put = new Sqlite(file);
  t.equal(put.prepare('select position from head').pluck().get(), 6);
  put.close();
});

test('what somebody else has written is noticed before anything is written on top of it', async (t) => {
  const ledger = await given(t);
  const { root } = { root: ledger.rows('head')[0]?.root_hash };
  await ledger.run('update head set position = 5');
  await t.rejects(ledger.post(mou()), { code: 'storage-unavailable', message: /Somebody else/ });
  const db = new Sqlite(ledger.file);
  db.prepare('update head set position = 1, root_hash = ?').run(root);
  db.close();
  await ledger.refused(mou(), 'storage-unavailable', undefined);
});

test('a file that another program has locked stops nobody but those who record, and these for some seconds', async (t) => {
  const { file, app, post, told } = await toldOf(t);
  const other = new Sqlite(file);
  t.teardown(() => other.close());
  other.exec('begin exclusive');
  const posted = post(mou()).then((answer) => answer);
  const beganMs = performance.now();
  for (let i = 0; i < 20; i++) {
    t.equal((await app.inject('/livez')).statusCode, 200);
    t.equal((await app.inject('/v1/initiatives/sci/summary')).statusCode, 200);
    await pause(5);
  }
  t.ok(performance.now() - beganMs < 4_000, 'nobody waited for the lock');
  other.exec('rollback');
  t.equal((await posted).statusCode, 201);

  other.exec('begin exclusive');
  const refused = await post(mou());
  t.match([refused.statusCode, refused.json().code], [503, 'storage-unavailable']);
  t.match(refused.json().detail, /locked/);
  t.ok(refused.headers['retry-after']);
  t.match(told(), [/locked/]);
  t.equal((await app.inject('/readyz')).statusCode, 503);
  const quickMs = performance.now();
  t.equal((await post(mou())).statusCode, 503);
  t.ok(performance.now() - quickMs < 3_000, 'the next ones do not wait as long again');
  other.exec('rollback');
  t.equal((await app.inject('/readyz')).statusCode, 200);
  t.equal((await post(mou())).statusCode, 201);
});

test('a start waits for a lock for some seconds, and then says what is in its way', async (t) => {
  const ledger = await given(t);
  await ledger.close();
  const other = new Sqlite(ledger.file);
  other.exec('begin exclusive');
  await t.rejects(openStore(ledger.url), { message: /^Another program has .*ledger\.db locked\. Stop it/ });
  other.close();
});

test('a rebuild waits for a lock, too', async (t) => {
  const ledger = await given(t, mou({ repeat: 10 }));
  const other = new Sqlite(ledger.file);
  other.exec('begin exclusive');
  const upkeep = new Upkeep(ledger.store, readModels);
  const rebuilt = upkeep.run(['records', 'counts'], () => {});
  await pause(100);
  other.exec('rollback');
  other.close();
  t.match(await rebuilt, [{ view: 'records' }, { view: 'counts' }]);
});

test('a ledger is one, whatever name it is opened by', async (t) => {
  const ledger = await given(t);
  const links = t.testdir({ elsewhere: {} });
  symlinkSync(ledger.file, join(links, 'link.db'));
  symlinkSync(dirname(ledger.file), join(links, 'directory'));
  symlinkSync('link.db', join(links, 'link-to-link.db'));
  const names = ['link.db', 'directory/ledger.db', 'link-to-link.db', 'elsewhere/../link.db'];
  for (const name of names) await t.rejects(openStore(`file:${join(links, name)}`), isOpen, name);
  await ledger.close();
  for (const name of names) {
    const again = await openLedger(t, () => now, `file:${join(links, name)}`);
    await again.post(mou());
    await again.close();
    t.notOk(existsSync(join(links, `${name}-wal`)), name);
  }
  const hard = join(dirname(ledger.file), 'hard.db');
  linkSync(ledger.file, hard);
  for (const file of [ledger.file, hard])
    await t.rejects(openStore(`file:${file}`), { message: /has 2 names \(hard links\)/ });
  unlinkSync(hard);
});

test('a symbolic link to what is not there yet makes a ledger there', async (t) => {
  const file = ledgerFile(t);
  const links = t.testdir();
  symlinkSync(file, join(links, 'link.db'));
  symlinkSync(join(links, 'made'), join(links, 'directory'));
  symlinkSync('loop.db', join(links, 'loop.db'));
  const ledger = await openLedger(t, () => now, `file:${join(links, 'link.db')}`);
  await ledger.post(initiative());
  await ledger.close();
  t.ok(existsSync(file));
  const store = await openStore(`file:${join(links, 'directory', 'some.db')}`);
  await store.close();
  t.ok(existsSync(join(links, 'made', 'some.db')));
  await t.rejects(openStore(`file:${join(links, 'loop.db')}`), { message: /leads to itself/ });
});

test('a second service does not start where the lock was removed or replaced under the first', async (t) => {
  const ledger = await given(t);
  for (const make of [() => {}, () => writeFileSync(`${ledger.file}-lock`, '')]) {
    rmSync(`${ledger.file}-lock`);
    make();
    for (let i = 0; i < 2; i++) await t.rejects(openStore(ledger.url), isOpen);
    const child = start(ledger.file);
    t.teardown(() => child.kill('SIGKILL'));
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    t.equal(code, 2);
    t.match(stderr, /^milestone-ledger: another process has the ledger open[^\n]+\n$/);
    writeFileSync(`${ledger.file}-lock`, '');
  }
  await ledger.post(mou());
  await ledger.close();
  const again = await openLedger(t, () => now, ledger.url);
  await again.post(mou());
  await again.close();
});

test('on a full disk posts are refused, and recording goes on by itself when there is room', async (t) => {
  const directory = smallDisk(t, '6m');
  if (directory === undefined) return;
  const file = join(directory, 'ledger.db');
  const said: { msg: string; level: number }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => said.push(JSON.parse(line)) });
  const app = await openLedgerApp(readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '' }), log);
  t.teardown(() => app.close());
  const post = (payload: object) => app.inject({ method: 'POST', url, payload });
  await post(initiative());
  let acknowledged = 1;
  const untilFull = async (): Promise<void> => {
    for (;;) {
      const answer = await post(mou({ repeat: 20, note: 'x'.repeat(2_000) }));
      if (answer.statusCode !== 201) {
        t.match(
          [answer.statusCode, answer.json().code, answer.json().detail],
          [503, 'storage-unavailable', 'The disk is full.'],
        );
        return;
      }
      acknowledged += 20;
    }
  };
  // What fills it first is the -wal, as nothing moved it into the file so far.
  await untilFull();
  const filler = join(directory, 'filler');
  let isRoom = true;
  while (isRoom) {
    const { bavail, bsize } = statfsSync(directory);
    try {
      appendFileSync(filler, Buffer.alloc(Math.max(1, Math.min(bavail * bsize, 2 ** 16))));
    } catch {
      isRoom = false;
    }
    await turn();
  }
  // What is in the -wal may be in the file by now, and leave room at its beginning.
  await untilFull();
  t.equal((await app.inject('/readyz')).statusCode, 503);
  t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, acknowledged - 1);
  t.ok(
    said.some(
      ({ msg, level }) => level === 50 && msg.startsWith('The disk is full. Recording goes on by itself'),
    ),
  );
  t.notOk(said.some(({ msg }) => msg.includes('bug')));

  rmSync(filler);
  remount(directory, 'size=24m');
  // As for the moment in which the thread that copies from the -wal opens the file.
  const other = new Sqlite(file);
  other.exec('begin immediate');
  setTimeout(() => other.exec('rollback'), 50);
  t.equal((await app.inject('/readyz')).statusCode, 200);
  other.close();
  t.equal((await post(mou({ repeat: 5 }))).statusCode, 201);
  t.ok(said.some(({ msg }) => msg === 'recording goes on'));
  await app.close();
  const after = await openLedger(t, () => Date.now(), `file:${file}`);
  t.equal(after.end(), acknowledged + 5);
  await after.check();
  await after.close();
});
