import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { itemsOf } from '../../../src/rules.ts';
import { Recorder } from '../../../src/store/recorder.ts';
import { Checkpointer } from '../../../src/store/sqlite/checkpointer.ts';
import { openSqlite } from '../../../src/store/sqlite/open-sqlite.ts';
import { ledgerFile } from '../../helpers/database.ts';
import { initiative, mou } from '../../helpers/decide.ts';
import { onlyLong } from '../../helpers/effort.ts';
import { turnUntil } from '../../helpers/streaming.ts';

const mib = 2 ** 20;

test(
  'what is recorded is moved from the -wal into the file meanwhile, and the -wal begins anew',
  onlyLong,
  async (t) => {
    const file = ledgerFile(t);
    const store = await openSqlite(file);
    const recorder = new Recorder(store, Date.now);
    const post = (body: object) =>
      recorder.record({
        initiativeId: 'sci',
        principal: 'test',
        authority: 'operator',
        items: itemsOf(body),
        dryRun: false,
      });
    await post(initiative());
    const note = 'x'.repeat(4_000);
    const batch = { events: Array.from({ length: 1_000 }, () => mou({ note })) };
    for (let i = 0; i < 30; i++) await post(batch);
    t.ok(statSync(file).size > 60 * mib, 'the file grows beside the recording');
    t.ok(statSync(`${file}-wal`).size < 100 * mib, 'the -wal does not hold all of it');
    await recorder.stop();
    await store.close();
    t.notOk(existsSync(`${file}-wal`));
  },
);

test('where the thread fails, the operator is told once, and closing does not wait for the thread', async (t) => {
  const directory = t.testdir();
  const writer = new Sqlite(join(directory, 'some.db'));
  writer.pragma('journal_mode = WAL');
  const said: string[] = [];
  let idle = 0;
  const disk = {
    saw: (error: unknown) => t.fail(String(error)),
    say: (_: unknown, what: string) => said.push(what),
    isAwaited: false,
  };
  const checkpointer = new Checkpointer(join(directory, 'missing.db'), writer, disk, () => {
    idle += 1;
  });
  writer.exec('create table some (bytes blob); insert into some values (zeroblob(10000000))');
  for (const times of [1, 2]) {
    checkpointer.committed();
    await turnUntil(() => idle === times);
  }
  t.match(said, [/stays there meanwhile/]);
  await checkpointer.close();
  writer.close();
});

test('what the thread meets on a disk that fails is told', async (t) => {
  const directory = t.testdir({ 'some.db': 'no database, but long enough to be taken for one '.repeat(100) });
  const file = join(directory, 'some.db');
  const writer = new Sqlite(join(directory, 'writer.db'));
  writer.pragma('journal_mode = WAL');
  const saw: unknown[] = [];
  const disk = { saw: (error: unknown) => saw.push(error), say: () => {}, isAwaited: false };
  const checkpointer = new Checkpointer(file, writer, disk, () => {});
  writer.exec('create table some (bytes blob); insert into some values (zeroblob(10000000))');
  checkpointer.committed();
  await turnUntil(() => saw.length > 0);
  t.match(saw, [{ code: 'SQLITE_NOTADB' }]);
  await checkpointer.close();
  writer.close();
});
