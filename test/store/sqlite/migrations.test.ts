import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { openStore } from '../../../src/store/open-store.ts';
import { earlierLedger, versions } from '../../upgrade/earlier.ts';

test('an upgrade that ends in the middle leaves the tables as they were, and the next one goes through', async (t) => {
  const { database } = earlierLedger(t, versions.at(-1) ?? '');
  const db = new Sqlite(database);
  const tables = () => db.prepare('select name, sql from sqlite_schema order by name').all();
  // In the way of the last migration, after the others have changed tables.
  db.exec('create table search_index (in_the_way)');
  const before = tables();
  await t.rejects(openStore(`file:${database}`));
  t.same(tables(), before);
  db.exec('drop table search_index');
  db.close();
  await (await openStore(`file:${database}`)).close();
});
