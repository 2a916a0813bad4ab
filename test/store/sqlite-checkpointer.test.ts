import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { itemsOf } from '../../src/ledger/posting.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { Checkpointer } from '../../src/store/sqlite-checkpointer.ts';
import { ledgerFile } from '../helpers/database.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { turnUntil } from '../helpers/streaming.ts';

const mib = 2 ** 20;

test('what is recorded is moved from the -wal into the file meanwhile, and the -wal begins anew', async (t) => {
  const file = ledgerFile(t);
  const store = await openSqlite(file);
  const recorder = new Recorder(store, Date.now);
  const post = (body: object) =>
    recorder.record({ initiativeId: 'sci', principal: 'test', items: itemsOf(body), dryRun: false });
  await post(initiative());
  const note = 'x'.repeat(4_000);
  const batch = { events: Array.from({ length: 1_000 }, () => mou({ note })) };
  for (let i = 0; i < 30; i++) await post(batch);
  t.ok(statSync(file).size > 60 * mib, 'the file grows beside the recording');
  t.ok(statSync(`${file}-wal`).size < 100 * mib, 'the -wal does not hold all of it');
  await recorder.stop();
  await store.close();
  t.notOk(existsSync(`${file}-wal`));
});

test('where the thread fails, SQLite moves it itself, and closing does not wait for the thread', async (t) => {
  const directory = t.testdir();
  const writer = new Sqlite(join(directory, 'some.db'));
  writer.pragma('journal_mode = WAL');
  const checkpointer = new Checkpointer(join(directory, 'missing', 'some.db'), writer, () => {});
  writer.exec('create table some (bytes blob); insert into some values (zeroblob(10000000))');
  checkpointer.committed();
  await turnUntil(() => writer.pragma('wal_autocheckpoint', { simple: true }) === 64_000);
  checkpointer.committed();
  await checkpointer.close();
  writer.close();
});
