import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { compiledOnce, keepingStatements } from '../../../src/store/sqlite/statements.ts';

test('what is compared is hidden from the planner, and what is written is left alone', (t) => {
  for (const [given, made] of [
    ['select a from t where b = ? and c <= ? limit ?', 'select a from t where b = +? and c <= +? limit +?'],
    ['where a between ? and ? or b <> ? or c is ?', 'where a between +? and +? or b <> +? or c is +?'],
    ["where x like ? escape '\\'", "where x like +? escape '\\'"],
    ['insert into t values (?, ?)', 'insert into t values (?, ?)'],
    ['where a in (?, ?)', 'where a in (?, ?)'],
  ] as const)
    t.equal(compiledOnce(given), made);
  t.end();
});

test('the plus changes no value, of whatever type', (t) => {
  const handle = new Sqlite(':memory:');
  const kept = keepingStatements(handle);
  handle.exec('create table t (number integer, text text, bytes blob) strict');
  handle.prepare('insert into t values (?, ?, ?)').run(7, '7', Buffer.from('7'));
  const found = (column: string, value: unknown): number =>
    kept.prepare(`select 1 from t where ${column} = ?`).all(value).length;
  for (const column of ['number', 'text', 'bytes'])
    for (const value of [7, 8, 7.5, '7', '7.0', '07', Buffer.from('7'), Buffer.from('8'), null]) {
      const bare = handle.prepare(`select 1 from t where ${column} = ?`).all(value).length;
      t.equal(found(column, value), bare, `${column} ${value}`);
    }
  t.equal(found('number', 7) + found('text', '7') + found('bytes', Buffer.from('7')), 3);
  t.equal(kept.prepare('select 1 from t where number = ?'), kept.prepare('select 1 from t where number = ?'));
  for (let i = 0; i < 1_000; i++) kept.prepare(`select ${i} from t where number = ?`);
  t.equal(found('number', 7), 1, 'many are not all kept');
  kept.close();
  t.end();
});
