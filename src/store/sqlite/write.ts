import type Sqlite from 'better-sqlite3';
import type { Batch } from '../store.ts';
import { statementsOf } from '../write.ts';
import { answerOf, sqlite } from './statements.ts';

/**
 * Writes what a group recorded in one transaction. check: called in it before anything is written; what it throws ends it.
 */
export function sqliteWrite(handle: Sqlite.Database, check: () => void = () => {}): (batch: Batch) => void {
  const answer = answerOf(handle);
  const write = (batch: Batch): void => {
    check();
    for (const statement of statementsOf(batch, sqlite)) answer(statement);
    if (batch.changes.some(({ event }) => event.erased)) rewriteOpenings(handle);
  };
  return handle.transaction(write).immediate;
}

/**
 * What is deleted is overwritten in the file, as secure_delete is on. But when a page is split, rows that moved may leave a copy
 * in its free space, which secure_delete does not see. Pages given back are overwritten, so the table is written anew: rare,
 * and about a second for a million names.
 */
function rewriteOpenings(handle: Sqlite.Database): void {
  const rows = handle.prepare<[], unknown[]>('select * from openings order by commitment').raw().all();
  handle.exec('delete from openings');
  const insert = handle.prepare('insert into openings values (?, ?, ?, ?)');
  for (const row of rows) insert.run(row);
}
