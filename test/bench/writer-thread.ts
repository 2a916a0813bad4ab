import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { eventColumns, recordColumns } from '../../src/db/schema.ts';

/** The rows of one event: in `events`, and in `records`. */
export type Rows = [event: unknown[], record: unknown[]];

export function writerOn(handle: Sqlite.Database): (group: Rows[]) => void {
  handle.pragma('journal_mode = WAL');
  handle.pragma('synchronous = NORMAL');
  const insert = (table: string, columns: readonly string[]) =>
    handle.prepare(`insert into ${table} (${columns.join()}) values (${columns.map(() => '?').join()})`);
  const [event, record] = [insert('events', eventColumns), insert('records', recordColumns)];
  return handle.transaction((group: Rows[]) => {
    for (const [eventRow, recordRow] of group) {
      event.run(eventRow);
      record.run(recordRow);
    }
  }).immediate;
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const write = writerOn(new Sqlite(workerData as string));
  port.on('message', (group: Rows[]) => {
    write(group);
    port.postMessage('written');
  });
  port.postMessage('ready');
}
