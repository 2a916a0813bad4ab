import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { atMost, fixed, median, printTable, whole } from './figures.ts';
import type { Options } from './main.ts';
import { initiative } from './samples.ts';
import { post, startServer, temporaryDirectory } from './servers.ts';

const pageMsMax = 20;
const countMsMax = 150;
const bytesMax = 1_700;
const batch = 1_000;
const initiatives = 1_000;

/** What a list may be asked, and how many records that finds; `of` is an initiative, or all. */
const questions = [
  ['a word of all', 'q=agreement'],
  ['a word of few', 'q=agreement+777777'],
  ['a word of none', 'q=nowhere'],
  ['a word of none, in parts that all have', 'q=mentgree'],
  ['two characters', 'q=%E6%B7%B1%E5%9C%B3'],
  ['a party of some', 'party=Party+7'],
  ['a party of one in two hundred, and its year', 'party=Partner+7&from=2012&until=2012'],
  ['a word, a party and a year', 'q=agreement&party=Partner+7&from=2012'],
  ['a publisher of all', 'publisher=Ministry'],
  ['a publisher of none', 'publisher=Nobody'],
  ['a sector', 'sector=Sector+7'],
  ['nothing that ends', 'endsBy=2001'],
  ['without a source', 'unsourced=true'],
  ['retracted ones', 'standing=false'],
  ['the last year, by date', 'from=2024&sort=date'],
  ['by date, last first', 'sort=-date'],
  ['by title', 'sort=title'],
  ['a party, by title', 'party=Party+7&sort=title'],
  ['by party, last first', 'sort=-party'],
  ['recorded last', 'sort=-recorded'],
] as const;

/** How long do the first page and the count of a list take, whatever is asked of it? */
export async function benchLists({ rounds }: Options): Promise<void> {
  const size = 200_000;
  for (const shape of ['one', 'all'] as const) {
    const directory = temporaryDirectory();
    const server = await startServer('sqlite', directory);
    const idOf = (i: number): string =>
      shape === 'one' ? 'list' : `list-${Math.floor((i * initiatives) / size)}`;
    for (let from = 0; from < size; from += shape === 'one' ? batch : size / initiatives) {
      const of = idOf(from);
      if (shape === 'all' || from === 0) await post(server.port, of, initiative);
      const length = shape === 'one' ? batch : size / initiatives;
      await post(server.port, of, { events: Array.from({ length }, (_, i) => signed(from + i)) });
    }
    const file = join(directory, 'ledger.db');
    const filledMs = await untilFilled(file);
    const bytes = bytesOf(file);
    console.log(`
${whole(size)} MoUs ${shape === 'one' ? 'in one initiative' : `over all of ${whole(initiatives)} initiatives`}, the index filled ${fixed(filledMs / 1000, 1)} s after the last post; ${rounds} times each.
Bytes an event on disk without the search index: ${whole(bytes.ledger / size)} (${atMost(bytes.ledger / size, bytesMax)}); the index: ${whole(bytes.index / size)}.`);
    const list = shape === 'one' ? '/v1/initiatives/list/mous' : '/v1/records';
    const ask = async (path: string): Promise<number> => {
      const took: number[] = [];
      for (let round = 0; round < rounds; round++) {
        // As of another position each time, so that no answer is a kept one.
        const start = performance.now();
        const answer = await fetch(`http://127.0.0.1:${server.port}${path}&asOfPosition=${size - round}`);
        if (answer.status !== 200) throw new Error(`${path}: ${await answer.text()}`);
        await answer.arrayBuffer();
        took.push(performance.now() - start);
      }
      return median(took);
    };
    const rows: string[][] = [];
    for (const [name, query] of questions) {
      const page = await ask(`${list}?${query}`);
      const count = await ask(`${list}?${query}&count=true&limit=1`);
      rows.push([name, fixed(page, 1), atMost(page, pageMsMax), fixed(count, 1), atMost(count, countMsMax)]);
    }
    await server.stop();
    printTable(['', 'page ms', 'target', 'count ms', 'target'], rows, 1);
  }
}

async function untilFilled(file: string): Promise<number> {
  const start = performance.now();
  const db = new Sqlite(file, { readonly: true });
  const behind = db
    .prepare<[], number>('select position - coalesce((select max(position) from search_texts), 0) from head')
    .pluck();
  const segments = db
    .prepare<[], number>('select position - coalesce((select max(last) from search_segments), 0) from head')
    .pluck();
  while ((behind.get() ?? 0) >= 256 || (segments.get() ?? 0) >= 2_048 + 256)
    await new Promise((resolve) => setTimeout(resolve, 100));
  db.close();
  return performance.now() - start;
}

/** The bytes of the pages of tables and indexes. */
function bytesOf(file: string): { ledger: number; index: number } {
  const db = new Sqlite(file, { readonly: true });
  const rows = db
    .prepare<[], { name: string; bytes: number }>(
      'select name, sum(pgsize) as bytes from dbstat group by name',
    )
    .all();
  db.close();
  const sum = (isOfIndex: boolean): number =>
    rows.reduce((sum, { name, bytes }) => sum + (name.includes('search_') === isOfIndex ? bytes : 0), 0);
  return { ledger: sum(false), index: sum(true) };
}

const signed = (i: number) => ({
  type: 'MoUSigned',
  occurredOn: `${2010 + (i % 15)}-0${1 + (i % 9)}-14`,
  data: {
    title: `Agreement ${i}${i % 5_000 === 0 ? ' 深圳' : ''}`,
    sector: `Sector ${i % 20}`,
    parties: [{ name: `Party ${i % 700}` }, { name: `Partner ${i % 200}` }],
  },
  sources: [{ publisher: 'Ministry' }],
});
