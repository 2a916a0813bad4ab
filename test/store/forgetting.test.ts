import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { forgetOldAnswers } from '../../src/store/forgetting.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { ledgerFile } from '../helpers/database.ts';

const dayMs = 86_400_000;
const now = Date.parse('2024-03-10T00:00:00.000Z');

/** A store with so many answers of five days ago, and three new ones. */
async function openKeeping(t: Test, old: number) {
  const file = ledgerFile(t);
  const store = await openSqlite(file);
  t.teardown(() => store.close());
  const db = new Sqlite(file);
  t.teardown(() => db.close());
  const keep = db.prepare(
    "insert into idempotency_keys values (null, 'p', 'sci', ?, zeroblob(32), 1, 1, null, ?, null)",
  );
  db.transaction(() => {
    for (let i = 0; i < old; i++) keep.run(`old-${i}`, now - 5 * dayMs + i);
    for (let i = 0; i < 3; i++) keep.run(`new-${i}`, now - dayMs);
  })();
  const count = db.prepare<[], number>('select count(*) from idempotency_keys').pluck();
  return { store, db, kept: () => count.get() };
}

test('answers are forgotten a few at a time, the oldest first, and no new one', async (t) => {
  const { store, db, kept } = await openKeeping(t, 450);
  t.equal(await store.forgetAnswers(now - 2 * dayMs), 200);
  const oldest = db.prepare<[], string>('select key from idempotency_keys order by id limit 1').pluck();
  t.equal(oldest.get(), 'old-200');
  t.same([await store.forgetAnswers(now - 2 * dayMs), await store.forgetAnswers(now - 2 * dayMs)], [200, 50]);
  t.equal(await store.forgetAnswers(now - 2 * dayMs), 0);
  t.equal(kept(), 3);
  db.exec('delete from idempotency_keys');
});

test('once a minute it is looked whether there are old answers, and then all of them go', async (t) => {
  const { store, db, kept } = await openKeeping(t, 1_000);
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const stop = forgetOldAnswers(
    store,
    () => now,
    async () => {},
    t.error,
  );
  const pass = async (ms: number): Promise<void> => {
    mock.timers.tick(ms);
    await turn();
  };
  await pass(59_999);
  t.equal(kept(), 1_003);
  await pass(1);
  t.equal(kept(), 803);
  for (let i = 0; i < 5; i++) await pass(50);
  t.equal(kept(), 3);
  await stop();
  db.exec('delete from idempotency_keys');
});
