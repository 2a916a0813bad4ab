import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { eventColumns, recordColumns } from '../../src/db/schema.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { fixed, median, printTable, whole } from './figures.ts';
import { ledgerOf } from './ledgers.ts';
import type { Options } from './main.ts';
import { temporaryDirectory } from './servers.ts';
import { type Rows, writerOn } from './writer-thread.ts';

const size = 20_000;
const groups = [1, 64, 1_000];

/** Would it help to write on a thread of its own? */
export async function benchWriter({ rounds }: Options): Promise<void> {
  console.log(`
Writing ${whole(size)} events (rows of the log and of records, all indexes, each group committed) on the thread that decides, against handing the
rows to a thread that does nothing else and waiting for its answer. "of this thread" is the CPU time that a post costs the thread that
all other requests need too; "of both" what it costs the machine. Nothing is synced: neither way waits for the disk on this thread.`);
  const rows = await rowsOf(join(await ledgerOf('one', size), 'ledger.db'));
  const table: string[][] = [];
  for (const length of groups) {
    const measured = { here: [] as Cost[], there: [] as Cost[] };
    for (let round = 0; round < rounds; round++) {
      const of = rows.slice(0, length === 1 ? size / 4 : size);
      measured.here.push(await here(of, length));
      measured.there.push(await there(of, length));
    }
    for (const [name, costs] of [
      ['this thread', measured.here],
      ['another', measured.there],
    ] as const) {
      table.push([
        whole(length),
        name,
        fixed(median(costs.map(({ thisUs }) => thisUs)), 1),
        fixed(median(costs.map(({ bothUs }) => bothUs)), 1),
        whole(median(costs.map(({ perSecond }) => perSecond))),
      ]);
    }
  }
  printTable(['group', 'written by', 'µs/event of this thread', 'of both', 'events/s'], table, 2);
}

interface Cost {
  thisUs: number;
  bothUs: number;
  perSecond: number;
}

async function here(rows: Rows[], length: number): Promise<Cost> {
  const file = await emptyLedger();
  const handle = new Sqlite(file);
  const write = writerOn(handle);
  const cost = await costOf(rows, length, async (group) => write(group));
  handle.close();
  return cost;
}

async function there(rows: Rows[], length: number): Promise<Cost> {
  const worker = new Worker(join(import.meta.dirname, 'writer-thread.ts'), {
    workerData: await emptyLedger(),
  });
  await once(worker, 'message');
  const cost = await costOf(rows, length, async (group) => {
    const answered = once(worker, 'message');
    worker.postMessage(group);
    await answered;
  });
  await worker.terminate();
  return cost;
}

async function costOf(rows: Rows[], length: number, write: (group: Rows[]) => Promise<void>): Promise<Cost> {
  const [start, thread, process_] = [performance.now(), process.threadCpuUsage(), process.cpuUsage()];
  for (let first = 0; first < rows.length; first += length) await write(rows.slice(first, first + length));
  const us = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / rows.length;
  return {
    thisUs: us(process.threadCpuUsage(thread)),
    bothUs: us(process.cpuUsage(process_)),
    perSecond: (rows.length / (performance.now() - start)) * 1000,
  };
}

async function emptyLedger(): Promise<string> {
  const file = join(temporaryDirectory(), 'ledger.db');
  await (await openSqlite(file)).close();
  return file;
}

async function rowsOf(file: string): Promise<Rows[]> {
  const handle = new Sqlite(file, { readonly: true });
  const read = (table: string, columns: readonly string[]) =>
    handle.prepare<[], unknown[]>(`select ${columns.join()} from ${table} order by position`).raw().all();
  const [events, records] = [read('events', eventColumns), read('records', recordColumns)];
  handle.close();
  return events.map((event, i) => [event, records[i] ?? []]);
}
