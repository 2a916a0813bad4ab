import { test } from 'tap';
import { everything } from '../../src/access/visible.ts';
import type { LedgerRecord } from '../../src/shapes/record.ts';
import { wantedBy } from '../../src/shapes/record-filter.ts';
import { SearchUpkeep } from '../../src/store/rebuild/search-upkeep.ts';
import { Upkeep } from '../../src/store/rebuild/upkeep.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { indexedList } from '../../src/views/indexed-list.ts';
import { readModels } from '../../src/views/read-models.ts';
import type { RecordList, Sort } from '../../src/views/record-order.ts';
import { scannedList } from '../../src/views/scanned-list.ts';
import { corrected, initiative, openLedger, type TestLedger } from '../helpers/decide.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { fillSearch } from '../helpers/search.ts';
import { until } from '../helpers/until.ts';

const tables = ['search_texts', 'search_segments', 'search_postings'] as const;

const contents = async ({ rows, refresh }: TestLedger): Promise<object> => {
  await refresh();
  return tables.map((table) =>
    rows(table)
      .map((row) => JSON.stringify(row))
      .sort(),
  );
};

/** Records of two initiatives, every third corrected, some retracted, with a person among their parties. */
async function register(ledger: TestLedger, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    const [recordId, initiativeId] = [`r-${i}`, i % 4 === 0 ? 'two' : 'sci'];
    const post = (event: object) => ledger.post(event, { initiativeId });
    await post({
      type: i % 5 === 0 ? 'ProjectLaunched' : 'MoUSigned',
      recordId,
      ...(i % 7 > 0 && { occurredOn: `20${10 + (i % 9)}` }),
      data: {
        ...(i % 3 > 0 && { title: `Harbour ${i % 6}` }),
        sector: `S ${i % 4}`,
        parties: [{ name: `Party ${i % 5}` }, { name: 'Marwan Secret', person: true }],
      },
    });
    if (i % 3 === 0) await post(corrected(recordId, { data: { title: `Quay ${i % 5}` } }));
    if (i % 8 === 0)
      await post({ type: 'RecordRetracted', recordId, reason: { code: 'other', text: 'No.' } });
  }
}

async function opened(...args: Parameters<typeof openLedger>): Promise<TestLedger> {
  const ledger = await openLedger(...args);
  await ledger.post(initiative());
  await ledger.post(initiative(), { initiativeId: 'two' });
  return ledger;
}

/** Every record of a list, page by page, and its count from each page on. */
async function whole(list: RecordList): Promise<string[]> {
  const ids: string[] = [];
  let after: number | undefined;
  do {
    const { items, next } = await list.page(after, { limit: 3, bytesMax: 1e6 });
    ids.push(...items.map(({ recordId, version }: LedgerRecord) => `${recordId} ${version}`));
    ids.push(`of ${await list.count(after)}`);
    after = next === undefined ? undefined : Number(next);
  } while (after !== undefined);
  return ids;
}

test('a list by the index is the list by scanning, however far the index is', moreInLong, async (t) => {
  const ledger = await opened(t);
  const filters = [
    { q: 'harb' },
    { q: ['our 4', 'qu'] },
    { q: ['harbour 7', 'harbour 2'] },
    { party: 'PARTY 3' },
    { party: ['Party 1', 'Party 2'], from: '2012', until: '2016', standing: 'all' as const },
    { sector: 's 1', named: true },
    { standing: 'false' as const },
    { unsourced: true },
    { q: 'secret' },
  ];
  const sorts: (Sort | undefined)[] = [
    undefined,
    { by: 'recorded', order: 'desc' },
    { by: 'date', order: 'asc' },
    { by: 'title', order: 'desc' },
    { by: 'party', order: 'asc' },
  ];
  const scopes = [
    { visible: everything },
    { initiativeId: 'sci', kinds: ['mou' as const, 'project' as const] },
  ];
  const compare = async (stage: string): Promise<void> => {
    const end = (await ledger.store.head()).position;
    for (const position of [end, end - 9])
      for (const scope of scopes)
        for (const [i, given] of filters.entries())
          for (let n = 0; n < effort(2, sorts.length); n++) {
            const sort = sorts[(i + n) % sorts.length];
            const wanted = wantedBy({ standing: 'true', ...given }, (_, detail) => new Error(detail));
            const asked = { db: ledger.store.db, position, scope, wanted };
            const [found, expected] = [
              await whole(indexedList(asked, sort)),
              await whole(scannedList(asked, sort)),
            ];
            if (found.join() !== expected.join())
              t.fail(`${stage}: ${JSON.stringify({ position, scope, given, sort })}`, { found, expected });
          }
  };
  await register(ledger, 0, 20);
  await compare('empty');
  await fillSearch(ledger.url, 8, 6);
  await compare('half');
  await register(ledger, 20, 26);
  await compare('behind');
  await fillSearch(ledger.url, 8);
  await compare('full');
  t.match(await ledger.store.db.selectFrom('search_segments').select('last').execute(), [
    { last: 8 },
    { last: 16 },
  ]);
});

test('what a crash left of the index is completed, and a rebuild has it filled anew', async (t) => {
  const ledger = await opened(t);
  await register(ledger, 0, 12);
  await fillSearch(ledger.url, 5);
  const made = await contents(ledger);
  const refill = async (): Promise<void> => {
    await new Upkeep(ledger.store, readModels).run(['records'], () => {});
  };
  for (let transactions = 1; transactions < 12; transactions += 3) {
    await refill();
    await fillSearch(ledger.url, 5, transactions);
    t.notSame(await contents(ledger), made);
    t.same((await verifyLedger(ledger.url)).findings, [], 'what is not there yet is no fault');
    await fillSearch(ledger.url, 5);
    t.same(await contents(ledger), made);
  }
  t.notMatch(JSON.stringify(made), /secret|marwan/i, 'no name of a person');
  t.same((await verifyLedger(ledger.url)).findings, []);
  await ledger.run("update search_texts set words = 'x' where position = 6");
  t.match((await verifyLedger(ledger.url)).findings, [
    { what: 'search-differs', position: 6 },
    { what: 'search-differs', position: 10 },
  ]);
  await refill();
  t.same((await verifyLedger(ledger.url)).findings, [], 'nobody reads it from then on');
});

test('the index is filled in a thread when it is far enough behind', async (t) => {
  const ledger = await opened(t);
  const upkeep = new SearchUpkeep(ledger.store, (error) => t.fail('it failed', { error }));
  const milestone = { type: 'MoUSigned', data: { title: 'Quay' } };
  await ledger.post({ events: Array.from({ length: 300 }, () => milestone) });
  upkeep.grown();
  await until(async () => {
    await ledger.refresh();
    return ledger.rows('search_texts').length === 302;
  });
  await upkeep.stop();
});
